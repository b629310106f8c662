/* rollup - running sums and histograms per slot (10 s, 1 min, 1 h, 1 d), provider, model and operation, kept beside the rows.
 * Collected in memory for one transaction, merged into the table just before its commit: so rows and rollups never disagree.
 * Fine levels are kept for recent slots only (see rollup_levels); from where on a level is complete stands in table rollup_floor.
 * Model is model_resp, else model_req. Slots are UTC and start at multiples of their length. For store/ and metrics/ only. */
#ifndef SONDE_STORE_ROLLUP_H
#define SONDE_STORE_ROLLUP_H

#include <sqlite3.h>

#include "store/dim.h"
#include "store/figures.h"
#include "store/record.h"

struct rollup_level {
	int64_t slot_us; /* length; divides the length of the next level */
	int64_t keep_us; /* written, and not removed, for slots that start later than now - keep_us - one day; INT64_MAX: for ever */
};
#define ROLLUP_LEVELS 4
extern const struct rollup_level rollup_levels[ROLLUP_LEVELS]; /* finest first */

/* Number of the slot a time falls in, rounded down also before 1970. */
int64_t rollup_slot(int64_t us, int64_t slot_us);

struct rollup;
/* Prepares its statements on db; NULL and e on failure. */
struct rollup *rollup_new(sqlite3 *db, struct dims *dims, struct err *e) SONDE_MUST_CHECK;
void rollup_free(struct rollup *r);
/* Counts one row that was really inserted. now_us: wall clock. False: a dimension could not be stored. */
bool rollup_add(struct rollup *r, const struct call_row *row, int64_t now_us, struct err *e) SONDE_MUST_CHECK;
/* Forgets what the table says of an hour and counts its rows again, with the next rollup_flush; so too its day, from that and the other hours.
 * Reads all before it writes anything. */
bool rollup_recount(struct rollup *r, int64_t hour_us, int64_t now_us, struct err *e) SONDE_MUST_CHECK;
/* Slots that were added to since the last flush. */
size_t rollup_waiting(const struct rollup *r);
/* Merges all that was added into the table (inside the caller's transaction) and forgets it; also removes a few outdated fine slots. */
bool rollup_flush(struct rollup *r, struct err *e) SONDE_MUST_CHECK;
/* Forgets what was added: after a rollback. */
void rollup_clear(struct rollup *r);

/* For readers: the columns of table rollup that hold figures, and adding them from a statement in which they start at `column`.
 * False when the row is damaged. */
#define ROLLUP_FIGURES \
	"n, errors, in_tok, out_tok, cache_read_tok, reason_tok, cost_nano, unpriced, latency_n, latency_us, ttft_n, ttft_us, gen_us, gen_tok, " \
	"latency_hist, ttft_hist, tpot_hist"
bool rollup_read_figures(sqlite3_stmt *st, int column, struct figures *add_to, struct err *e) SONDE_MUST_CHECK;
/* For those that add up rows of table call as rollup_add does: its columns, the last three the dimensions of rollups, and reading the first into
 * what figures_add_row looks at. */
#define ROLLUP_ROW \
	"ts_us, error_class, in_tok, out_tok, cache_read_tok, reason_tok, cost_nano, latency_us, ttft_us, gen_us, " \
	"provider, coalesce(model_resp, model_req), operation"
enum { ROLLUP_ROW_DIMS = 10, ROLLUP_ROW_COLUMNS = 13 };
void rollup_read_row(sqlite3_stmt *st, struct call_row *row);

#endif
