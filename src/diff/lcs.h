/* lcs - which items of two sequences are not in their longest common subsequence. Items are numbers; equal items have equal numbers.
 * Not here: what the items are (diff/tokens.h). */
#ifndef SONDE_DIFF_LCS_H
#define SONDE_DIFF_LCS_H

#include <stddef.h>
#include <stdint.h>

/* Steps that a diff of two texts may take before it gets coarser: some tens of milliseconds. */
#define LCS_WORK 8000000

struct lcs_side {
	const uint32_t *items; /* each under n_ids */
	size_t n;
	unsigned char *changed; /* n flags, filled in: 1 where the item is only on this side, 0 where it is common */
};

/* Memory and work shared by the many calls of one diff; begin with { .work = LCS_WORK }. */
struct lcs {
	int64_t work; /* steps left */
	/* private */
	uint64_t *seen; /* by id: the round in which each side had it */
	uint32_t *kept, round;
	int32_t *reached;
	size_t n_seen, n_kept, n_reached;
};
void lcs_free(struct lcs *l);

/* The common items of both sides, in order, are pairwise equal. n of both sides together < 2^31 - 8.
 * The fewest changes possible as long as there is work left for it; then few changes. */
void lcs_mark(struct lcs *l, struct lcs_side a, struct lcs_side b, size_t n_ids);

#endif
