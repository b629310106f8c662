#include "tests/gateway/call_fixture.h"

#include <fcntl.h>

#include <jansson.h>

#include "net/server.h"

/* ---- good answers ---- */

static const struct {
	const char *kind, *model;
	bool is_local; /* costs nothing, has no entry in the price table */
} models[] = {
	{ "openai", "gpt-5.4-mini", false },
	{ "anthropic", "claude-haiku-4-5", false },
	{ "gemini", "gemini-2.5-flash", false },
	{ "ollama", "llama3.1:8b", true },
};

static void same_bytes(const char *a, size_t a_len, const struct buf *b)
{
	assert_int_equal(a_len, b->len);
	assert_true(a_len > 0);
	assert_memory_equal(a, b->s, a_len);
}

static void is_recorded(struct bench *b, const struct call *c, bool is_streamed)
{
	struct call_row row;
	struct call_body body;

	bench_recorded(b, c, &row, &body);
	assert_string_equal(row.provider, c->target->provider->name);
	assert_string_equal(row.model_req, c->target->model);
	assert_string_equal(row.operation, "chat");
	assert_string_equal(row.finish_reason, finish_name(c->answer.finish));
	assert_int_equal(row.usage.in_tok, c->answer.usage.in_tok);
	assert_int_equal(row.usage.out_tok, c->answer.usage.out_tok);
	assert_int_equal(row.cost_nano, c->row.cost_nano);
	assert_int_equal(row.cost_source, COST_COMPUTED);
	assert_int_equal(row.http_status, 200);
	assert_int_equal(row.error_class, CLASS_NONE);
	assert_int_equal(row.attempts, 1);
	assert_int_equal(row.run_us, 1790000000000000);
	assert_int_equal(row.run_column, 3);
	assert_true(row.is_simulated);
	assert_int_equal(row.is_streamed, is_streamed);
	assert_true(row.latency_us > 0);
	assert_int_equal(is_known(row.ttft_us), is_streamed);
	assert_int_equal(is_known(row.gen_us), is_streamed);
	same_bytes(body.request, body.request_len, &c->request_body);
	same_bytes(body.response, body.response_len, &c->response_body);
	same_bytes(body.answer, body.answer_len, &c->answer.text);
	assert_null(memmem(body.request, body.request_len, KEY, strlen(KEY)));
	call_row_free(&row);
	call_body_free(&body);
}

static void good_answer(struct bench *b, size_t i, bool is_streamed)
{
	char *target = x_asprintf("%s/%s", models[i].kind, models[i].model);
	struct watch w = { 0 };

	bench_start(b, &w, target, is_streamed, "Say hello to Zo\xC3\xAB.");
	assert_int_equal(w.call->state, CALL_QUEUED);
	assert_string_equal(w.events, ""); /* listeners run from the loop */
	bench_run(b, NULL);
	assert_string_equal(w.events, "qsfduD");
	assert_int_equal(w.call->state, CALL_DONE);
	assert_int_equal(w.call->err.code, ERR_NONE);
	assert_int_equal(call_err_code(w.call), ERR_NONE);
	assert_int_equal(w.call->attempt, 1);
	assert_true(w.call->is_simulated);
	assert_true(w.call->answer.text.len > 0);
	same_bytes(w.text.s, w.text.len, &w.call->answer.text);
	assert_true(w.call->answer.usage.in_tok > 0 && w.call->answer.usage.out_tok > 0);
	assert_true(w.call->answer.usage.out_tok <= 40);
	if (models[i].is_local) {
		assert_int_equal(w.call->row.cost_nano, 0);
	} else {
		assert_true(w.call->row.cost_nano > 0);
		assert_string_equal(w.call->row.price_version, price_table_version(b->config->prices));
	}
	const struct call *c = w.call;
	assert_true(0 < c->queued_us && c->queued_us <= c->sent_us && c->sent_us <= c->first_us && c->first_us <= c->last_us);
	assert_true(c->last_us <= c->end_us);
	is_recorded(b, c, is_streamed);
	watch_end(&w);
	free(target);
}

static void good_answers(void **state)
{
	struct bench *b = bench_new(NULL);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(models); i++) {
		bench_provider(b, models[i].kind, models[i].kind, 0, NULL);
		good_answer(b, i, true);
		good_answer(b, i, false);
	}
	bench_free(b);
}

/* ---- bytes as sent and received, seen from the server ---- */

