/* Embeddings, reranking and moderation through the gateway, over HTTP, on each provider that has them. */
#include "tests/gateway/call_fixture.h"

static const char *const texts[] = { "The cat sat on the mat.", "the CAT sat on a mat", "Quarterly revenue grew by nine percent" };

static void ask_target(struct bench *b, struct watch *w, const struct target *t, const struct side_request *side, bool caches)
{
	struct gateway_request r = { .target = t, .side = side, .is_streamed = true, .caches = caches, .max_attempts = w->max_attempts,
		.run_us = 1790000000000000 };

	chat_params_init(&r.params);
	w->bench = b;
	w->call = call_ref(call_start(b->gateway, &r, watch_event, w));
	b->n_running++;
	b->is_idle = false;
	bench_run(b, NULL);
}

static void ask(struct bench *b, struct watch *w, const char *target, enum side_kind kind, bool caches)
{
	struct side_request side;
	struct err e = { 0 };
	struct target *t = target_resolve(b->config, target, &e);

	if (t == NULL) {
		fail_msg("%s: %s", target, e.text);
	}
	side_request_init(&side, kind);
	side.texts = texts;
	side.n = COUNT_OF(texts);
	side.query = kind == SIDE_RERANK ? "revenue percent" : NULL;
	ask_target(b, w, t, &side, caches);
	target_free(t);
}

static const struct {
	const char *target; /* the entry is named like its kind */
	enum side_kind kind;
	int64_t in_tok, n_queries;
	int64_t cost_nano; /* UNKNOWN: no price, or no usage to count it with */
} rows[] = {
	{ "openai/text-embedding-3-small", SIDE_EMBED, 21, UNKNOWN, 420 },
	{ "azure/text-embedding-3-small", SIDE_EMBED, 21, UNKNOWN, 420 },
	{ "mistral/mistral-embed", SIDE_EMBED, 21, UNKNOWN, 2100 },
	{ "openrouter/openai/text-embedding-3-small", SIDE_EMBED, 21, UNKNOWN, 420 },
	{ "gemini/gemini-embedding-001", SIDE_EMBED, UNKNOWN, UNKNOWN, UNKNOWN },
	{ "ollama/nomic-embed-text", SIDE_EMBED, 21, UNKNOWN, 0 },
	{ "cohere/embed-v4.0", SIDE_EMBED, 21, UNKNOWN, 2520 },
	{ "cohere/rerank-v3.5", SIDE_RERANK, UNKNOWN, 1, 2000000 },
	{ "openai/my-reranker", SIDE_RERANK, 12, UNKNOWN, UNKNOWN },
	{ "openai/omni-moderation-latest", SIDE_MODERATE, UNKNOWN, UNKNOWN, UNKNOWN },
	{ "mistral/mistral-moderation-latest", SIDE_MODERATE, UNKNOWN, UNKNOWN, UNKNOWN },
};

static struct bench *bench_with_all(const char *fault)
{
	struct bench *b = bench_new(NULL);

	for (size_t i = 0; i < n_providers; i++) {
		(void)bench_provider(b, providers[i]->kind, providers[i]->kind, 0, fault);
	}
	return b;
}

static void is_right(const struct call *c)
{
	assert_int_equal(c->state, CALL_DONE);
	switch (c->side->kind) {
	case SIDE_EMBED:
		assert_int_equal(c->reply.n, 3);
		assert_int_equal(c->reply.dim, 256);
		break;
	case SIDE_RERANK:
		assert_int_equal(c->reply.n, 3);
		assert_int_equal(c->reply.ranking[0].index, 2);
		break;
	default:
		assert_int_equal(c->reply.n, 3);
		assert_false(c->reply.judgements[0].is_flagged);
		break;
	}
}

static void each_provider(void **state)
{
	struct bench *b = bench_with_all(NULL);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct watch w = { 0 };
		struct call_row row;
		struct call_body body;
		bool has_usage = is_known(rows[i].in_tok) || is_known(rows[i].n_queries);

		ask(b, &w, rows[i].target, rows[i].kind, false);
		if (w.call->state != CALL_DONE) {
			fail_msg("%s: %s", rows[i].target, w.call->err.text);
		}
		assert_string_equal(w.events, has_usage ? "qsuD" : "qsD");
		is_right(w.call);
		bench_recorded(b, w.call, &row, &body);
		assert_string_equal(row.operation, side_name(rows[i].kind));
		assert_string_equal(row.model_req, strchr(rows[i].target, '/') + 1);
		assert_int_equal(row.usage.in_tok, rows[i].in_tok);
		assert_int_equal(row.usage.n_queries, rows[i].n_queries);
		if (row.cost_nano != rows[i].cost_nano) {
			fail_msg("%s: %lld", rows[i].target, (long long)row.cost_nano);
		}
		assert_true(row.is_simulated && !row.is_streamed && row.latency_us > 0 && !is_known(row.ttft_us));
		assert_int_equal(row.http_status, 200);
		assert_true(body.request_len > 0);
		call_row_free(&row);
		call_body_free(&body);
		watch_end(&w);
	}
	bench_free(b);
}

