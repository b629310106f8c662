#include "text/clean.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/text/clean_check.h"

#define BOTH(s) s, sizeof(s) - 1

static const struct {
	const char *name, *in;
	size_t len;
	const char *out;
	unsigned long dropped;
	const char *shown; /* with shows_invisible; NULL: as out */
} cases[] = {
	{ "empty", BOTH(""), "", 0, NULL },
	{ "plain", BOTH("one\ttwo\nthree"), "one\ttwo\nthree", 0, NULL },
	{ "letters", BOTH("na\u00EFve \u6F22\u5B57 \U0001F44D"), "na\u00EFve \u6F22\u5B57 \U0001F44D", 0, NULL },
	{ "NUL and other C0", BOTH("a\0b\x01" "c\bd\x1f" "e\x7f"), "abcde", 5, NULL },
	{ "C1", BOTH("a\xC2\x85" "b\xC2\x80" "c"), "abc", 2, NULL },
	{ "CR LF", BOTH("a\r\nb"), "a\nb", 0, NULL },
	{ "CR", BOTH("a\rb"), "a\nb", 0, NULL },
	{ "CR CR LF LF", BOTH("\r\r\n\n"), "\n\n\n", 0, NULL },
	{ "CR at the end", BOTH("a\r"), "a\n", 0, NULL },
	{ "line and paragraph separators", BOTH("a\u2028b\u2029c"), "a\nb\nc", 0, NULL },
	{ "ill-formed bytes", BOTH("a\xFF" "b\xC0\xAF" "c\xE2\x82" "d"), "a\uFFFDb\uFFFD\uFFFDc\uFFFDd", 0, NULL },
	{ "surrogate", BOTH("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD", 0, NULL },
	{ "cut at the end", BOTH("a\xF0\x9F\x91"), "a\uFFFD", 0, NULL },
	{ "U+FFFD itself", BOTH("\uFFFD"), "\uFFFD", 0, NULL },
	{ "not drawable", BOTH("\u0378\U0001FAE8\uFFFF"), "\uFFFD\uFFFD\uFFFD", 0, NULL },
	/* sequences */
	{ "SGR", BOTH("\x1b[1;31mred\x1b[0m"), "red", 2, NULL },
	{ "CSI with private and intermediate bytes", BOTH("\x1b[?25$p."), ".", 1, NULL },
	{ "CSI as C1", BOTH("\xC2\x9b" "31mred"), "red", 1, NULL },
	{ "CSI as a raw byte", BOTH("\x9b" "31mred"), "\uFFFD31mred", 0, NULL },
	{ "cursor report question", BOTH("a\x1b[6nb"), "ab", 1, NULL },
	{ "OSC with BEL", BOTH("a\x1b]0;title\ab"), "ab", 1, NULL },
	{ "OSC with ST", BOTH("a\x1b]52;c;aGk=\x1b\\b"), "ab", 1, NULL },
	{ "OSC with ST as C1", BOTH("a\xC2\x9d" "52;c;aGk=\xC2\x9c" "b"), "ab", 1, NULL },
	{ "hyperlink keeps its text", BOTH("\x1b]8;;http://x.test\x1b\\text\x1b]8;;\x1b\\."), "text.", 2, NULL },
	{ "DCS, SOS, PM, APC", BOTH("\x1bPq#0\x1b\\1\x1bXx\x1b\\2\x1b^x\x1b\\3\x1b_Gx\x1b\\4"), "1234", 4, NULL },
	{ "string with letters beyond ASCII", BOTH("\x1b]0;\u6F22\xff\u202E\a."), ".", 1, NULL },
	{ "two-byte and three-byte escapes", BOTH("\x1b" "c1\x1b(B2\x1b#83\x1b 4x"), "123x", 4, NULL },
	{ "stray ST", BOTH("a\x1b\\b\xC2\x9c" "c"), "abc", 2, NULL },
	{ "escape, escape", BOTH("\x1b\x1b[mx"), "x", 2, NULL },
	{ "sequence inside a string", BOTH("\x1b]0;a\x1b[31mb"), "b", 2, NULL },
	{ "cancelled", BOTH("\x1b[31\x18m \x1b]0;x\x1ay"), "m y", 2, NULL },
	{ "escape before a letter beyond ASCII", BOTH("\x1b\u00E9\x1b[1\u00E9"), "\u00E9\u00E9", 2, NULL },
	{ "C0 inside a CSI", BOTH("\x1b[3\b\x7f" "1mx"), "x", 1, NULL },
	{ "C1 inside a CSI", BOTH("\x1b[3\xC2\x9b" "1mx"), "x", 2, NULL },
	{ "newline ends a CSI", BOTH("\x1b[31\nm"), "\nm", 1, NULL },
	{ "newline ends an OSC", BOTH("\x1b]0;never ends\nThe answer"), "\nThe answer", 1, NULL },
	{ "CR LF ends a DCS", BOTH("\x1bPq\r\nThe answer"), "\nThe answer", 1, NULL },
	{ "unfinished", BOTH("a\x1b]0;title"), "a", 1, NULL },
	{ "unfinished, in a character", BOTH("a\x1b]0;\xF0\x9F"), "a", 1, NULL },
	{ "ESC at the end", BOTH("a\x1b"), "a", 1, NULL },
	/* invisible */
	{ "bidi", BOTH("a\u202Eb\u2066c\u200Fd\u061Ce"), "abcde", 4, "a⟨202E⟩b⟨2066⟩c⟨200F⟩d⟨061C⟩e" },
	{ "zero width", BOTH("a\u200Bb\u2060c\uFEFFd\u200Ce\u200Df"), "abcdef", 5, "a⟨200B⟩b⟨2060⟩c⟨FEFF⟩d⟨200C⟩e⟨200D⟩f" },
	{ "tags", BOTH("a\U000E0041\U000E007F"), "a", 2, "a⟨E0041⟩⟨E007F⟩" },
	{ "soft hyphen, interlinear, fillers", BOTH("a\u00ADb\uFFF9c\u3164d"), "abcd", 3, "a⟨00AD⟩b⟨FFF9⟩c⟨3164⟩d" },
	{ "hidden bytes in selectors", BOTH("\U0001F44D\uFE0F\uFE00\uFE0F\U000E0101"), "\U0001F44D", 3,
		"\U0001F44D⟨FE0F⟩⟨FE00⟩⟨FE0F⟩⟨E0101⟩" },
	/* clusters */
	{ "heart with selector", BOTH("\u2764\uFE0F!"), "\u2764!", 0, "\u2764⟨FE0F⟩!" },
	{ "keycap", BOTH("1\uFE0F\u20E3"), "1\u20E3", 0, "1⟨FE0F⟩\u20E3" },
	{ "selector without a base", BOTH("\uFE0Fa"), "a", 1, "⟨FE0F⟩a" },
	{ "skin tone", BOTH("\U0001F44D\U0001F3FDx"), "\U0001F44Dx", 0, "\U0001F44D⟨1F3FD⟩x" },
	{ "second skin tone", BOTH("\U0001F44D\U0001F3FD\U0001F3FEx"), "\U0001F44Dx", 1, NULL },
	{ "skin tone alone", BOTH("a\U0001F3FD"), "a\U0001F3FD", 0, NULL },
	{ "astronaut", BOTH("\U0001F469\u200D\U0001F680x"), "\U0001F469x", 0, "\U0001F469⟨200D⟩\U0001F680x" },
	{ "family", BOTH("\U0001F468\U0001F3FD\u200D\U0001F469\uFE0F\u200D\U0001F467\U0001F3FEx"), "\U0001F468x", 0, NULL },
	{ "joiner and a letter", BOTH("\U0001F468\u200Dx\U0001F469"), "\U0001F468x\U0001F469", 0, "\U0001F468⟨200D⟩x\U0001F469" },
	{ "two joiners", BOTH("\U0001F468\u200D\u200D\U0001F469"), "\U0001F468", 1, NULL },
	{ "flag", BOTH("\U0001F1E9\U0001F1EA"), "\U0001F1E9\U0001F1EA", 0, NULL },
	{ "five marks", BOTH("z\u0301\u0302\u0303\u0304\u0305x"), "z\u0301\u0302\u0303\u0304x", 1, "z\u0301\u0302\u0303\u0304⟨0305⟩x" },
	{ "marks start again at a base", BOTH("z\u0301\u0302\u0303\u0304y\u0301"), "z\u0301\u0302\u0303\u0304y\u0301", 0, NULL },
	{ "marks do not start again at a sequence", BOTH("z\u0301\u0302\u0303\u0304\x1b[m\u0305"), "z\u0301\u0302\u0303\u0304", 2, NULL },
	{ "mark without a base", BOTH("\u0301a\n\u0301\t\u0302\u0303"), "\u25CC\u0301a\n\u25CC\u0301\t\u25CC\u0302\u0303", 0, NULL },
	{ "conjoining Hangul", BOTH("\u1100\u1161\u11A8"), "\u1100\u1161\u11A8", 0, NULL },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		unsigned long dropped;
		struct buf out = clean_in_pieces(cases[i].in, cases[i].len, cases[i].len, cases[i].len, false, &dropped);

		if (strcmp(buf_str(&out), cases[i].out) != 0 || dropped != cases[i].dropped) {
			fail_msg("%s: \"%s\", %lu dropped", cases[i].name, buf_str(&out), dropped);
		}
		if (clean_check(buf_str(&out), out.len) != NULL) {
			fail_msg("%s: %s", cases[i].name, clean_check(buf_str(&out), out.len));
		}
		buf_free(&out);
	}
}