struct canned {
	const char *headers, *reply;
	int status;
	struct buf request, authorization;
	int n_requests;
};

static void on_request(void *ctx, struct exchange *x, const struct server_request *r)
{
	struct canned *c = ctx;
	const char *key = exchange_header(x, "Authorization");

	c->n_requests++;
	buf_clear(&c->request);
	buf_clear(&c->authorization);
	(void)buf_add(&c->request, r->body, r->body_len);
	(void)buf_add_str(&c->authorization, key != NULL ? key : "");
	exchange_reply(x, c->status, "application/json", c->headers, c->reply, strlen(c->reply));
}

static struct server *serve(struct bench *b, struct canned *c)
{
	struct err e = { 0 };
	struct server *s = server_new(b->loop, "127.0.0.1", 0, on_request, c, &e);

	assert_non_null(s);
	return s;
}

static void canned_free(struct canned *c)
{
	buf_free(&c->request);
	buf_free(&c->authorization);
}

#define PLAIN \
	" {\"id\":\"x\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\\u00e9\"}," \
	"\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,\"total_tokens\":9}}\n"

static void bytes_are_exact(void **state)
{
	struct bench *b = bench_new(NULL);
	struct canned c = { .status = 200, .reply = PLAIN, .headers = "x-request-id: req-9\r\n" };
	struct server *s = serve(b, &c);
	struct watch w = { 0 };
	struct call_row row;
	struct call_body body;

	(void)state;
	bench_provider(b, "own", "openai", server_port(s), NULL);
	bench_start(b, &w, "own/m", false, "a\n\"b\" \xF0\x9F\x98\x80");
	bench_run(b, NULL);
	assert_int_equal(w.call->state, CALL_DONE);
	assert_false(w.call->is_simulated);
	assert_string_equal(buf_str(&w.call->answer.text), "Hi\xC3\xA9");
	bench_recorded(b, w.call, &row, &body);
	same_bytes(body.request, body.request_len, &c.request);
	assert_int_equal(body.response_len, strlen(PLAIN));
	assert_memory_equal(body.response, PLAIN, strlen(PLAIN));
	assert_string_equal(buf_str(&c.authorization), "Bearer " KEY);
	assert_string_equal(row.model_resp, "m-1");
	assert_string_equal(row.request_id, "req-9");
	assert_int_equal(row.usage.in_tok, 7);
	assert_int_equal(row.cost_source, COST_UNKNOWN); /* nobody knows what a model of that name costs */
	json_t *v = json_loadb(body.request, body.request_len, 0, NULL);
	const json_t *user = json_array_get(json_object_get(v, "messages"), 1);
	assert_string_equal(json_string_value(json_object_get(user, "content")), "a\n\"b\" \xF0\x9F\x98\x80");
	json_decref(v);
	call_row_free(&row);
	call_body_free(&body);
	watch_end(&w);
	server_free(s);
	canned_free(&c);
	bench_free(b);
}

