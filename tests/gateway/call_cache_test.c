/* Calls that may be answered from the cache. */
#include "gateway/live_call.h"
#include "tests/gateway/call_fixture.h"

static const char *const models[] = {
	"openai/gpt-5.4-mini", "anthropic/claude-haiku-4-5", "gemini/gemini-2.5-flash", "ollama/llama3.1:8b",
};

static void ask(struct bench *b, struct watch *w, const char *target, bool is_streamed, bool caches, const char *text)
{
	struct message messages[] = { { .role = ROLE_USER, .text = text } };
	struct err e = { 0 };
	struct target *t = target_resolve(b->config, target, &e);

	if (t == NULL) {
		fail_msg("%s: %s", target, e.text);
	}
	struct gateway_request r = { .target = t, .messages = messages, .n_messages = 1, .is_streamed = is_streamed, .max_attempts = 1,
		.caches = caches };
	chat_params_init(&r.params);
	w->bench = b;
	w->call = call_ref(call_start(b->gateway, &r, watch_event, w));
	b->n_running++;
	b->is_idle = false;
	target_free(t);
	bench_run(b, NULL);
}

/* What is kept is kept off the loop: until it is there. */
static void settle(struct bench *b)
{
	job_pool_wait(b->loop->jobs);
}

static struct bench *bench_with_all(void)
{
	struct bench *b = bench_new(NULL);

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		(void)bench_provider(b, kinds[i], kinds[i], 0, NULL);
	}
	return b;
}

/* From here on only the cache can answer. */
static void stop_simulator(struct bench *b)
{
	sim_free(b->sim);
	b->sim = NULL;
}

static void is_same_answer(const struct watch *a, const struct watch *c)
{
	assert_string_equal(a->events, c->events);
	assert_true(a->text.len > 0);
	assert_string_equal(a->text.s, c->text.s);
	assert_string_equal(buf_str(&a->call->answer.text), buf_str(&c->call->answer.text));
	assert_int_equal(a->call->answer.finish, c->call->answer.finish);
	assert_memory_equal(&a->call->answer.usage, &c->call->answer.usage, sizeof(struct usage));
	assert_string_equal(a->call->answer.model, c->call->answer.model);
	assert_string_equal(buf_str(&a->call->request_body), buf_str(&c->call->request_body));
}

static void is_a_hit(struct bench *b, const struct watch *first, const struct watch *hit)
{
	const struct call *c = hit->call;
	struct call_row row;
	struct call_body body;

	assert_false(first->call->is_cached);
	assert_false(is_known(first->call->saved_nano));
	assert_true(c->is_cached && c->is_simulated);
	assert_int_equal(c->row.cost_nano, 0);
	assert_int_equal(c->saved_nano, first->call->row.cost_nano);
	bench_recorded(b, c, &row, &body);
	assert_true(row.is_cached && row.is_simulated);
	assert_int_equal(row.cost_nano, 0);
	assert_int_equal(row.cost_source, COST_COMPUTED);
	assert_int_equal(row.http_status, 0);
	assert_int_equal(row.error_class, CLASS_NONE);
	assert_int_equal(row.usage.out_tok, first->call->row.usage.out_tok);
	assert_true(row.latency_us > 0 && !is_known(row.ttft_us) && !is_known(row.gen_us));
	assert_int_equal(body.answer_len, c->answer.text.len);
	call_row_free(&row);
	call_body_free(&body);
}

static void same_request_is_sent_once(void **state)
{
	struct watch first[8] = { 0 }, hit[8] = { 0 };
	struct bench *b = bench_with_all();

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		ask(b, &first[i], models[i / 2], i % 2 == 0, true, "Name three rivers.");
	}
	settle(b);
	stop_simulator(b);
	for (size_t i = 0; i < 8; i++) {
		ask(b, &hit[i], models[i / 2], i % 2 == 0, true, "Name three rivers.");
		is_same_answer(&first[i], &hit[i]);
		is_a_hit(b, &first[i], &hit[i]);
		watch_end(&first[i]);
		watch_end(&hit[i]);
	}
	bench_free(b);
}

/* Another prompt, another model (which Gemini has in its URL), another entry's address, no wish: all are asked. */
static void others_are_sent(void **state)
{
	static const struct {
		const char *target, *text;
		bool caches;
	} rows[] = {
		{ "gemini/gemini-2.5-flash", "Name three lakes.", true },
		{ "gemini/gemini-2.5-pro", "Name three rivers.", true },
		{ "elsewhere/gemini-2.5-flash", "Name three rivers.", true },
		{ "routed/gemini-2.5-flash", "Name three rivers.", true },
		{ "gemini/gemini-2.5-flash", "Name three rivers.", false },
	};
	struct bench *b = bench_with_all();
	struct watch first = { 0 };

	(void)state;
	(void)config_add_provider(b->config, "elsewhere", "gemini", "http://127.0.0.1:1", KEY, "a test");
	(void)bench_provider(b, "routed", "gemini", 0, "split");
	ask(b, &first, "gemini/gemini-2.5-flash", true, true, "Name three rivers.");
	assert_int_equal(first.call->state, CALL_DONE);
	watch_end(&first);
	settle(b);
	stop_simulator(b);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct watch w = { 0 };

		ask(b, &w, rows[i].target, true, rows[i].caches, rows[i].text);
		assert_false(w.call->is_cached);
		assert_int_equal(w.call->state, CALL_FAILED);
		assert_int_equal(w.call->row.error_class, CLASS_NETWORK);
		watch_end(&w);
	}
	bench_free(b);
}

