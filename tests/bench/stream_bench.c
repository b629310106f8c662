/* stream_bench - streamed answers: framing of server-sent events against a bare pass of memchr over the same bytes, and a stream of
 * 50 events of each provider, one event a read, from bytes to text, against memchr and against jansson parsing the events and no more. */
#include <jansson.h>
#include <string.h>

#include "base/mem.h"
#include "net/sse.h"
#include "provider/provider.h"
#include "tests/bench/table.h"

#define EVENTS 50
#define READ_BYTES 16384 /* as libcurl hands them over */

struct stream {
	const struct provider *provider;
	struct buf bytes;
	size_t ends[EVENTS + 2]; /* of the events in bytes */
	size_t n;
	size_t found;
};

static void run_newlines(void *ctx)
{
	struct stream *s = ctx;
	const char *at = s->bytes.s, *end = s->bytes.s + s->bytes.len;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		s->found++;
	}
}

static bool count_frame(void *ctx, const char *name, const char *data, size_t len)
{
	(void)name;
	(void)data;
	*(size_t *)ctx += len > 0;
	return true;
}

static void run_frames(void *ctx)
{
	struct stream *s = ctx;
	struct frames *f = frames_new(FRAMING_SSE, count_frame, &s->found);
	struct err e;

	s->found = 0;
	for (size_t at = 0; at < s->bytes.len; at += READ_BYTES) {
		(void)frames_feed(f, s->bytes.s + at, s->bytes.len - at < READ_BYTES ? s->bytes.len - at : READ_BYTES, &e);
	}
	(void)frames_end(f, &e);
	frames_free(f);
}

static void run_answer(void *ctx)
{
	struct stream *s = ctx;
	struct answer a;

	answer_init(&a);
	struct answer_reader *rd = answer_reader_new(s->provider, &a, 200, s->provider->framing == FRAMING_SSE ? "text/event-stream" :
	    "application/x-ndjson", true, NULL, NULL);
	for (size_t i = 0, at = 0; i < s->n; at = s->ends[i++]) {
		(void)answer_reader_feed(rd, s->bytes.s + at, s->ends[i] - at);
	}
	answer_reader_end(rd);
	answer_reader_free(rd);
	s->found = a.has_error ? 0 : a.text.len;
	answer_free(&a);
}

static void run_jansson(void *ctx)
{
	struct stream *s = ctx;

	for (size_t i = 0, at = 0; i < s->n; at = s->ends[i++]) {
		const char *json = memchr(s->bytes.s + at, '{', s->ends[i] - at);

		if (json != NULL) {
			json_decref(json_loadb(json, (size_t)(s->bytes.s + s->ends[i] - json), JSON_DISABLE_EOF_CHECK, NULL));
		}
	}
}

/* The events of a format: first, one of the many with text, last. */
static const struct {
	const char *kind, *first, *piece, *last;
} formats[] = {
	{ "openai", "",
	    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1750000000,\"model\":\"gpt-5.4-mini\",\"choices\":[{"
	    "\"index\":0,\"delta\":{\"content\":\" buckets\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n",
	    "data: {\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n" },
	{ "anthropic",
	    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"
	    "\"claude-haiku-4-5\",\"content\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\nevent: content_block_start\n"
	    "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
	    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" buckets\"}}"
	    "\n\n",
	    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":50}}\n\n"
	    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n" },
	{ "gemini", "",
	    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" buckets\"}],\"role\":\"model\"},\"index\":0}],\"usageMetadata\":"
	    "{\"promptTokenCount\":9,\"candidatesTokenCount\":5,\"totalTokenCount\":14},\"modelVersion\":\"gemini-2.5-flash\",\"responseId\":\"r\"}"
	    "\r\n\r\n",
	    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\".\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}]}\r\n\r\n" },
	{ "ollama", "",
	    "{\"model\":\"llama3.1:8b\",\"created_at\":\"2026-11-23T10:00:00.123456Z\",\"message\":{\"role\":\"assistant\",\"content\":\" buckets\"},"
	    "\"done\":false}\n",
	    "{\"model\":\"llama3.1:8b\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":50}\n" },
};

static void add_event(struct stream *s, const char *text)
{
	(void)buf_add_str(&s->bytes, text);
	s->ends[s->n++] = s->bytes.len;
}

static void compare(const char *what, struct stream *s, size_t events, double ours, const char *peer, void (*theirs)(void *))
{
	char measured[80], beside[80];
	double b = table_least(0.2, theirs, s);

	(void)snprintf(measured, sizeof(measured), "%.3f us an event", ours / (double)events * 1e6);
	(void)snprintf(beside, sizeof(beside), "%s %.4f us", peer, b / (double)events * 1e6);
	table_row(what, measured, beside, ours / b, "");
}

static void bench_framing(void)
{
	struct stream s = { 0 };
	size_t events = 20000;

	for (size_t i = 0; i < events; i++) {
		(void)buf_add_str(&s.bytes, formats[0].piece);
	}
	double ours = table_least(0.3, run_frames, &s);
	if (s.found != events) {
		fprintf(stderr, "stream_bench: %zu frames of %zu\n", s.found, events);
		exit(1);
	}
	compare("framing of server-sent events, 16 kB a read", &s, events, ours, "memchr for newlines", run_newlines);
	buf_free(&s.bytes);
}

static void bench_format(size_t format)
{
	struct stream s = { .provider = provider_find(formats[format].kind) };
	char what[80];

	add_event(&s, formats[format].first);
	for (size_t i = 0; i < EVENTS; i++) {
		add_event(&s, formats[format].piece);
	}
	add_event(&s, formats[format].last);
	double ours = table_least(0.3, run_answer, &s);
	if (s.found < EVENTS * strlen(" buckets")) {
		fprintf(stderr, "stream_bench: %s gave %zu bytes of text\n", formats[format].kind, s.found);
		exit(1);
	}
	(void)snprintf(what, sizeof(what), "answer of %d events, %s, one a read", EVENTS, formats[format].kind);
	compare(what, &s, EVENTS, ours, "memchr for newlines", run_newlines);
	compare(what, &s, EVENTS, ours, "jansson parsing alone", run_jansson);
	buf_free(&s.bytes);
}

int main(void)
{
	bench_framing();
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		bench_format(i);
	}
	return 0;
}
