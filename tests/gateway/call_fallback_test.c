/* Calls that go on with another target when the first one fails. */
#include "tests/gateway/call_fixture.h"

/* A target with fallbacks, as the configuration makes them. */
static struct target *chain(struct bench *b, const char *const names[])
{
	struct err e = { 0 };
	struct target *t = target_resolve(b->config, names[0], &e);
	size_t n = 1;

	assert_non_null(t);
	while (names[n] != NULL) {
		n++;
	}
	free(t->fallback);
	t->fallback = x_calloc(n, sizeof(*t->fallback));
	for (size_t i = 1; i < n; i++) {
		t->fallback[t->n_fallback++] = target_find(b->config, names[i], &e);
		assert_non_null(t->fallback[i - 1]);
	}
	free(t->name);
	t->name = x_strdup("chain");
	return t;
}

static void start(struct bench *b, struct watch *w, const struct target *t, int max_attempts)
{
	struct message m = { .role = ROLE_USER, .text = "hello" };
	struct gateway_request r = { .target = t, .messages = &m, .n_messages = 1, .is_streamed = true, .max_attempts = max_attempts,
		.run_us = 1790000000000000, .run_column = 2 };

	chat_params_init(&r.params);
	w->bench = b;
	w->call = call_ref(call_start(b->gateway, &r, watch_event, w));
	b->n_running++;
	b->is_idle = false;
}

/* How many rows the store holds of a provider with that class. */
static size_t n_recorded(struct bench *b, const char *provider, enum error_class class)
{
	struct call_filter f = { .to_us = INT64_MAX, .run_us = 1790000000000000 };
	struct call_row *rows;
	struct err e = { 0 };
	size_t n, found = 0;

	assert_true(store_flush(b->store, 5000, &e));
	struct reader *r = reader_open(b->dir, &e);
	assert_non_null(r);
	assert_true(calls_list(r, &f, 100, &rows, &n, &e));
	for (size_t i = 0; i < n; i++) {
		found += rows[i].error_class == class && strcmp(rows[i].provider, provider) == 0;
		assert_int_equal(rows[i].run_column, 2);
		call_row_free(&rows[i]);
	}
	free(rows);
	reader_close(r);
	return found;
}

static const struct {
	const char *fault;
	int port; /* 0: the simulator's */
	bool has_no_key;
	enum error_class class;
	bool falls_back;
	const char *events;
} rows[] = {
	{ "429", 0, false, CLASS_RATE_LIMITED, true, "qsbsfduD" },
	{ "500", 0, false, CLASS_SERVER_ERROR, true, "qsbsfduD" },
	{ "stall", 0, false, CLASS_TIMEOUT, true, "qsbsfduD" },
	{ "reset", 0, false, CLASS_NETWORK, true, "qsbsfduD" },
	{ NULL, 1, false, CLASS_NETWORK, true, "qsbsfduD" },
	{ "401", 0, false, CLASS_AUTH, true, "qsbsfduD" },
	{ NULL, 0, true, CLASS_AUTH, true, "qbsfduD" },
	{ "400", 0, false, CLASS_BAD_REQUEST, false, "qsF" },
	{ "reset-mid", 0, false, CLASS_NETWORK, false, "qsfdF" },
};

static void by_class(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct bench *b = bench_new(NULL);
		struct watch w = { 0 };
		struct provider_entry *bad = bench_provider(b, "bad", "openai", rows[i].port, rows[i].fault);

		(void)bench_provider(b, "good", "anthropic", 0, NULL);
		struct target *t = chain(b, (const char *const[]){ "bad/gpt-5.4", "good/claude-haiku-4-5", "bad/never", NULL });
		if (rows[i].has_no_key) {
			free(bad->key);
			bad->key = NULL;
			bad->is_key_optional = false;
		}
		start(b, &w, t, 1);
		bench_run(b, NULL);
		assert_string_equal(w.events, rows[i].events);
		assert_int_equal(w.call->n_failures, rows[i].falls_back);
		assert_string_equal(w.call->asked->name, "chain");
		assert_string_equal(w.call->row.provider, rows[i].falls_back ? "good" : "bad");
		assert_int_equal(n_recorded(b, "bad", rows[i].class), 1);
		assert_int_equal(n_recorded(b, "good", CLASS_NONE), rows[i].falls_back);
		if (rows[i].falls_back) {
			assert_string_equal(w.call->failures[0].target, "chain");
			assert_int_equal(w.call->failures[0].class, rows[i].class);
			assert_string_equal(w.call->target->name, "good/claude-haiku-4-5");
			assert_int_equal(w.call->row.error_class, CLASS_NONE);
			assert_int_equal(w.call->err.code, ERR_NONE);
			assert_true(w.text.len > 0);
		}
		watch_end(&w);
		target_free(t);
		bench_free(b);
	}
}

