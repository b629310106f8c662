#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "ui/keys.h"

static void note(void *ctx, const struct input *in)
{
	struct buf *out = ctx;
	static const char *const mouse[] = {"press", "release", "drag", "up", "down"};
	char name[32];

	if (out->len > 0) {
		buf_add_char(out, ' ');
	}
	switch (in->type) {
	case INPUT_KEY:
		key_to_name(in->key, name);
		buf_add_str(out, name);
		break;
	case INPUT_PASTE:
		buf_add_char(out, '{');
		buf_add(out, in->text, in->len);
		buf_add_char(out, '}');
		break;
	case INPUT_MOUSE:
		buf_addf(out, "%s@%d,%d", mouse[in->mouse], in->x, in->y);
		break;
	case INPUT_FOCUS:
		buf_add_str(out, in->has_focus ? "focus" : "blur");
		break;
	case INPUT_REPORT:
		if (in->report == REPORT_MODE) {
			buf_addf(out, "%d=%d", in->mode, in->state);
		} else if (in->report == REPORT_KIND) {
			buf_add_str(out, "kind");
		} else {
			buf_addf(out, "<%.*s>", (int)in->len, in->text);
		}
		break;
	}
}

static const struct {
	const char *name, *bytes, *events;
} cases[] = {
	{"letters", "aZ?", "a Z ?"},
	{"utf-8", "é漢", "é 漢"},
	{"bad utf-8", "\xff" "a\xc3(", "a ("},
	{"controls", "\x01\x1a\r\n\t\x7f\x08\x1f", "Ctrl-a Ctrl-z Enter Ctrl-j Tab Backspace Backspace Ctrl-_"},
	{"arrows", "\x1b[A\x1b[B\x1bOC\x1bOD", "Up Down Right Left"},
	{"modified", "\x1b[1;5C\x1b[1;3D\x1b[1;2A\x1b[3;5~", "Ctrl-Right Alt-Left Shift-Up Ctrl-Delete"},
	{"home end", "\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1bOH", "Home End Home End Home End Home"},
	{"function keys", "\x1bOP\x1bOS\x1b[15~\x1b[24~\x1b[15;2~", "F1 F4 F5 F12 Shift-F5"},
	{"pages", "\x1b[5~\x1b[6~\x1b[2~\x1b[Z", "PgUp PgDn Insert Shift-Tab"},
	{"alt", "\x1b" "1\x1b" "b\x1b\x7f\x1b\ré\x1bé", "Alt-1 Alt-b Alt-Backspace Alt-Enter é Alt-é"},
	{"esc esc", "\x1b\x1b[A", "Esc Up"},
	{"mouse", "\x1b[<0;3;4M\x1b[<0;3;4m\x1b[<64;1;1M\x1b[<65;10;2M\x1b[<35;1;1M\x1b[<16;1;1M\x1b[<32;5;6M",
	 "press@2,3 release@2,3 up@0,0 down@9,1 press@0,0 drag@4,5"},
	{"mouse nonsense", "\x1b[<0;0;0Mx", "x"},
	{"old mouse report", "\x1b[M !!x", "x"},
	{"focus", "\x1b[I\x1b[O", "focus blur"},
	{"paste", "a\x1b[200~b\rc\r\nd\ne\x1b[3~\x1b[201~f", "a {b\nc\nd\ne\x1b[3~} f"},
	{"empty paste", "\x1b[200~\x1b[201~", "{}"},
	{"answers are dropped", "\x1b[?62;22c\x1b[>41;380;0cx", "kind x"},
	{"a background", "\x1b]11;rgb:1e1e/1e1e/2e2e\ax\x1b]11;rgb:ff/ff/ff\x1b\\y", "<11;rgb:1e1e/1e1e/2e2e> x <11;rgb:ff/ff/ff> y"},
	{"a background broken off", "\x1b]11;rgb:1e\x1b[Ax\x1b]11;rg\rq\x1b]\x1b\x1b[B", "Up x Enter q Esc Down"},
	{"an endless string", "\x1b]0;qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\ax",
	 "< ;qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq> x"},
	{"a mode is reported", "\x1b[?2026;2$yx\x1b[?2026;0$y", "2026=2 x 2026=0"},
	{"broken sequence", "\x1b[1;\x1b[Ax", "Up x"},
	{"overlong sequence", "\x1b[1111111111111111111111111111111111111111111111111111111111111111111111~x", "x"},
	{"huge number", "\x1b[99999999999999999999~x", "x"},
	{"defined", "\x1b[[A\x1b[[E", "F1 F5"},
};

static void decode(const char *bytes, size_t len, size_t cut, struct buf *out)
{
	struct key_decoder d;

	key_decoder_init(&d, note, out);
	d.expects_string = true;
	key_decoder_define(&d, "\x1b[[A", K_F1);
	key_decoder_define(&d, "\x1b[[E", K_F5);
	key_decoder_define(&d, NULL, K_F2);
	key_decoder_define(&d, "x", K_F3);
	if (cut == SIZE_MAX) {
		for (size_t i = 0; i < len; i++) {
			key_decoder_feed(&d, bytes + i, 1);
		}
	} else {
		key_decoder_feed(&d, bytes, cut);
		key_decoder_feed(&d, bytes + cut, len - cut);
	}
	assert_int_equal(key_decoder_wait_ms(&d), 0);
	key_decoder_free(&d);
}

static void decodes_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t len = strlen(cases[i].bytes);

		for (size_t cut = 0; cut <= len + 1; cut++) {
			struct buf out = {0};

			decode(cases[i].bytes, len, cut <= len ? cut : SIZE_MAX, &out);
			if (strcmp(buf_str(&out), cases[i].events) != 0) {
				fail_msg("%s, cut at %zu: \"%s\"", cases[i].name, cut, buf_str(&out));
			}
			buf_free(&out);
		}
	}
}

static const struct {
	const char *bytes;
	int wait_ms;
	const char *events;
} pauses[] = {
	{"\x1b", 25, "Esc"}, {"\x1b[", 25, "Alt-["}, {"\x1bO", 25, "Alt-O"}, {"\x1b[1;", 25, ""}, {"\xc3", 25, ""},
	{"\x1b[200~half", 2000, "{half}"}, {"x", 0, "x"}, {"\x1b\x1b", 25, "Esc Esc"},
};

static void pauses_decide(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pauses); i++) {
		struct key_decoder d;
		struct buf out = {0};

		key_decoder_init(&d, note, &out);
		key_decoder_feed(&d, pauses[i].bytes, strlen(pauses[i].bytes));
		assert_int_equal(key_decoder_wait_ms(&d), pauses[i].wait_ms);
		key_decoder_timeout(&d);
		assert_string_equal(buf_str(&out), pauses[i].events);
		assert_int_equal(key_decoder_wait_ms(&d), 0);
		key_decoder_free(&d);
		buf_free(&out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_cut_anywhere), cmocka_unit_test(pauses_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
