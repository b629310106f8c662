/* streams - recorded-style answers for the tests of the wire formats: a body goes through a reader whole, byte by byte and in every
 * two-part split, and each time the answer, written as one line of text, must be the same and the expected one. */
#ifndef SONDE_TESTS_PROVIDER_STREAMS_H
#define SONDE_TESTS_PROVIDER_STREAMS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "provider/provider.h"

struct stream_case {
	const char *name;
	const char *body;         /* NULL: the file tests/provider/streams/NAME.txt */
	size_t len;               /* of body; 0: up to its NUL */
	int status;               /* 0: 200 */
	const char *content_type; /* NULL: text/event-stream, or application/x-ndjson */
	bool is_plain;            /* no stream was asked for */
	const char *expect;
};

struct told {
	struct buf text[4]; /* by kind */
};

static inline void on_delta(void *ctx, enum delta_kind kind, const char *text, size_t len)
{
	struct told *told = ctx;

	(void)buf_add(&told->text[kind], text, len);
}

static inline void show(struct buf *out, const char *name, const struct buf *b)
{
	if (b->len == 0) {
		return;
	}
	(void)buf_addf(out, "%s=\"", name);
	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->s[i];

		if (c < 0x20 || c == 0x7f) {
			(void)buf_addf(out, "\\x%02x", c);
		} else {
			(void)buf_add_char(out, (char)c);
		}
	}
	(void)buf_add_str(out, "\" ");
}

static inline void show_count(struct buf *out, const char *name, int64_t n)
{
	if (is_known(n)) {
		(void)buf_addf(out, "%s=%lld ", name, (long long)n);
	}
}

/* Parts, those that are there, in this order: text="..." reasoning="..." refusal="..." tool=INDEX,ID,NAME,ARGUMENTS finish=... in= cached=
 * written= written1h= out= reason= audio_in= audio_out= image_in= cost= model= id= error=CLASS (or class= without an error) quota "the message".
 * Control characters are shown as \xNN. */
static inline char *line_of(const struct answer *a)
{
	struct buf out = { 0 };

	show(&out, "text", &a->text);
	show(&out, "reasoning", &a->reasoning);
	show(&out, "refusal", &a->refusal);
	for (size_t i = 0; i < a->n_tool_calls; i++) {
		const struct tool_call *t = &a->tool_calls[i];

		(void)buf_addf(&out, "tool=%lld,%s,%s,%s ", (long long)t->index, t->id, t->name, buf_str(&t->arguments));
	}
	if (a->finish != FINISH_NONE) {
		(void)buf_addf(&out, "finish=%s ", finish_name(a->finish));
	}
	show_count(&out, "in", a->usage.in_tok);
	show_count(&out, "cached", a->usage.cache_read_tok);
	show_count(&out, "written", a->usage.cache_write_tok);
	show_count(&out, "written1h", a->usage.cache_write_1h_tok);
	show_count(&out, "out", a->usage.out_tok);
	show_count(&out, "reason", a->usage.reason_tok);
	show_count(&out, "audio_in", a->usage.audio_in);
	show_count(&out, "audio_out", a->usage.audio_out);
	show_count(&out, "image_in", a->usage.image_in);
	show_count(&out, "cost", a->cost_nano);
	if (a->model != NULL) {
		(void)buf_addf(&out, "model=%s ", a->model);
	}
	if (a->response_id != NULL) {
		(void)buf_addf(&out, "id=%s ", a->response_id);
	}
	if (a->has_error || a->error_class != CLASS_NONE) {
		(void)buf_addf(&out, "%s=%s %s\"%s\" ", a->has_error ? "error" : "class", error_class_name(a->error_class),
		    a->is_quota ? "quota " : "", a->error_text);
	}
	assert_int_equal(a->has_usage, is_known(a->usage.in_tok) || is_known(a->usage.out_tok));
	if (out.len > 0) {
		out.s[--out.len] = '\0';
	}
	return buf_take(&out);
}

static inline void check_told(const struct told *told, const struct answer *a)
{
	size_t arguments = 0;

	for (size_t i = 0; i < a->n_tool_calls; i++) {
		arguments += a->tool_calls[i].arguments.len;
	}
	assert_int_equal(told->text[DELTA_TEXT].len, a->text.len);
	assert_int_equal(told->text[DELTA_REASONING].len, a->reasoning.len);
	assert_int_equal(told->text[DELTA_REFUSAL].len, a->refusal.len);
	assert_int_equal(told->text[DELTA_TOOL_CALL].len, arguments);
	assert_string_equal(buf_str(&told->text[DELTA_TEXT]), buf_str(&a->text));
	assert_string_equal(buf_str(&told->text[DELTA_REASONING]), buf_str(&a->reasoning));
}

