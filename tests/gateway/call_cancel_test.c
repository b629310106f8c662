/* Calls that are cancelled, wait for a place, or are still running when the gateway ends. */
#include "tests/gateway/call_fixture.h"

#define TEXT "Explain in three sentences why queues grow."

/* Slow enough to be met in the middle. */
static struct bench *slow_bench(void)
{
	struct sim_options o;

	sim_options_init(&o);
	o.ttft_ms = 0;
	o.rate = 20;
	return bench_new(&o);
}

static void is_cancelled(struct bench *b, struct watch *w, int status)
{
	struct call_row row;
	struct call_body body;

	assert_int_equal(w->call->state, CALL_CANCELLED);
	assert_int_equal(call_err_code(w->call), ERR_INTERRUPTED);
	bench_recorded(b, w->call, &row, &body);
	assert_int_equal(row.error_class, CLASS_CANCELLED);
	assert_int_equal(row.http_status, status);
	if (w->call->attempt == 0) {
		assert_int_equal(body.request_len, 0);
		assert_int_equal(row.cost_source, COST_COMPUTED); /* nothing was sent */
		assert_int_equal(row.cost_nano, 0);
		assert_false(is_known(row.latency_us));
	}
	call_row_free(&row);
	call_body_free(&body);
	watch_end(w);
}

/* From inside the listener of each event that a call can still be cancelled at. */
static void in_listeners(void **state)
{
	static const struct {
		char at;
		bool is_streamed;
		const char *fault, *events;
		int status;
	} cases[] = {
		{ 'q', true, NULL, "qC", 0 },
		{ 's', true, NULL, "qsC", 0 },
		{ 'f', true, NULL, "qsfC", 200 },
		{ 'd', true, NULL, "qsfdC", 200 },
		{ 'r', true, "500", "qsrC", 500 },
		{ 's', false, NULL, "qsC", 0 },
		{ 'f', false, NULL, "qsfC", 200 },
		{ 'd', false, NULL, "qsfdC", 200 },
		{ 'D', true, NULL, "qsfdD", 200 }, /* too late: nothing happens */
		{ 'F', true, "400", "qsF", 400 },
		{ 'C', true, NULL, "qsfdD", 200 },
	};
	struct bench *b = bench_new(NULL);
	struct watch watches[COUNT_OF(cases)] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char name[16], target[24];

		(void)snprintf(name, sizeof(name), "p%zu", i);
		(void)snprintf(target, sizeof(target), "p%zu/plain-model", i);
		bench_provider(b, name, "ollama", 0, cases[i].fault);
		watches[i].cancel_at = cases[i].at;
		bench_start(b, &watches[i], target, cases[i].is_streamed, TEXT);
	}
	bench_run(b, NULL);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *events = x_strdup(watches[i].events), *u = strchr(events, 'u');

		if (u != NULL) {
			memmove(u, u + 1, strlen(u));
		}
		if (strcmp(events, cases[i].events) != 0) {
			fail_msg("cancelled at %c: %s, due: %s", cases[i].at, events, cases[i].events);
		}
		if (strchr(events, 'C') != NULL) {
			is_cancelled(b, &watches[i], cases[i].status);
		} else {
			watch_end(&watches[i]);
		}
		free(events);
	}
	bench_free(b);
}

