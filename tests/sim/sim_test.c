#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "net/http.h"
#include "sim/sim.h"
#include "text/utf8.h"

struct rig {
	struct loop *loop;
	struct sim *sim;
	struct http *http;
};

struct got {
	enum http_outcome outcome;
	struct http_reply reply;
	struct buf body;
	int64_t first_byte_us, total_us;
	size_t n_reads;
	bool is_over;
};

/* What a stream or a whole answer says, read by the test's own eyes. */
struct heard {
	struct buf text, reasoning;
	char finish[32];
	int64_t in_tok, cached_tok, out_tok, reason_tok; /* -1: not said */
	bool is_done, has_error;
	size_t n_events, n_bad;
};

static void start_rig(struct rig *r, const struct sim_options *o)
{
	struct err e = { 0 };

	r->loop = loop_new();
	r->sim = sim_new(r->loop, o, &e);
	assert_non_null(r->sim);
	r->http = http_new(r->loop);
}

static void stop_rig(struct rig *r)
{
	http_free(r->http);
	sim_free(r->sim);
	loop_free(r->loop);
}

static struct sim_options fast(void)
{
	struct sim_options o;

	sim_options_init(&o);
	o.ttft_ms = 0;
	o.rate = 1e6;
	o.seed = 5;
	return o;
}

static int setup(void **state)
{
	struct rig *r = x_calloc(1, sizeof(*r));
	struct sim_options o = fast();

	start_rig(r, &o);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	stop_rig(*state);
	free(*state);
	return 0;
}

static void on_data(void *ctx, const char *bytes, size_t len)
{
	struct got *g = ctx;

	g->n_reads++;
	(void)buf_add(&g->body, bytes, len);
}

static void on_done(void *ctx, const struct http_result *result)
{
	struct got *g = ctx;

	g->outcome = result->outcome;
	g->reply = result->reply;
	g->first_byte_us = result->first_byte_us;
	g->total_us = result->total_us;
	g->is_over = true;
}

#define HEADERS_MOST 8
static void request(struct rig *r, const char *method, const char *path, const char *const *headers, const char *body, struct got *g)
{
	static const struct http_handler handler = { .on_data = on_data, .on_done = on_done };
	char *url = x_asprintf("http://127.0.0.1:%d%s", sim_port(r->sim), path);
	struct http_request q = { .method = method,
		.url = url,
		.headers = headers,
		.body = body,
		.body_len = body != NULL ? strlen(body) : 0,
		.connect_ms = 2000,
		.first_byte_ms = 300,
		.idle_ms = 300 };

	*g = (struct got){ 0 };
	(void)http_send(r->http, &q, &handler, g);
	loop_run_until(r->loop, &g->is_over);
	free(url);
}