/* What failed, was cut short or filtered is asked again. */
static void only_good_answers_are_kept(void **state)
{
	static const char *const faults[] = { "500", "truncate", "stream-error", "bad-json", "reset-mid", "hostile" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		bool is_good = strcmp(faults[i], "hostile") == 0;
		struct bench *b = bench_with_all();
		struct watch first = { 0 }, second = { 0 };

		(void)bench_provider(b, "p", "openai", 0, faults[i]);
		ask(b, &first, "p/gpt-5.4-mini", true, true, "x");
		assert_int_equal(first.call->state, is_good ? CALL_DONE : CALL_FAILED);
		settle(b);
		ask(b, &second, "p/gpt-5.4-mini", true, true, "x");
		assert_int_equal(second.call->is_cached, is_good);
		watch_end(&first);
		watch_end(&second);
		bench_free(b);
	}
}

/* A place of max_in_flight is not taken by a look-up, and whoever waits is not forgotten. */
static void places_and_cancels(void **state)
{
	struct bench *b = bench_with_all();
	struct watch first = { 0 }, w[6] = { 0 };
	struct provider_entry *p = config_find_provider(b->config, "openai");
	struct err e = { 0 };

	(void)state;
	p->max_in_flight = 1;
	ask(b, &first, "openai/gpt-5.4-mini", true, true, "x");
	settle(b);
	struct target *t = target_resolve(b->config, "openai/gpt-5.4-mini", &e);
	assert_non_null(t);
	for (size_t i = 0; i < COUNT_OF(w); i++) {
		struct message m = { .role = ROLE_USER, .text = i % 2 == 0 ? "x" : "y" };
		struct gateway_request r = { .target = t, .messages = &m, .n_messages = 1, .is_streamed = true, .max_attempts = 1, .caches = i != 5 };

		chat_params_init(&r.params);
		w[i].bench = b;
		w[i].cancel_at = i == 2 ? 'f' : i == 4 ? 'q' : '\0';
		w[i].call = call_ref(call_start(b->gateway, &r, watch_event, &w[i]));
		b->n_running++;
		b->is_idle = false;
	}
	bench_run(b, NULL);
	for (size_t i = 0; i < COUNT_OF(w); i++) {
		assert_int_equal(w[i].call->state, i == 2 || i == 4 ? CALL_CANCELLED : CALL_DONE);
		assert_int_equal(w[i].call->is_cached, i == 0 || i == 2);
		watch_end(&w[i]);
	}
	target_free(t);
	watch_end(&first);
	bench_free(b);
}

/* What was kept and is no answer any more is asked for, and kept anew. */
static void a_bad_one_is_replaced(void **state)
{
	struct bench *b = bench_with_all();
	struct watch w[3] = { 0 };
	struct cached_answer bad = { .response = (char *)"nonsense", .response_len = 8 };
	struct err e = { 0 };

	(void)state;
	ask(b, &w[0], "openai/gpt-5.4-mini", true, true, "x");
	settle(b);
	memcpy(bad.key, ((const struct live_call *)w[0].call)->cache_key, sizeof(bad.key));
	assert_true(cache_put(b->dir, &bad, &e));
	ask(b, &w[1], "openai/gpt-5.4-mini", true, true, "x");
	assert_string_equal(w[1].events, "qssfduD");
	assert_false(w[1].call->is_cached);
	assert_int_equal(w[1].call->row.http_status, 200);
	assert_int_equal(w[1].call->row.attempts, 1);
	assert_true(w[1].call->row.cost_nano > 0);
	settle(b);
	ask(b, &w[2], "openai/gpt-5.4-mini", true, true, "x");
	assert_true(w[2].call->is_cached);
	is_same_answer(&w[0], &w[2]);
	for (size_t i = 0; i < COUNT_OF(w); i++) {
		watch_end(&w[i]);
	}
	bench_free(b);
}

/* The end of the program while something is looked up or kept. */
static void ends_meanwhile(void **state)
{
	struct bench *b = bench_with_all();
	struct watch first = { 0 }, second = { 0 };

	(void)state;
	ask(b, &first, "openai/gpt-5.4-mini", true, true, "x");
	second.flag = &b->is_idle;
	second.flag_at = 'q';
	second.bench = b;
	struct message m = { .role = ROLE_USER, .text = "x" };
	struct gateway_request r = { .target = first.call->target, .messages = &m, .n_messages = 1, .is_streamed = true, .caches = true };
	chat_params_init(&r.params);
	second.call = call_ref(call_start(b->gateway, &r, watch_event, &second));
	b->is_idle = false;
	bench_run(b, NULL);
	gateway_free(b->gateway);
	b->gateway = NULL;
	assert_int_equal(second.call->state, CALL_CANCELLED);
	watch_end(&first);
	watch_end(&second);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_request_is_sent_once), cmocka_unit_test(others_are_sent), cmocka_unit_test(only_good_answers_are_kept),
		cmocka_unit_test(places_and_cancels), cmocka_unit_test(a_bad_one_is_replaced), cmocka_unit_test(ends_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
