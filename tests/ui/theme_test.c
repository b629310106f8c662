#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "ui/theme.h"

static const struct {
	const char *no_color, *term;
	enum theme theme;
} cases[] = {
	{NULL, "xterm-256color", THEME_ANSI}, {"", "xterm-256color", THEME_ANSI}, {"1", "xterm-256color", THEME_MONO},
	{NULL, "dumb", THEME_MONO}, {NULL, "vt100", THEME_MONO}, {NULL, NULL, THEME_ANSI}, {NULL, "vt100-color", THEME_ANSI},
};

static void picks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(theme_pick(cases[i].no_color, cases[i].term), cases[i].theme);
	}
}

static void mono_has_no_colour(void **state)
{
	(void)state;
	for (int st = 0; st < ST_COUNT; st++) {
		struct look look = theme_look(THEME_MONO, (enum style)st);

		assert_int_equal(look.fg, -1);
		assert_int_equal(look.bg, -1);
	}
}

/* What differs in colour alone carries a sign of its own on screen; these have none and must differ without colour too. */
static void states_are_told_apart_without_colour(void **state)
{
	static const enum style distinct[] = {ST_SEL, ST_HIT, ST_KEY, ST_BAD, ST_WARN, ST_TAB_ON, ST_SIMULATED};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(distinct); i++) {
		assert_int_not_equal(theme_look(THEME_MONO, distinct[i]).attributes, theme_look(THEME_MONO, ST_TEXT).attributes);
	}
}

static void colours_are_the_first_sixteen(void **state)
{
	(void)state;
	for (int st = 0; st < ST_COUNT; st++) {
		struct look look = theme_look(THEME_ANSI, (enum style)st);

		assert_in_range(look.fg + 1, 0, 16);
		assert_in_range(look.bg + 1, 0, 16);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(picks), cmocka_unit_test(mono_has_no_colour), cmocka_unit_test(states_are_told_apart_without_colour),
		cmocka_unit_test(colours_are_the_first_sixteen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
