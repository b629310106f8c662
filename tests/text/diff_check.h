/* diff_check - what every diff must hold: its parts give back both texts, are in order, and split no grapheme. And pairs of texts to
 * try. */
#ifndef SONDE_TESTS_TEXT_DIFF_CHECK_H
#define SONDE_TESTS_TEXT_DIFF_CHECK_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <unigbrk.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "text/diff.h"
#include "text/utf8.h"

struct diff_text {
	const char *s;
	size_t len;
};

static inline bool diff_splits_grapheme(struct diff_text t, const char *breaks, size_t at)
{
	return at > 0 && at < t.len && breaks != NULL && !breaks[at];
}

/* Where graphemes begin; NULL when the text is not UTF-8, and so has none. */
static inline char *diff_breaks(struct diff_text t)
{
	if (t.len == 0 || !utf8_valid(t.s, t.len)) {
		return NULL;
	}
	char *breaks = x_malloc(t.len);
	u8_grapheme_breaks((const uint8_t *)t.s, t.len, breaks);
	return breaks;
}

/* NULL, or what is wrong with the diff of a and b. */
static inline const char *diff_check(struct diff_text a, struct diff_text b, const struct diff *d)
{
	const char *wrong = NULL;
	char *a_breaks = diff_breaks(a), *b_breaks = diff_breaks(b);
	size_t at_a = 0, at_b = 0;

	for (size_t i = 0; i < d->n && wrong == NULL; i++) {
		const struct diff_part *p = &d->parts[i];
		bool in_a = p->op != DIFF_INSERT, in_b = p->op != DIFF_DELETE;

		if (p->len == 0) {
			wrong = "empty part";
		} else if (i > 0 && p[-1].op == p->op) {
			wrong = "two parts of the same kind";
		} else if (i > 0 && p[-1].op == DIFF_INSERT && p->op == DIFF_DELETE) {
			wrong = "DELETE after INSERT";
		} else if (p->start != (in_a ? at_a : at_b)) {
			wrong = "part out of place";
		} else if ((in_a && p->len > a.len - at_a) || (in_b && p->len > b.len - at_b)) {
			wrong = "part past the end";
		} else if (in_a && in_b && memcmp(a.s + at_a, b.s + at_b, p->len) != 0) {
			wrong = "EQUAL that is not";
		} else {
			at_a += in_a ? p->len : 0;
			at_b += in_b ? p->len : 0;
			if (diff_splits_grapheme(a, a_breaks, at_a) || diff_splits_grapheme(b, b_breaks, at_b)) {
				wrong = "split grapheme";
			}
		}
	}
	if (wrong == NULL && (at_a != a.len || at_b != b.len)) {
		wrong = "a text is not whole";
	}
	free(a_breaks);
	free(b_breaks);
	return wrong;
}

/* A random text of at most n pieces, many of them equal. */
static inline void diff_random_text(uint64_t *seed, size_t n, struct buf *out)
{
	static const char *const pieces[] = {
		"the ", "cat ", "sat", " ", "\n", "\n", ".", ", ", "on a mat\n", "caf\u00E9 ", "e\u0301", "\u0301", "\u6F22\u5B57",
		"\r\n", "\t", "3.14", "don't ", "\U0001F469\u200D\U0001F680", "\U0001F1E9\U0001F1EA", "{{name}}", "\xff",
		"\u1100\u1161", "a", "b", "\u0D4E",
	};

	for (size_t i = hash_mix((*seed)++) % (n + 1); i > 0; i--) {
		(void)buf_add_str(out, pieces[hash_mix((*seed)++) % COUNT_OF(pieces)]);
	}
}

#endif
