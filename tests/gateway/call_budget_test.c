/* Calls under a budget. */
#include "tests/gateway/call_fixture.h"

#define MODEL "p/gpt-5.4-mini"

static void one(struct bench *b, struct watch *w)
{
	w->max_attempts = 1;
	bench_start(b, w, MODEL, true, "hello");
	bench_run(b, NULL);
}

static struct bench *bench_with(int64_t day_nano, int64_t month_nano)
{
	struct bench *b = bench_new(NULL);
	struct provider_entry *p = bench_provider(b, "p", "openai", 0, NULL);

	(void)config_add_provider(b->config, "openai", "openai", p->base_url, KEY, "a test");
	b->config->budget = (struct budget){ day_nano, month_nano };
	return b;
}

/* What this process spent counts at once, without another look at the store. */
static void own_spend_counts(void **state)
{
	struct bench *b = bench_with(1, 0);
	struct watch w[3] = { 0 };
	struct budget_note note;

	(void)state;
	gateway_budget_note(b->gateway, &note);
	assert_string_equal(note.text, "");
	one(b, &w[0]);
	assert_int_equal(w[0].call->state, CALL_DONE);
	assert_true(w[0].call->row.cost_nano > 1);
	gateway_budget_note(b->gateway, &note);
	assert_non_null(strstr(note.text, " of the day's budget of $"));
	for (int i = 1; i < 3; i++) {
		one(b, &w[i]);
		assert_string_equal(w[i].events, "qF");
		assert_int_equal(call_err_code(w[i].call), ERR_BUDGET);
		assert_non_null(strstr(w[i].call->err.text, "not sent: $"));
		assert_non_null(strstr(w[i].call->err.hint, "raise budget.day"));
		assert_int_equal(w[i].call->row.cost_nano, 0); /* nothing was sent */
		assert_int_equal(w[i].call->row.error_class, CLASS_BUDGET);
		assert_int_equal(w[i].call->row.latency_us, UNKNOWN);
	}
	for (int i = 0; i < 3; i++) {
		watch_end(&w[i]);
	}
	bench_free(b);
}

/* What others recorded counts; a day long past counts for neither. */
static void recorded_spend_counts(void **state)
{
	static const struct {
		int64_t ago_s, cost;
		bool is_sent;
	} cases[] = { { 0, 5000, false }, { 0, 4999, true }, { 40 * 86400, 5000, true } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench *b = bench_with(0, 5000);
		struct watch w = { 0 };
		struct call_row row;
		struct err e = { 0 };

		call_row_init(&row);
		row.id = (struct call_id){ clock_wall_us() - cases[i].ago_s * US_PER_S, 1 };
		row.provider = "other";
		row.operation = "chat";
		row.cost_nano = cases[i].cost;
		store_put_call(b->store, &row, NULL);
		assert_true(store_flush(b->store, 5000, &e));
		one(b, &w);
		assert_int_equal(w.call->state, cases[i].is_sent ? CALL_DONE : CALL_FAILED);
		watch_end(&w);
		bench_free(b);
	}
}

/* Cancelled while the store is asked, many at once, and the end of the program meanwhile. */
static void meanwhile(void **state)
{
	struct bench *b = bench_with(INT64_C(1000000000), 0);
	struct watch w[4] = { { .cancel_at = 'q' } }, last = { 0 };
	bool is_asked = false;

	(void)state;
	config_find_provider(b->config, "p")->max_in_flight = 1;
	for (int i = 0; i < 4; i++) {
		bench_start(b, &w[i], MODEL, true, "hello");
	}
	bench_run(b, NULL);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(w[i].call->state, i == 0 ? CALL_CANCELLED : CALL_DONE);
		watch_end(&w[i]);
	}
	gateway_free(b->gateway);
	b->gateway = gateway_new(b->loop, b->config, b->store);
	last.flag = &is_asked;
	last.flag_at = 'q';
	bench_start(b, &last, MODEL, true, "hello");
	bench_run(b, &is_asked);
	gateway_free(b->gateway);
	b->gateway = NULL;
	assert_int_equal(last.call->state, CALL_CANCELLED);
	watch_end(&last);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_spend_counts), cmocka_unit_test(recorded_spend_counts), cmocka_unit_test(meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
