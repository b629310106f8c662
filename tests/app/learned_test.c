/* Estimates that learn from what providers count: the simulator, over real HTTP, counts in a way of its own that estimates know nothing of. */
#include "tests/gateway/call_fixture.h"

#include <math.h>
#include <sqlite3.h>

#include "app/learned.h"
#include "store/sample.h"
#include "token/counter.h"

static uint32_t below(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)*seed * n >> 32);
}

/* Prompts as people write them: English, German, Chinese, code, JSON; 60 to 1,500 bytes. */
static char *prompt_of(uint32_t *seed)
{
	static const char *const parts[][4] = {
		{ "The queue was empty at ten, so nobody noticed that the limiter had stopped. ", "Summarise the escalation for the customer. ",
		    "Use only the notes below and never guess. ", "What is the 95th percentile of latency this week? " },
		{ "Die Warteschlange war um zehn Uhr leer. ", "Größere Änderungen prüfen wir übermorgen. ", "Fasse die Beschwerde zusammen. ", "Antworte kurz. " },
		{ "十点钟队列是空的，所以没有人注意到限流器已经停了。", "失败的请求我们明天再试一次。", "请总结客户的投诉。", "不要猜测。" },
		{ "if (n == 0) {\n\treturn NULL;\n}\n", "for (size_t i = 0; i < n; i++) {\n", "static bool is_open(const struct door *d);\n", "/* nobody */\n" },
		{ "{\"id\":10423,\"tags\":[\"a\",\"b\"],", "\"price\":19.90,\"note\":null}\n", "\"team\":\"billing\",\"sev\":2,", "[1,2,3,5,8,13]\n" },
	};
	const char *const *kind = parts[below(seed, COUNT_OF(parts))];
	struct buf text = { 0 };

	for (uint32_t n = 3 + below(seed, 18); n > 0; n--) {
		(void)buf_add_str(&text, kind[below(seed, 4)]);
	}
	return buf_take(&text);
}

/* Sends a prompt; how far off, in per cent, an estimate by what was learned before is of what was then counted. */
static double send(struct bench *b, const char *target, const struct learned *l, uint32_t *seed)
{
	static const struct tokenizer none[ENCODING_COUNT] = { { NULL, NULL } };
	char *prompt = prompt_of(seed);
	struct watch w = { 0 };

	bench_start(b, &w, target, false, prompt);

	const struct target *t = w.call->target;
	struct counter c = counter_of(t->model, none, learned_find(l, t->provider->name, t->model));
	struct request_text text = { .n_messages = 0 };

	request_text_message(&text, &c, "Be brief.", 9);
	request_text_message(&text, &c, prompt, strlen(prompt));

	struct input_size is = counter_input(&c, &text);

	assert_false(is.is_exact);
	bench_run(b, NULL);
	assert_int_equal(w.call->state, CALL_DONE);
	double counted = (double)w.call->answer.usage.in_tok;

	call_unref(w.call);
	buf_free(&w.text);
	free(prompt);
	return fabs((double)is.tok / counted - 1) * 100;
}

static void read_learned(struct bench *b, bool is_simulated, struct learned *l)
{
	struct err e = { 0 };

	assert_true(store_flush(b->store, 60000, &e));
	struct reader *r = reader_open(b->dir, &e);

	assert_non_null(r);
	assert_true(learned_read(r, is_simulated, l, &e));
	reader_close(r);
}

static double mean_of(struct bench *b, const char *target, const struct learned *l, uint32_t *seed, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++) {
		sum += send(b, target, l, seed);
	}
	return sum / n;
}

static void learns_from_twenty_calls(void **state)
{
	static const char *const targets[] = { "openai/gpt-5.4-mini", "anthropic/claude-haiku-4-5", "gemini/gemini-2.5-flash" };
	struct bench *b = bench_new(NULL);
	uint32_t seed = 11;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		char *kind = x_strndup(targets[i], strcspn(targets[i], "/"));
		struct learned nothing = { .n = 0 }, l;

		(void)bench_provider(b, kind, kind, 0, NULL);
		double before = mean_of(b, targets[i], &nothing, &seed, 20);

		read_learned(b, true, &l);
		double after = mean_of(b, targets[i], &l, &seed, 30);

		print_message("%s: %.1f %% off, after 20 calls %.1f %%\n", targets[i], before, after);
		assert_true(after < 8 && after < before * 0.7);
		learned_free(&l);
		free(kind);
	}

	struct learned l;
	read_learned(b, true, &l);
	assert_non_null(learned_find(&l, "anthropic", "claude-haiku-4-5"));
	assert_ptr_equal(learned_find(&l, "anthropic", "claude-opus-9"), learned_find(&l, "anthropic", "claude-sonnet-9")); /* the family */
	assert_null(learned_find(&l, "anthropic", "other"));
	assert_null(learned_find(&l, "other", "claude-haiku-4-5"));
	learned_free(&l);
	read_learned(b, false, &l); /* what the simulator counts says nothing of a provider */
	assert_int_equal(l.n, 0);
	learned_free(&l);
	bench_free(b);
}

