/* Old rows go, their sums stay; nothing is counted twice, nobody waits long, and the file does not grow for ever. */
#include "store/expire.h"

#include <poll.h>

#include "base/clock.h"
#include "metrics/summary.h"
#include "store/bulk.h"
#include "store/cache.h"
#include "tests/store/fixture.h"

#define DAY_US (86400 * US_PER_S)

static struct sql *opened(const char *dir)
{
	struct err e = { 0 };
	struct sql *s = sql_open(dir, SQL_WRITE, &e);

	assert_non_null(s);
	return s;
}

/* One row a step from from_us on, with bodies where asked for. */
static void fill(const char *dir, int64_t from_us, int64_t step_us, int n, bool has_body)
{
	struct store *s = fixture_store(dir);
	struct call_body body = { .request = "request", .request_len = 7, .answer = "answer", .answer_len = 6 };
	struct call_row row;

	for (int i = 0; i < n; i++) {
		fixture_row(&row, i);
		row.id.ts_us = from_us + i * step_us;
		row.usage.in_tok = 1;
		row.latency_us = 1000;
		store_put_call(s, &row, has_body ? &body : NULL);
	}
	fixture_flush(s);
	store_close(s);
}

static struct expired expire_all(const char *dir, const struct store_policy *policy, int64_t now_us)
{
	struct sql *sql = opened(dir);
	struct expired done = { 0 };
	struct err e = { 0 };
	bool is_all = false;

	while (!is_all) {
		if (!expire_slice(sql, policy, now_us, &done, &is_all, &e)) {
			fail_msg("%s", e.text);
		}
	}
	sql_close(sql);
	return done;
}

static uint64_t calls_between(const char *dir, int64_t from_us, int64_t to_us, int columns)
{
	const struct metrics_query q = { .from_us = from_us, .to_us = to_us, .columns = columns };
	struct err e = { 0 };
	struct reader *r = reader_open(dir, &e);
	struct metrics *m = metrics_query(r, &q, &e);

	assert_non_null(m);
	uint64_t n = m->total.calls, in_buckets = 0;

	for (size_t i = 0; i < m->n_buckets; i++) {
		in_buckets += m->buckets[i].calls;
	}
	assert_true(columns == 0 || in_buckets == n);
	metrics_free(m);
	reader_close(r);
	return n;
}

static void sums_stay(void **state)
{
	const int64_t first_us = FIXTURE_T0 / DAY_US * DAY_US, now_us = first_us + 100 * DAY_US;
	const struct store_policy policy = { .calls_us = 95 * DAY_US + 1234567 };

	fill(*state, first_us, 600 * US_PER_S, 1440, true); /* ten days */
	struct expired done = expire_all(*state, &policy, now_us);
	int64_t border_us = now_us - policy.calls_us;

	assert_true(done.calls > 600 && done.calls == done.bodies);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 1440 - (int)done.calls);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM body"), 1440 - (int)done.calls);
	assert_true(fixture_int(*state, "SELECT min(ts_us) FROM call") >= border_us);
	assert_true(calls_between(*state, 0, now_us, 0) == 1440);
	assert_true(calls_between(*state, 0, now_us, 200) == 1440);
	assert_true(calls_between(*state, first_us + DAY_US, first_us + 2 * DAY_US, 80) == 144);
	/* Whole hours: neighbours share no call and lose none. */
	uint64_t n = 0;
	for (int i = 0; i < 40; i++) {
		n += calls_between(*state, first_us + i * 6 * 3599 * US_PER_S, first_us + (i + 1) * 6 * 3599 * US_PER_S, i % 2 * 100);
	}
	assert_true(n == calls_between(*state, first_us, first_us + 40 * 6 * 3599 * US_PER_S, 0));
	assert_true(n > 1400);
	assert_int_equal(expire_all(*state, &policy, now_us).calls, 0);
	fixture_is_whole(*state);
}

static void what_was_removed_is_not_counted_again(void **state)
{
	const int64_t first_us = FIXTURE_T0, now_us = first_us + 100 * DAY_US;
	const struct store_policy policy = { .calls_us = 50 * DAY_US };
	struct call_row rows[1000];
	struct err e = { 0 };
	uint64_t added;

	for (int i = 0; i < 1000; i++) {
		fixture_row(&rows[i], i / 3); /* equal times */
		rows[i].id.key = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15);
	}
	struct bulk *b = bulk_open(*state, &e);
	assert_true(bulk_add(b, rows, 1000, &added, &e));
	assert_true(expire_all(*state, &policy, now_us).calls == 1000);
	assert_true(bulk_add(b, rows, 1000, &added, &e));
	assert_true(added == 0 && bulk_expired(b) == 1000);
	bulk_close(b);
	assert_true(calls_between(*state, 0, now_us, 0) == 1000);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 0);
}

static void bodies_go_earlier(void **state)
{
	const struct store_policy policy = { .calls_us = 90 * DAY_US, .bodies_us = DAY_US };
	struct store *s = fixture_store(*state);
	struct run_row run = { FIXTURE_T0, "system", "user", "{}", "[]", false };
	struct cached_answer answer = { .made_us = FIXTURE_T0, .response = (char[]){ "x" }, .response_len = 1 };
	struct err e = { 0 };

	fill(*state, FIXTURE_T0, US_PER_S, 300, true);
	store_put_run(s, &run);
	fixture_flush(s);
	store_close(s);
	assert_true(cache_put(*state, &answer, &e));
	struct expired done = expire_all(*state, &policy, FIXTURE_T0 + 100 * US_PER_S + DAY_US);

	assert_true(done.calls == 0 && done.bodies == 100 && done.runs == 1 && done.answers == 1);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 300);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM body"), 200);
}

static int64_t pages(const char *dir)
{
	return fixture_int(dir, "PRAGMA page_count");
}

/* A row that is put is followed by the removal of one: the file stays as large as what is kept. */
static void the_file_stays_bounded(void **state)
{
	const struct store_policy policy = { .calls_us = 40 * DAY_US };
	int64_t largest = 0;

	for (int day = 0; day < 8; day++) {
		int64_t now_us = FIXTURE_T0 + day * 20 * DAY_US;

		fill(*state, now_us, 1000, 3000, true);
		(void)expire_all(*state, &policy, now_us + US_PER_S * 10);
		largest = day == 3 ? pages(*state) : largest;
	}
	assert_true(pages(*state) <= largest + largest / 4);
}

/* The store removes by itself, in slices that leave the lock in between. */
static void the_writer_removes_while_it_is_idle(void **state)
{
	const struct store_policy policy = { .calls_us = 40 * DAY_US };
	int64_t until_us = clock_mono_us() + 20 * US_PER_S;

	fill(*state, clock_wall_us() - 50 * DAY_US, 1000, 2000, true);
	struct store *s = fixture_store(*state);
	store_set_policy(s, &policy);
	while (fixture_int(*state, "SELECT count(*) FROM call") > 0 && clock_mono_us() < until_us) {
		(void)poll(NULL, 0, 20);
	}
	store_close(s);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 0);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM body"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sums_stay, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_was_removed_is_not_counted_again, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(bodies_go_earlier, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_file_stays_bounded, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_writer_removes_while_it_is_idle, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
