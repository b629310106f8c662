#include "metrics/prompt_figures.h"

#include "tests/store/fixture.h"

#include "base/clock.h"

#define NOW_US (FIXTURE_T0 + 1800 * US_PER_S)

static void put(struct store *s, int i, const char *name, const char *version, int64_t latency_us, enum error_class class)
{
	struct call_row row;

	fixture_row(&row, i);
	row.prompt_name = name;
	row.prompt_version = version;
	row.latency_us = latency_us;
	row.cost_nano = 1000;
	row.cost_source = COST_COMPUTED;
	row.error_class = class;
	store_put_call(s, &row, NULL);
}

static void each_version_has_its_own(void **state)
{
	struct store *s = fixture_store(*state);
	struct prompt_figures *rows;
	struct err e = { 0 };
	size_t n;

	for (int i = 0; i < 100; i++) {
		put(s, i, "p", "old", (i + 1) * 1000, i < 10 ? CLASS_TIMEOUT : CLASS_NONE);
	}
	put(s, 100, "p", "new", 5000, CLASS_NONE);
	put(s, 101, "q", "new", 5000, CLASS_NONE);
	put(s, 102, NULL, NULL, 5000, CLASS_NONE);
	fixture_flush(s);
	struct reader *r = reader_open(*state, &e);

	assert_non_null(r);
	assert_true(prompt_figures_list(r, "p", NOW_US, &rows, &n, &e));
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].version, "new");
	assert_int_equal(rows[0].figures.calls, 1);
	assert_string_equal(rows[1].version, "old");
	assert_int_equal(rows[1].figures.calls, 100);
	assert_int_equal(rows[1].figures.errors, 10);
	assert_int_equal(figures_cost(&rows[1].figures), 100000);
	assert_in_range(hist_quantile(&rows[1].figures.latency, 0.5), 49000, 51000);
	assert_in_range(hist_quantile(&rows[1].figures.latency, 0.95), 94000, 96500);
	assert_int_equal(rows[1].last_us, FIXTURE_T0 + 99 * 1000000LL);
	assert_int_equal(rows[1].by_hour[PROMPT_HOURS - 1], 100); /* all in the last hour */
	assert_false(rows[1].has_simulated);
	prompt_figures_free(rows, n);
	/* a day later, an hour before, and long after */
	assert_true(prompt_figures_list(r, "p", NOW_US + 24 * 3600 * US_PER_S, &rows, &n, &e));
	assert_int_equal(rows[1].by_hour[PROMPT_HOURS - 1 - 24], 100);
	prompt_figures_free(rows, n);
	assert_true(prompt_figures_list(r, "p", FIXTURE_T0 - 1, &rows, &n, &e));
	for (size_t i = 0; i < PROMPT_HOURS; i++) {
		assert_int_equal(rows[1].by_hour[i], 0);
	}
	prompt_figures_free(rows, n);
	assert_true(prompt_figures_list(r, "p", NOW_US + (int64_t)PROMPT_HOURS * 3600 * US_PER_S, &rows, &n, &e));
	assert_int_equal(rows[1].by_hour[0], 0);
	prompt_figures_free(rows, n);
	assert_true(prompt_figures_list(r, "unknown", NOW_US, &rows, &n, &e));
	assert_int_equal(n, 0);
	reader_close(r);
	store_close(s);
}

static void the_newest_calls_of_a_version(void **state)
{
	struct store *s = fixture_store(*state);
	struct prompt_call *calls;
	struct err e = { 0 };
	size_t n;

	for (int i = 0; i < 10; i++) {
		put(s, i, "p", i % 2 == 0 ? "even" : "odd", 1000, CLASS_NONE);
	}
	put(s, 10, "q", "even", 1000, CLASS_NONE);
	fixture_flush(s);
	struct reader *r = reader_open(*state, &e);

	assert_true(prompt_calls_list(r, "p", "even", 3, &calls, &n, &e));
	assert_int_equal(n, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(calls[i].row.id.ts_us, FIXTURE_T0 + (8 - 2 * i) * 1000000LL);
		assert_null(calls[i].body.answer);
	}
	prompt_calls_free(calls, n);
	assert_true(prompt_calls_list(r, "p", "none", 3, &calls, &n, &e));
	assert_int_equal(n, 0);
	prompt_calls_free(calls, n);
	assert_true(prompt_calls_list(r, "p", "", 3, &calls, &n, &e));
	assert_int_equal(n, 0);
	prompt_calls_free(calls, n);
	reader_close(r);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_version_has_its_own, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_newest_calls_of_a_version, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