static void test_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		unsigned long dropped;
		struct buf out = clean_in_pieces(cases[i].in, cases[i].len, cases[i].len, cases[i].len, true, &dropped);

		if (cases[i].shown != NULL && strcmp(buf_str(&out), cases[i].shown) != 0) {
			fail_msg("%s: \"%s\"", cases[i].name, buf_str(&out));
		}
		if (clean_check(buf_str(&out), out.len) != NULL) {
			fail_msg("%s: %s", cases[i].name, clean_check(buf_str(&out), out.len));
		}
		buf_free(&out);
	}
}

/* Every two-part split, and byte by byte. */
static void check_cuts(const char *name, const char *s, size_t len, bool shows)
{
	unsigned long dropped, dropped_cut;
	struct buf whole = clean_in_pieces(s, len, len, len, shows, &dropped);

	for (size_t first = 0; first <= len; first++) {
		struct buf cut = clean_in_pieces(s, len, first, first > 0 ? len : 1, shows, &dropped_cut);

		if (!clean_same(&whole, dropped, &cut, dropped_cut)) {
			fail_msg("%s, cut at %zu: \"%s\", %lu dropped", name, first, buf_str(&cut), dropped_cut);
		}
		buf_free(&cut);
	}
	buf_free(&whole);
}

static void test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		check_cuts(cases[i].name, cases[i].in, cases[i].len, false);
		check_cuts(cases[i].name, cases[i].in, cases[i].len, true);
	}
}

