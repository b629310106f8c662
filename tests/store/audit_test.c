/* Sums that are not those of their rows are found and mended; clocks that step leave none. */
#include "store/audit.h"

#include <sys/wait.h>

#include "base/clock.h"
#include "store/bulk.h"
#include "tests/store/fixture.h"

#define HOUR_US (3600 * US_PER_S)
#define DAY_US (24 * HOUR_US)

static void add(const char *dir, int64_t from_us, int64_t step_us, int n)
{
	struct err e = { 0 };
	struct bulk *b = bulk_open(dir, &e);
	struct call_row row;
	uint64_t added;

	assert_non_null(b);
	for (int i = 0; i < n; i++) {
		fixture_row(&row, i);
		row.id.ts_us = from_us + i * step_us;
		row.model_resp = i % 3 == 0 ? "other" : NULL;
		row.error_class = i % 7 == 0 ? CLASS_TIMEOUT : CLASS_NONE;
		row.latency_us = 1000 * i;
		row.cost_nano = i % 5 == 0 ? UNKNOWN : i;
		assert_true(bulk_add(b, &row, 1, &added, &e));
	}
	bulk_close(b);
}

static struct audit audit(const char *dir)
{
	struct err e = { 0 };
	struct writer *w = writer_open(dir, &e);
	struct audit a;

	if (w == NULL || !audit_run(w, &a, &e)) {
		fail_msg("%s", e.text);
	}
	writer_close(w);
	return a;
}

static void what_is_right_is_found_right(void **state)
{
	/* Old, recent, and of now: all levels, and levels that are no longer kept. */
	add(*state, FIXTURE_T0, 7 * 60 * US_PER_S, 500);
	add(*state, clock_wall_us() - 5 * DAY_US, 3 * 60 * US_PER_S, 500);
	add(*state, clock_wall_us() - HOUR_US, 5 * US_PER_S, 500);
	struct audit a = audit(*state);

	assert_true(a.calls == 1500 && a.slots > 1000 && a.wrong == 0 && a.n_days == 0);
	audit_free(&a);
}

static void what_is_wrong_is_found_and_mended(void **state)
{
	static const char *const harms[] = {
		"UPDATE rollup SET in_tok = in_tok + 1",
		"UPDATE rollup SET latency_hist = NULL",
		"UPDATE rollup SET latency_hist = x'ffffffffffffffffffffff'",
		"UPDATE rollup SET errors = '1:1'",
		"DELETE FROM rollup",
		"INSERT INTO rollup SELECT level, slot, 77, model, operation, n, errors, in_tok, out_tok, cache_read_tok, reason_tok, cost_nano, unpriced,"
		" latency_n, latency_us, ttft_n, ttft_us, gen_us, gen_tok, latency_hist, ttft_hist, tpot_hist FROM rollup",
	};
	int64_t from_us = clock_wall_us() - HOUR_US;

	add(*state, from_us, 5 * US_PER_S, 500);
	for (size_t i = 0; i < COUNT_OF(harms); i++) {
		for (int level = 0; level < 4; level++) {
			char *harm = x_asprintf("%s WHERE level = %d AND slot = (SELECT max(slot) FROM rollup WHERE level = %d)", harms[i], level, level);
			struct err e = { 0 };
			bool is_mended;

			fixture_exec(*state, harm);
			struct audit a = audit(*state);
			if (a.wrong == 0 || a.n_days == 0) {
				fail_msg("not found: %s", harm);
			}
			struct writer *w = writer_open(*state, &e);
			for (size_t k = 0; k < a.n_days; k++) {
				assert_true(audit_mend(w, a.days_us[k], &is_mended, &e));
				assert_true(is_mended);
			}
			writer_close(w);
			audit_free(&a);
			a = audit(*state);
			if (a.wrong > 0 || a.calls != 500) {
				fail_msg("not mended: %s", harm);
			}
			audit_free(&a);
			free(harm);
		}
	}
}

/* Rows come while the day is mended, from another process: none is left out or counted twice. */
static void mended_while_others_write(void **state)
{
	const int64_t day_us = (clock_wall_us() / DAY_US - 1) * DAY_US;
	const int n = 600;
	struct err e = { 0 };
	uint64_t rounds = 0;
	int status;

	add(*state, day_us, 2 * 60 * US_PER_S, n);
	fixture_exec(*state, "UPDATE rollup SET in_tok = in_tok + 1; DELETE FROM rollup WHERE slot % 3 = 0");
	pid_t pid = fork();
	if (pid == 0) {
		add(*state, day_us + 1, 2 * 60 * US_PER_S, n);
		_exit(0);
	}
	struct writer *w = writer_open(*state, &e);
	bool is_done = false, is_mended;

	while (!is_done || rounds < 2) {
		is_done = is_done || waitpid(pid, &status, WNOHANG) == pid;
		if (!audit_mend(w, day_us, &is_mended, &e) || !is_mended) {
			fail_msg("%s", e.text);
		}
		rounds++;
	}
	assert_int_equal(status, 0);
	writer_close(w);
	struct audit a = audit(*state);
	assert_true(a.calls == 2 * (uint64_t)n && a.wrong == 0);
	audit_free(&a);
	assert_int_equal(fixture_int(*state, "SELECT sum(n) FROM rollup WHERE level = 3"), 2 * n);
}

/* The clock of a source steps back an hour, forward a day; a call begins in the future. */
static void clocks_may_step(void **state)
{
	int64_t now_us = clock_wall_us();

	add(*state, now_us, US_PER_S, 100);
	add(*state, now_us - HOUR_US + 1, US_PER_S, 100);
	add(*state, now_us + DAY_US + 2, US_PER_S, 100);
	add(*state, now_us + 3, -US_PER_S, 100);
	struct audit a = audit(*state);

	assert_true(a.calls == 400 && a.wrong == 0);
	audit_free(&a);
	assert_int_equal(fixture_int(*state, "SELECT sum(n) FROM rollup WHERE level = 3"), 400);
	assert_int_equal(fixture_int(*state, "SELECT sum(n) FROM rollup WHERE level = 0"), 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_right_is_found_right, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_found_and_mended, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(mended_while_others_write, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(clocks_may_step, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
