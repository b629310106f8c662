/* ingest - JSONL logs of calls made elsewhere into the store.
 * One pass, one flat scanner; lines it cannot read are counted and the first ones kept with their numbers.
 * The same line is the same call: its id is (timestamp, hash of the line and of how often it came before in this file),
 * so a file imported twice adds nothing and two equal lines in one file are two calls.
 * Everything is read before anything is stored: rows go in ordered by time, whatever the order of the lines (metrics/spool.h). */
#ifndef SONDE_METRICS_INGEST_H
#define SONDE_METRICS_INGEST_H

#include "metrics/line.h"
#include "store/store.h"

struct price_table;

#define INGEST_LINE_MAX ((size_t)1 << 20) /* bytes of a line without its end */

struct ingest_bad_line {
	uint64_t line;
	char why[INGEST_WHY_SIZE];
};

struct ingest_result {
	uint64_t lines, added, present, bad; /* blank lines count only in lines */
	struct ingest_bad_line first_bad[5];
	size_t n_first_bad;
};

/* Called about ten times a second while lines are read, then while rows are stored. */
typedef void ingest_progress(void *ctx, uint64_t lines, uint64_t stored);

/* Reads to the end of fd. prices may be NULL (then rows without a reported cost stay unpriced); failed calls
 * without output are not priced. progress may be NULL.
 * False on a read or store error; what was committed before stays, and result says how far. */
bool ingest_jsonl(int fd, struct bulk *b, const struct price_table *prices, ingest_progress *progress, void *ctx,
    struct ingest_result *result, struct err *e) SONDE_MUST_CHECK;

#endif
