#include "tests/sim/sim_fixture.h"

static void test_formats(void **state)
{
	struct rig *r = *state;
	static const char *const finish[] = { "stop", "end_turn", "STOP", "stop" };

	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		struct got plain, stream;
		struct heard a, b;

		ask(r, &formats[i], false, NULL, PROMPT, &plain);
		ask(r, &formats[i], true, NULL, PROMPT, &stream);
		assert_int_equal(plain.outcome, HTTP_OK);
		assert_int_equal(plain.reply.status, 200);
		assert_string_equal(plain.reply.content_type, "application/json");
		assert_string_equal(plain.reply.server, "sonde-simulator");
		assert_true(plain.reply.request_id[0] != '\0');
		assert_string_equal(stream.reply.content_type, i == 3 ? "application/x-ndjson" : "text/event-stream");
		hear(&a, &formats[i], false, &plain);
		hear(&b, &formats[i], true, &stream);
		assert_int_equal(a.n_bad + b.n_bad, 0);
		assert_non_null(strstr(buf_str(&a.text), "caf\xC3\xA9 \xF0\x9F\x8D\xB5 opens at nine"));
		assert_string_equal(buf_str(&a.text), buf_str(&b.text));
		assert_true(b.n_events > 5);
		assert_string_equal(a.finish, finish[i]);
		assert_string_equal(b.finish, finish[i]);
		assert_true(i == 2 || b.is_done);
		assert_true(a.in_tok > 20 && a.in_tok < 80);
		assert_int_equal(a.in_tok, b.in_tok);
		assert_true(a.out_tok > 5);
		assert_int_equal(a.out_tok, b.out_tok);
		assert_int_equal(a.reason_tok, b.reason_tok);
		free_heard(&a);
		free_heard(&b);
		buf_free(&plain.body);
		buf_free(&stream.body);
	}
}

static void test_same_bytes(void **state)
{
	struct rig *r = *state, other;
	struct sim_options o = fast();

	o.seed = 6;
	start_rig(&other, &o);
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		struct got a, b, c;

		ask(r, &formats[i], true, NULL, PROMPT, &a);
		ask(r, &formats[i], true, NULL, PROMPT, &b);
		ask(&other, &formats[i], true, NULL, PROMPT, &c);
		assert_string_equal(buf_str(&a.body), buf_str(&b.body));
		assert_string_not_equal(buf_str(&a.body), buf_str(&c.body));
		buf_free(&a.body);
		buf_free(&b.body);
		buf_free(&c.body);
	}
	stop_rig(&other);
}

static void test_usage_null_unless_asked(void **state)
{
	struct rig *r = *state;
	const char *headers[] = { "Authorization: Bearer k", NULL };
	struct got g;

	request(r, "POST", "/v1/chat/completions", headers,
	    "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}", &g);
	assert_null(strstr(buf_str(&g.body), "prompt_tokens"));
	assert_non_null(strstr(buf_str(&g.body), "data: [DONE]\n\n"));
	buf_free(&g.body);
	request(r, "POST", "/v1/chat/completions", headers,
	    "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":"
	    "\"Hello\"}]}",
	    &g);
	assert_non_null(strstr(buf_str(&g.body), "\"choices\":[],\"usage\":{\"prompt_tokens\":"));
	assert_non_null(strstr(buf_str(&g.body), "\"usage\":null"));
	buf_free(&g.body);
}

#define KEY "Authorization: Bearer k"
#define USER "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]"

