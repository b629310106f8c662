#include "text/fuzzy.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static void test_fits(void **state)
{
	static const struct {
		const char *typed, *text;
		enum fuzzy_places places;
		bool fits;
	} rows[] = {
		{ "", "", FUZZY_ANYWHERE, true }, { "", "anything", FUZZY_WORD_STARTS, true }, { "a", "", FUZZY_ANYWHERE, false },
		{ "stp", "stop", FUZZY_ANYWHERE, true }, { "pts", "stop", FUZZY_ANYWHERE, false }, { "STP", "stop", FUZZY_ANYWHERE, true },
		{ "stp", "STOP", FUZZY_ANYWHERE, true }, { "stopp", "stop", FUZZY_ANYWHERE, false }, { "ss", "s", FUZZY_ANYWHERE, false },
		{ "oai54", "openai/gpt-5.4", FUZZY_ANYWHERE, true }, { "s a", "stop all", FUZZY_ANYWHERE, true },
		{ "\xc3\xa9", "caf\xc3\xa9", FUZZY_ANYWHERE, true }, { "\xc3\xa9", "caf\xc3\xa8", FUZZY_ANYWHERE, false },
		{ "spt", "send the prompt to all", FUZZY_WORD_STARTS, true }, { "sepro", "send the prompt", FUZZY_WORD_STARTS, true },
		{ "prompt", "send the prompt", FUZZY_WORD_STARTS, true }, { "rompt", "send the prompt", FUZZY_WORD_STARTS, false },
		{ "hist", "compare with the next", FUZZY_WORD_STARTS, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if ((fuzzy_score(rows[i].typed, rows[i].text, rows[i].places) != FUZZY_NONE) != rows[i].fits) {
			fail_msg("\"%s\" in \"%s\"", rows[i].typed, rows[i].text);
		}
	}
}

static void test_order(void **state)
{
	static const struct {
		const char *typed, *better, *worse;
	} rows[] = {
		{ "run", "run", "rerun" }, { "run", "rerun", "around" }, { "sa", "stop all", "usage" }, { "mini", "gpt-5.4-mini", "gemini-2.5" },
		{ "gm", "gpt-mini", "gimp" }, { "all", "stop all", "small letters" }, { "p", "play", "stop" }, { "hist", "history", "high stakes" },
		{ "m", "mark", "metrics" }, { "o5", "openai/gpt-5.4", "openai/o3-2025" }, { "b", "a/b", "ab" }, { "fb", "fooBar", "foobar" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int better = fuzzy_score(rows[i].typed, rows[i].better, FUZZY_ANYWHERE);
		int worse = fuzzy_score(rows[i].typed, rows[i].worse, FUZZY_ANYWHERE);

		if (better <= worse || worse == FUZZY_NONE) {
			fail_msg("\"%s\": \"%s\" %d, \"%s\" %d", rows[i].typed, rows[i].better, better, rows[i].worse, worse);
		}
	}
}

/* Not the first place a letter is found at, but the best one. */
static void test_best_place(void **state)
{
	(void)state;
	assert_true(fuzzy_score("diff", "drop if different diff", FUZZY_ANYWHERE) > 3000);
	assert_true(fuzzy_score("ab", "a-xa-xab", FUZZY_ANYWHERE) > fuzzy_score("ab", "a-xa-xxb", FUZZY_ANYWHERE));
}

static void test_long(void **state)
{
	char text[3 * FUZZY_MOST + 1], typed[FUZZY_MOST + 2];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(typed, 'a', sizeof(typed) - 1);
	typed[sizeof(typed) - 1] = '\0';
	assert_int_equal(fuzzy_score(typed, text, FUZZY_ANYWHERE), FUZZY_NONE);
	typed[FUZZY_MOST] = '\0';
	assert_true(fuzzy_score(typed, text, FUZZY_ANYWHERE) > 0);
	text[sizeof(text) - 2] = 'b'; /* beyond what is looked at */
	assert_int_equal(fuzzy_score("b", text, FUZZY_ANYWHERE), FUZZY_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fits), cmocka_unit_test(test_order), cmocka_unit_test(test_best_place), cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
