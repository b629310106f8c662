#include "tests/store/fixture.h"

#include <time.h>

#include "base/clock.h"
#include "metrics/forecast.h"

#define HOUR_US (3600 * US_PER_S)
#define DAY_US (24 * HOUR_US)
#define USD INT64_C(1000000000)

static int64_t at(const char *iso)
{
	int64_t us;

	assert_true(clock_parse_iso(iso, strlen(iso), &us));
	return us;
}

static void zone(const char *name)
{
	(void)setenv("TZ", name, 1);
	tzset();
}

static void add_cost(const char *dir, int64_t us, int64_t cost_nano)
{
	struct err e;
	struct bulk *b = bulk_open(dir, &e);
	struct call_row row;
	uint64_t added;

	assert_non_null(b);
	call_row_init(&row);
	row.id = (struct call_id){ us, (uint64_t)us };
	row.provider = "p";
	row.operation = "chat";
	row.cost_nano = cost_nano;
	assert_true(bulk_add(b, &row, 1, &added, &e));
	bulk_close(b);
}

static struct forecast read_at(const char *dir, int64_t now_us)
{
	struct err e;
	struct reader *r = reader_open(dir, &e);
	struct forecast f;

	assert_non_null(r);
	assert_true(forecast_read(r, now_us, &f, &e));
	reader_close(r);
	return f;
}

/* Three whole days with $2 at 10:20 and $6 at 20:10 each, on the first of them nothing in the morning; a call before makes the first day
 * one that is not whole. */
static void same_hours_of_the_last_days(void **state)
{
	const int64_t today = at("2026-11-20");

	zone("UTC");
	add_cost(*state, today - 4 * DAY_US + HOUR_US, 50 * USD);
	for (int i = 1; i <= 3; i++) {
		add_cost(*state, today - i * DAY_US + 10 * HOUR_US + HOUR_US / 3, i == 3 ? 0 : 3 * USD);
		add_cost(*state, today - i * DAY_US + 20 * HOUR_US + HOUR_US / 6, 6 * USD);
	}
	add_cost(*state, today + HOUR_US, USD);
	static const struct {
		const char *now;
		int64_t spent, end; /* in half dollars */
	} cases[] = {
		{ "2026-11-20T00:30", 0, 2 * (0 + 2 + 6) },
		{ "2026-11-20T01:00", 2, 2 * (1 + 2 + 6) },
		{ "2026-11-20T10:30", 2, 2 * (1 + 1 + 6) },
		{ "2026-11-20T20:45", 2, 2 + 3 },
		{ "2026-11-20T23:59", 2, 2 },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct forecast f = read_at(*state, at(cases[i].now));

		assert_int_equal(f.n_days, 3);
		assert_int_equal(f.day.from_us, today);
		assert_int_equal(f.day.to_us, today + DAY_US);
		assert_int_equal(f.month.from_us, at("2026-11-01"));
		assert_int_equal(f.month.to_us, at("2026-12-01"));
		assert_int_equal(f.day.spent_nano, cases[i].spent * USD / 2);
		assert_int_equal(f.day.end_nano, cases[i].end * USD / 2);
		/* Ten days are left, 8 $ each. */
		assert_int_equal(f.month.end_nano, f.month.spent_nano + f.day.end_nano - f.day.spent_nano + 80 * USD);
		assert_false(f.has_simulated);
	}
	struct forecast f = read_at(*state, at("2026-11-20T12:00"));

	assert_int_equal(f.month.spent_nano, (50 + 24 + 1) * USD);
}

static void only_the_last_seven(void **state)
{
	const int64_t today = at("2026-11-20");

	zone("UTC");
	add_cost(*state, today - 30 * DAY_US, USD);
	for (int i = 1; i <= 9; i++) { /* $7 on each of the last seven days, much more before */
		add_cost(*state, today - i * DAY_US + 15 * HOUR_US, i <= 7 ? 7 * USD : 1000 * USD);
	}
	struct forecast f = read_at(*state, today + HOUR_US);

	assert_int_equal(f.n_days, 7);
	assert_int_equal(f.day.end_nano, 7 * USD);
}

static void linear_on_the_first_day(void **state)
{
	const int64_t today = at("2026-11-20");

	zone("UTC");
	add_cost(*state, today + 6 * HOUR_US, 3 * USD);
	struct forecast f = read_at(*state, today + 6 * HOUR_US + FORECAST_LEAST_US - 1);

	assert_int_equal(f.day.spent_nano, 3 * USD);
	assert_int_equal(f.day.end_nano, UNKNOWN);
	assert_int_equal(f.month.end_nano, UNKNOWN);
	f = read_at(*state, today + 9 * HOUR_US); /* $1 an hour */
	assert_int_equal(f.n_days, 0);
	assert_int_equal(f.day.end_nano, (3 + 15) * USD);
	assert_int_equal(f.month.end_nano, (3 + 15 + 240) * USD);
}

static void local_days(void **state)
{
	zone("CET-1CEST,M3.5.0,M10.5.0/3");
	/* 2026-10-25 has 25 hours there. */
	add_cost(*state, at("2026-10-24T12:00"), USD);
	add_cost(*state, at("2026-10-24T22:30"), 2 * USD); /* 00:30 of the 25th */
	struct forecast f = read_at(*state, at("2026-10-25T12:00"));

	assert_int_equal(f.day.from_us, at("2026-10-24T22:00"));
	assert_int_equal(f.day.to_us, at("2026-10-25T23:00"));
	assert_int_equal(f.month.from_us, at("2026-09-30T22:00"));
	assert_int_equal(f.month.to_us, at("2026-10-31T23:00"));
	assert_int_equal(f.day.spent_nano, 2 * USD);
	f = read_at(*state, at("2026-10-26T12:00"));
	assert_int_equal(f.n_days, 1);
	assert_int_equal(f.day.end_nano, 0);
	assert_int_equal(f.month.end_nano, 3 * USD + 5 * 2 * USD);
	zone("UTC");
}

static void nothing_recorded(void **state)
{
	struct err e;

	bulk_close(bulk_open(*state, &e));
	struct forecast f = read_at(*state, at("2026-11-20T12:00"));

	assert_int_equal(f.day.spent_nano, 0);
	assert_int_equal(f.day.end_nano, UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(same_hours_of_the_last_days, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(only_the_last_seven, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(linear_on_the_first_day, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(local_days, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(nothing_recorded, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
