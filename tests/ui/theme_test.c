#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "ui/theme.h"

static const struct {
	const char *name;
	bool is_light;
	const char *no_color, *term;
	enum theme theme;
} cases[] = {
	{"auto", false, NULL, "xterm-256color", THEME_ANSI}, {"auto", true, "", "xterm-256color", THEME_ANSI},
	{"auto", false, "1", "xterm-256color", THEME_MONO}, {"auto", false, NULL, "dumb", THEME_MONO}, {"auto", false, NULL, "vt100", THEME_MONO},
	{"auto", false, NULL, NULL, THEME_ANSI}, {"auto", false, NULL, "vt100-color", THEME_ANSI}, {"rgb", false, NULL, "xterm", THEME_DARK},
	{"rgb", true, NULL, "xterm", THEME_LIGHT}, {"light", false, "1", "xterm", THEME_LIGHT}, {"mono", true, NULL, "xterm", THEME_MONO},
};

static void picks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(theme_pick(cases[i].name, cases[i].is_light, cases[i].no_color, cases[i].term), cases[i].theme);
	}
}

/* What is read has a contrast of 4.5 to what it stands on (WCAG 2.1, AA), lines one of 3. */
static void own_colours_can_be_read(void **state)
{
	static const enum theme own[] = {THEME_DARK, THEME_LIGHT};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(own); i++) {
		assert_true(theme_is_rgb(own[i]));
		for (int st = 0; st < ST_COUNT; st++) {
			struct look look = theme_look(own[i], (enum style)st);

			assert_true(look.fg >= LOOK_RGB && look.bg >= LOOK_RGB);
			assert_int_equal(look.attributes & (LOOK_DIM | LOOK_REVERSE), 0); /* they would change the colours */
			double contrast = colour_contrast((colour)(look.fg - LOOK_RGB), (colour)(look.bg - LOOK_RGB));
			if (contrast < (st == ST_RULE ? 3 : 4.5)) {
				fail_msg("theme %d, style %d: contrast %.2f", (int)own[i], st, contrast);
			}
		}
	}
}

/* The selected row is another colour than the rest in the nearest of 256, too. */
static void selection_is_seen_in_256(void **state)
{
	(void)state;
	for (int i = THEME_DARK; i <= THEME_LIGHT; i++) {
		struct look text = theme_look((enum theme)i, ST_TEXT), sel = theme_look((enum theme)i, ST_SEL);

		assert_int_not_equal(colour_nearest_256((colour)text.bg & 0xffffff), colour_nearest_256((colour)sel.bg & 0xffffff));
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
	/* The hit at hand among the others. */
	assert_int_not_equal(theme_look(THEME_MONO, ST_SEL).attributes, theme_look(THEME_MONO, ST_HIT).attributes);
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
		cmocka_unit_test(picks), cmocka_unit_test(own_colours_can_be_read), cmocka_unit_test(selection_is_seen_in_256),
		 cmocka_unit_test(mono_has_no_colour), cmocka_unit_test(states_are_told_apart_without_colour),
		cmocka_unit_test(colours_are_the_first_sixteen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
