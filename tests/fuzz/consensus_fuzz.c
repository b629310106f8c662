/* Texts parted by NUL bytes, the first one the baseline: its sentences have each of its words once, in order, and split no grapheme; the
 * same text has them all, blanks doubled or not; and another text has those that a plain search finds among its own. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "diff/consensus.h"
#include "diff/lines.h"
#include "tests/diff/diff_check.h"

#define OTHERS_MAX 4

static void check(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check_cover(struct consensus_text t, const struct consensus *c)
{
	char *breaks = diff_breaks((struct diff_text){ t.s, t.len });
	size_t at = 0;

	for (size_t i = 0; i <= c->n; i++) {
		size_t start = i < c->n ? c->sentences[i].start : t.len, len = i < c->n ? c->sentences[i].len : 0;

		check(start >= at && start + len <= t.len && (i == c->n || len > 0));
		check(lines_same_but_blanks(t.s + at, start - at, "", 0));
		check(breaks == NULL || ((start == 0 || start == t.len || breaks[start]) && (start + len == t.len || breaks[start + len])));
		at = start + len;
	}
	free(breaks);
}

static bool has(struct consensus_text t, const char *sentence, size_t len)
{
	struct consensus c;
	bool found = false;

	consensus_make(&c, t, NULL, 0);
	for (size_t i = 0; i < c.n; i++) {
		found = found || lines_same_but_blanks(t.s + c.sentences[i].start, c.sentences[i].len, sentence, len);
	}
	consensus_free(&c);
	return found;
}

static struct buf doubled_blanks(struct consensus_text t)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < t.len; i++) {
		(void)buf_add(&out, t.s + i, 1);
		if (t.s[i] == ' ' || t.s[i] == '\t' || t.s[i] == '\n') {
			(void)buf_add(&out, t.s + i, 1);
		}
	}
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct consensus_text texts[OTHERS_MAX + 1];
	char *own[OTHERS_MAX + 1];
	size_t n = 0;

	for (size_t from = 0; from <= size && n <= OTHERS_MAX; n++) {
		const uint8_t *nul = from < size ? memchr(bytes + from, 0, size - from) : NULL;
		size_t len = nul != NULL ? (size_t)(nul - bytes) - from : size - from;

		own[n] = x_malloc(len);
		if (len > 0) {
			memcpy(own[n], bytes + from, len);
		}
		texts[n] = (struct consensus_text){ own[n], len };
		from += len + 1;
	}
	struct buf doubled = doubled_blanks(texts[0]);
	const struct consensus_text same[] = { texts[0], { buf_str(&doubled), doubled.len } };
	struct consensus c, c_same;

	consensus_make(&c, texts[0], texts + 1, n - 1);
	check_cover(texts[0], &c);
	for (size_t i = 0; i < c.n; i++) {
		size_t n_with = 0;

		for (size_t k = 1; k < n; k++) {
			n_with += has(texts[k], texts[0].s + c.sentences[i].start, c.sentences[i].len);
		}
		check(c.sentences[i].n_with == n_with);
	}
	consensus_make(&c_same, texts[0], same, 2);
	check(c_same.n == c.n);
	for (size_t i = 0; i < c_same.n; i++) {
		check(c_same.sentences[i].n_with == 2);
	}
	consensus_free(&c);
	consensus_free(&c_same);
	buf_free(&doubled);
	for (size_t k = 0; k < n; k++) {
		free(own[k]);
	}
	return 0;
}
