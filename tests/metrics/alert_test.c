#include "tests/store/fixture.h"

#include "base/clock.h"
#include "metrics/alert.h"

#define MIN_US (60 * US_PER_S)
#define USD INT64_C(1000000000)

static int64_t now_us;
static uint64_t n_added;

static struct alert_rule rule_of(const char *when, const char *over)
{
	struct alert_rule rule = { .name = (char *)"a", .min_calls = LIMIT_CALLS };
	struct err e = { 0 };

	assert_true(alert_rule_set_when(&rule, when, &e));
	assert_true(alert_rule_set_over(&rule, over, &e));
	return rule;
}

/* calls, errors, then what a rule makes of it that was off, and on. */
static void judging(void **state)
{
	static const struct {
		const char *when;
		uint64_t calls, errors;
		int64_t cost;
		bool off_becomes, on_becomes, off_moves, on_moves;
	} cases[] = {
		{ "err>2%", 1000, 21, 0, true, true, true, true },
		{ "err>2%", 1000, 20, 0, false, true, true, true }, /* not over before 1.8 % */
		{ "err>2%", 1000, 18, 0, false, false, true, true },
		{ "err>2%", 20, 20, 0, true, true, true, true },
		{ "err>2%", 19, 19, 0, false, true, false, true }, /* too few to begin, and to end */
		{ "err>2%", 19, 0, 0, false, true, false, true },
		{ "err>2%", 0, 0, 0, false, false, false, false },
		{ "cost>1", 3, 0, 2 * USD, true, true, true, true },
		{ "cost>1", 3, 0, USD, false, true, false, true }, /* less calls never cost more */
		{ "cost>1", 3, 0, USD / 2, false, false, false, false },
		{ "calls<10", 0, 0, 0, true, true, false, false },
		{ "calls<10", 9, 0, 0, true, true, false, false },
		{ "calls<10", 10, 0, 0, false, true, true, false },
		{ "calls<10", 11, 0, 0, false, false, true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct alert_rule rule = rule_of(cases[i].when, "10m");
		const struct figures f = { .calls = cases[i].calls, .errors = cases[i].errors, .cost_nano = cases[i].cost };
		struct alert_state off = { .is_on = false }, on = { .is_on = true };

		if (alert_judge(&rule, &f, 1000, &off) != cases[i].off_becomes || alert_judge(&rule, &f, 1000, &on) != cases[i].on_becomes) {
			fail_msg("%s with %d calls: wrong verdict", cases[i].when, (int)cases[i].calls);
		}
		/* Looked at again once a sixtieth of the span has gone, or never. */
		if ((off.recheck_us == 1000 + 10 * US_PER_S) != cases[i].off_moves || (on.recheck_us == 1000 + 10 * US_PER_S) != cases[i].on_moves) {
			fail_msg("%s with %d calls: wrong recheck", cases[i].when, (int)cases[i].calls);
		}
		assert_true(off.recheck_us == INT64_MAX || cases[i].off_moves);
	}
}

static void add(const char *dir, int64_t us, const char *provider, int n, enum error_class class)
{
	struct err e;
	struct bulk *b = bulk_open(dir, &e);
	uint64_t added;

	assert_non_null(b);
	for (int i = 0; i < n; i++) {
		struct call_row row;

		call_row_init(&row);
		row.id = (struct call_id){ us, ++n_added };
		row.provider = provider;
		row.model_req = "m";
		row.operation = "chat";
		row.error_class = class;
		assert_true(bulk_add(b, &row, 1, &added, &e));
	}
	bulk_close(b);
}

static struct alert_state evaluate(const char *dir, const struct alert_rule *rule, int64_t us)
{
	struct alert_state s = { 0 };
	struct err e;
	struct reader *r = reader_open(dir, &e);

	assert_non_null(r);
	assert_true(alert_evaluate(dir, r, rule, us, &s));
	assert_int_equal(s.err.code, ERR_NONE);
	reader_close(r);
	return s;
}

static void begins_and_ends_once(void **state)
{
	struct alert_rule rule = rule_of("err>10%", "10m");

	now_us = clock_wall_us();
	rule.provider = (char *)"openai";
	add(*state, now_us - 5 * MIN_US, "openai", 40, CLASS_NONE);
	add(*state, now_us - 5 * MIN_US, "other", 40, CLASS_TIMEOUT); /* not asked for */
	add(*state, now_us - 20 * MIN_US, "openai", 40, CLASS_TIMEOUT); /* too long ago */
	struct alert_state s = evaluate(*state, &rule, now_us);

	assert_false(s.is_on || s.has_turned);
	assert_int_equal(s.sample, 40);
	assert_int_equal(s.value, 0);
	assert_int_equal(s.since_us, UNKNOWN);
	add(*state, now_us, "openai", 10, CLASS_TIMEOUT);
	s = evaluate(*state, &rule, now_us);
	assert_true(s.is_on && s.has_turned && s.is_judged);
	assert_int_equal(s.value, 200000);
	assert_int_equal(s.since_us, now_us);
	/* Another console, or the same one after a restart: it is on, and nobody is told again. */
	s = evaluate(*state, &rule, now_us + MIN_US);
	assert_true(s.is_on && !s.has_turned);
	assert_int_equal(s.since_us, now_us);
	/* The same limit over another span is another alert. */
	struct alert_rule other = rule_of("err>10%", "1h");

	s = evaluate(*state, &other, now_us + MIN_US);
	assert_true(s.has_turned);
	/* Only failures are left: still on. Then nothing is left. */
	s = evaluate(*state, &rule, now_us + 6 * MIN_US);
	assert_true(s.is_on && !s.is_judged);
	s = evaluate(*state, &rule, now_us + 11 * MIN_US);
	assert_true(!s.is_on && s.has_turned);
	assert_int_equal(s.since_us, now_us + 11 * MIN_US);
	assert_int_equal(s.recheck_us, INT64_MAX);
	s = evaluate(*state, &rule, now_us + 12 * MIN_US);
	assert_true(!s.is_on && !s.has_turned);
}

static void a_store_that_cannot_be_written(void **state)
{
	struct alert_rule rule = rule_of("calls>1", "10m");
	struct alert_state s = { .is_on = false };
	struct err e;

	now_us = clock_wall_us();
	add(*state, now_us, "openai", 2, CLASS_NONE);
	struct reader *r = reader_open(*state, &e);
	int64_t version = fixture_int(*state, "PRAGMA user_version");

	assert_non_null(r);
	fixture_exec(*state, "PRAGMA user_version = 9999"); /* a newer sonde's by now */
	assert_false(alert_evaluate(*state, r, &rule, now_us, &s));
	assert_true(s.err.code != ERR_NONE);
	assert_false(s.is_on || s.has_turned);
	assert_true(s.recheck_us < INT64_MAX);
	char *back = x_asprintf("PRAGMA user_version = %d", (int)version);

	fixture_exec(*state, back);
	assert_true(alert_evaluate(*state, r, &rule, now_us, &s));
	assert_true(s.is_on && s.has_turned);
	reader_close(r);
	free(back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judging),
		cmocka_unit_test_setup_teardown(begins_and_ends_once, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_store_that_cannot_be_written, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
