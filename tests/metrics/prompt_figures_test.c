#include "metrics/prompt_figures.h"

#include "tests/store/fixture.h"

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
	assert_true(prompt_figures_list(r, "p", &rows, &n, &e));
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
	prompt_figures_free(rows, n);
	assert_true(prompt_figures_list(r, "unknown", &rows, &n, &e));
	assert_int_equal(n, 0);
	reader_close(r);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(each_version_has_its_own, fixture_setup, fixture_teardown) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
