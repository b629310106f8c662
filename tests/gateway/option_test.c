#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/option.h"

/* Each row is whole: its default is a value of it, and so is each of its words. */
static void rows_are_whole(void **state)
{
	struct option_values o;
	char word[OPTION_TEXT_SIZE], values[160];
	struct err e;

	(void)state;
	options_init(&o);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];

		assert_non_null(row->name);
		assert_int_equal(option_find(row->name), i);
		assert_null(strpbrk(row->name, " \t"));
		assert_true(row->help[0] != '\0' && strchr(row->help, '\n') == NULL);
		assert_string_equal(o.now[i].text, row->initial);
		assert_int_equal(o.now[i].origin, ORIGIN_DEFAULT);
		assert_true(option_values_text(row, values)[0] != '\0');
		assert_true(row->type == OPTION_NUMBER ? row->lo < row->hi : row->words != NULL);
		for (size_t k = 0; option_word(row, k, word); k++) {
			assert_true(option_set(&o, (enum option_id)i, word, ORIGIN_SESSION, NULL, &e));
			assert_true(isnan(option_number(&o, (enum option_id)i)));
		}
	}
	assert_int_equal(option_find("colour"), OPTION_COUNT);
}

static void wrong_values_change_nothing(void **state)
{
	static const struct {
		enum option_id id;
		const char *text, *why;
	} cases[] = {
		{ OPTION_MOUSE, "maybe", "must be one of on|off, not \"maybe\"" }, { OPTION_MOUSE, "", "must be one of on|off, not \"\"" },
		{ OPTION_FPS, "3", "must be 4 to 60, not \"3\"" }, { OPTION_FPS, "61", "must be 4 to 60, not \"61\"" },
		{ OPTION_FPS, "1e1", "must be 4 to 60, not \"1e1\"" }, { OPTION_FPS, "nan", "must be 4 to 60, not \"nan\"" },
		{ OPTION_FPS, "10%", "must be 4 to 60, not \"10%\"" }, { OPTION_FPS, "-5", "must be 4 to 60, not \"-5\"" },
		{ OPTION_FPS, "1.2.3", "must be 4 to 60, not \"1.2.3\"" }, { OPTION_FPS, "\x1b[2J", "must be 4 to 60, not \"?[2J\"" },
	};
	struct option_values o;

	(void)state;
	options_init(&o);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };

		assert_false(option_set(&o, cases[i].id, cases[i].text, ORIGIN_SESSION, NULL, &e));
		assert_string_equal(e.text, cases[i].why);
		assert_string_equal(option_text(&o, cases[i].id), option_rows[cases[i].id].initial);
	}
}

/* What is set in the console wins until it is reset to what was there before, with its origin. */
static void origins(void **state)
{
	struct option_values o;
	struct err e;
	char text[96];

	(void)state;
	setenv("NO_COLOR", "1", 1);
	options_init(&o);
	assert_string_equal(option_origin_text(&o.now[OPTION_THEME], text), "default");
	options_take_environment(&o);
	assert_string_equal(option_text(&o, OPTION_THEME), "mono");
	assert_string_equal(option_origin_text(&o.now[OPTION_THEME], text), "NO_COLOR in the environment");
	assert_true(option_set(&o, OPTION_THEME, "ansi", ORIGIN_FILE, "config.yaml:3", &e));
	assert_string_equal(option_origin_text(&o.now[OPTION_THEME], text), "config.yaml:3");
	assert_true(option_set(&o, OPTION_THEME, "mono", ORIGIN_SESSION, NULL, &e));
	assert_string_equal(option_origin_text(&o.now[OPTION_THEME], text), "set in the console");
	option_reset(&o, OPTION_THEME);
	assert_string_equal(option_text(&o, OPTION_THEME), "ansi");
	assert_string_equal(option_origin_text(&o.now[OPTION_THEME], text), "config.yaml:3");
	assert_true(option_set(&o, OPTION_FPS, "12.5", ORIGIN_SESSION, NULL, &e));
	assert_float_equal(option_number(&o, OPTION_FPS), 12.5, 0);
	unsetenv("NO_COLOR");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_whole), cmocka_unit_test(wrong_values_change_nothing), cmocka_unit_test(origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