static const struct format {
	const char *name;
	const char *path[2]; /* plain, streamed */
	const char *headers[3];
	const char *body[2]; /* with %s for the prompt */
} formats[] = {
	{ "openai", { "/v1/chat/completions", "/some/prefix/v1/chat/completions" }, { "Authorization: Bearer k" },
	    { "{\"model\":\"gpt-5.4-mini\",\"messages\":[{\"role\":\"system\",\"content\":\"Be "
	      "brief.\"},{\"role\":\"user\",\"content\":\"%s\"}]}",
		"{\"model\":\"gpt-5.4-mini\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":"
		"\"system\",\"content\":"
		"\"Be brief.\"},{\"role\":\"user\",\"content\":\"%s\"}]}" } },
	{ "anthropic", { "/v1/messages", "/v1/messages" }, { "x-api-key: k", "anthropic-version: 2023-06-01" },
	    { "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":900,\"system\":\"Be "
	      "brief.\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}",
		"{\"model\":\"claude-haiku-4-5\",\"max_tokens\":900,\"system\":\"Be "
		"brief.\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":"
		"[{\"type\":\"text\",\"text\":\"%s\"}]}]}" } },
	{ "gemini", { "/v1beta/models/gemini-2.5-flash:generateContent", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse" },
	    { "x-goog-api-key: k" },
	    { "{\"systemInstruction\":{\"parts\":[{\"text\":\"Be "
	      "brief.\"}]},\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"%s\"}]}]}",
		"{\"systemInstruction\":{\"parts\":[{\"text\":\"Be brief.\"}]},\"contents\":[{\"parts\":[{\"text\":\"%s\"}]}]}" } },
	{ "ollama", { "/api/chat", "/api/chat" }, { NULL },
	    { "{\"model\":\"llama3.1:8b\",\"stream\":false,\"messages\":[{\"role\":\"system\",\"content\":\"Be "
	      "brief.\"},{\"role\":\"user\",\"content\":\"%s\"}]}",
		"{\"model\":\"llama3.1:8b\",\"messages\":[{\"role\":\"system\",\"content\":\"Be "
		"brief.\"},{\"role\":\"user\",\"content\":\"%s\"}]}" } },
};

/* extra: one more header, or NULL. prompt: JSON text without quotes. */
static void ask(struct rig *r, const struct format *f, bool is_streamed, const char *extra, const char *prompt, struct got *g)
{
	const char *headers[HEADERS_MOST] = { NULL }, *form = f->body[is_streamed], *hole = strstr(form, "%s");
	size_t n = 0;

	for (; n < COUNT_OF(f->headers) && f->headers[n] != NULL; n++) {
		headers[n] = f->headers[n];
	}
	headers[n++] = "Content-Type: application/json";
	headers[n] = extra;
	char *body = x_asprintf("%.*s%s%s", (int)(hole - form), form, prompt, hole + 2);
	request(r, "POST", f->path[is_streamed], headers, body, g);
	free(body);
}

static const json_t *at(const json_t *v, const char *path)
{
	char part[64];

	while (*path != '\0' && v != NULL) {
		size_t n = strcspn(path, ".");

		(void)snprintf(part, sizeof(part), "%.*s", (int)n, path);
		v = part[0] >= '0' && part[0] <= '9' ? json_array_get(v, (size_t)atoi(part)) : json_object_get(v, part);
		path += path[n] == '.' ? n + 1 : n;
	}
	return v;
}

static void hear_text(struct buf *out, const json_t *s)
{
	if (json_is_string(s)) {
		(void)buf_add(out, json_string_value(s), json_string_length(s));
	}
}

static void hear_int(int64_t *out, const json_t *v)
{
	if (json_is_integer(v)) {
		*out = json_integer_value(v);
	}
}

static void hear_finish(struct heard *h, const json_t *v)
{
	if (json_is_string(v)) {
		(void)snprintf(h->finish, sizeof(h->finish), "%s", json_string_value(v));
	}
}

static void hear_openai(struct heard *h, const json_t *v)
{
	hear_text(&h->text, at(v, "choices.0.delta.content"));
	hear_text(&h->text, at(v, "choices.0.message.content"));
	hear_finish(h, at(v, "choices.0.finish_reason"));
	hear_int(&h->in_tok, at(v, "usage.prompt_tokens"));
	hear_int(&h->cached_tok, at(v, "usage.prompt_tokens_details.cached_tokens"));
	hear_int(&h->out_tok, at(v, "usage.completion_tokens"));
	hear_int(&h->reason_tok, at(v, "usage.completion_tokens_details.reasoning_tokens"));
}

static void hear_anthropic(struct heard *h, const json_t *v)
{
	const char *type = json_string_value(at(v, "type"));

	assert_non_null(type);
	hear_text(&h->text, at(v, "delta.text"));
	hear_text(&h->reasoning, at(v, "delta.thinking"));
	hear_text(&h->text, at(v, "content.0.text"));
	hear_finish(h, at(v, "delta.stop_reason"));
	hear_finish(h, at(v, "stop_reason"));
	hear_int(&h->in_tok, at(v, "message.usage.input_tokens"));
	hear_int(&h->in_tok, at(v, "usage.input_tokens"));
	hear_int(&h->out_tok, at(v, "usage.output_tokens"));
	h->is_done = h->is_done || strcmp(type, "message_stop") == 0;
}

static void hear_gemini(struct heard *h, const json_t *v)
{
	hear_text(&h->text, at(v, "candidates.0.content.parts.0.text"));
	hear_finish(h, at(v, "candidates.0.finishReason"));
	hear_int(&h->in_tok, at(v, "usageMetadata.promptTokenCount"));
	hear_int(&h->out_tok, at(v, "usageMetadata.candidatesTokenCount"));
	hear_int(&h->reason_tok, at(v, "usageMetadata.thoughtsTokenCount"));
}

static void hear_ollama(struct heard *h, const json_t *v)
{
	hear_text(&h->text, at(v, "message.content"));
	hear_text(&h->reasoning, at(v, "message.thinking"));
	hear_finish(h, at(v, "done_reason"));
	hear_int(&h->in_tok, at(v, "prompt_eval_count"));
	hear_int(&h->out_tok, at(v, "eval_count"));
	h->is_done = h->is_done || json_is_true(at(v, "done"));
}

static void hear_json(struct heard *h, const struct format *f, const char *text, size_t len)
{
	static void (*const hear[])(struct heard *, const json_t *) = { hear_openai, hear_anthropic, hear_gemini, hear_ollama };
	json_t *v = json_loadb(text, len, JSON_ALLOW_NUL, NULL);

	h->n_events++;
	if (v == NULL) {
		h->n_bad++;
		return;
	}
	if (json_object_get(v, "error") != NULL) {
		h->has_error = true;
	}
	hear[f - formats](h, v);
	json_decref(v);
}

static void hear(struct heard *h, const struct format *f, bool is_streamed, const struct got *g)
{
	const char *s = buf_str(&g->body), *end = s + g->body.len;

	*h = (struct heard){ .in_tok = -1, .cached_tok = -1, .out_tok = -1, .reason_tok = -1 };
	if (!is_streamed) {
		hear_json(h, f, s, g->body.len);
		return;
	}
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t len = (size_t)((nl != NULL ? nl : end) - s);
		size_t shown = len > 0 && s[len - 1] == '\r' ? len - 1 : len;

		if (strcmp(f->name, "ollama") == 0 || (shown > 0 && s[0] == '{')) {
			hear_json(h, f, s, shown);
		} else if (shown == 12 && memcmp(s, "data: [DONE]", 12) == 0) {
			h->is_done = true;
		} else if (shown > 6 && memcmp(s, "data: ", 6) == 0) {
			hear_json(h, f, s + 6, shown - 6);
		} else if (shown > 0 && s[0] != ':' && memcmp(s, "event: ", 7) != 0) {
			h->n_bad++;
		}
		s += nl != NULL ? len + 1 : len;
	}
}