static void test_hostile(void **state)
{
	uint64_t seed = 1;
	char s[512];

	(void)state;
	for (int round = 0; round < 4000; round++) {
		unsigned long dropped, dropped_cut;
		uint64_t from = seed;
		bool shows = round % 2 == 1;
		size_t len = clean_hostile(&seed, s, 16 + (size_t)round % (sizeof(s) - 16));
		struct buf whole = clean_in_pieces(s, len, len, len, shows, &dropped);
		const char *wrong = clean_check(buf_str(&whole), whole.len);

		if (wrong != NULL) {
			fail_msg("seed %llu: %s", (unsigned long long)from, wrong);
		}
		for (size_t piece = 1; piece < 12; piece++) {
			struct buf cut = clean_in_pieces(s, len, hash_mix(from + piece) % (len + 1), piece, shows, &dropped_cut);

			if (!clean_same(&whole, dropped, &cut, dropped_cut)) {
				fail_msg("seed %llu in pieces of %zu", (unsigned long long)from, piece);
			}
			buf_free(&cut);
		}
		if (round % 50 == 0) {
			check_cuts("hostile", s, len, shows);
		}
		buf_free(&whole);
	}
}

/* Each code point alone and after a letter: what the cleaner lets through is what the tables of libunistring allow. */
static void test_every_code_point(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		char s[5] = "a";
		size_t len = 1 + utf8_encode(cp, s + 1);
		char *out = clean_text(s, len);
		bool is_kept = strlen(out) == len && memcmp(s, out, len) == 0;
		const char *wrong = clean_check(out, strlen(out));
		bool is_surrogate = cp >= 0xD800 && cp <= 0xDFFF;
		bool is_other_format = cp >= 0x13430 && cp <= 0x13438;

		if (wrong != NULL) {
			fail_msg("U+%04X: %s", (unsigned)cp, wrong);
		}
		if (!is_surrogate && !is_other_format && is_kept != (clean_check_code_point(cp) == NULL)) {
			fail_msg("U+%04X is %s", (unsigned)cp, is_kept ? "kept" : "not kept");
		}
		free(out);
	}
}

