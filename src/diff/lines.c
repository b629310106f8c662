#include "diff/lines.h"

#include <stdlib.h>
#include <string.h>

#include <unictype.h>
#include <unigbrk.h>

#include "base/mem.h"
#include "text/utf8.h"

#define DEPTH_MAX 8   /* levels of anchors between anchors */
#define SMALL 24      /* items of a box for which a shortest edit is as good */

struct cuts {
	uint32_t *starts;
	size_t n, cap;
};

static void cut_at(struct cuts *c, size_t at)
{
	*array_push(c->starts, c->n, c->cap) = (uint32_t)at;
}

uint32_t *lines_cut(const char *text, size_t len, size_t *n)
{
	struct cuts c = { 0 };

	for (size_t at = 0; at < len;) {
		const char *nl = memchr(text + at, '\n', len - at);

		cut_at(&c, at);
		at = nl != NULL ? (size_t)(nl - text) + 1 : len;
	}
	*n = c.n;
	cut_at(&c, len);
	return c.starts;
}

/* Bytes of the code point at s that belongs to one of the sets; 0: it does not, or the text ends. */
static size_t one_of(const char *s, const char *end, const uint32_t *set, size_t n_set)
{
	uint32_t cp;
	size_t n = s < end ? utf8_decode(s, (size_t)(end - s), &cp) : 0;

	for (size_t i = 0; n > 0 && i < n_set; i++) {
		if (set[i] == cp) {
			return n;
		}
	}
	return 0;
}

/* Where the sentence that may end with the mark at s ends; NULL: it goes on. */
static const char *sentence_end(const char *text, const char *s, const char *end)
{
	static const uint32_t stops[] = { '.', '!', '?', 0x2026, 0x203D, 0x3002, 0xFF01, 0xFF1F, 0xFF0E };
	static const uint32_t closers[] = { '"', '\'', ')', ']', '}', '*', 0x2019, 0x201D, 0xBB, 0x300D, 0x300F, 0xFF09 };
	bool is_wide = (unsigned char)*s >= 0xE3, is_full_stop = *s == '.';
	bool after_capital = s > text && s[-1] >= 'A' && s[-1] <= 'Z' && (s - 1 == text || s[-2] == ' ' || s[-2] == '.');
	const char *at = s;
	uint32_t cp;

	for (size_t n = one_of(at, end, stops, COUNT_OF(stops)); n > 0; n = one_of(at, end, stops, COUNT_OF(stops))) {
		at += n;
	}
	if (at == s) {
		return NULL;
	}
	for (size_t n = one_of(at, end, closers, COUNT_OF(closers)); n > 0; n = one_of(at, end, closers, COUNT_OF(closers))) {
		at += n;
	}
	const char *blanks = at;
	while (at < end && (*at == ' ' || *at == '\t')) {
		at++;
	}
	if (at == end || (at == blanks && !is_wide) || utf8_decode(at, (size_t)(end - at), &cp) == 0) {
		return NULL;
	}
	uint32_t before = at > blanks ? ' ' : 0x3002;
	bool goes_on = is_full_stop && (after_capital || uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_Ll));
	return goes_on || !uc_is_grapheme_break(before, cp) ? NULL : at;
}

uint32_t *sentences_cut(const char *text, size_t len, size_t *n)
{
	const char *end = text + len;
	struct cuts c = { 0 };

	if (len > 0) {
		cut_at(&c, 0);
	}
	for (const char *s = text; s < end;) {
		bool may_end = *s == '.' || *s == '!' || *s == '?' || (unsigned char)*s >= 0xE2;
		const char *next = *s == '\n' ? s + 1 : may_end ? sentence_end(text, s, end) : NULL;

		if (next != NULL && next < end) {
			cut_at(&c, (size_t)(next - text));
		}
		s = next != NULL ? next : s + 1;
	}
	*n = c.n;
	cut_at(&c, len);
	return c.starts;
}

/* How often a line stands in a box, and where in b. */
struct place {
	uint32_t n_a, n_b, b_at;
};

struct anchor {
	uint32_t a, b;
	uint32_t before; /* 1 + the anchor before it in the longest chain; 0: none */
};

struct patience {
	struct lcs *lcs;
	struct lcs_side a, b;
	size_t n_ids;
	struct place *places; /* by id, zeroed between uses */
};