static void free_heard(struct heard *h)
{
	buf_free(&h->text);
	buf_free(&h->reasoning);
}

#define PROMPT                                                                                                                             \
	"Context: The caf\xC3\xA9 \xF0\x9F\x8D\xB5 opens at nine on weekdays. Parking is behind the house. "                               \
	"It is closed on Mondays.\\n\\nQuestion: When does the caf\xC3\xA9 open?"

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

static const char *error_type(const struct format *f, const json_t *v)
{
	static const char *const paths[] = { "error.type", "error.type", "error.status", "error" };
	const char *text = json_string_value(at(v, paths[f - formats]));

	return text != NULL ? text : "";
}

/* Faults that are refusals, in the shape of each provider. */
static void test_refusals(void **state)
{
	struct rig *r = *state;
	static const struct {
		const char *fault;
		int status;
		const char *type[3];
	} cases[] = {
		{ "X-Sonde-Fault: 400", 400, { "invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT" } },
		{ "X-Sonde-Fault: 401", 401, { "invalid_request_error", "authentication_error", "UNAUTHENTICATED" } },
		{ "X-Sonde-Fault: 404", 404, { "invalid_request_error", "not_found_error", "NOT_FOUND" } },
		{ "X-Sonde-Fault: 429", 429, { "requests", "rate_limit_error", "RESOURCE_EXHAUSTED" } },
		{ "X-Sonde-Fault: 500", 500, { "server_error", "api_error", "INTERNAL" } },
		{ "X-Sonde-Fault: 529", 529, { "server_error", "overloaded_error", "UNAVAILABLE" } },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t k = 0; k < COUNT_OF(formats); k++) {
			struct got g;

			ask(r, &formats[k], i % 2 == 0, cases[i].fault, "Hello", &g);
			assert_int_equal(g.outcome, HTTP_OK);
			assert_int_equal(g.reply.status, cases[i].status);
			json_t *v = json_loadb(buf_str(&g.body), g.body.len, 0, NULL);
			assert_non_null(v);
			if (k < 3) {
				assert_string_equal(error_type(&formats[k], v), cases[i].type[k]);
			} else {
				assert_true(strlen(error_type(&formats[k], v)) > 5);
			}
			assert_int_equal(g.reply.retry_after_ms, cases[i].status == 429 ? 1000 : -1);
			json_decref(v);
			buf_free(&g.body);
		}
	}
}

