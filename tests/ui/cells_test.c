#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "ui/cells.h"

static void expect(const struct cells *c, const char *text)
{
	struct buf b = {0};

	cells_dump(c, &b);
	assert_string_equal(buf_str(&b), text);
	buf_free(&b);
}

static void expect_styles(const struct cells *c, const char *text)
{
	struct buf b = {0};

	cells_dump_styles(c, &b);
	assert_string_equal(buf_str(&b), text);
	buf_free(&b);
}

static const struct {
	const char *name, *s;
	int max_w, used;
	const char *shown;
} texts[] = {
	{"plain", "abc", 8, 3, "abc\n"},
	{"cut", "abcdef", 4, 4, "abcd\n"},
	{"wide", "漢字", 8, 4, "漢字\n"},
	{"never half a wide character", "a漢字", 4, 3, "a漢\n"},
	{"marks", "e\u0301x", 8, 2, "e\u0301x\n"},
	{"at most four marks", "e\u0301\u0302\u0303\u0304\u0305\u0306x", 8, 2, "e\u0301\u0302\u0303\u0304x\n"},
	{"a mark alone", "\u0301x", 8, 1, "x\n"},
	{"controls", "a\x1b[m\r", 8, 5, "a\uFFFD[m\uFFFD\n"},
	{"c1", "a\xc2\x9bm", 8, 3, "a\uFFFDm\n"},
	{"bad bytes", "a\xff\xe2\x82", 8, 3, "a\uFFFD\uFFFD\n"},
	{"bidi and tags vanish", "a\u202e\u200b\U000e0041b", 8, 2, "ab\n"},
	{"variation selector", "\u26a0\ufe0fx", 8, 2, "\u26a0x\n"},
	{"tab", "a\tb", 8, 3, "a b\n"},
};

static void draws_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct cells *c = cells_new(8, 1);

		print_message("%s\n", texts[i].name);
		assert_int_equal(cells_text(c, 0, 0, texts[i].max_w, ST_TEXT, texts[i].s, strlen(texts[i].s)), texts[i].used);
		expect(c, texts[i].shown);
		assert_int_equal(cells_width(texts[i].s, strlen(texts[i].s)) >= texts[i].used, 1);
		cells_free(c);
	}
}

static void clips(void **state)
{
	struct cells *c = cells_new(6, 3);

	(void)state;
	cells_put(c, -1, 0, ST_TEXT, "漢b");
	cells_put(c, 4, 0, ST_TEXT, "xyz");
	cells_put(c, 0, 3, ST_TEXT, "below");
	cells_put(c, 0, -1, ST_TEXT, "above");
	struct rect former = cells_clip(c, (struct rect){2, 1, 3, 9});
	cells_put(c, 0, 1, ST_TEXT, "abcdef");
	cells_fill(c, (struct rect){-5, 2, 100, 100}, ST_TEXT, '#');
	cells_cursor(c, 0, 0, true);
	assert_int_equal(c->cursor_x, -1);
	cells_unclip(c, former);
	cells_cursor(c, 0, 0, true);
	assert_int_equal(c->cursor_x, 0);
	expect(c, " b  xy\n  cde\n  ###\n");
	cells_free(c);
}

static void overwriting_half_of_a_wide_character(void **state)
{
	struct cells *c = cells_new(6, 2);

	(void)state;
	cells_put(c, 0, 0, ST_TEXT, "漢字");
	cells_put(c, 1, 0, ST_TEXT, "x");
	cells_put(c, 0, 1, ST_TEXT, "漢字");
	cells_put(c, 1, 1, ST_TEXT, "語");
	expect(c, " x字\n 語\n");
	cells_put(c, 1, 1, ST_TEXT, "z");
	assert_int_equal(c->at[6 + 2].cp[0], ' ');
	assert_int_equal(c->at[6 + 2].width, 1);
	cells_free(c);
}

static void fits_with_an_ellipsis(void **state)
{
	struct cells *c = cells_new(10, 1);

	(void)state;
	assert_int_equal(cells_fit(c, 0, 0, 4, ST_TEXT, "abcdef"), 4);
	assert_int_equal(cells_fit(c, 5, 0, 4, ST_TEXT, "a漢字"), 4);
	expect(c, "abc… a漢…\n");
	cells_clear(c);
	assert_int_equal(cells_fit(c, 0, 0, 4, ST_TEXT, "abcd"), 4);
	assert_int_equal(cells_right(c, 10, 0, ST_TEXT, "99"), 8);
	expect(c, "abcd    99\n");
	assert_int_equal(cells_fit(c, 0, 0, 0, ST_TEXT, "abcd"), 0);
	cells_free(c);
}

