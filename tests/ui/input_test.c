#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "ui/input.h"

static const struct {
	const char *name;
	uint32_t key;
	const char *shown; /* NULL: as named */
} cases[] = {
	{"x", 'x', NULL}, {"X", 'X', NULL}, {"?", '?', NULL}, {":", ':', NULL}, {"-", '-', NULL}, {"^", '^', NULL},
	{"é", 0xe9, NULL}, {"漢", 0x6f22, NULL},
	{"F5", K_F5, NULL}, {"f12", K_F12, "F12"}, {"Enter", K_ENTER, NULL}, {"esc", K_ESC, "Esc"}, {"Space", ' ', NULL},
	{"PageDown", K_PAGE_DOWN, "PgDn"},
	{"Ctrl-r", 'r' | K_CTRL, NULL}, {"ctrl-R", 'r' | K_CTRL, "Ctrl-r"}, {"^L", 'l' | K_CTRL, "Ctrl-l"}, {"C-x", 'x' | K_CTRL, "Ctrl-x"},
	{"Alt-1", '1' | K_ALT, NULL}, {"M-B", 'B' | K_ALT, "Alt-B"}, {"Alt--", '-' | K_ALT, NULL}, {"Ctrl-Alt-x", 'x' | K_ALT | K_CTRL, NULL},
	{"Shift-Tab", K_BACKTAB, NULL}, {"S-Tab", K_BACKTAB, "Shift-Tab"}, {"Shift-F5", K_F5 | K_SHIFT, NULL},
	{"Ctrl-Left", K_LEFT | K_CTRL, NULL},
	{"Ctrl-i", K_TAB, "Tab"}, {"Ctrl-m", K_ENTER, "Enter"}, {"Ctrl-_", '_' | K_CTRL, NULL}, {"Alt-Enter", K_ENTER | K_ALT, NULL},
	{"Ctrl-Space", ' ' | K_CTRL, NULL},
	{"", 0, NULL}, {"Foo", 0, NULL}, {"F13", 0, NULL}, {"Ctrl-", 0, NULL}, {"Shift-x", 0, NULL}, {"xy", 0, NULL}, {" ", 0, NULL},
	{"\x1b", 0, NULL}, {"\xff", 0, NULL}, {"Ctrl-Ctrl-x", 0, NULL},
};

static void names_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char shown[32];

		if (key_from_name(cases[i].name, strlen(cases[i].name)) != cases[i].key) {
			fail_msg("%s is %x, not %x", cases[i].name, (unsigned)key_from_name(cases[i].name, strlen(cases[i].name)),
				 (unsigned)cases[i].key);
		}
		if (cases[i].key != 0) {
			key_to_name(cases[i].key, shown);
			assert_string_equal(shown, cases[i].shown != NULL ? cases[i].shown : cases[i].name);
			assert_int_equal(key_from_name(shown, strlen(shown)), cases[i].key);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