/* What the server says about trying again. */
static void servers_word_on_retries(void **state)
{
	static const struct {
		int status;
		const char *headers, *reply, *events;
		enum error_class class;
		enum err_code code;
	} cases[] = {
		{ 429, "Retry-After: 61\r\n", "{\"error\":{\"message\":\"slow\"}}", "qsF", CLASS_RATE_LIMITED, ERR_RATE },
		{ 429, NULL, "{\"error\":{\"message\":\"no\",\"code\":\"insufficient_quota\"}}", "qsF", CLASS_RATE_LIMITED, ERR_RATE },
		{ 500, "x-should-retry: false\r\n", "{\"error\":{\"message\":\"no\"}}", "qsF", CLASS_SERVER_ERROR, ERR_PROVIDER },
		{ 400, "x-should-retry: true\r\n", "{\"error\":{\"message\":\"no\"}}", "qsrsF", CLASS_BAD_REQUEST, ERR_PROVIDER },
		{ 503, NULL, "{\"error\":{\"message\":\"no\"}}", "qsrsF", CLASS_SERVER_ERROR, ERR_RATE },
		{ 400, NULL, "{\"error\":{\"message\":\"no\",\"code\":\"context_length_exceeded\"}}", "qsF", CLASS_CONTEXT_LENGTH, ERR_PROVIDER },
		{ 200, NULL, "{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":\"content_filter\"}]}", "qsF",
		    CLASS_CONTENT_FILTER, ERR_REFUSED },
		{ 200, NULL, "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I will not\"},\"finish_reason\":\"stop\"}]}", "qsfdF",
		    CLASS_CONTENT_FILTER, ERR_REFUSED },
		{ 302, "Location: http://127.0.0.1:1/\r\n", "", "qsF", CLASS_BAD_REQUEST, ERR_PROVIDER },
		{ 403, NULL, "", "qsF", CLASS_AUTH, ERR_AUTH },
	};
	struct bench *b = bench_new(NULL);
	struct canned canned[COUNT_OF(cases)] = { 0 };
	struct server *servers[COUNT_OF(cases)];
	struct watch watches[COUNT_OF(cases)] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char name[16], target[24];

		canned[i] = (struct canned){ .status = cases[i].status, .headers = cases[i].headers, .reply = cases[i].reply };
		servers[i] = serve(b, &canned[i]);
		(void)snprintf(name, sizeof(name), "p%zu", i);
		(void)snprintf(target, sizeof(target), "p%zu/m", i);
		bench_provider(b, name, "openai", server_port(servers[i]), NULL);
		watches[i].max_attempts = 2;
		bench_start(b, &watches[i], target, false, "hello");
	}
	bench_run(b, NULL);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct call *c = watches[i].call;

		assert_string_equal(watches[i].events, cases[i].events);
		assert_int_equal(c->state, CALL_FAILED);
		assert_int_equal(c->row.error_class, cases[i].class);
		assert_int_equal(call_err_code(c), cases[i].code);
		assert_int_equal(c->row.http_status, cases[i].status);
		assert_int_equal(canned[i].n_requests, c->attempt);
		watch_end(&watches[i]);
		server_free(servers[i]);
		canned_free(&canned[i]);
	}
	bench_free(b);
}

/* ---- keys ---- */

static struct provider_entry *with_command(struct bench *b, const char *name, int port, const char *command)
{
	struct provider_entry *p = bench_provider(b, name, "openai", port, NULL);

	free(p->key);
	p->key = NULL;
	p->is_key_optional = false;
	p->key_command = x_strdup(command);
	return p;
}

static void key_of_a_command(void **state)
{
	struct bench *b = bench_new(NULL);
	struct canned c = { .status = 200, .reply = PLAIN };
	struct server *s = serve(b, &c);
	char *command = x_asprintf("echo x >> %s/runs; echo " KEY "-cmd", b->dir);
	struct watch first = { 0 }, second = { 0 };

	(void)state;
	struct provider_entry *p = with_command(b, "vault", server_port(s), command);
	bench_start(b, &first, "vault/m", false, "hello");
	bench_start(b, &second, "vault/m", false, "hello again");
	bench_run(b, NULL);
	assert_string_equal(first.events, "qsfduD");
	assert_string_equal(second.events, "qsfduD");
	assert_string_equal(buf_str(&c.authorization), "Bearer " KEY "-cmd");
	assert_string_equal(p->key, KEY "-cmd");
	char *runs = x_asprintf("%s/runs", b->dir);
	FILE *f = fopen(runs, "r");
	assert_non_null(f);
	char line[8] = "";
	assert_non_null(fgets(line, sizeof(line), f));
	assert_null(fgets(line, sizeof(line), f)); /* once for both */
	(void)fclose(f);
	free(runs);
	free(command);
	watch_end(&first);
	watch_end(&second);
	server_free(s);
	canned_free(&c);
	bench_free(b);
}

static void key_command_fails(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch w = { 0 }, cancelled = { 0 };
	struct call_row row;
	struct call_body body;

	(void)state;
	with_command(b, "broken", 0, "echo " KEY "; exit 3");
	with_command(b, "slow", 0, "sleep 0.3; echo " KEY);
	bench_start(b, &w, "broken/m", true, "hello");
	cancelled.cancel_at = 'q';
	bench_start(b, &cancelled, "slow/m", true, "hello");
	bench_run(b, NULL);
	assert_string_equal(w.events, "qF");
	assert_int_equal(w.call->row.error_class, CLASS_AUTH);
	assert_int_equal(call_err_code(w.call), ERR_AUTH);
	assert_non_null(strstr(w.call->err.text, "no key for broken"));
	assert_non_null(strstr(w.call->err.text, "status 3"));
	assert_null(strstr(w.call->err.text, KEY));
	assert_int_equal(w.call->sent_us, 0);
	assert_int_equal(sim_requests(b->sim), 0);
	bench_recorded(b, w.call, &row, &body);
	assert_int_equal(row.error_class, CLASS_AUTH);
	assert_false(is_known(row.latency_us));
	call_row_free(&row);
	call_body_free(&body);
	assert_string_equal(cancelled.events, "qC");
	watch_end(&w);
	watch_end(&cancelled);
	bench_free(b); /* while the slow command may still run */
}

