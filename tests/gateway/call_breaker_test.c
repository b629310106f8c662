/* Calls to a provider that fails again and again, or asks to be left in peace. */
#include "gateway/live_call.h"
#include "tests/gateway/call_fixture.h"

static void one(struct bench *b, struct watch *w, const char *target)
{
	w->max_attempts = 1;
	bench_start(b, w, target, true, "hello");
	bench_run(b, NULL);
}

static void set_fault(struct provider_entry *p, const char *fault)
{
	free(p->headers[0]);
	p->headers[0] = x_asprintf("X-Sonde-Fault: %s", fault);
}

/* After five failures nothing is sent to that provider any more, and others do not suffer. */
static void opens(void **state)
{
	struct bench *b = bench_new(NULL);

	(void)state;
	(void)bench_provider(b, "bad", "openai", 0, "500");
	(void)bench_provider(b, "good", "openai", 0, NULL);
	for (int i = 0; i < BREAKER_FAILURES + 2; i++) {
		struct watch w = { 0 };
		bool is_sent = i < BREAKER_FAILURES;

		one(b, &w, "bad/x");
		assert_string_equal(w.events, is_sent ? "qsF" : "qF");
		assert_int_equal(w.call->row.error_class, CLASS_SERVER_ERROR);
		assert_int_equal(w.call->row.http_status, is_sent ? 500 : 0);
		assert_int_equal(strstr(w.call->err.text, "5 times in a row") != NULL, !is_sent);
		assert_int_equal(strncmp(w.call->err.hint, "try again in 1", 14) == 0, !is_sent);
		watch_end(&w);
	}
	struct watch w = { 0 };
	one(b, &w, "good/x");
	assert_int_equal(w.call->state, CALL_DONE);
	watch_end(&w);
	bench_free(b);
}

/* A success between keeps it closed; answers that are the caller's fault do as well. */
static void stays_closed(void **state)
{
	static const char *const between[] = { "split", "400", "401", "429" };

	(void)state;
	for (size_t k = 0; k < COUNT_OF(between); k++) {
		struct bench *b = bench_new(NULL);
		struct provider_entry *p = bench_provider(b, "p", "openai", 0, "500");

		for (int i = 0; i < 2 * BREAKER_FAILURES; i++) {
			struct watch w = { 0 };

			set_fault(p, i == BREAKER_FAILURES - 1 ? between[k] : "500");
			one(b, &w, "p/x");
			assert_int_equal(w.call->attempt, i < 2 * BREAKER_FAILURES ? 1 : 0);
			watch_end(&w);
		}
		bench_free(b);
	}
}

/* A call that waits to retry finds the breaker open: it is not sent again. */
static void ends_retries(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch first = { .max_attempts = 3 };

	(void)state;
	(void)bench_provider(b, "bad", "openai", 0, "500");
	bench_start(b, &first, "bad/x", true, "hello");
	bool is_waiting = false;
	first.flag = &is_waiting;
	first.flag_at = 'r';
	bench_run(b, &is_waiting);
	for (int i = 1; i < BREAKER_FAILURES; i++) {
		struct watch w = { .max_attempts = 1 };
		bool is_over = false;

		w.flag = &is_over;
		w.flag_at = 'F';
		bench_start(b, &w, "bad/x", true, "hello");
		bench_run(b, &is_over);
		watch_end(&w);
	}
	call_retry_now(first.call);
	bench_run(b, NULL);
	assert_string_equal(first.events, "qsrF");
	assert_int_equal(first.call->row.attempts, 1);
	assert_non_null(strstr(first.call->err.text, "5 times in a row"));
	watch_end(&first);
	bench_free(b);
}

