#include "store/spend.h"

#include "tests/store/fixture.h"

static void sums(void **state)
{
	static const struct {
		int64_t at, cost;
	} calls[] = { { 1, 7 }, { 100, 10 }, { 200, 20 }, { 200, UNKNOWN }, { 300, 40 } };
	static const struct {
		int64_t month, day, month_nano, day_nano;
	} cases[] = { { 0, 0, 77, 77 }, { 2, 200, 70, 60 }, { 100, 301, 70, 0 }, { 301, 301, 0, 0 } };
	struct err e = { 0 };
	struct spend got;

	assert_false(spend_read(*state, 0, 0, &got, &e));
	struct store *s = store_open(*state, &e);
	assert_non_null(s);
	assert_true(spend_read(*state, 0, 0, &got, &e));
	assert_true(got.day_nano == 0 && got.month_nano == 0);
	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		struct call_row row;

		call_row_init(&row);
		row.id = (struct call_id){ calls[i].at, i };
		row.provider = "p";
		row.operation = "chat";
		row.cost_nano = calls[i].cost;
		row.is_simulated = i % 2 == 0;
		store_put_call(s, &row, NULL);
	}
	store_close(s);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_true(spend_read(*state, cases[i].month, cases[i].day, &got, &e));
		assert_int_equal(got.month_nano, cases[i].month_nano);
		assert_int_equal(got.day_nano, cases[i].day_nano);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(sums, fixture_setup, fixture_teardown) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