static void cancelled_while_the_key_is_fetched(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch w = { 0 };

	(void)state;
	char *command = x_asprintf("until [ -e %s/go ]; do sleep 0.02; done; echo " KEY, b->dir);
	char *go = x_asprintf("%s/go", b->dir);
	with_command(b, "slow", 0, command);
	bench_start(b, &w, "slow/m", true, "hello");
	bench_nap(b, 0.1);
	assert_string_equal(w.events, "q");
	call_cancel(w.call);
	bench_run(b, NULL);
	assert_string_equal(w.events, "qC");
	(void)close(creat(go, 0600));
	bench_nap(b, 0.4);
	assert_string_equal(w.events, "qC");
	assert_int_equal(sim_requests(b->sim), 0);
	watch_end(&w);
	bench_free(b);
	free(command);
	free(go);
}

static void wrong_key(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch watches[COUNT_OF(models)] = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct provider_entry *p = bench_provider(b, models[i].kind, models[i].kind, 0, NULL);
		char target[40];

		free(p->key);
		p->key = x_strdup("bad-key");
		(void)snprintf(target, sizeof(target), "%s/%s", models[i].kind, models[i].model);
		bench_start(b, &watches[i], target, true, "hello");
	}
	bench_run(b, NULL);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(watches[i].events, "qsF");
		assert_int_equal(watches[i].call->row.error_class, CLASS_AUTH);
		assert_int_equal(call_err_code(watches[i].call), ERR_AUTH);
		assert_int_equal(watches[i].call->row.http_status, 401);
		assert_int_equal(watches[i].call->row.cost_nano, 0);
		assert_non_null(strstr(watches[i].call->err.hint, "check the key"));
		watch_end(&watches[i]);
	}
	bench_free(b);
}

/* A server that sends the key back: neither the store nor the screen gets it. */
static void echoed_key(void **state)
{
	static const struct {
		int status;
		const char *reply;
	} cases[] = {
		{ 200, "{\"choices\":[{\"message\":{\"content\":\"key " KEY "!\"},\"finish_reason\":\"stop\"}]}" },
		{ 401, "{\"error\":{\"message\":\"wrong key " KEY "\"}}" },
	};
	struct bench *b = bench_new(NULL);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct canned c = { .status = cases[i].status, .reply = cases[i].reply };
		struct server *s = serve(b, &c);
		struct watch w = { 0 };
		struct call_row row;
		struct call_body body;

		bench_provider(b, "echo", "openai", server_port(s), NULL);
		bench_start(b, &w, "echo/m", false, "hello");
		bench_run(b, NULL);
		bench_recorded(b, w.call, &row, &body);
		assert_int_equal(body.response_len, strlen(cases[i].reply));
		assert_null(memmem(body.response, body.response_len, KEY, strlen(KEY)));
		assert_non_null(memmem(body.response, body.response_len, "********", 8));
		assert_null(strstr(buf_str(&w.call->answer.text), KEY));
		assert_null(strstr(w.call->err.text, KEY));
		call_row_free(&row);
		call_body_free(&body);
		watch_end(&w);
		server_free(s);
		canned_free(&c);
	}
	bench_free(b);
}

/* ---- places that do not answer ---- */

