/* recost - costs for recorded calls that had none: row and rollups in one transaction, so that sums stay exact. Opens a connection of its own
 * and waits for the disk: for commands and worker threads. Not here: what a call costs (gateway/recost.h). */
#ifndef SONDE_STORE_RECOST_H
#define SONDE_STORE_RECOST_H

#include "store/store.h"

struct recost_cost {
	int64_t nano;
	bool is_estimated;
};
/* What a call of unknown cost costs; false: it stays unknown. */
typedef bool recost_fn(void *ctx, const struct call_row *row, struct recost_cost *cost);

struct recost_sum {
	uint64_t calls;
	int64_t nano;
};
/* Asks for each recorded call of unknown cost and keeps what is said, with price_version. In steps: whoever else writes is not kept waiting.
 * *sum is right also when it fails half way. A store that is not there has no calls. */
bool recost_all(const char *dir, const char *price_version, recost_fn *fn, void *ctx, struct recost_sum *sum, struct err *e) SONDE_MUST_CHECK;

#endif