static void test_checks(void **state)
{
	struct rig *r = *state;
	static const struct {
		const char *method, *path, *headers[3], *body;
		int status;
		const char *says;
	} cases[] = {
		{ "POST", "/v1/chat/completions", { NULL }, "{}", 401, "\"code\":\"invalid_api_key\"" },
		{ "POST", "/v1/chat/completions", { "Authorization: Bearer bad-key" }, "{}", 401, "invalid_api_key" },
		{ "POST", "/v1/chat/completions", { KEY }, "{nonsense", 400, "could not parse the JSON" },
		{ "POST", "/v1/chat/completions", { KEY }, "[1]", 400, "not an object" },
		{ "POST", "/v1/chat/completions", { KEY }, "{" USER "}", 400, "\"param\":\"model\"" },
		{ "POST", "/v1/chat/completions", { KEY }, "{\"model\":\"m\"}", 400, "\"param\":\"messages\"" },
		{ "POST", "/v1/chat/completions", { KEY }, "{\"model\":\"m\",\"messages\":[]}", 400, "messages" },
		{ "POST", "/v1/chat/completions", { KEY }, "{\"model\":\"m\",\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]}", 400,
		    "role" },
		{ "POST", "/v1/chat/completions", { KEY }, "{\"model\":\"m\",\"temperature\":3," USER "}", 400, "temperature" },
		{ "POST", "/v1/chat/completions", { KEY }, "{\"model\":\"m\",\"stream_options\":{}," USER "}", 400, "stream_options" },
		{ "POST", "/v1/chat/completions", { KEY }, "{\"model\":\"the-missing-one\"," USER "}", 404,
		    "\"code\":\"model_not_found\"" },
		{ "GET", "/v1/chat/completions", { KEY }, NULL, 405, "error" },
		{ "POST", "/v1/models", { KEY }, "{}", 405, "error" },
		{ "GET", "/", { NULL }, NULL, 404, "unknown_url" },
		{ "GET", "/v1beta/nothing", { NULL }, NULL, 404, "NOT_FOUND" },
		{ "GET", "/v1/models", { KEY }, NULL, 200, "gpt-5.4-mini" },
		{ "GET", "/v1/models", { "x-api-key: k", "anthropic-version: 2023-06-01" }, NULL, 200, "claude-haiku-4-5" },
		{ "GET", "/v1beta/models?key=k", { NULL }, NULL, 200, "models/gemini-2.5-flash" },
		{ "GET", "/v1beta/models?key=bad-key", { NULL }, NULL, 401, "UNAUTHENTICATED" },
		{ "GET", "/api/tags", { NULL }, NULL, 200, "llama3.1:8b" },
		{ "GET", "/api/version", { NULL }, NULL, 200, "\"version\":\"0.9.0\"" },
		{ "POST", "/v1/messages", { "x-api-key: k" }, "{}", 400, "anthropic-version" },
		{ "POST", "/v1/messages", { "anthropic-version: x" }, "{}", 401, "authentication_error" },
		{ "POST", "/v1/messages", { "x-api-key: k", "anthropic-version: x" }, "{\"model\":\"m\"," USER "}", 400,
		    "max_tokens: Field required" },
		{ "POST", "/v1/messages", { "x-api-key: k", "anthropic-version: x" },
		    "{\"model\":\"m\",\"max_tokens\":5,\"seed\":1," USER "}", 400, "seed" },
		{ "POST", "/v1/messages", { "x-api-key: k", "anthropic-version: x" }, "{\"model\":\"missing\",\"max_tokens\":5," USER "}",
		    404, "not_found_error" },
		{ "POST", "/v1beta/models/g:generateContent", { "x-goog-api-key: k" }, "{}", 400, "INVALID_ARGUMENT" },
		{ "POST", "/v1beta/models/g:generateContent", { NULL }, "{}", 401, "UNAUTHENTICATED" },
		{ "POST", "/v1beta/models/g:countTokens", { "x-goog-api-key: k" }, "{}", 404, "NOT_FOUND" },
		{ "POST", "/api/chat", { NULL }, "{}", 400, "{\"error\":\"" },
		{ "POST", "/api/chat", { NULL }, "{\"model\":\"m\"}", 200, "\"done_reason\":\"load\"" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *headers[4] = { cases[i].headers[0], cases[i].headers[1] };
		struct got g;

		request(r, cases[i].method, cases[i].path, headers, cases[i].body, &g);
		if (g.reply.status != cases[i].status || strstr(buf_str(&g.body), cases[i].says) == NULL) {
			fail_msg("%s %s %s: %d %s", cases[i].method, cases[i].path, cases[i].body, g.reply.status, buf_str(&g.body));
		}
		buf_free(&g.body);
	}
	assert_true(sim_requests(r->sim) >= COUNT_OF(cases));
}

/* Without alt=sse Gemini streams one JSON array. */
static void test_gemini_array(void **state)
{
	struct rig *r = *state;
	const char *headers[] = { "x-goog-api-key: k", NULL };
	struct got g;

	request(r, "POST", "/v1beta/models/gemini-2.5-flash:streamGenerateContent", headers,
	    "{\"contents\":[{\"parts\":[{\"text\":\"Hello\"}]}]}", &g);
	json_t *v = json_loadb(buf_str(&g.body), g.body.len, 0, NULL);
	assert_true(json_array_size(v) > 3);
	json_decref(v);
	buf_free(&g.body);
}

static void test_shown_reasoning(void **state)
{
	struct rig *r = *state;
	const char *headers[] = { "x-api-key: k", "anthropic-version: x", NULL };
	struct got g;
	struct heard h;

	request(r, "POST", "/api/chat", headers, "{\"model\":\"deepseek-r1:8b\"," USER "}", &g);
	hear(&h, &formats[3], true, &g);
	assert_true(h.reasoning.len > 10);
	assert_true(h.text.len > 0);
	free_heard(&h);
	buf_free(&g.body);
	request(r, "POST", "/v1/messages", headers,
	    "{\"model\":\"gpt-5\",\"max_tokens\":500,\"stream\":true,\"thinking\":{\"type\":\"adaptive\"}," USER "}", &g);
	hear(&h, &formats[1], true, &g);
	assert_true(h.reasoning.len > 10);
	assert_true(h.text.len > 0);
	assert_non_null(strstr(buf_str(&g.body), "\"index\":1,\"content_block\":{\"type\":\"text\""));
	free_heard(&h);
	buf_free(&g.body);
}

static void test_pace(void **state)
{
	struct sim_options o = fast();
	struct rig r;
	bool is_paced = false;

	(void)state;
	o.ttft_ms = 80;
	o.rate = 100;
	start_rig(&r, &o);
	for (int i = 0; i < 20 && !is_paced; i++) { /* what comes late comes at once: a busy machine needs several tries */
		struct got g;

		ask(&r, &formats[3], true, NULL, "Hello", &g);
		assert_true(g.first_byte_us >= 75000);
		is_paced = g.total_us > g.first_byte_us + 20000 && g.n_reads >= 3;
		buf_free(&g.body);
	}
	assert_true(is_paced);
	stop_rig(&r);
}

/* The client may leave at any time, and the simulator may end while answers are on their way. */
static void test_leaving(void **state)
{
	static const struct http_handler handler = { .on_data = on_data, .on_done = on_done };
	const char *headers[] = { KEY, NULL };
	struct sim_options o = fast();
	struct rig r;
	struct got g[3] = { 0 };
	struct http_call *calls[3];

	(void)state;
	o.rate = 20;
	start_rig(&r, &o);
	char *url = x_asprintf("http://127.0.0.1:%d/v1/chat/completions", sim_port(r.sim));
	const char *body = "{\"model\":\"m\",\"stream\":true," USER "}";
	for (int i = 0; i < 3; i++) {
		calls[i] = http_send(r.http,
		    &(struct http_request){ .method = "POST", .url = url, .headers = headers, .body = body, .body_len = strlen(body) },
		    &handler, &g[i]);
	}
	while (g[0].n_reads == 0 || g[1].n_reads == 0) {
		ev_run(r.loop->ev, EVRUN_ONCE);
	}
	http_cancel(calls[0]);
	for (int i = 0; i < 1000 && sim_requests(r.sim) == 0; i++) {
		ev_run(r.loop->ev, EVRUN_ONCE);
	}
	assert_int_equal(sim_requests(r.sim), 1);
	for (int i = 0; i < 3; i++) {
		buf_free(&g[i].body);
	}
	free(url);
	stop_rig(&r);
}

static void test_port_in_use(void **state)
{
	struct rig *r = *state;
	struct sim_options o = fast();
	struct err e = { 0 };

	o.port = sim_port(r->sim);
	assert_null(sim_new(r->loop, &o, &e));
	assert_non_null(strstr(e.text, "cannot listen"));
	assert_true(e.hint[0] != '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_usage_null_unless_asked),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_gemini_array),
		cmocka_unit_test(test_shown_reasoning),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_port_in_use),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
