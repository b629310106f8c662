/* rollup - running sums and histograms per slot (10 s, 1 min, 1 h, 1 d), provider, model and operation, kept beside the rows.
 * Collected in memory for one transaction, merged into the table just before its commit: so rows and rollups never disagree.
 * Fine levels are kept for recent slots only (see rollup_levels); older spans are answered by coarser ones and raw rows.
 * Model is model_resp, else model_req. Slots are UTC and start at multiples of their length. For store/ and metrics/ only. */
#ifndef SONDE_STORE_ROLLUP_H
#define SONDE_STORE_ROLLUP_H

#include <sqlite3.h>

#include "store/dim.h"
#include "store/record.h"

struct rollup_level {
	int64_t slot_us; /* length */
	int64_t keep_us; /* written for slots that start later than now - keep_us - one day; read for later than now - keep_us */
};
#define ROLLUP_LEVELS 4
extern const struct rollup_level rollup_levels[ROLLUP_LEVELS]; /* finest first */

struct rollup;
/* Prepares its statements on db; NULL and e on failure. */
struct rollup *rollup_new(sqlite3 *db, struct dims *dims, struct err *e);
void rollup_free(struct rollup *r);
/* Counts one row that was really inserted. now_us: wall clock. False: a dimension could not be stored. */
bool rollup_add(struct rollup *r, const struct call_row *row, int64_t now_us, struct err *e);
/* Merges all that was added into the table (inside the caller's transaction) and forgets it. */
bool rollup_flush(struct rollup *r, struct err *e);
/* Forgets what was added: after a rollback. */
void rollup_clear(struct rollup *r);

#endif
