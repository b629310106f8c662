#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "ui/screen.h"
#include "ui/widgets/list.h"

static const struct {
	const char *name;
	int n, rows, selected;
	const char *keys;
	int then, top;
} cases[] = {
	{"down", 10, 4, 0, "Down j", 2, 0},
	{"down scrolls", 10, 4, 3, "j", 4, 1},
	{"up stops", 10, 4, 0, "k Up", 0, 0},
	{"end", 10, 4, 0, "G", 9, 6},
	{"end and start", 10, 4, 5, "G g", 0, 0},
	{"page", 10, 4, 0, "PgDn PgDn", 6, 3},
	{"page stops", 10, 4, 8, "PgDn", 9, 6},
	{"half page", 10, 4, 0, "Ctrl-d", 2, 0},
	{"empty", 0, 4, 0, "j G PgDn", 0, 0},
	{"no room", 10, 0, 0, "j j", 2, 2},
};

static void moves(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct list l = {0};

		print_message("%s\n", cases[i].name);
		list_set_n(&l, cases[i].n);
		list_layout(&l, cases[i].rows);
		list_select(&l, cases[i].selected);
		for (const char *k = cases[i].keys; *k != '\0'; k += strspn(k, " ")) {
			size_t n = strcspn(k, " ");
			struct input in = {.type = INPUT_KEY, .key = key_from_name(k, n)};

			assert_int_equal(list_input(&l, &in), INPUT_HANDLED | INPUT_REDRAW);
			k += n;
		}
		assert_int_equal(l.selected, cases[i].then);
		assert_int_equal(l.top, cases[i].top);
	}
}

static void follows_its_rows(void **state)
{
	struct list l = {0};
	struct input wheel = {.type = INPUT_MOUSE, .mouse = MOUSE_WHEEL_DOWN};
	struct input other = {.type = INPUT_KEY, .key = 'x'};

	(void)state;
	list_set_n(&l, 20);
	list_layout(&l, 5);
	list_select(&l, 19);
	assert_int_equal(l.top, 15);
	list_set_n(&l, 8);
	assert_int_equal(l.selected, 7);
	assert_int_equal(l.top, 3);
	list_layout(&l, 10);
	assert_int_equal(l.top, 0);
	assert_true(list_click(&l, 2));
	assert_int_equal(l.selected, 2);
	assert_false(list_click(&l, 8));
	assert_int_equal(list_input(&l, &wheel), INPUT_HANDLED | INPUT_REDRAW);
	assert_int_equal(l.selected, 5);
	assert_int_equal(list_input(&l, &other), 0);
	list_set_n(&l, 0);
	assert_int_equal(l.selected, 0);
	assert_false(list_click(&l, 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves), cmocka_unit_test(follows_its_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
