#include "diff/pair.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define WHOLE 1000      /* a coefficient of 1 */
#define ENOUGH 450
#define TABLE_MAX 200   /* lines on each side */
#define WORK_MAX 6000000  /* tokens compared in tables */
#define AHEAD 16        /* lines looked at without a table */

/* The numbers of a line's tokens in order, without blanks: sorted[first] on. */
struct pair_bag {
	size_t first, n;
};

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void sort_ids(uint32_t *ids, size_t n)
{
	if (n > 64) {
		qsort(ids, n, sizeof(*ids), by_id);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		uint32_t id = ids[i];
		size_t at = i;

		for (; at > 0 && ids[at - 1] > id; at--) {
			ids[at] = ids[at - 1];
		}
		ids[at] = id;
	}
}

static void fill_bags(struct pairs *p, int side, const struct tokens *t, const struct pair_line *lines, size_t n)
{
	if (n > p->cap_bags[side]) {
		p->cap_bags[side] = n * 2;
		p->bags[side] = x_reallocarray(p->bags[side], p->cap_bags[side], sizeof(*p->bags[side]));
	}
	for (size_t i = 0; i < n; i++) {
		struct pair_bag *bag = &p->bags[side][i];

		bag->first = p->n_sorted;
		for (uint32_t k = lines[i].from; k < lines[i].to; k++) {
			if (t->kinds[k] < TOKEN_BLANK) {
				*array_push(p->sorted, p->n_sorted, p->cap_sorted) = t->ids[k];
			}
		}
		bag->n = p->n_sorted - bag->first;
		if (bag->n > 1) {
			sort_ids(p->sorted + bag->first, bag->n);
		}
	}
}

/* Dice's coefficient of two bags: twice what is common by all there is. Two lines of blanks are alike. */
static uint32_t dice(const struct pairs *p, const struct pair_bag *a, const struct pair_bag *b)
{
	size_t common = 0, all = a->n + b->n, most = a->n < b->n ? a->n : b->n;

	if (all == 0) {
		return WHOLE;
	}
	if (2 * most * WHOLE / all < ENOUGH) {
		return 0;
	}
	const uint32_t *x = p->sorted + a->first, *y = p->sorted + b->first, *x_end = x + a->n, *y_end = y + b->n;
	while (x < x_end && y < y_end) {
		uint32_t i = *x, j = *y;

		common += i == j;
		x += i <= j;
		y += j <= i;
	}
	uint32_t score = (uint32_t)(2 * common * WHOLE / all);
	return score >= ENOUGH ? score : 0;
}

/* The pairs with the best sum of coefficients. best[i][j]: that of the lines from i and j on. */
static void pair_by_table(struct pairs *p, size_t n, size_t m)
{
	size_t row = m + 1;

	if ((n + 1) * row > p->cap_scores) {
		p->cap_scores = (n + 1) * row * 2;
		free(p->scores);
		free(p->best);
		p->scores = x_reallocarray(NULL, p->cap_scores, sizeof(*p->scores));
		p->best = x_reallocarray(NULL, p->cap_scores, sizeof(*p->best));
	}
	memset(p->best + n * row, 0, row * sizeof(*p->best));
	for (size_t i = n; i-- > 0;) {
		p->best[i * row + m] = 0;
		for (size_t j = m; j-- > 0;) {
			uint32_t score = dice(p, &p->bags[0][i], &p->bags[1][j]);
			uint32_t with = score > 0 ? score + p->best[(i + 1) * row + j + 1] : 0;
			uint32_t below = p->best[(i + 1) * row + j], right = p->best[i * row + j + 1];
			uint32_t without = below > right ? below : right;

			p->scores[i * row + j] = with >= without ? score : 0;
			p->best[i * row + j] = with >= without ? with : without;
		}
	}
	for (size_t i = 0, j = 0; i < n && j < m;) {
		if (p->scores[i * row + j] > 0) {
			p->of[i++] = (uint32_t)j++;
		} else if (p->best[(i + 1) * row + j] >= p->best[i * row + j + 1]) {
			i++;
		} else {
			j++;
		}
	}
}

static void pair_by_window(struct pairs *p, size_t n, size_t m)
{
	for (size_t i = 0, next = 0; i < n && next < m; i++) {
		uint32_t best = 0;
		size_t at = 0;

		for (size_t j = next; j < m && j < next + AHEAD; j++) {
			uint32_t score = dice(p, &p->bags[0][i], &p->bags[1][j]);

			if (score > best) {
				best = score;
				at = j;
			}
		}
		if (best > 0) {
			p->of[i] = (uint32_t)at;
			next = at + 1;
		}
	}
}

void pair_lines(struct pairs *p, const struct tokens side[2], const struct pair_line *a, size_t n, const struct pair_line *b, size_t m)
{
	if (n == 0) {
		return;
	}
	if (n > p->cap_of) {
		p->cap_of = n * 2;
		p->of = x_reallocarray(p->of, p->cap_of, sizeof(*p->of));
	}
	memset(p->of, 0xff, n * sizeof(*p->of));
	if (m == 0) {
		return;
	}
	p->n_sorted = 0;
	fill_bags(p, 0, &side[0], a, n);
	size_t n_tokens = p->n_sorted;
	fill_bags(p, 1, &side[1], b, m);
	uint64_t work = (uint64_t)m * n_tokens + (uint64_t)n * (p->n_sorted - n_tokens);
	if (n <= TABLE_MAX && m <= TABLE_MAX && p->work + work <= WORK_MAX) {
		p->work += work;
		pair_by_table(p, n, m);
	} else {
		pair_by_window(p, n, m);
	}
}

void pairs_free(struct pairs *p)
{
	free(p->of);
	free(p->bags[0]);
	free(p->bags[1]);
	free(p->sorted);
	free(p->scores);
	free(p->best);
}