static void nobody_there(void **state)
{
	struct bench *b = bench_new(NULL);
	struct err e = { 0 };
	struct server *s = server_new(b->loop, "127.0.0.1", 0, NULL, NULL, &e);
	int port = server_port(s);
	struct watch refused = { .max_attempts = 2 }, unknown = { .max_attempts = 1 };

	(void)state;
	server_free(s); /* a port where nobody listens */
	bench_provider(b, "closed", "openai", port, NULL);
	struct provider_entry *p = bench_provider(b, "nowhere", "anthropic", port, NULL);
	free(p->base_url);
	p->base_url = x_strdup("http://no-such-host.invalid");
	p->connect_ms = p->first_byte_ms = LONG_MS;
	bench_start(b, &refused, "closed/m", true, "hello");
	bench_start(b, &unknown, "nowhere/m", true, "hello");
	bench_run(b, NULL);
	assert_string_equal(refused.events, "qsrsF");
	assert_int_equal(refused.call->row.error_class, CLASS_NETWORK);
	assert_int_equal(call_err_code(refused.call), ERR_NETWORK);
	assert_int_equal(refused.call->row.http_status, 0);
	assert_int_equal(refused.call->row.cost_source, COST_UNKNOWN);
	assert_non_null(strstr(refused.call->err.text, "refused"));
	assert_true(refused.call->err.hint[0] != '\0');
	assert_string_equal(unknown.events, "qsF");
	assert_int_equal(unknown.call->row.error_class, CLASS_NETWORK);
	assert_non_null(strstr(unknown.call->err.text, "no-such-host.invalid"));
	assert_true(unknown.call->err.hint[0] != '\0');
	watch_end(&refused);
	watch_end(&unknown);
	bench_free(b);
}

static void a_request_that_cannot_be_built(void **state)
{
	struct bench *b = bench_new(NULL);
	struct watch w = { 0 };

	(void)state;
	bench_provider(b, "openai", "openai", 0, NULL);
	bench_start(b, &w, "openai/gpt-5.4-mini", true, "not UTF-8: \xff");
	assert_string_equal(w.events, "");
	bench_run(b, NULL);
	assert_string_equal(w.events, "qF");
	assert_int_equal(w.call->row.error_class, CLASS_BAD_REQUEST);
	assert_true(w.call->err.text[0] != '\0');
	assert_int_equal(sim_requests(b->sim), 0);
	watch_end(&w);
	bench_free(b);
}

static void preview_sends_nothing(void **state)
{
	struct bench *b = bench_new(NULL);
	struct message message = { .role = ROLE_USER, .text = "hello" };
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(models); i++) {
		char target[40];
		struct buf body = { 0 };
		char *url = NULL;

		bench_provider(b, models[i].kind, models[i].kind, 0, NULL);
		(void)snprintf(target, sizeof(target), "%s/%s", models[i].kind, models[i].model);
		struct target *t = target_resolve(b->config, target, &e);
		struct gateway_request r = { .target = t, .messages = &message, .n_messages = 1, .is_streamed = true };
		chat_params_init(&r.params);
		assert_true(call_preview(&r, &url, &body, &e));
		json_t *v = json_loadb(body.s, body.len, 0, NULL);
		assert_true(json_is_object(v));
		assert_null(strstr(buf_str(&body), KEY));
		assert_null(strstr(url, KEY));
		json_decref(v);
		free(url);
		buf_free(&body);
		target_free(t);
	}
	assert_int_equal(sim_requests(b->sim), 0);
	bench_free(b);
}

/* Without a store and without a listener a call runs all the same. */
static void nobody_looks(void **state)
{
	struct bench *b = bench_new(NULL);
	struct gateway *g = gateway_new(b->loop, b->config, NULL);
	struct message message = { .role = ROLE_USER, .text = "hello" };
	struct err e = { 0 };

	(void)state;
	bench_provider(b, "openai", "openai", 0, NULL);
	struct target *t = target_resolve(b->config, "openai/gpt-5.4-mini", &e);
	struct gateway_request r = { .target = t, .messages = &message, .n_messages = 1 };
	chat_params_init(&r.params);
	struct call *c = call_ref(call_start(g, &r, NULL, NULL));
	target_free(t);
	for (int i = 0; i < 3000 && c->state != CALL_DONE; i++) {
		bench_nap(b, 0.02);
	}
	assert_int_equal(c->state, CALL_DONE);
	gateway_free(g);
	assert_true(c->answer.text.len > 0); /* a reference outlives the gateway */
	call_unref(c);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_answers),
		cmocka_unit_test(bytes_are_exact),
		cmocka_unit_test(servers_word_on_retries),
		cmocka_unit_test(key_of_a_command),
		cmocka_unit_test(key_command_fails),
		cmocka_unit_test(cancelled_while_the_key_is_fetched),
		cmocka_unit_test(wrong_key),
		cmocka_unit_test(echoed_key),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(a_request_that_cannot_be_built),
		cmocka_unit_test(preview_sends_nothing),
		cmocka_unit_test(nobody_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
