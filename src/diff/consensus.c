#include "diff/consensus.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "diff/lines.h"

/* The sentence with one blank for each run of them, and none at its ends. */
static void fold(const char *s, size_t len, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < len; i++) {
		if (!lines_is_blank(s[i])) {
			if (out->len > 0 && lines_is_blank(s[i - 1])) {
				(void)buf_add_char(out, ' ');
			}
			(void)buf_add_char(out, s[i]);
		}
	}
}

/* All sentences of a text, as a set. */
static struct map *sentences_of(struct consensus_text t, struct buf *folded)
{
	struct map *set = map_new();
	size_t n;
	uint32_t *starts = sentences_cut(t.s, t.len, &n);

	for (size_t i = 0; i < n; i++) {
		fold(t.s + starts[i], starts[i + 1] - starts[i], folded);
		(void)map_put(set, buf_str(folded), folded->len, set);
	}
	free(starts);
	return set;
}

void consensus_make(struct consensus *c, struct consensus_text baseline, const struct consensus_text *others, size_t n_others)
{
	struct buf folded = { 0 };
	size_t n;
	uint32_t *starts = sentences_cut(baseline.s, baseline.len, &n);

	*c = (struct consensus){ 0 };
	for (size_t i = 0; i < n; i++) {
		size_t start = starts[i], end = starts[i + 1];

		/* A blank with a mark on it is none. */
		while (start < end && lines_is_blank(baseline.s[start]) &&
		    (baseline.s[start] == '\r' || lines_is_edge(baseline.s[start], baseline.s + start + 1, baseline.s + end))) {
			start++;
		}
		while (start < end && lines_is_blank(baseline.s[end - 1])) {
			end--;
		}
		if (start < end) {
			*array_push(c->sentences, c->n, c->cap) = (struct consensus_sentence){ start, end - start, 0 };
		}
	}
	for (size_t k = 0; k < n_others; k++) {
		struct map *set = sentences_of(others[k], &folded);

		for (size_t i = 0; i < c->n; i++) {
			fold(baseline.s + c->sentences[i].start, c->sentences[i].len, &folded);
			c->sentences[i].n_with += map_get(set, buf_str(&folded), folded.len) != NULL;
		}
		map_free(set, NULL);
	}
	free(starts);
	buf_free(&folded);
}

void consensus_free(struct consensus *c)
{
	free(c->sentences);
	*c = (struct consensus){ 0 };
}