static void test_broken_connections(void **state)
{
	struct rig *r = *state;
	static const struct {
		const char *fault;
		enum http_outcome outcome;
		bool has_bytes;
	} cases[] = {
		{ "X-Sonde-Fault: reset", HTTP_NETWORK, false },
		{ "X-Sonde-Fault: reset-mid", HTTP_NETWORK, true },
		{ "X-Sonde-Fault: truncate", HTTP_NETWORK, true },
		{ "X-Sonde-Fault: stall", HTTP_TIMEOUT, false },
		{ "X-Sonde-Fault: stall-mid", HTTP_TIMEOUT, true },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		/* Time limits take a while: not each of them with each format. */
		for (size_t k = 0; k < (cases[i].outcome == HTTP_TIMEOUT ? 2 : 2 * COUNT_OF(formats)); k++) {
			struct got g;

			ask(r, &formats[(k / 2 + i) % COUNT_OF(formats)], k % 2 == 0, cases[i].fault, "Hello", &g);
			assert_int_equal(g.outcome, cases[i].outcome);
			assert_int_equal(g.body.len > 0, cases[i].has_bytes);
			assert_null(strstr(buf_str(&g.body), "[DONE]"));
			buf_free(&g.body);
		}
	}
}

static void test_error_inside(void **state)
{
	struct rig *r = *state;

	for (size_t k = 0; k < COUNT_OF(formats); k++) {
		struct got g;
		struct heard h;

		ask(r, &formats[k], true, "X-Sonde-Fault: stream-error", PROMPT, &g);
		hear(&h, &formats[k], true, &g);
		assert_int_equal(g.outcome, HTTP_OK);
		assert_int_equal(g.reply.status, 200);
		assert_true(h.has_error);
		assert_true(h.text.len > 0);
		assert_false(h.is_done);
		assert_string_equal(h.finish, "");
		free_heard(&h);
		buf_free(&g.body);
		ask(r, &formats[k], false, "X-Sonde-Fault: stream-error", PROMPT, &g);
		assert_int_equal(g.reply.status, 500);
		buf_free(&g.body);
		for (int is_streamed = 0; is_streamed < 2; is_streamed++) {
			ask(r, &formats[k], is_streamed != 0, "X-Sonde-Fault: bad-json", PROMPT, &g);
			hear(&h, &formats[k], is_streamed != 0, &g);
			assert_int_equal(g.reply.status, 200);
			assert_int_equal(h.n_bad, 1);
			free_heard(&h);
			buf_free(&g.body);
		}
	}
}

/* Legal oddities leave the answer as it is. */
static void test_oddities(void **state)
{
	struct rig *r = *state;
	static const char *const faults[] = { "X-Sonde-Fault: split", "X-Sonde-Fault: crlf", "X-Sonde-Fault: comments",
		"X-Sonde-Fault: empty-choices" };

	for (size_t k = 0; k < COUNT_OF(formats); k++) {
		for (int is_streamed = 0; is_streamed < 2; is_streamed++) {
			struct got usual, odd;
			struct heard a, b;

			ask(r, &formats[k], is_streamed != 0, NULL, PROMPT, &usual);
			hear(&a, &formats[k], is_streamed != 0, &usual);
			for (size_t i = 0; i < COUNT_OF(faults); i++) {
				ask(r, &formats[k], is_streamed != 0, faults[i], PROMPT, &odd);
				hear(&b, &formats[k], is_streamed != 0, &odd);
				assert_int_equal(odd.outcome, HTTP_OK);
				assert_int_equal(b.n_bad, 0);
				assert_string_equal(buf_str(&a.text), buf_str(&b.text));
				assert_string_equal(a.finish, b.finish);
				assert_int_equal(a.out_tok, b.out_tok);
				/* Each of them really does something to a stream. */
				if (is_streamed != 0 && (k < 3 || i != 2)) {
					assert_true(odd.body.len != usual.body.len || odd.n_reads > usual.n_reads);
				}
				if (i == 0) {
					assert_true(odd.n_reads > 10);
				}
				free_heard(&b);
				buf_free(&odd.body);
			}
			free_heard(&a);
			buf_free(&usual.body);
		}
	}
}