/* Lines that stand once in each of a[a_from..a_to) and b[b_from..b_to), in the order of a. */
static size_t unique_lines(struct patience *p, const uint32_t from[2], const uint32_t to[2], struct anchor **anchors)
{
	size_t n = 0, cap = 0;

	for (uint32_t j = from[1]; j < to[1]; j++) {
		struct place *place = &p->places[p->b.items[j]];

		place->n_b++;
		place->b_at = j;
	}
	for (uint32_t i = from[0]; i < to[0]; i++) {
		p->places[p->a.items[i]].n_a++;
	}
	*anchors = NULL;
	for (uint32_t i = from[0]; i < to[0]; i++) {
		const struct place *place = &p->places[p->a.items[i]];

		if (place->n_a == 1 && place->n_b == 1) {
			*array_push(*anchors, n, cap) = (struct anchor){ .a = i, .b = place->b_at };
		}
	}
	for (uint32_t i = from[0]; i < to[0]; i++) {
		p->places[p->a.items[i]] = (struct place){ 0 };
	}
	for (uint32_t j = from[1]; j < to[1]; j++) {
		p->places[p->b.items[j]] = (struct place){ 0 };
	}
	return n;
}

/* The longest chain of anchors in the order of both sides, moved to the front of the array. Patience sorting: piles of which the top is the
 * chain of that length that ends first. */
static size_t longest_chain(struct anchor *anchors, size_t n)
{
	uint32_t *piles = x_reallocarray(NULL, n, sizeof(*piles));
	size_t n_piles = 0;

	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = n_piles;

		while (low < high) {
			size_t mid = (low + high) / 2;

			if (anchors[piles[mid]].b < anchors[i].b) {
				low = mid + 1;
			} else {
				high = mid;
			}
		}
		anchors[i].before = low > 0 ? piles[low - 1] + 1 : 0;
		piles[low] = (uint32_t)i;
		n_piles += low == n_piles;
	}
	for (size_t k = n_piles, at = n_piles > 0 ? piles[n_piles - 1] + 1 : 0; k > 0; k--) {
		piles[k - 1] = (uint32_t)(at - 1);
		at = anchors[at - 1].before;
	}
	for (size_t k = 0; k < n_piles; k++) {
		anchors[k] = anchors[piles[k]]; /* piles[k] >= k */
	}
	free(piles);
	return n_piles;
}

static void mark_between(struct patience *p, const uint32_t from[2], const uint32_t to[2], int depth)
{
	uint32_t at[2] = { from[0], from[1] }, end[2] = { to[0], to[1] };
	struct anchor *anchors = NULL;
	size_t n = 0;

	while (at[0] < end[0] && at[1] < end[1] && p->a.items[at[0]] == p->b.items[at[1]]) {
		p->a.changed[at[0]++] = p->b.changed[at[1]++] = 0;
	}
	while (at[0] < end[0] && at[1] < end[1] && p->a.items[end[0] - 1] == p->b.items[end[1] - 1]) {
		p->a.changed[--end[0]] = p->b.changed[--end[1]] = 0;
	}
	if (depth > 0 && at[0] < end[0] && at[1] < end[1] && end[0] - at[0] + end[1] - at[1] > SMALL) {
		n = unique_lines(p, at, end, &anchors);
		n = longest_chain(anchors, n);
	}
	for (size_t k = 0; k < n; k++) {
		const uint32_t here[2] = { anchors[k].a, anchors[k].b };

		mark_between(p, at, here, depth - 1);
		p->a.changed[here[0]] = p->b.changed[here[1]] = 0;
		at[0] = here[0] + 1;
		at[1] = here[1] + 1;
	}
	free(anchors);
	if (n > 0) {
		mark_between(p, at, end, depth - 1);
		return;
	}
	lcs_mark(p->lcs, (struct lcs_side){ p->a.items + at[0], end[0] - at[0], p->a.changed + at[0] },
	    (struct lcs_side){ p->b.items + at[1], end[1] - at[1], p->b.changed + at[1] }, p->n_ids);
}

void lines_mark(struct lcs *l, struct lcs_side a, struct lcs_side b, size_t n_ids)
{
	struct patience p = { .lcs = l, .a = a, .b = b, .n_ids = n_ids, .places = x_calloc(n_ids + 1, sizeof(*p.places)) };

	mark_between(&p, (const uint32_t[]){ 0, 0 }, (const uint32_t[]){ (uint32_t)a.n, (uint32_t)b.n }, DEPTH_MAX);
	free(p.places);
}

bool lines_is_edge(char before, const char *s, const char *end)
{
	uint32_t cp;

	return s == end || (unsigned char)*s < 0x80 || utf8_decode(s, (size_t)(end - s), &cp) == 0 || uc_is_grapheme_break((ucs4_t)before, cp);
}

bool lines_same_but_blanks(const char *a, size_t a_len, const char *b, size_t b_len)
{
	const char *a_end = a + a_len, *b_end = b + b_len;

	for (bool is_first = true;; is_first = false) {
		bool a_parts = a < a_end && lines_is_blank(*a), b_parts = b < b_end && lines_is_blank(*b);

		while (a < a_end && lines_is_blank(*a)) {
			a++;
		}
		while (b < b_end && lines_is_blank(*b)) {
			b++;
		}
		if (a == a_end || b == b_end) {
			return a == a_end && b == b_end;
		}
		if ((a_parts != b_parts && !is_first) || *a != *b) {
			return false;
		}
		a++;
		b++;
	}
}
