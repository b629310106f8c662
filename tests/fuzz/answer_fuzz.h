/* answer_fuzz - any bytes as the answer of a provider: the reader neither faults nor leaks, and what it reads does not depend on how the
 * bytes are cut. The first byte chooses status and content type, the second one the pieces. */
#ifndef SONDE_TESTS_FUZZ_ANSWER_FUZZ_H
#define SONDE_TESTS_FUZZ_ANSWER_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "provider/rows.h"

static inline void answer_count(void *ctx, enum delta_kind kind, const char *text, size_t len)
{
	size_t *told = ctx;

	(void)text;
	told[kind] += len;
}

static inline void answer_must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static inline void answer_read(const struct provider *p, struct answer *a, uint8_t how, const char *bytes, size_t len, size_t piece)
{
	static const int statuses[] = { 200, 200, 200, 200, 400, 429, 500, 302 };
	static const char *const types[] = { "text/event-stream", "application/json", "text/html", "" };
	size_t told[4] = { 0 };

	answer_init(a);
	struct answer_reader *rd = answer_reader_new(p, a, statuses[how % 8], types[how / 8 % 4], how / 32 % 2 == 0, answer_count, told);
	for (size_t at = 0; at < len; at += piece) {
		(void)answer_reader_feed(rd, bytes + at, piece < len - at ? piece : len - at);
	}
	answer_reader_end(rd);
	answer_reader_free(rd);
	answer_must(told[DELTA_TEXT] == a->text.len && told[DELTA_REASONING] == a->reasoning.len && told[DELTA_REFUSAL] == a->refusal.len);
	answer_must(!a->has_error || (a->error_class != CLASS_NONE && a->error_text[0] != '\0'));
	answer_must(a->has_error || a->finish != FINISH_NONE || a->text.len + a->reasoning.len + a->refusal.len + a->n_tool_calls > 0);
	answer_must(memchr(a->error_text, '\0', sizeof(a->error_text)) != NULL);
}

static inline bool answer_same_bytes(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(buf_str(a), buf_str(b), a->len) == 0;
}

static inline void answer_same(const struct answer *a, const struct answer *b)
{
	answer_must(answer_same_bytes(&a->text, &b->text) && answer_same_bytes(&a->reasoning, &b->reasoning));
	answer_must(answer_same_bytes(&a->refusal, &b->refusal) && a->n_tool_calls == b->n_tool_calls);
	for (size_t i = 0; i < a->n_tool_calls; i++) {
		const struct tool_call *x = &a->tool_calls[i], *y = &b->tool_calls[i];

		answer_must(x->index == y->index && strcmp(x->id, y->id) == 0 && strcmp(x->name, y->name) == 0);
		answer_must(answer_same_bytes(&x->arguments, &y->arguments));
	}
	answer_must(a->finish == b->finish && a->has_usage == b->has_usage && memcmp(&a->usage, &b->usage, sizeof(a->usage)) == 0);
	answer_must(a->has_error == b->has_error && a->error_class == b->error_class && a->is_quota == b->is_quota);
	answer_must(strcmp(a->error_text, b->error_text) == 0);
}

static inline int answer_fuzz(const struct provider *p, const uint8_t *bytes, size_t size)
{
	struct answer whole, cut;

	if (size < 2) {
		return 0;
	}
	const char *s = (const char *)bytes + 2;
	answer_read(p, &whole, bytes[0], s, size - 2, size);
	answer_read(p, &cut, bytes[0], s, size - 2, 1 + bytes[1] % 32);
	answer_same(&whole, &cut);
	answer_free(&whole);
	answer_free(&cut);
	return 0;
}

#endif
