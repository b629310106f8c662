/* E. Myers, "An O(ND) difference algorithm and its variations", Algorithmica 1 (1986), section 4b: two searches, one from each end, meet in
 * the middle of a shortest edit; then the two halves the same way. Memory is linear, time O((n + m) d).
 * Bounded by two things: items that the other side does not have at all are set aside first, and a search that has not met after `cap`
 * steps stops and splits where it came furthest. Each split gains at least cap items for at most 4 cap^2 steps, so all of it costs about
 * 4 (n + m) cap. Refused: the snake heuristic of GNU diff: it gives up the shortest edit even in small texts. */
#include "text/lcs.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

/* (n + m) cap: some tens of milliseconds. */
#define WORK 4000000
#define CAP_MIN 16

struct point {
	int32_t x, y; /* between items: x of a and y of b lie before */
};

struct box {
	struct point from, to;
};

/* How far a search has come on each diagonal x - y from low to high, in steps of two. */
struct front {
	int32_t *x;
	int32_t low, high;
};

struct search {
	const uint32_t *a, *b;         /* items that both sides have */
	const uint32_t *a_at, *b_at;   /* where they stand in the whole sides */
	unsigned char *a_changed, *b_changed;
	int32_t *forward, *backward;   /* the x of the fronts */
	int32_t cap;
};

/* Where the fronts stand when they may not go on: the point that leaves the least to do. */
static struct point furthest(struct box box, const struct front *f, const struct front *b)
{
	struct point forward = box.from, backward = box.to;

	for (int32_t d = f->low; d <= f->high; d += 2) {
		int32_t x = f->x[d] < box.to.x ? f->x[d] : box.to.x;

		if (x - d > box.to.y) {
			x = box.to.y + d;
		}
		if (2 * (int64_t)x - d > (int64_t)forward.x + forward.y) {
			forward = (struct point){ x, x - d };
		}
	}
	for (int32_t d = b->low; d <= b->high; d += 2) {
		int32_t x = b->x[d] > box.from.x ? b->x[d] : box.from.x;

		if (x - d < box.from.y) {
			x = box.from.y + d;
		}
		if (2 * (int64_t)x - d < (int64_t)backward.x + backward.y) {
			backward = (struct point){ x, x - d };
		}
	}
	int64_t gained = (int64_t)forward.x + forward.y - box.from.x - box.from.y;
	int64_t gained_back = (int64_t)box.to.x + box.to.y - backward.x - backward.y;

	return gained > gained_back ? forward : backward;
}

/* One more diagonal on each side, with a bar beyond it that no path comes over, or one less where the box ends. */
static void widen(struct front *f, int32_t d_min, int32_t d_max, int32_t bar)
{
	if (f->low > d_min) {
		f->x[--f->low - 1] = bar;
	} else {
		f->low++;
	}
	if (f->high < d_max) {
		f->x[++f->high + 1] = bar;
	} else {
		f->high--;
	}
}

/* A point of a shortest edit of the box, neither of its ends. The box has items on both sides, and its first and last items differ. */
static struct point middle(const struct search *s, struct box box)
{
	const int32_t d_min = box.from.x - box.to.y, d_max = box.to.x - box.from.y;
	struct front f = { s->forward, box.from.x - box.from.y, box.from.x - box.from.y };
	struct front b = { s->backward, box.to.x - box.to.y, box.to.x - box.to.y };
	const bool meets_forward = ((f.low - b.low) & 1) != 0;