/* As a chat: what may pass is tried again, the rest fails with its class. */
static void faults(void **state)
{
	static const struct {
		const char *fault, *events;
		enum error_class class;
		int attempts;
	} cases[] = {
		{ "429 once", "qsrsuD", CLASS_NONE, 2 },
		{ "500 once", "qsrsuD", CLASS_NONE, 2 },
		{ "reset once", "qsrsuD", CLASS_NONE, 2 },
		{ "401", "qsF", CLASS_AUTH, 1 },
		{ "400", "qsF", CLASS_BAD_REQUEST, 1 },
		{ "reset-mid", "qsF", CLASS_NETWORK, 1 },
		{ "truncate", "qsF", CLASS_NETWORK, 1 },
		{ "bad-json", "qsF", CLASS_SERVER_ERROR, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench *b = bench_with_all(cases[i].fault);
		struct watch w = { .max_attempts = 2 };

		ask(b, &w, "openai/text-embedding-3-small", SIDE_EMBED, false);
		if (strcmp(w.events, cases[i].events) != 0) {
			fail_msg("%s: %s (%s)", cases[i].fault, w.events, w.call->err.text);
		}
		assert_int_equal(w.call->row.error_class, cases[i].class);
		assert_int_equal(w.call->row.attempts, cases[i].attempts);
		assert_int_equal(w.call->reply.vectors != NULL, cases[i].class == CLASS_NONE);
		watch_end(&w);
		bench_free(b);
	}
}

/* What a provider has not is refused before anything is sent. */
static void refused(void **state)
{
	struct bench *b = bench_with_all(NULL);
	struct watch w = { 0 }, missing = { 0 };

	(void)state;
	ask(b, &w, "anthropic/claude-haiku-4-5", SIDE_EMBED, false);
	assert_string_equal(w.events, "qF");
	assert_string_equal(w.call->err.text, "Anthropic has no embeddings");
	assert_int_equal(sim_requests(b->sim), 0);
	ask(b, &missing, "openai/missing-model", SIDE_EMBED, false);
	assert_int_equal(missing.call->row.http_status, 404);
	watch_end(&w);
	watch_end(&missing);
	bench_free(b);
}

static void from_the_cache(void **state)
{
	struct bench *b = bench_with_all(NULL);

	(void)state;
	for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) {
		struct watch w = { 0 };
		bool is_second = i >= COUNT_OF(rows);

		if (i == COUNT_OF(rows)) {
			job_pool_wait(b->loop->jobs);
			sim_free(b->sim);
			b->sim = NULL;
		}
		ask(b, &w, rows[i % COUNT_OF(rows)].target, rows[i % COUNT_OF(rows)].kind, true);
		assert_int_equal(w.call->is_cached, is_second);
		is_right(w.call);
		watch_end(&w);
	}
	bench_free(b);
}

/* Vectors of another model would be compared with those of the first: only another provider of the same model takes over. */
static void fallback(void **state)
{
	static const struct {
		const char *next;
		enum side_kind kind;
		bool falls_back;
	} cases[] = { { "good/m", SIDE_EMBED, true }, { "good/other", SIDE_EMBED, false }, { "good/other", SIDE_RERANK, true } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bench *b = bench_new(NULL);
		struct watch w = { .max_attempts = 1 };
		struct side_request side;
		struct err e = { 0 };

		(void)bench_provider(b, "bad", "openai", 0, "500");
		(void)bench_provider(b, "good", "cohere", 0, NULL);
		struct target *t = target_resolve(b->config, "bad/m", &e);
		free(t->fallback);
		t->fallback = x_calloc(1, sizeof(*t->fallback));
		t->fallback[t->n_fallback++] = target_find(b->config, cases[i].next, &e);
		side_request_init(&side, cases[i].kind);
		side.texts = texts;
		side.n = 2;
		side.query = "cat";
		ask_target(b, &w, t, &side, false);
		assert_string_equal(w.events, cases[i].falls_back ? "qsbsuD" : "qsF");
		assert_int_equal(w.call->answer.error_class, cases[i].falls_back ? CLASS_NONE : CLASS_SERVER_ERROR);
		watch_end(&w);
		target_free(t);
		bench_free(b);
	}
}

/* The vectors of an index fill no store: a long answer is left out of the record. */
static void long_answers_are_not_recorded(void **state)
{
	static const char *many[200];
	struct bench *b = bench_with_all(NULL);
	struct err e = { 0 };
	struct target *t = target_resolve(b->config, "openai/text-embedding-3-small", &e);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(many); i++) {
		many[i] = texts[i % 3];
	}
	for (size_t n = 2; n <= COUNT_OF(many); n += 198) {
		struct side_request side;
		struct watch w = { 0 };
		struct call_row row;
		struct call_body body;

		side_request_init(&side, SIDE_EMBED);
		side.texts = many;
		side.n = n;
		ask_target(b, &w, t, &side, false);
		assert_int_equal(w.call->reply.n, n);
		bench_recorded(b, w.call, &row, &body);
		assert_int_equal(body.response_len > 0, n == 2);
		assert_true(body.request_len > 0);
		call_row_free(&row);
		call_body_free(&body);
		watch_end(&w);
	}
	target_free(t);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_provider), cmocka_unit_test(faults), cmocka_unit_test(refused), cmocka_unit_test(from_the_cache),
		cmocka_unit_test(fallback), cmocka_unit_test(long_answers_are_not_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
