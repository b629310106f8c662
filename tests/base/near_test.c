#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/near.h"

#include "base/mem.h"

static void distances(void **state)
{
	static const struct {
		const char *a, *b;
		size_t d;
	} cases[] = {
		{ "", "", 0 },        { "", "abc", 3 },       { "abc", "abc", 0 },  { "abc", "ABC", 0 }, { "abc", "abd", 1 },
		{ "abc", "acb", 1 },  { "modle", "model", 1 }, { "kitten", "sitting", 3 }, { "ca", "abc", 3 }, { "a", "", 1 },
		{ "opnai", "openai", 1 },
	};
	char many[70];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(near_distance(cases[i].a, cases[i].b), cases[i].d);
		assert_int_equal(near_distance(cases[i].b, cases[i].a), cases[i].d);
	}
	memset(many, 'a', sizeof(many));
	many[64] = '\0';
	assert_int_equal(near_distance(many, ""), 64);
	many[64] = 'a';
	many[65] = '\0';
	assert_int_equal(near_distance(many, many), 1000);
}

static void the_best_come_first(void **state)
{
	static const char *const names[] = { "temperature", "timeout_s", "modes", "mode", "model", "model", "node", "yodel" };
	struct near_best best = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		near_offer(&best, "modle", names[i]);
	}
	assert_int_equal(best.n, 3);
	assert_string_equal(best.names[0], "mode");
	assert_string_equal(best.names[1], "model");
	assert_string_equal(best.names[2], "modes");
	assert_true(best.distances[0] <= best.distances[1] && best.distances[1] <= best.distances[2]);
	/* A short word is not near to everything. */
	struct near_best none = { 0 };
	near_offer(&none, "xy", "ui");
	near_offer(&none, "foo", "op");
	near_offer(&none, "a", "b");
	near_offer(&none, "", "b");
	/* Neither is one that is long beyond comparing. */
	char many[4000];
	memset(many, 'a', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	near_offer(&none, many, "model");
	assert_int_equal(none.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(distances), cmocka_unit_test(the_best_come_first) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