static void from_outside(void **state)
{
	struct bench *b = slow_bench();
	struct watch queued = { 0 }, sent = { 0 }, streaming = { 0 }, retrying = { 0 };
	bool streams = false, retries = false;

	(void)state;
	bench_provider(b, "calm", "anthropic", 0, NULL);
	bench_provider(b, "stall", "openai", 0, "stall")->first_byte_ms = LONG_MS;
	bench_provider(b, "failing", "gemini", 0, "529");
	streaming.flag = &streams;
	streaming.flag_at = 'd';
	retrying.flag = &retries;
	retrying.flag_at = 'r';
	bench_start(b, &queued, "calm/plain-model", true, TEXT);
	call_cancel(queued.call); /* before the loop has seen it */
	call_cancel(queued.call); /* twice is once */
	assert_string_equal(queued.events, "");
	bench_start(b, &sent, "stall/plain-model", true, TEXT);
	bench_start(b, &retrying, "failing/plain-model", true, TEXT);
	bench_start(b, &streaming, "calm/plain-model", true, TEXT);
	bench_run(b, &streams);
	bench_run(b, &retries);
	assert_int_equal(sent.call->state, CALL_SENT);
	assert_int_equal(streaming.call->state, CALL_STREAMING);
	assert_int_equal(retrying.call->state, CALL_RETRYING);
	uint64_t seen = sim_requests(b->sim);
	assert_int_equal(seen, 1); /* the 529 */
	call_cancel(sent.call);
	call_cancel(streaming.call);
	call_cancel(retrying.call);
	assert_string_equal(sent.events, "qs"); /* told from the loop */
	bench_run(b, NULL);
	assert_string_equal(queued.events, "C");
	assert_string_equal(sent.events, "qsC");
	assert_string_equal(streaming.events, "qsfduC"); /* this format tells its input tokens at the start */
	assert_string_equal(retrying.events, "qsrC");
	bench_nap(b, 0.05);
	assert_int_equal(sim_requests(b->sim), 3); /* both connections were closed at once: the server has noticed */
	bench_nap(b, 0.6);
	assert_string_equal(retrying.events, "qsrC"); /* no second attempt */
	assert_true(streaming.call->answer.text.len > 0); /* what came stays */
	is_cancelled(b, &queued, 0);
	is_cancelled(b, &sent, 0);
	is_cancelled(b, &streaming, 200);
	is_cancelled(b, &retrying, 529);
	bench_free(b);
}

/* Of the attempt that is under way nothing is known yet; what the one before brought is not its status. */
static void in_the_second_attempt(void **state)
{
	struct bench *b = bench_new(NULL);
	struct provider_entry *p = bench_provider(b, "p", "openai", 0, "500 once");
	struct watch w = { .flag_at = 'r' };
	bool is_retrying = false;

	(void)state;
	w.flag = &is_retrying;
	bench_start(b, &w, "p/plain-model", true, TEXT);
	bench_run(b, &is_retrying);
	free(p->headers[0]);
	p->headers[0] = x_strdup("X-Sonde-Fault: stall");
	call_retry_now(w.call);
	bench_nap(b, 0.1);
	assert_string_equal(w.events, "qsrs");
	call_cancel(w.call);
	bench_run(b, NULL);
	assert_string_equal(w.events, "qsrsC");
	assert_int_equal(w.call->attempt, 2);
	is_cancelled(b, &w, 0);
	bench_free(b);
}

/* A listener of one call may cancel another one. */
static void each_other(void **state)
{
	struct bench *b = slow_bench();
	struct watch a = { .cancel_at = 'f' }, c = { 0 };

	(void)state;
	bench_provider(b, "calm", "openai", 0, NULL);
	bench_start(b, &c, "calm/plain-model", true, TEXT);
	bench_start(b, &a, "calm/fast", true, "hello");
	a.victim = c.call;
	bench_run(b, NULL);
	assert_string_equal(a.events, "qsfduD");
	assert_int_equal(c.call->state, CALL_CANCELLED);
	watch_end(&a);
	watch_end(&c);
	bench_free(b);
}

/* ---- max_in_flight ---- */

static void one_at_a_time(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch watches[7] = { 0 };
	int order = 0;

	(void)state;
	bench_provider(b, "narrow", "openai", 0, NULL)->max_in_flight = 1;
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		watches[i].order = &order;
		bench_start(b, &watches[i], "narrow/plain-model", true, "hello");
	}
	watches[2].cancel_at = 'q'; /* leaves the line */
	bench_run(b, NULL);
	for (size_t i = 0, n = 0; i < COUNT_OF(watches); i++) {
		assert_string_equal(watches[i].events, i == 2 ? "qC" : "qsfduD");
		assert_int_equal(watches[i].sent_as, i == 2 ? 0 : (int)++n);
		if (i > 0 && i != 2) {
			const struct call *before = watches[i == 3 ? 1 : i - 1].call;

			assert_true(watches[i].call->sent_us >= before->end_us);
		}
	}
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		watch_end(&watches[i]);
	}
	bench_free(b);
}

