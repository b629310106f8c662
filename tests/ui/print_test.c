#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "ui/print.h"

static struct cells *grid(void)
{
	struct cells *c = cells_new(10, 3);

	cells_put(c, 0, 0, ST_TEXT, "plain");
	cells_put(c, 0, 1, ST_OK, "ok");
	cells_put(c, 3, 1, ST_BAD, "b\u0301\u4e8c");
	cells_fill(c, (struct rect){ 0, 2, 4, 1 }, ST_SEL, ' ');
	return c;
}

static void expect_print(const struct cells *c, enum theme theme, const char *text)
{
	struct buf b = { 0 };

	cells_print(c, theme, &b);
	assert_string_equal(buf_str(&b), text);
	buf_free(&b);
}

static void mono_is_plain_text(void **state)
{
	struct cells *c = grid();

	(void)state;
	expect_print(c, THEME_MONO, "plain\nok b\u0301\u4e8c\n\n");
	cells_free(c);
}

/* Each style once, back to plain at the end of a line; blanks of a style are not cut. */
static void ansi_has_sequences(void **state)
{
	struct cells *c = grid();

	(void)state;
	expect_print(c, THEME_ANSI, "plain\n\033[0;32mok\033[0m \033[0;1;31mb\u0301\u4e8c\033[0m\n\033[0;7m    \033[0m\n");
	cells_free(c);
}

/* Colours of our own fill the row, so that the background has no holes. */
static void own_colours_fill_the_row(void **state)
{
	struct cells *c = cells_new(4, 1);
	struct buf b = { 0 };

	(void)state;
	cells_put(c, 0, 0, ST_KEY, "F5");
	cells_print(c, THEME_DARK, &b);
	assert_string_equal(buf_str(&b), "\033[0;38;2;108;182;255;48;2;27;29;35mF5\033[0;38;2;216;219;226;48;2;27;29;35m  \033[0m\n");
	buf_free(&b);
	cells_free(c);
}

static void appends(void **state)
{
	struct cells *c = cells_new(2, 1);
	struct buf b = { 0 };

	(void)state;
	(void)buf_add_str(&b, "> ");
	cells_put(c, 0, 0, ST_KEY, "F5");
	cells_print(c, THEME_ANSI, &b);
	assert_string_equal(buf_str(&b), "> \033[0;36mF5\033[0m\n");
	buf_free(&b);
	cells_free(c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(mono_is_plain_text), cmocka_unit_test(ansi_has_sequences), cmocka_unit_test(appends), cmocka_unit_test(own_colours_fill_the_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