/* Retries come first, for each target anew; when all fail, the last one's failure is the call's. */
static void to_the_end(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch w = { 0 };

	(void)state;
	(void)bench_provider(b, "one", "openai", 0, "500");
	(void)bench_provider(b, "two", "gemini", 0, "429");
	struct provider_entry *three = bench_provider(b, "three", "ollama", 0, "401");
	three->max_in_flight = 1;
	struct target *t = chain(b, (const char *const[]){ "one/a", "two/b", "three/c", NULL });
	start(b, &w, t, 2);
	bench_run(b, NULL);
	assert_string_equal(w.events, "qsrsbsrsbsF");
	assert_int_equal(w.call->n_failures, 2);
	assert_int_equal(w.call->failures[1].class, CLASS_RATE_LIMITED);
	assert_string_equal(w.call->failures[1].target, "two/b");
	assert_int_equal(w.call->row.error_class, CLASS_AUTH);
	assert_int_equal(w.call->row.attempts, 1);
	assert_int_equal(n_recorded(b, "one", CLASS_SERVER_ERROR), 1);
	assert_int_equal(n_recorded(b, "two", CLASS_RATE_LIMITED), 1);
	assert_int_equal(n_recorded(b, "three", CLASS_AUTH), 1);
	watch_end(&w);
	target_free(t);
	bench_free(b);
}

/* The wishes for the first target go on to the next, whose own go before them. */
static void wishes_go_along(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch w = { 0 };

	(void)state;
	(void)bench_provider(b, "one", "openai", 0, "500");
	(void)bench_provider(b, "two", "openai", 0, NULL);
	struct target *t = chain(b, (const char *const[]){ "one/a", "two/b", NULL });
	t->system = x_strdup("Be brief.");
	t->params.max_tokens = 17;
	t->params.temperature = 0.25;
	t->fallback[0]->params.max_tokens = 5;
	start(b, &w, t, 1);
	bench_run(b, NULL);
	assert_int_equal(w.call->state, CALL_DONE);
	assert_non_null(strstr(w.call->request_body.s, "\"model\":\"b\""));
	assert_non_null(strstr(w.call->request_body.s, "Be brief."));
	assert_non_null(strstr(w.call->request_body.s, "0.25"));
	assert_non_null(strstr(w.call->request_body.s, "tokens\":5"));
	assert_null(strstr(w.call->request_body.s, "17"));
	watch_end(&w);
	target_free(t);
	bench_free(b);
}

/* Cancelled between two targets; and a place is given back to whoever waits at the first. */
static void cancels_and_places(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch w[3] = { { .cancel_at = 'b' } };

	(void)state;
	bench_provider(b, "one", "openai", 0, "500")->max_in_flight = 1;
	bench_provider(b, "two", "openai", 0, NULL)->max_in_flight = 1;
	struct target *t = chain(b, (const char *const[]){ "one/a", "two/b", NULL });
	for (size_t i = 0; i < COUNT_OF(w); i++) {
		start(b, &w[i], t, 1);
	}
	bench_run(b, NULL);
	assert_string_equal(w[0].events, "qsbC");
	for (size_t i = 1; i < COUNT_OF(w); i++) {
		assert_string_equal(w[i].events, "qsbsfduD");
	}
	for (size_t i = 0; i < COUNT_OF(w); i++) {
		watch_end(&w[i]);
	}
	target_free(t);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_class), cmocka_unit_test(to_the_end), cmocka_unit_test(wishes_go_along), cmocka_unit_test(cancels_and_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
