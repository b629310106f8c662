/* diff_check - what every diff must hold: its parts give back both texts, are in order, and split no grapheme. And pairs of texts to
 * try. */
#ifndef SONDE_TESTS_DIFF_DIFF_CHECK_H
#define SONDE_TESTS_DIFF_DIFF_CHECK_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <unigbrk.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "diff/diff.h"
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

/* NULL, or what is wrong with the lines of the hunks: each is told once, in order, and the parts of a change are its lines. */
static inline const char *diff_check_hunks(const struct diff *d)
{
	size_t change = 0;

	for (size_t h = 0; h < d->n_hunks; h++) {
		const struct diff_hunk *hunk = &d->hunks[h];
		size_t line[2] = { hunk->line[0], hunk->line[1] };

		if (hunk->change != change || hunk->n_changes == 0) {
			return "changes of a hunk";
		}
		for (; change < hunk->change + hunk->n_changes; change++) {
			const struct diff_change *c = &d->changes[change];
			size_t bytes[2] = { 0, 0 };

			for (size_t i = c->part; i < c->part + c->n_parts; i++) {
				bytes[0] += d->parts[i].op != DIFF_INSERT ? d->parts[i].len : 0;
				bytes[1] += d->parts[i].op != DIFF_DELETE ? d->parts[i].len : 0;
			}
			for (int side = 0; side < 2; side++) {
				const uint32_t *starts = d->side[side].starts;

				if (c->line[side] != line[side] || bytes[side] != starts[line[side] + c->n_lines[side]] - starts[line[side]]) {
					return "lines of a change";
				}
				line[side] += c->n_lines[side];
			}
			if (c->move > d->n_moves || (c->move > 0 && c->line[c->kind == DIFF_ADDED] != d->moves[c->move - 1].line[c->kind == DIFF_ADDED])) {
				return "a move's end";
			}
		}
		if (line[0] != hunk->line[0] + hunk->n_lines[0] || line[1] != hunk->line[1] + hunk->n_lines[1]) {
			return "lines of a hunk";
		}
	}
	return change == d->n_changes ? NULL : "a change without a hunk";
}

/* NULL, or what is wrong with the diff of a and b. */
static inline const char *diff_check(struct diff_text a, struct diff_text b, const struct diff *d)
{
	const char *wrong = NULL;
	char *a_breaks = diff_breaks(a), *b_breaks = diff_breaks(b);
	size_t at_a = 0, at_b = 0;

	for (size_t i = 0; i < d->n_parts && wrong == NULL; i++) {
		const struct diff_part *p = &d->parts[i];
		bool in_a = p->op != DIFF_INSERT, in_b = p->op != DIFF_DELETE;

		if (p->len == 0) {
			wrong = "empty part";
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
	if (wrong == NULL) {
		wrong = diff_check_hunks(d);
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