/* An OSC, DCS, … or CSI that never ends lets text flow again after CLEAN_SEQUENCE_MAX bytes. */
static void test_endless_sequence(void **state)
{
	static const char *const starts[] = { "\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\xC2\x9d", "\x1b[", "\x1b(" };
	struct buf in = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(starts); i++) {
		buf_clear(&in);
		(void)buf_add_str(&in, starts[i]);
		for (size_t n = 0; n < CLEAN_SEQUENCE_MAX; n++) {
			(void)buf_add_char(&in, i < 6 ? 'x' : i == 6 ? '1' : '(');
		}
		(void)buf_add_str(&in, "the answer\n");
		char *out = clean_text(in.s, in.len);

		if (strstr(out, "the answer\n") == NULL || strlen(out) > 16) {
			fail_msg("sequence %zu leaves %zu bytes", i, strlen(out));
		}
		free(out);
	}
	check_cuts("endless", in.s, in.len, false);
	buf_free(&in);
}

static void test_used_again(void **state)
{
	struct cleaner c;
	struct buf out = { 0 };

	(void)state;
	cleaner_init(&c);
	cleaner_feed(&c, BOTH("a\x1b]0;x"), &out);
	cleaner_end(&c, &out);
	cleaner_feed(&c, BOTH("b\xE2\x82"), &out);
	cleaner_end(&c, &out);
	cleaner_feed(&c, BOTH("\xAC" "c\r"), &out);
	cleaner_end(&c, &out);
	cleaner_feed(&c, BOTH("\nd"), &out);
	assert_string_equal(buf_str(&out), "ab\uFFFD\uFFFDc\n\nd");
	assert_int_equal(c.dropped, 1);
	buf_free(&out);
}

static void test_line(void **state)
{
	static const struct {
		const char *in;
		size_t cells;
		const char *out;
	} lines[] = {
		{ "", 5, "" },
		{ "two\nlines\tand a tab", 0, "two lines and a tab" },
		{ "exact", 5, "exact" },
		{ "longer", 5, "long\u2026" },
		{ "\x1b[31mred\x1b[0m", 3, "red" },
		{ "\u6F22\u5B57\u6F22", 5, "\u6F22\u5B57\u2026" },
		{ "\u6F22\u5B57\u6F22", 4, "\u6F22\u2026" },
		{ "e\u0301e\u0301e\u0301", 2, "e\u0301\u2026" },
		{ "ab", 1, "\u2026" },
		{ "a\nb", SIZE_MAX, "a b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		char *out = clean_line(lines[i].in, strlen(lines[i].in), lines[i].cells);

		if (strcmp(out, lines[i].out) != 0) {
			fail_msg("\"%s\" in %zu cells: \"%s\"", lines[i].in, lines[i].cells, out);
		}
		free(out);
	}
}

static void test_long_line(void **state)
{
	struct buf in = { 0 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		(void)buf_add_str(&in, "\u1100\u0301\u0302\u0303\u0304");
	}
	char *out = clean_line(in.s, in.len, 801);
	assert_int_equal(width_text(out, strlen(out)), 801);
	free(out);
	buf_free(&in);
}

static void test_line_into(void **state)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} lines[] = {
		{ "name", 5, "name" },
		{ "name", 4, "nam" },
		{ "name", 1, "" },
		{ "a\nb\x1b[m", 9, "a b" },
		{ "ae\u0301", 4, "a" },
		{ "\u6F22\u5B57", 6, "\u6F22" },
		{ "", 3, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		char *out = x_malloc(lines[i].size); /* its end is watched by the sanitiser */

		clean_line_into(lines[i].in, out, lines[i].size);
		if (strcmp(out, lines[i].out) != 0) {
			fail_msg("\"%s\" in %zu bytes: \"%s\"", lines[i].in, lines[i].size, out);
		}
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_endless_sequence),
		cmocka_unit_test(test_used_again),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_line_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