/* Two places become free in one go: both are taken. */
static void two_places(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch watches[5] = { 0 };

	(void)state;
	struct provider_entry *p = bench_provider(b, "narrow", "openai", 0, "stall");
	p->max_in_flight = 2;
	p->first_byte_ms = LONG_MS;
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		bench_start(b, &watches[i], "narrow/plain-model", true, "hello");
	}
	bench_nap(b, 0.1);
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		assert_string_equal(watches[i].events, i < 2 ? "qs" : "q");
	}
	call_cancel(watches[0].call);
	call_cancel(watches[1].call);
	bench_nap(b, 0.1);
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		assert_string_equal(watches[i].events, i < 2 ? "qsC" : i < 4 ? "qs" : "q");
	}
	for (size_t i = 2; i < COUNT_OF(watches); i++) {
		call_cancel(watches[i].call);
	}
	bench_run(b, NULL);
	assert_string_equal(watches[4].events, "qC");
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		watch_end(&watches[i]);
	}
	bench_free(b);
}

/* Waiting for a retry keeps the place: whoever stands behind would only meet the same limit. */
static void retrying_keeps_the_place(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch first = { .max_attempts = 2 }, second = { .max_attempts = 1 };

	(void)state;
	bench_provider(b, "narrow", "openai", 0, "500")->max_in_flight = 1;
	bench_start(b, &first, "narrow/plain-model", true, "hello");
	bench_start(b, &second, "narrow/plain-model", true, "hello");
	bench_run(b, NULL);
	assert_string_equal(first.events, "qsrsF");
	assert_string_equal(second.events, "qsF");
	assert_true(second.call->sent_us >= first.call->end_us);
	watch_end(&first);
	watch_end(&second);
	bench_free(b);
}

/* ---- the end of the gateway ---- */

static void gateway_ends_first(void **state)
{
	static const struct {
		const char *target, *events;
	} cases[] = {
		{ "calm/plain-model", "qsfd" }, { "stall/plain-model", "qs" }, { "failing/plain-model", "qsr" }, { "narrow/plain-model", "qs" },
		{ "narrow/plain-model", "q" }, { "vault/plain-model", "q" }, { "calm/unseen", "" },
	};
	struct bench *b = slow_bench();
	struct watch watches[COUNT_OF(cases)] = { 0 };
	bool streams = false, retries = false;

	(void)state;
	bench_provider(b, "calm", "openai", 0, NULL);
	bench_provider(b, "stall", "openai", 0, "stall")->first_byte_ms = LONG_MS;
	bench_provider(b, "failing", "gemini", 0, "429");
	struct provider_entry *p = bench_provider(b, "narrow", "openai", 0, "stall");
	p->max_in_flight = 1;
	p->first_byte_ms = LONG_MS;
	p = bench_provider(b, "vault", "anthropic", 0, NULL);
	free(p->key);
	p->key = NULL;
	p->is_key_optional = false;
	p->key_command = x_strdup("sleep 2; echo " KEY);
	watches[0].flag = &streams;
	watches[0].flag_at = 'd';
	watches[2].flag = &retries;
	watches[2].flag_at = 'r';
	for (size_t i = 0; i + 1 < COUNT_OF(cases); i++) {
		bench_start(b, &watches[i], cases[i].target, true, TEXT);
	}
	bench_run(b, &streams);
	bench_run(b, &retries);
	bench_start(b, &watches[COUNT_OF(cases) - 1], cases[COUNT_OF(cases) - 1].target, true, TEXT);
	gateway_free(b->gateway);
	b->gateway = NULL;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_string_equal(watches[i].events, cases[i].events); /* no event at the end */
		assert_true(watches[i].call->err.text[0] != '\0');
		is_cancelled(b, &watches[i], i == 0 ? 200 : i == 2 ? 429 : 0);
	}
	bench_free(b);
}

/* The listener learns of the end while calls of others still run; nothing is left behind without references either. */
static void gateway_ends_without_references(void **state)
{
	struct bench *b = slow_bench();
	struct watch watches[4] = { 0 };

	(void)state;
	bench_provider(b, "calm", "openai", 0, NULL);
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		bench_start(b, &watches[i], "calm/plain-model", i % 2 == 0, TEXT);
		call_unref(watches[i].call);
	}
	bench_nap(b, 0.1);
	gateway_free(b->gateway);
	b->gateway = NULL;
	for (size_t i = 0; i < COUNT_OF(watches); i++) {
		assert_null(strpbrk(watches[i].events, "DFC"));
		buf_free(&watches[i].text);
	}
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_listeners),
		cmocka_unit_test(from_outside),
		cmocka_unit_test(in_the_second_attempt),
		cmocka_unit_test(each_other),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(two_places),
		cmocka_unit_test(retrying_keeps_the_place),
		cmocka_unit_test(gateway_ends_first),
		cmocka_unit_test(gateway_ends_without_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
