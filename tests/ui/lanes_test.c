#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "ui/widgets/lanes.h"

/* Where each comes from, the oldest (number 1) first; and the picture, the newest first. */
static const struct {
	const char *name;
	int n, from[12], w;
	const char *picture;
} cases[] = {
	{ "one", 1, { 0 }, 1, "*\n" },
	{ "a line", 3, { 0, 1, 2 }, 1, "o\no\n*\n" },
	{ "a branch", 4, { 0, 1, 1, 2 }, 2, "o\n|o\no|\n*+\n" },
	{ "two from the same", 4, { 0, 1, 1, 1 }, 3, "o\n|o\n||o\n*++\n" },
	{ "one that goes by", 5, { 0, 1, 1, 2, 2 }, 3, "o\n|o\n||o\no+|\n*-+\n" },
	{ "across one that goes by", 6, { 0, 1, 1, 2, 3, 2 }, 3, "o\n|o\n||o\n|o|\no++\n*+\n" },
	{ "a new beginning", 3, { 0, 0, 1 }, 2, "o\n|o\n*\n" },
	{ "more than fit", 11, { 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 8,
	  "o\n|o\n||o\n|||o\n||||o\n|||||o\n||||||o\n|||||||o\n||||||||\n||||||||\n*+++++++\n" },
};

static void pictures(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT_OF(cases); k++) {
		struct lanes_item items[12];
		struct lanes_row rows[12];
		struct cells *c = cells_new(12, cases[k].n);
		struct buf out = { 0 };

		c->glyphs = GLYPHS_ASCII;
		for (int i = 0; i < cases[k].n; i++) {
			int number = cases[k].n - i;

			items[i] = (struct lanes_item){ number, cases[k].from[number - 1] };
		}
		int w = lanes_make(items, (size_t)cases[k].n, rows);

		for (int i = 0; i < cases[k].n; i++) {
			lanes_draw(c, 0, i, w, &rows[i], items[i].number == 1);
		}
		cells_dump(c, &out);
		if (w != cases[k].w || strcmp(buf_str(&out), cases[k].picture) != 0) {
			print_error("%s: %d lanes\n%s", cases[k].name, w, buf_str(&out));
			fail();
		}
		buf_free(&out);
		cells_free(c);
	}
}

static void lines_go_on_below(void **state)
{
	const struct lanes_item items[] = { { 4, 2 }, { 3, 1 }, { 2, 1 }, { 1, 0 } };
	struct lanes_row rows[4];
	struct cells *c = cells_new(4, 4);
	struct buf out = { 0 };

	(void)state;
	c->glyphs = GLYPHS_ASCII;
	for (int i = 0, w = lanes_make(items, 4, rows); i < 4; i++) {
		lanes_draw_below(c, 0, i, w, &rows[i]);
	}
	cells_dump(c, &out);
	assert_string_equal(buf_str(&out), "|\n||\n||\n\n");
	buf_free(&out);
	cells_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(pictures), cmocka_unit_test(lines_go_on_below) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
