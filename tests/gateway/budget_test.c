#include "gateway/budget.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

#define USD INT64_C(1000000000)

static void limits(void **state)
{
	static const struct {
		struct budget budget;
		struct budget_spent spent;
		const char *refusal, *note; /* NULL: none */
	} cases[] = {
		{ { 0, 0 }, { { 9 * USD, 9 * USD }, 0, 1 }, NULL, "" },
		{ { 5 * USD, 0 }, { { 4 * USD - 1, 99 * USD }, 0, 1 }, NULL, "" },
		{ { 5 * USD, 0 }, { { 4 * USD, 4 * USD }, 0, 1 }, NULL, "$4.00 of the day's budget of $5.00 is spent (80 %)" },
		{ { 5 * USD, 0 }, { { 4 * USD, 4 * USD }, 0, 0 }, NULL, "" },
		{ { 5 * USD, 0 }, { { 4 * USD, 4 * USD }, USD, 1 }, "not sent: $5.00 of the day's budget of $5.00 is spent",
		  "$5.00 of the day's budget of $5.00 is spent (100 %)" },
		{ { 5 * USD, 100 * USD }, { { 0, 101 * USD }, 0, 1 }, "not sent: $101.00 of the month's budget of $100.00 is spent",
		  "$101.00 of the month's budget of $100.00 is spent (101 %)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		struct budget_note note;
		bool ok = budget_check(&cases[i].budget, &cases[i].spent, &e);

		assert_int_equal(ok, cases[i].refusal == NULL);
		if (!ok) {
			assert_string_equal(e.text, cases[i].refusal);
			assert_int_equal(e.code, ERR_BUDGET);
			assert_non_null(strstr(e.hint, "raise budget."));
		}
		budget_note(&cases[i].budget, &cases[i].spent, &note);
		assert_string_equal(note.text, cases[i].note);
		assert_int_equal(note.brief[0] != '\0', note.text[0] != '\0');
		assert_int_equal(budget_is_set(&cases[i].budget), i > 0);
	}
}

static void freshness(void **state)
{
	struct budget_spent s = { .read_us = 7 };

	(void)state;
	assert_true(budget_is_fresh(&s, 7) && budget_is_fresh(&s, 6 + BUDGET_FRESH_US));
	assert_false(budget_is_fresh(&s, 7 + BUDGET_FRESH_US));
	s.read_us = 0;
	assert_false(budget_is_fresh(&s, 1));
}

/* Local days, also those of 23 and of 25 hours, and where it is another day than in UTC. */
static void starts(void **state)
{
	static const struct {
		const char *zone;
		int64_t at_s, day_s, month_s;
	} cases[] = {
		{ "UTC0", 1790000000, 1789948800, 1788220800 },
		{ "UTC0", 1788220800, 1788220800, 1788220800 },
		{ "XXX-2", 1790000000, 1789941600, 1788213600 },
		{ "XXX15", 1795442531, 1795359600, 1793545200 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", 1774785600, 1774738800, 1772319600 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", 1792954800, 1792879200, 1790805600 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t day, month;

		(void)setenv("TZ", cases[i].zone, 1);
		tzset();
		budget_starts(cases[i].at_s * 1000000, &day, &month);
		assert_int_equal(day, cases[i].day_s * 1000000);
		assert_int_equal(month, cases[i].month_s * 1000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(limits), cmocka_unit_test(freshness), cmocka_unit_test(starts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
