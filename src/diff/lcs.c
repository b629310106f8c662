/* E. Myers, "An O(ND) difference algorithm and its variations", Algorithmica 1 (1986), section 4b: two searches, one from each end, meet in
 * the middle of a shortest edit; then the two halves the same way. Memory is linear, time O((n + m) d).
 * Bounded by two things: items that the other side does not have at all are set aside first, and a search that has not met after `cap`
 * steps stops and splits where it came furthest. The cap is what is left of the work, spread over the items: small boxes are searched to
 * their end, a box of a million items is split early. Each split gains at least cap items for at most 4 cap^2 steps, so that without any
 * work left all of it costs about 4 (n + m) CAP_MIN. Refused: the snake heuristic of GNU diff: it gives up the shortest edit even in small
 * texts. */
#include "diff/lcs.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

#define CAP_MIN 8

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
	int64_t *work;
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

static size_t area(struct box box)
{
	return (size_t)(box.to.x - box.from.x) + (size_t)(box.to.y - box.from.y);
}

/* How far a search of the box may go. */
static int32_t cap_of(const struct search *s, struct box box)
{
	int64_t cap = *s->work / (int64_t)area(box);

	return cap > INT32_MAX ? INT32_MAX : cap < CAP_MIN ? CAP_MIN : (int32_t)cap;
}

/* A point of a shortest edit of the box, neither of its ends. The box has items on both sides, and its first and last items differ. */
static struct point middle(const struct search *s, struct box box)
{
	const int32_t d_min = box.from.x - box.to.y, d_max = box.to.x - box.from.y;
	struct front f = { s->forward, box.from.x - box.from.y, box.from.x - box.from.y };
	struct front b = { s->backward, box.to.x - box.to.y, box.to.x - box.to.y };
	const bool meets_forward = ((f.low - b.low) & 1) != 0;
	const int32_t cap = cap_of(s, box);

	f.x[f.low] = box.from.x;
	b.x[b.low] = box.to.x;
	for (int32_t cost = 1; cost <= cap; cost++) {
		*s->work -= *s->work > 2 * cost ? 2 * cost : *s->work;
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

/* Room for n items of `size` bytes; what was there is lost, what is new is zero. */
static void *room(void *items, size_t *cap, size_t n, size_t size)
{
	if (n <= *cap) {
		return items;
	}
	free(items);
	*cap = n + n / 8;
	return x_calloc(*cap, size);
}

/* Keeps the items that the other side has too, marks the rest. Returns how many are kept. `shift`: where the other side's round stands. */
static size_t keep_shared(const struct lcs *l, struct lcs_side side, int shift, uint32_t *items, uint32_t *at)
{
	size_t n = 0;

	for (size_t i = 0; i < side.n; i++) {
		side.changed[i] = (uint32_t)(l->seen[side.items[i]] >> shift) != l->round;
		if (!side.changed[i]) {
			items[n] = side.items[i];
			at[n++] = (uint32_t)i;
		}
	}
	return n;
}

void lcs_mark(struct lcs *l, struct lcs_side a, struct lcs_side b, size_t n_ids)
{
	if (a.n + b.n == 0) {
		return;
	}
	l->seen = room(l->seen, &l->n_seen, n_ids, sizeof(*l->seen));
	l->kept = room(l->kept, &l->n_kept, (a.n + b.n) * 2, sizeof(*l->kept));
	l->round++;
	for (size_t i = 0; i < a.n; i++) {
		uint64_t *seen = &l->seen[a.items[i]];

		*seen = (*seen & ~(uint64_t)UINT32_MAX) | l->round;
	}
	for (size_t i = 0; i < b.n; i++) {
		uint64_t *seen = &l->seen[b.items[i]];

		*seen = (*seen & UINT32_MAX) | (uint64_t)l->round << 32;
	}
	uint32_t *items_b = l->kept + a.n, *at_a = items_b + b.n, *at_b = at_a + a.n;
	size_t n = keep_shared(l, a, 32, l->kept, at_a), m = keep_shared(l, b, 0, items_b, at_b);
	/* Diagonals reach from -m - 1 to n + 1. */
	l->reached = room(l->reached, &l->n_reached, 2 * (n + m + 3), sizeof(*l->reached));
	struct search s = {
		.a = l->kept, .b = items_b, .a_at = at_a, .b_at = at_b, .a_changed = a.changed, .b_changed = b.changed,
		.forward = l->reached + m + 1, .backward = l->reached + (n + m + 3) + m + 1, .work = &l->work,
	};

	mark(&s, (struct box){ { 0, 0 }, { (int32_t)n, (int32_t)m } });
}

void lcs_free(struct lcs *l)
{
	free(l->seen);
	free(l->kept);
	free(l->reached);
	*l = (struct lcs){ 0 };
}