/* After a 429 fewer go out at the same time, in their order, and all come to their end. */
static void fewer_after_429(void **state)
{
	struct bench *b = bench_new(NULL);
	struct provider_entry *p = bench_provider(b, "p", "openai", 0, "429");
	struct watch limited = { 0 }, w[6] = { 0 };
	int order = 0;

	(void)state;
	one(b, &limited, "p/x");
	assert_int_equal(limited.call->row.error_class, CLASS_RATE_LIMITED);
	set_fault(p, "split");
	for (int i = 0; i < 6; i++) {
		w[i].order = &order;
		w[i].max_attempts = 1;
		bench_start(b, &w[i], "p/x", true, "hello");
	}
	bool first_is_over = false;
	w[0].flag = &first_is_over;
	w[0].flag_at = 'D';
	bench_run(b, &first_is_over);
	assert_int_equal(order, 1);
	bench_run(b, NULL);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(w[i].call->state, CALL_DONE);
		assert_int_equal(w[i].sent_as, i + 1);
		watch_end(&w[i]);
	}
	watch_end(&limited);
	bench_free(b);
}

/* After the pause one request goes out to see, and its end decides; another key of the same provider is not kept waiting. */
static void one_probe_for_each_key(void **state)
{
	static const char *const faults[] = { "500", "split" };

	(void)state;
	for (size_t k = 0; k < COUNT_OF(faults); k++) {
		struct bench *b = bench_new(NULL);
		struct provider_entry *p = bench_provider(b, "p", "openai", 0, "500"), *q = bench_provider(b, "q", "openai", 0, NULL);
		struct watch w[3] = { 0 }, after = { 0 };

		free(q->key);
		q->key = x_strdup("sk-another-key-of-the-same");
		for (int i = 0; i < BREAKER_FAILURES; i++) {
			struct watch failing = { 0 };

			one(b, &failing, "p/x");
			watch_end(&failing);
		}
		assert_ptr_equal(b->gateway->gates[0].provider, p);
		b->gateway->gates[0].breaker.open_until_us = clock_mono_us();
		set_fault(p, faults[k]);
		for (int i = 0; i < 3; i++) {
			w[i].max_attempts = 1;
			bench_start(b, &w[i], i < 2 ? "p/x" : "q/x", true, "hello");
		}
		bench_run(b, NULL);
		/* Timers that are due at once fire in no order. */
		const struct watch *probe = w[0].call->attempt > 0 ? &w[0] : &w[1], *other = probe == &w[0] ? &w[1] : &w[0];
		assert_string_equal(probe->events, k == 0 ? "qsF" : "qsfduD");
		assert_string_equal(other->events, "qF");
		assert_string_equal(other->call->err.hint, "one request is on its way to see whether it is back: try again then");
		assert_int_equal(other->call->row.cost_nano, 0);
		assert_int_equal(w[2].call->state, CALL_DONE);
		set_fault(p, "split");
		one(b, &after, "p/x");
		assert_string_equal(after.events, k == 0 ? "qF" : "qsfduD");
		watch_end(&after);
		for (int i = 0; i < 3; i++) {
			watch_end(&w[i]);
		}
		bench_free(b);
	}
}

/* A probe that is cancelled says nothing: the next request is one. */
static void cancelled_probe(void **state)
{
	struct bench *b = bench_new(NULL);
	struct provider_entry *p = bench_provider(b, "p", "openai", 0, "500");
	struct watch cancelled = { .cancel_at = 's' }, after = { 0 };

	(void)state;
	for (int i = 0; i < BREAKER_FAILURES; i++) {
		struct watch failing = { 0 };

		one(b, &failing, "p/x");
		watch_end(&failing);
	}
	b->gateway->gates[0].breaker.open_until_us = clock_mono_us();
	set_fault(p, "split");
	one(b, &cancelled, "p/x");
	assert_string_equal(cancelled.events, "qsC");
	one(b, &after, "p/x");
	assert_int_equal(after.call->state, CALL_DONE);
	watch_end(&cancelled);
	watch_end(&after);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens), cmocka_unit_test(stays_closed), cmocka_unit_test(ends_retries), cmocka_unit_test(fewer_after_429),
		cmocka_unit_test(one_probe_for_each_key), cmocka_unit_test(cancelled_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