	f.x[f.low] = box.from.x;
	b.x[b.low] = box.to.x;
	for (int32_t cost = 1; cost <= s->cap; cost++) {
		widen(&f, d_min, d_max, -1);
		for (int32_t d = f.high; d >= f.low; d -= 2) {
			int32_t x = f.x[d - 1] < f.x[d + 1] ? f.x[d + 1] : f.x[d - 1] + 1;

			while (x < box.to.x && x - d < box.to.y && s->a[x] == s->b[x - d]) {
				x++;
			}
			f.x[d] = x;
			if (meets_forward && d >= b.low && d <= b.high && b.x[d] <= x) {
				return (struct point){ x, x - d };
			}
		}
		widen(&b, d_min, d_max, INT32_MAX);
		for (int32_t d = b.high; d >= b.low; d -= 2) {
			int32_t x = b.x[d - 1] < b.x[d + 1] ? b.x[d - 1] : b.x[d + 1] - 1;

			while (x > box.from.x && x - d > box.from.y && s->a[x - 1] == s->b[x - d - 1]) {
				x--;
			}
			b.x[d] = x;
			if (!meets_forward && d >= f.low && d <= f.high && x <= f.x[d]) {
				return (struct point){ x, x - d };
			}
		}
	}
	return furthest(box, &f, &b);
}

static size_t area(struct box box)
{
	return (size_t)(box.to.x - box.from.x) + (size_t)(box.to.y - box.from.y);
}

/* Recursion goes into the smaller half, so its depth is logarithmic even where the cap makes lopsided halves. */
static void mark(const struct search *s, struct box box)
{
	for (;;) {
		while (box.from.x < box.to.x && box.from.y < box.to.y && s->a[box.from.x] == s->b[box.from.y]) {
			box.from.x++;
			box.from.y++;
		}
		while (box.from.x < box.to.x && box.from.y < box.to.y && s->a[box.to.x - 1] == s->b[box.to.y - 1]) {
			box.to.x--;
			box.to.y--;
		}
		if (box.from.x == box.to.x || box.from.y == box.to.y) {
			break;
		}
		struct point mid = middle(s, box);
		struct box first = { box.from, mid }, second = { mid, box.to };

		assert(area(first) > 0 && area(second) > 0);
		bool first_is_small = area(first) < area(second);
		mark(s, first_is_small ? first : second);
		box = first_is_small ? second : first;
	}
	for (int32_t x = box.from.x; x < box.to.x; x++) {
		s->a_changed[s->a_at[x]] = 1;
	}
	for (int32_t y = box.from.y; y < box.to.y; y++) {
		s->b_changed[s->b_at[y]] = 1;
	}
}

/* Keeps the items that the other side has too, marks the rest. Returns how many are kept. */
static size_t keep_shared(struct lcs_side side, const unsigned char *in_other, uint32_t *items, uint32_t *at)
{
	size_t n = 0;

	for (size_t i = 0; i < side.n; i++) {
		side.changed[i] = !in_other[side.items[i]];
		if (!side.changed[i]) {
			items[n] = side.items[i];
			at[n++] = (uint32_t)i;
		}
	}
	return n;
}

void lcs_mark(struct lcs_side a, struct lcs_side b, size_t n_ids)
{
	unsigned char *seen = x_calloc(n_ids, 2);
	uint32_t *kept = x_reallocarray(NULL, (a.n + b.n) * 2, sizeof(*kept));
	uint32_t *items_b = kept + a.n, *at_a = items_b + b.n, *at_b = at_a + a.n;

	for (size_t i = 0; i < a.n; i++) {
		seen[a.items[i]] = 1;
	}
	for (size_t i = 0; i < b.n; i++) {
		seen[n_ids + b.items[i]] = 1;
	}
	size_t n = keep_shared(a, seen + n_ids, kept, at_a), m = keep_shared(b, seen, items_b, at_b);
	size_t cap = WORK / (n + m + 1);
	/* Diagonals reach from -m - 1 to n + 1. */
	int32_t *reached = x_reallocarray(NULL, 2 * (n + m + 3), sizeof(*reached));
	struct search s = {
		.a = kept, .b = items_b, .a_at = at_a, .b_at = at_b, .a_changed = a.changed, .b_changed = b.changed,
		.forward = reached + m + 1, .backward = reached + (n + m + 3) + m + 1, .cap = (int32_t)(cap > CAP_MIN ? cap : CAP_MIN),
	};

	mark(&s, (struct box){ { 0, 0 }, { (int32_t)n, (int32_t)m } });
	free(reached);
	free(kept);
	free(seen);
}
