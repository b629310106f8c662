#include "store/spend.h"

#include "base/clock.h"
#include "base/map.h"
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

/* From any moment on, what the rows say: old ones, recent ones, of no whole hour, and where sums are not complete. */
static void the_same_as_the_rows(void **state)
{
	const int64_t now_us = clock_wall_us(), hour_us = 3600 * US_PER_S, span_us = 60 * 24 * hour_us;
	struct store *s = fixture_store(*state);
	struct err e = { 0 };
	uint64_t x = 1;

	for (int i = 0; i < 5000; i++) {
		struct call_row row;

		fixture_row(&row, i);
		x = hash_mix(x + (uint64_t)i);
		row.id.ts_us = now_us - (int64_t)(x % (uint64_t)span_us);
		row.cost_nano = i % 11 == 0 ? UNKNOWN : (int64_t)(x >> 40);
		store_put_call(s, &row, NULL);
	}
	store_close(s);
	for (int i = 0; i < 400; i++) {
		x = hash_mix(x + (uint64_t)i);
		int64_t month_us = now_us - (int64_t)(x % (uint64_t)span_us), day_us = month_us + (int64_t)(x >> 32) % (now_us - month_us + 1);
		struct spend got;

		if (i % 4 == 0) {
			month_us = month_us / hour_us * hour_us;
		}
		if (i == 200 || i == 300) {
			char *floor = x_asprintf("INSERT INTO rollup_floor VALUES (%d, %lld)", i / 100, (long long)(now_us - span_us / 2));

			fixture_exec(*state, floor);
			free(floor);
			fixture_exec(*state, i == 200 ? "DELETE FROM rollup WHERE level = 2 AND slot % 7 = 0 AND slot * 3600000000 < (SELECT from_us FROM rollup_floor WHERE level = 2)"
						      : "DELETE FROM rollup WHERE level = 3 AND slot * 86400000000 < (SELECT from_us FROM rollup_floor WHERE level = 3)");
		}
		char *month = x_asprintf("SELECT sum(cost_nano) FROM call WHERE ts_us >= %lld", (long long)month_us);
		char *day = x_asprintf("SELECT coalesce(sum(cost_nano), 0) FROM call WHERE ts_us >= %lld", (long long)day_us);

		assert_true(spend_read(*state, month_us, day_us, &got, &e));
		assert_true(got.month_nano == fixture_int(*state, month));
		assert_true(got.day_nano == fixture_int(*state, day));
		free(month);
		free(day);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(sums, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_same_as_the_rows, fixture_setup, fixture_teardown) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