static void rules_and_boxes(void **state)
{
	struct cells *c = cells_new(20, 6);

	(void)state;
	cells_rule(c, 0, 0, 20, false, "Cost", "$/h");
	cells_rule(c, 0, 1, 20, true, "Cost", NULL);
	cells_rule(c, 0, 2, 12, false, "A long title", "right");
	cells_box(c, (struct rect){12, 2, 8, 4}, "Help");
	cells_vline(c, 0, 3, 2);
	expect(c, "─ Cost ─────── $/h ─\n━ Cost ━━━━━━━━━━━━━\n─ A long … ─┌─ H… ─┐\n"
	       "│           │      │\n│           │      │\n            └──────┘\n");
	c->glyphs = GLYPHS_ASCII;
	cells_clear(c);
	cells_rule(c, 0, 0, 20, false, "Cöst", "$/h");
	cells_rule(c, 0, 1, 20, true, "▌ ✓ ✗ … →", NULL);
	cells_box(c, (struct rect){12, 2, 8, 4}, "Help");
	expect(c, "- Cöst ------- $/h -\n= > + x ~ > ========\n            +- H~ -+\n"
	       "            |      |\n            |      |\n            +------+\n");
	cells_free(c);
}

/* Nothing that a reader would spell out; text from outside keeps all but its drawings. */
static void plain_says(void **state)
{
	static const char outside[] = "a \u00b7 b \u2502 c \u2713 caf\u00e9";
	struct cells *c = cells_new(30, 9);

	(void)state;
	c->glyphs = GLYPHS_PLAIN;
	cells_rule(c, 0, 0, 30, true, "Models", "s sort: cost \u25bc");
	assert_int_equal(c->cursor_y, 1);
	cells_box(c, (struct rect){0, 1, 30, 2}, "Help \u00b7 Metrics");
	cells_put(c, cells_put(c, 0, 3, ST_OK, "done") + 1, 3, ST_TEXT, "412\u219258 tok \u00b7 \u2013");
	cells_vline(c, 29, 0, 6);
	cells_text(c, 0, 4, 30, ST_TEXT, outside, strlen(outside));
	cells_right(c, 30, 5, ST_TEXT, "a \u00b7 b\u2026");
	assert_int_equal(cells_fit(c, 0, 6, 12, ST_TEXT, "p95 3.0s \u00b7 p99 4.0s"), 12);
	cells_put(c, 0, 7, ST_TEXT, "\u25b4 \u25be more, \u25be more");
	cells_fit(c, 0, 8, 2, ST_TEXT, "abc");
	expect(c, " Models, s sort: cost\n Help, Metrics\n\ndone 412/58 tok, -\na . b   c   caf\u00e9\n                       a, b...\n"
	       "p95 3.0s,...\nmore above and below, more bel\n..\n");
	assert_int_equal(glyphs_from_name("plain"), GLYPHS_COUNT); /* an option of its own */
	cells_free(c);
}

static void dumps_styles(void **state)
{
	struct cells *c = cells_new(10, 3);

	(void)state;
	cells_put(c, 0, 0, ST_TITLE, "ab");
	cells_put(c, 4, 0, ST_BAD, "漢");
	cells_restyle(c, (struct rect){0, 2, 10, 5}, ST_SEL);
	cells_cursor(c, 3, 2, true);
	expect_styles(c, "ab  漢\n\n\n-- styles\n0: 0+2 title 4+2 bad\n2: 0+10 sel\ncursor 3,2 text\n");
	cells_resize(c, 2, 1);
	expect_styles(c, "\n-- styles\n");
	cells_resize(c, 0, 0);
	cells_put(c, 0, 0, ST_TITLE, "ab");
	expect_styles(c, "-- styles\n");
	cells_free(c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_text), cmocka_unit_test(clips), cmocka_unit_test(overwriting_half_of_a_wide_character),
		cmocka_unit_test(fits_with_an_ellipsis), cmocka_unit_test(rules_and_boxes), cmocka_unit_test(plain_says),
		cmocka_unit_test(dumps_styles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
