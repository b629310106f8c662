#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "ui/format.h"
#include "ui/screens/metrics_state.h"

static void running_times(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{ UNKNOWN, "–" }, { 0, "0:00.0" }, { 99999, "0:00.0" }, { 100000, "0:00.1" }, { 1240000, "0:01.2" }, { 59999999, "0:59.9" },
		{ 60000000, "1:00.0" }, { 3723400000, "62:03.4" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[FORMAT_SIZE];

		format_running(cases[i].us, out);
		assert_string_equal(out, cases[i].text);
	}
}

#define HOUR_US (3600 * US_PER_S)
/* 2026-11-23T14:02:11Z */
#define NOW_US 1795442531000000LL

static void clock_times(void **state)
{
	static const struct {
		int64_t us, offset_us;
		const char *text;
	} cases[] = {
		{ NOW_US, 0, "14:02:11" },
		{ NOW_US - 14 * HOUR_US, 0, "00:02:11" },
		{ NOW_US - 15 * HOUR_US, 0, "11-22 23:02" },
		/* the day is the local one: eight hours east it is 22:02, and 16:02 UTC yesterday is today */
		{ NOW_US - 15 * HOUR_US, 8 * HOUR_US, "07:02:11" },
		{ NOW_US - 23 * HOUR_US, 8 * HOUR_US, "11-22 23:02" },
		{ NOW_US, -15 * HOUR_US, "23:02:11" },
		{ NOW_US + 10 * HOUR_US, 0, "11-24 00:02" }, /* a clock that was set back */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[FORMAT_SIZE];

		format_time(cases[i].us, NOW_US, cases[i].offset_us, out);
		assert_string_equal(out, cases[i].text);
	}
	char out[FORMAT_SIZE];

	format_time(INT64_MAX / 2, NOW_US, 0, out); /* some far year; whatever it is, it fits */
	assert_true(out[0] != '\0');
}

static void rates(void **state)
{
	static const struct {
		double per_s;
		const char *text;
	} cases[] = { { NAN, "–" }, { 0., "0" }, { 0.4, "0" }, { 70.6, "71" }, { 12345., "12345" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[FORMAT_SIZE];

		format_rate(cases[i].per_s, out);
		assert_string_equal(out, cases[i].text);
	}
}

static void changes(void **state)
{
	static const struct {
		double now, before;
		const char *text;
	} cases[] = { { 1, 0, "" }, { NAN, 1, "" }, { 112, 100, "+12%" }, { 92, 100, "-8%" }, { 99.7, 100, "+0%" }, { 0, 100, "-100%" }, { 999, 100, "+899%" },
		{ 1000, 100, "\u00d710" }, { 186000, 100, "\u00d71860" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[FORMAT_SIZE];

		format_change(cases[i].now, cases[i].before, out);
		assert_string_equal(out, cases[i].text);
	}
}

static void exact_counts(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} cases[] = { { 0, "0" }, { 999, "999" }, { 1000, "1 000" }, { 50000, "50 000" }, { 1234567, "1 234 567" }, { -1234, "-1 234" }, { -123, "-123" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[FORMAT_SIZE];

		figure_exact(cases[i].n, out);
		assert_string_equal(out, cases[i].text);
	}
}

/* What failed has no cost, which is not a cost of nothing; and next to no calls are nothing to compare with. */
static void group_figures(void **state)
{
	struct figures failed = { .calls = 3, .errors = 3 }, local = { .calls = 3, .errors = 1, .by_class = { [CLASS_NONE] = 2 } }, unpriced = { .calls = 3, .unpriced = 2 };
	struct figures unsent = { .calls = 3, .errors = 0, .by_class = { [CLASS_BUDGET] = 3 } };
	struct figures few = { .calls = 1 }, many = { .calls = 50 }, more = { .calls = 51 }, none = { 0 };

	(void)state;
	assert_false(is_known(metrics_cost(&failed)));
	assert_false(is_known(metrics_cost(&unsent)));
	assert_true(isnan(figures_errors_per(&unsent, 1)));
	assert_false(is_known(metrics_cost(&unpriced)));
	assert_int_equal(metrics_cost(&local), 0);
	assert_int_equal(metrics_cost(&none), 0);
	unpriced.cost_nano = 5;
	assert_int_equal(metrics_cost(&unpriced), 5);
	assert_true(metrics_is_comparable(&many, &few));
	assert_false(metrics_is_comparable(&more, &few));
	assert_true(metrics_is_comparable(&few, &many));
	for (int c = 0; c < CLASS_COUNT; c++) { /* the status of the log has nine cells at 80 columns */
		assert_in_range(strlen(metrics_class_word((enum error_class)c)), c == CLASS_NONE ? 0 : 1, 9);
	}
}

/* Whole or not at all, in cells and not bytes. */
static void items(void **state)
{
	struct buf line = { 0 };

	(void)state;
	(void)format_item(&line, 3, "  ", "four");
	assert_string_equal(buf_str(&line), "");
	(void)format_item(&line, 4, "  ", "v1 \u2192");
	(void)format_item(&line, 7, "  ", "ab");
	(void)format_item(&line, -1, "", "");
	assert_string_equal(buf_str(&line), "v1 \u2192");
	(void)format_item(&line, 8, "  ", "ab");
	assert_string_equal(buf_str(&line), "v1 \u2192  ab");
	buf_free(&line);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(running_times), cmocka_unit_test(changes), cmocka_unit_test(exact_counts), cmocka_unit_test(clock_times), cmocka_unit_test(rates),
		cmocka_unit_test(group_figures), cmocka_unit_test(items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
