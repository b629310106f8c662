/* lcs - which items of two sequences are not in their longest common subsequence. Items are numbers; equal items have equal numbers.
 * Owns nothing between calls. Not here: what the items are (text/diff.h). */
#ifndef SONDE_TEXT_LCS_H
#define SONDE_TEXT_LCS_H

#include <stddef.h>
#include <stdint.h>

struct lcs_side {
	const uint32_t *items; /* each under n_ids */
	size_t n;
	unsigned char *changed; /* n flags, filled in: 1 where the item is only on this side, 0 where it is common */
};

/* The common items of both sides, in order, are pairwise equal. n of both sides together < 2^31 - 8, n_ids at most their sum.
 * The fewest changes possible as long as the sides hold a few thousand items or differ little; past a limit of work, few changes. */
void lcs_mark(struct lcs_side a, struct lcs_side b, size_t n_ids);

#endif
