/* Two ways to the same merges. A short piece, which nearly all are, keeps its parts in an array and looks through all of it for the lowest
 * rank: quadratic, but within two cache lines. A long one links its parts and keeps the ranks in a heap; entries of pairs that are gone stay in
 * it and are known by their rank, which is no longer the pair's. */
#include "token/bpe.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SHORT_MOST 96

/* ---- short ---- */

static size_t count_short(const struct ranks *r, const char *piece, size_t len)
{
	uint32_t rank[SHORT_MOST]; /* of part i with the next */
	unsigned char start[SHORT_MOST + 2];
	size_t n = len;

	for (size_t i = 0; i <= len; i++) {
		start[i] = (unsigned char)i;
		if (i + 1 < len) {
			rank[i] = ranks_find(r, piece + i, 2);
		}
	}
	while (n > 1) {
		size_t at = 0;

		for (size_t i = 1; i + 1 < n; i++) {
			at = rank[i] < rank[at] ? i : at;
		}
		if (rank[at] == RANK_NONE) {
			break;
		}
		memmove(start + at + 1, start + at + 2, n - at - 1);
		if (n > at + 2) {
			memmove(rank + at, rank + at + 1, (n - at - 2) * sizeof(*rank));
		}
		n--;
		if (at + 1 < n) {
			rank[at] = ranks_find(r, piece + start[at], (size_t)(start[at + 2] - start[at]));
		}
		if (at > 0) {
			rank[at - 1] = ranks_find(r, piece + start[at - 1], (size_t)(start[at + 1] - start[at - 1]));
		}
	}
	return n;
}

/* ---- long ---- */

struct part {
	size_t prev, next; /* where those beside it start; the piece's length after the last */
	uint32_t rank;     /* with the next */
};

struct pair {
	uint32_t rank;
	size_t at; /* of equal rank the first is merged first */
};

struct merge {
	const struct ranks *ranks;
	const char *piece;
	size_t len;
	struct part *parts; /* by where they start */
	struct pair *heap;
	size_t n, cap;
};

static inline bool is_before(const struct pair *a, const struct pair *b)
{
	return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void push(struct merge *m, struct pair pair)
{
	(void)array_push(m->heap, m->n, m->cap);
	size_t i = m->n - 1;

	for (; i > 0 && is_before(&pair, &m->heap[(i - 1) / 2]); i = (i - 1) / 2) {
		m->heap[i] = m->heap[(i - 1) / 2];
	}
	m->heap[i] = pair;
}

static struct pair pop(struct merge *m)
{
	struct pair top = m->heap[0], last = m->heap[--m->n];
	size_t i = 0;

	for (size_t child; (child = 2 * i + 1) < m->n; i = child) {
		child += child + 1 < m->n && is_before(&m->heap[child + 1], &m->heap[child]);
		if (!is_before(&m->heap[child], &last)) {
			break;
		}
		m->heap[i] = m->heap[child];
	}
	m->heap[i] = last;
	return top;
}

/* Ranks the part at `at` with its next one anew. */
static void rank_pair(struct merge *m, size_t at)
{
	struct part *p = &m->parts[at];
	size_t next = p->next;

	p->rank = next < m->len ? ranks_find(m->ranks, m->piece + at, m->parts[next].next - at) : RANK_NONE;
	if (p->rank != RANK_NONE) {
		push(m, (struct pair){ p->rank, at });
	}
}

static void join(struct merge *m, size_t at)
{
	struct part *p = &m->parts[at], *gone = &m->parts[p->next];

	gone->rank = RANK_NONE;
	p->next = gone->next;
	if (p->next < m->len) {
		m->parts[p->next].prev = at;
	}
	rank_pair(m, at);
	if (at > 0) {
		rank_pair(m, p->prev);
	}
}

static size_t count_long(const struct ranks *r, const char *piece, size_t len)
{
	struct merge m = { .ranks = r, .piece = piece, .len = len, .parts = x_reallocarray(NULL, len, sizeof(*m.parts)) };
	size_t n = len;

	for (size_t i = 0; i < len; i++) {
		m.parts[i] = (struct part){ .prev = i - 1, .next = i + 1, .rank = RANK_NONE };
	}
	for (size_t i = 0; i + 1 < len; i++) {
		rank_pair(&m, i);
	}
	while (m.n > 0) {
		struct pair lowest = pop(&m);

		if (m.parts[lowest.at].rank == lowest.rank) {
			join(&m, lowest.at);
			n--;
		}
	}
	free(m.parts);
	free(m.heap);
	return n;
}

size_t bpe_count(const struct ranks *r, const char *piece, size_t len)
{
	if (ranks_find(r, piece, len) != RANK_NONE) {
		return 1;
	}
	return len <= SHORT_MOST ? count_short(r, piece, len) : count_long(r, piece, len);
}
