/* sim_fixture - a simulator and a client on one loop, requests of each wire format, and the test's own reading of the answers. */
#ifndef SONDE_TESTS_SIM_FIXTURE_H
#define SONDE_TESTS_SIM_FIXTURE_H

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
#include "base/mem.h"
#include "net/http.h"
#include "sim/sim.h"

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

static inline void start_rig(struct rig *r, const struct sim_options *o)
{
	struct err e = { 0 };

	r->loop = loop_new();
	r->sim = sim_new(r->loop, o, &e);
	assert_non_null(r->sim);
	r->http = http_new(r->loop);
}

static inline void stop_rig(struct rig *r)
{
	http_free(r->http);
	sim_free(r->sim);
	loop_free(r->loop);
}

static inline struct sim_options fast(void)
{
	struct sim_options o;

	sim_options_init(&o);
	o.ttft_ms = 0;
	o.rate = 1e6;
	o.seed = 5;
	return o;
}

static inline int setup(void **state)
{
	struct rig *r = x_calloc(1, sizeof(*r));
	struct sim_options o = fast();

	start_rig(r, &o);
	*state = r;
	return 0;
}

static inline int teardown(void **state)
{
	stop_rig(*state);
	free(*state);
	return 0;
}

static inline void on_data(void *ctx, const char *bytes, size_t len)
{
	struct got *g = ctx;

	g->n_reads++;
	(void)buf_add(&g->body, bytes, len);
}

static inline void on_done(void *ctx, const struct http_result *result)
{
	struct got *g = ctx;

	g->outcome = result->outcome;
	g->reply = result->reply;
	g->first_byte_us = result->first_byte_us;
	g->total_us = result->total_us;
	g->is_over = true;
}

#define HEADERS_MOST 8
static inline void request(struct rig *r, const char *method, const char *path, const char *const *headers, const char *body, struct got *g)
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
static inline void ask(struct rig *r, const struct format *f, bool is_streamed, const char *extra, const char *prompt, struct got *g)
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

static inline void hear_text(struct buf *out, const json_t *s)
{
	if (json_is_string(s)) {
		(void)buf_add(out, json_string_value(s), json_string_length(s));
	}
}

static inline void hear_int(int64_t *out, const json_t *v)
{
	if (json_is_integer(v)) {
		*out = json_integer_value(v);
	}
}

static inline void hear_finish(struct heard *h, const json_t *v)
{
	if (json_is_string(v)) {
		(void)snprintf(h->finish, sizeof(h->finish), "%s", json_string_value(v));
	}
}

static inline void hear_openai(struct heard *h, const json_t *v)
{
	hear_text(&h->text, at(v, "choices.0.delta.content"));
	hear_text(&h->text, at(v, "choices.0.message.content"));
	hear_finish(h, at(v, "choices.0.finish_reason"));
	hear_int(&h->in_tok, at(v, "usage.prompt_tokens"));
	hear_int(&h->cached_tok, at(v, "usage.prompt_tokens_details.cached_tokens"));
	hear_int(&h->out_tok, at(v, "usage.completion_tokens"));
	hear_int(&h->reason_tok, at(v, "usage.completion_tokens_details.reasoning_tokens"));
}

static inline void hear_anthropic(struct heard *h, const json_t *v)
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

static inline void hear_gemini(struct heard *h, const json_t *v)
{
	hear_text(&h->text, at(v, "candidates.0.content.parts.0.text"));
	hear_finish(h, at(v, "candidates.0.finishReason"));
	hear_int(&h->in_tok, at(v, "usageMetadata.promptTokenCount"));
	hear_int(&h->out_tok, at(v, "usageMetadata.candidatesTokenCount"));
	hear_int(&h->reason_tok, at(v, "usageMetadata.thoughtsTokenCount"));
}

static inline void hear_ollama(struct heard *h, const json_t *v)
{
	hear_text(&h->text, at(v, "message.content"));
	hear_text(&h->reasoning, at(v, "message.thinking"));
	hear_finish(h, at(v, "done_reason"));
	hear_int(&h->in_tok, at(v, "prompt_eval_count"));
	hear_int(&h->out_tok, at(v, "eval_count"));
	h->is_done = h->is_done || json_is_true(at(v, "done"));
}

static inline void hear_json(struct heard *h, const struct format *f, const char *text, size_t len)
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

static inline void hear(struct heard *h, const struct format *f, bool is_streamed, const struct got *g)
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

static inline void free_heard(struct heard *h)
{
	buf_free(&h->text);
	buf_free(&h->reasoning);
}

#define PROMPT                                                                                                                             \
	"Context: The caf\xC3\xA9 \xF0\x9F\x8D\xB5 opens at nine on weekdays. Parking is behind the house. "                               \
	"It is closed on Mondays.\\n\\nQuestion: When does the caf\xC3\xA9 open?"

#endif
