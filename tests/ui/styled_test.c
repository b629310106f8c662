#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "ui/widgets/styled.h"

static void add(struct styled_text *t, enum style st, const char *s)
{
	styled_add(t, st, s, strlen(s));
}

static void expect_drawn(const struct styled_text *t, int w, int h, size_t top, const char *picture)
{
	struct cells *c = cells_new(w, h);
	struct buf b = { 0 };

	styled_draw(t, c, (struct rect){ 0, 0, w, h }, top);
	cells_dump_styles(c, &b);
	assert_string_equal(buf_str(&b), picture);
	buf_free(&b);
	cells_free(c);
}

static void keeps_styles_over_line_ends(void **state)
{
	struct styled_text *t = styled_new();

	(void)state;
	add(t, ST_TEXT, "one ");
	add(t, ST_ADD, "two three");
	add(t, ST_TEXT, " four");
	assert_int_equal(styled_layout(t, 8), 3);
	expect_drawn(t, 8, 4, 0, "one two\nthree\nfour\n\n-- styles\n0: 4+4 add\n1: 0+5 add\n");
	expect_drawn(t, 8, 2, 1, "three\nfour\n-- styles\n0: 0+5 add\n");
	/* another width */
	assert_int_equal(styled_layout(t, 20), 1);
	expect_drawn(t, 20, 1, 0, "one two three four\n-- styles\n0: 4+9 add\n");
	styled_free(t);
}

static void joins_stretches_of_one_style(void **state)
{
	struct styled_text *t = styled_new();

	(void)state;
	styled_addf(t, ST_DIM, "%d", 1);
	styled_addf(t, ST_DIM, "%s", "");
	styled_addf(t, ST_DIM, "%d", 2);
	add(t, ST_BAD, "\u4e8c\u91cd");
	assert_int_equal(styled_layout(t, 10), 1);
	expect_drawn(t, 10, 1, 0, "12\u4e8c\u91cd\n-- styles\n0: 0+2 dim 2+4 bad\n");
	styled_free(t);
}

static void draws_inside_its_rectangle(void **state)
{
	struct styled_text *t = styled_new();
	struct cells *c = cells_new(6, 3);
	struct buf b = { 0 };

	(void)state;
	add(t, ST_TEXT, "abcdef\nghijkl\nmnopqr\n");
	(void)styled_layout(t, 6);
	styled_draw(t, c, (struct rect){ 2, 1, 3, 1 }, 1);
	cells_dump(c, &b);
	assert_string_equal(buf_str(&b), "\n  ghi\n\n");
	styled_draw(t, c, (struct rect){ 0, 0, 6, 3 }, 99); /* beyond the end: nothing */
	buf_free(&b);
	cells_free(c);
	styled_free(t);
}

static void finds_marks(void **state)
{
	struct styled_text *t = styled_new();

	(void)state;
	add(t, ST_TEXT, "a\n");
	add(t, ST_DEL, "b\n");
	add(t, ST_DIM, "c\n");
	add(t, ST_TEXT, "d\n");
	add(t, ST_ADD, "e");
	assert_int_equal(styled_layout(t, 5), 5);
	assert_int_equal(styled_next_mark(t, 0, 1), 1);
	assert_int_equal(styled_next_mark(t, 1, 1), 4);
	assert_int_equal(styled_next_mark(t, 4, 1), 4);
	assert_int_equal(styled_next_mark(t, 4, -1), 1);
	assert_int_equal(styled_next_mark(t, 1, -1), 1);
	assert_int_equal(styled_next_mark(t, 0, -1), 0);
	styled_free(t);
}

static void is_fine_empty(void **state)
{
	struct styled_text *t = styled_new();

	(void)state;
	styled_add(t, ST_BAD, "", 0);
	(void)styled_layout(t, 0);
	assert_int_equal(styled_next_mark(t, 0, 1), 0);
	expect_drawn(t, 3, 1, 0, "\n-- styles\n");
	styled_free(t);
	styled_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_styles_over_line_ends), cmocka_unit_test(joins_stretches_of_one_style),
		cmocka_unit_test(draws_inside_its_rectangle), cmocka_unit_test(finds_marks), cmocka_unit_test(is_fine_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