/* What a provider makes of calls of tools and their results is not in the texts. */
static void turns_of_tools_teach_nothing(void **state)
{
	static const struct message turns[] = {
		{ .role = ROLE_USER, .text = "What is the weather in Vienna today, and what will it be tomorrow? Answer in one sentence, with both temperatures and the source." },
		{ .role = ROLE_ASSISTANT, .text = "", .calls_json = "[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{}\"}}]" },
		{ .role = ROLE_TOOL, .text = "It rains today, and the sun will shine tomorrow.", .call_id = "1", .tool = "weather" },
	};
	struct bench *b = bench_new(NULL);

	(void)state;
	(void)bench_provider(b, "openai", "openai", 0, NULL);
	for (size_t n = 1; n <= COUNT_OF(turns); n += 2) {
		struct watch w = { .bench = b };
		struct err e = { 0 };
		struct target *t = target_resolve(b->config, "openai/gpt-5.4-mini", &e);
		struct gateway_request r = { .target = t, .messages = turns, .n_messages = n };

		chat_params_init(&r.params);
		w.call = call_ref(call_start(b->gateway, &r, watch_event, &w));
		b->n_running++;
		b->is_idle = false;
		bench_run(b, NULL);
		assert_int_equal(w.call->state, CALL_DONE);
		assert_int_equal(w.call->row.input.tok > 0, n == 1);
		call_unref(w.call);
		buf_free(&w.text);
		target_free(t);
	}
	bench_free(b);
}

/* ---- what is kept ---- */

static void put(struct store *s, uint64_t i, const char *model, int64_t estimate, int64_t tok)
{
	struct call_row r;

	call_row_init(&r);
	r.id = (struct call_id){ 1790000000000000 + (int64_t)i, i };
	r.provider = "p";
	r.model_req = model;
	r.operation = "chat";
	r.input = (struct input_sample){ { estimate * 1000 }, tok };
	store_put_call(s, &r, NULL);
}

static void count(void *ctx, const char *provider, const char *model, const struct input_sample *s)
{
	(void)provider;
	(void)model;
	(void)s;
	(*(int *)ctx)++;
}

static void the_newest_are_kept(void **state)
{
	struct bench *b = bench_new(NULL);
	struct err e = { 0 };
	struct learned l;
	uint64_t i = 0;
	int n = 0;

	(void)state;
	for (int k = 0; k < 100; k++) { /* it counted otherwise once */
		put(b->store, i++, "m-1", 100, k < 60 ? 300 : 150);
		put(b->store, i++, "m-2", 100, 0); /* nothing is known of these */
	}
	read_learned(b, false, &l);
	const struct calibration *c = learned_find(&l, "p", "m-1");
	assert_int_equal(c->n, SAMPLE_MOST);
	assert_true(fabs(calibration_apply(c, &(struct weight){ { 100000 } }) - 150) < 2);
	learned_free(&l);
	for (int k = 0; k < SAMPLES_MOST + 500; k++) { /* any number of models */
		char model[20];

		(void)snprintf(model, sizeof(model), "n%d", k);
		put(b->store, i++, model, 100, 100);
	}
	assert_true(store_flush(b->store, 60000, &e));
	struct reader *r = reader_open(b->dir, &e);
	assert_non_null(r);
	assert_true(samples_each(r, false, count, &n, &e));
	reader_close(r);
	assert_int_equal(n, SAMPLES_MOST);
	bench_free(b);
}

/* Figures that somebody put into the file. */
static void any_file(void **state)
{
	struct bench *b = bench_new(NULL);
	struct err e = { 0 };
	struct learned l;
	sqlite3 *db;

	(void)state;
	put(b->store, 1, "m", 100, 100);
	assert_true(store_flush(b->store, 60000, &e));
	char *path = x_asprintf("%s/sonde.db", b->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 60000);
	static const char *const values[] = { "'p','m',0,-5,0,0,0,-1", "'p','m',0,9223372036854775807,9223372036854775807,1,1,9223372036854775807", "'p','m',0,'x',x'00',0.5,1,'y'",
		"'p','m',0,100000,0,0,0,9223372036854775807", "'','',0,0,0,0,0,0", "'p','m',0,100000,0,0,0,0" };
	for (size_t i = 0; i < 3 * COUNT_OF(values); i++) {
		char *sql = x_asprintf("INSERT INTO token_sample (provider, model, is_simulated, latin, signs, cjk, other, tok) VALUES (%s)", values[i % COUNT_OF(values)]);

		assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
		free(sql);
	}
	(void)sqlite3_close(db);
	free(path);
	read_learned(b, false, &l);
	assert_null(learned_find(&l, "p", "m")); /* one figure that may be true is too few */
	learned_free(&l);
	bench_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_from_twenty_calls),
		cmocka_unit_test(turns_of_tools_teach_nothing),
		cmocka_unit_test(the_newest_are_kept),
		cmocka_unit_test(any_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