/* Reads one body in pieces of `step` bytes (0: all at once) after a first piece of `first` bytes; the line is the caller's. Fails the test
 * when the deltas told do not add up to the answer. */
static inline char *stream_read(const struct provider *p, const struct stream_case *c, size_t first, size_t step)
{
	size_t len = c->len > 0 ? c->len : strlen(c->body);
	const char *type = c->content_type != NULL ? c->content_type : p->framing == FRAMING_SSE ? "text/event-stream"
	    : "application/x-ndjson";
	struct told told = { 0 };
	struct answer a;

	answer_init(&a);
	struct answer_reader *rd = answer_reader_new(p, &a, c->status != 0 ? c->status : 200, type, !c->is_plain, on_delta, &told);
	for (size_t at = 0; at < len;) {
		size_t n = at == 0 && first > 0 ? first : step > 0 ? step : len - at;
		char *piece;

		n = n < len - at ? n : len - at;
		piece = x_malloc(n); /* of its own, so that reading past it is seen */
		memcpy(piece, c->body + at, n);
		bool goes_on = answer_reader_feed(rd, piece, n);
		free(piece);
		at += n;
		if (!goes_on) {
			assert_false(answer_reader_feed(rd, "{", 1));
		}
	}
	answer_reader_end(rd);
	answer_reader_end(rd); /* a second end changes nothing */
	assert_false(answer_reader_feed(rd, "x", 1));
	answer_reader_free(rd);
	check_told(&told, &a);
	char *line = line_of(&a);
	for (size_t i = 0; i < COUNT_OF(told.text); i++) {
		buf_free(&told.text[i]);
	}
	answer_free(&a);
	return line;
}

static inline char *read_file(const char *name, size_t *len)
{
	char *path = x_asprintf("%s/tests/provider/streams/%s.txt", SONDE_SRCDIR, name);
	FILE *f = fopen(path, "rb");
	struct buf b = { 0 };
	char chunk[4096];
	size_t n;

	if (f == NULL) {
		fail_msg("cannot open %s", path);
	}
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
		(void)buf_add(&b, chunk, n);
	}
	(void)fclose(f);
	free(path);
	*len = b.len;
	return buf_take(&b);
}

static inline void check_one(const struct provider *p, const struct stream_case *c, size_t first, size_t step)
{
	char *line = stream_read(p, c, first, step);

	if (strcmp(line, c->expect) != 0) {
		print_error("%s, first piece %zu, step %zu:\n  expected: %s\n  got:      %s\n", c->name, first, step, c->expect, line);
		fail();
	}
	free(line);
}

static inline void stream_check(const struct provider *p, const struct stream_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct stream_case c = cases[i];
		char *file = NULL;

		if (c.body == NULL) {
			c.body = file = read_file(c.name, &c.len);
		}
		c.len = c.len > 0 ? c.len : strlen(c.body);
		check_one(p, &c, 0, 0);
		check_one(p, &c, 0, 1);
		for (size_t first = 1; first < c.len; first++) {
			check_one(p, &c, first, 0);
		}
		free(file);
	}
}

static inline void same(const char *name, const char *what, const char *expect, const char *got)
{
	if (strcmp(expect, got) != 0) {
		print_error("%s, %s:\n  expected: %s\n  got:      %s\n", name, what, expect, got);
		fail();
	}
}

struct build_case {
	const char *name;
	const char *base_url, *key; /* base_url NULL: the provider's own */
	const char *const *headers;
	struct chat_request request;
	const char *url, *expect_headers, *body, *warning; /* headers are joined by LF */
};

static inline void build_check(const struct provider *p, const struct build_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct build_case *c = &cases[i];
		struct endpoint ep = { .base_url = c->base_url != NULL ? c->base_url : p->base_url, .key = c->key, .headers = c->headers };
		struct wire_request w = { 0 };
		struct buf headers = { 0 };
		struct err e = { 0 };

		if (!p->build(&ep, &c->request, &w, &e)) {
			fail_msg("%s: %s", c->name, e.text);
		}
		for (char **h = w.headers; *h != NULL; h++) {
			(void)buf_addf(&headers, "%s%s", headers.len > 0 ? "\n" : "", *h);
		}
		same(c->name, "url", c->url, w.url);
		same(c->name, "headers", c->expect_headers, buf_str(&headers));
		same(c->name, "body", c->body, buf_str(&w.body));
		same(c->name, "warning", c->warning != NULL ? c->warning : "", w.warning);
		buf_free(&headers);
		wire_request_free(&w);
	}
}

#endif