static void test_hostile(void **state)
{
	struct rig *r = *state;

	for (size_t k = 0; k < COUNT_OF(formats); k++) {
		struct got g;
		struct heard h;

		ask(r, &formats[k], true, "X-Sonde-Fault: hostile", "Hello", &g);
		hear(&h, &formats[k], true, &g);
		assert_false(utf8_valid(buf_str(&g.body), g.body.len));
		assert_int_equal(h.n_bad, 1); /* the event with the raw bytes */
		assert_non_null(memmem(h.text.s, h.text.len, "\x1b]52;c;", 7));
		assert_non_null(memmem(h.text.s, h.text.len, "\xC2\x9B", 2));
		assert_non_null(memmem(h.text.s, h.text.len, "\xE2\x80\xAE", 3));
		assert_non_null(memchr(h.text.s, '\0', h.text.len));
		free_heard(&h);
		buf_free(&g.body);
	}
}

static void test_once(void **state)
{
	struct rig *r = *state;
	struct got g;

	for (int i = 0; i < 4; i++) {
		ask(r, &formats[0], true, "X-Sonde-Fault: 429 once", "Try me twice", &g);
		assert_int_equal(g.reply.status, i % 2 == 0 ? 429 : 200);
		buf_free(&g.body);
	}
	ask(r, &formats[0], true, "X-Sonde-Fault: nonsense", "Hello", &g);
	assert_int_equal(g.reply.status, 400);
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
	struct got g;

	(void)state;
	o.ttft_ms = 80;
	o.rate = 100;
	start_rig(&r, &o);
	ask(&r, &formats[3], true, NULL, "Hello", &g);
	assert_in_range(g.first_byte_us, 75000, 250000);
	assert_true(g.total_us > g.first_byte_us + 20000);
	assert_true(g.n_reads >= 3);
	buf_free(&g.body);
	stop_rig(&r);
}

static void test_probabilities(void **state)
{
	struct sim_options o = fast();
	struct rig r;
	int refused = 0, limited = 0;

	(void)state;
	o.fail[FAULT_RATE_LIMIT] = 0.3;
	o.fail[FAULT_SERVER_ERROR] = 0.3;
	o.retry_after_s = 2;
	start_rig(&r, &o);
	for (int i = 0; i < 100; i++) {
		struct got g;

		ask(&r, &formats[i % 4], false, NULL, "Hello", &g);
		refused += g.reply.status != 200;
		limited += g.reply.status == 429;
		assert_int_equal(g.reply.retry_after_ms, g.reply.status == 429 ? 2000 : -1);
		buf_free(&g.body);
	}
	assert_in_range(refused, 35, 65);
	assert_in_range(limited, 15, 45);
	stop_rig(&r);
}

/* A flaky model fails at the first try of some requests, and never at the second. */
static void test_flaky(void **state)
{
	struct rig *r = *state;
	const char *headers[] = { KEY, NULL };
	int failed = 0;

	for (int i = 0; i < 30; i++) {
		char body[160];
		struct got g;

		(void)snprintf(
		    body, sizeof(body), "{\"model\":\"flaky-1\",\"messages\":[{\"role\":\"user\",\"content\":\"Question %d\"}]}", i);
		request(r, "POST", "/v1/chat/completions", headers, body, &g);
		buf_free(&g.body);
		if (g.reply.status != 200) {
			failed++;
			assert_true(g.reply.status == 429 || g.reply.status == 529);
			request(r, "POST", "/v1/chat/completions", headers, body, &g);
			assert_int_equal(g.reply.status, 200);
			buf_free(&g.body);
		}
	}
	assert_in_range(failed, 4, 22);
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

static void test_fault_names(void **state)
{
	(void)state;
	for (int i = 0; i < FAULT_COUNT; i++) {
		enum sim_fault f;

		assert_true(sim_fault_from_name(sim_fault_name((enum sim_fault)i), &f));
		assert_int_equal(f, i);
	}
	enum sim_fault f;
	assert_false(sim_fault_from_name("", &f));
	assert_false(sim_fault_from_name("rest", &f));
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
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_broken_connections),
		cmocka_unit_test(test_error_inside),
		cmocka_unit_test(test_oddities),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_gemini_array),
		cmocka_unit_test(test_shown_reasoning),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_probabilities),
		cmocka_unit_test(test_flaky),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_fault_names),
		cmocka_unit_test(test_port_in_use),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
