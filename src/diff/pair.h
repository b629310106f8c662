/* pair - which removed line of a hunk became which added one: those with most words in common, in order.
 * Owns its scratch and the last result; zeroed is ready. */
#ifndef SONDE_DIFF_PAIR_H
#define SONDE_DIFF_PAIR_H

#include "diff/words.h"

#define PAIR_NONE UINT32_MAX

/* A line with its tokens from..to. */
struct pair_line {
	uint32_t line, from, to;
};

struct pairs {
	uint32_t *of;  /* by index of a's lines: index of b's lines, rising, or PAIR_NONE */
	/* private */
	size_t cap_of;
	struct pair_bag *bags[2];
	size_t cap_bags[2];
	uint32_t *sorted;
	size_t n_sorted, cap_sorted;
	uint32_t *scores, *best;
	size_t cap_scores;
	uint64_t work; /* done so far in this diff */
};

/* Pairs lines whose tokens, blanks left out, have a Dice coefficient of at least 0.45. The best sum of coefficients for up to 200 x 200
 * lines; beyond that, and when many such hunks have cost too much, each line takes the best of the next few. */
void pair_lines(struct pairs *p, const struct tokens side[2], const struct pair_line *a, size_t n, const struct pair_line *b, size_t m);
void pairs_free(struct pairs *p);

#endif
