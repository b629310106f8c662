/* ingest - logs of calls made elsewhere into the store: JSONL or one JSON array, plain or gzip, in any of the formats of metrics/line.h.
 * One pass, one flat scanner; lines it cannot read are counted and the first ones kept with their numbers.
 * The same record is the same call (metrics/intake.h): a file imported twice adds nothing, and two equal lines of one file are two calls.
 * Everything is read before anything is stored: rows go in ordered by time, whatever the order of the lines (metrics/spool.h). */
#ifndef SONDE_METRICS_INGEST_H
#define SONDE_METRICS_INGEST_H

#include "metrics/line.h"
#include "store/store.h"

struct price_table;

struct ingest_bad_line {
	uint64_t line;
	char why[INGEST_WHY_SIZE];
};

struct ingest_result {
	uint64_t lines, added, present, bad; /* blank lines count only in lines; elements of an array count as lines */
	uint64_t no_call;                    /* records of something else */
	uint64_t formats[INGEST_FORMATS];    /* lines of each, bad ones too where that could be told */
	struct ingest_bad_line first_bad[5];
	size_t n_first_bad;
	bool is_stored; /* the store took all that could be read */
};
/* Counts up; the first bad lines are those of `to`, then those of `from`. */
void ingest_result_add(struct ingest_result *to, const struct ingest_result *from);

/* Called about ten times a second while lines are read, then while rows are stored. */
typedef void ingest_progress(void *ctx, uint64_t lines, uint64_t stored);

struct ingest_options {
	const struct price_table *prices; /* NULL: rows without a reported cost stay unpriced; so do failed calls without output */
	int format;                       /* or INGEST_AUTO */
	ingest_progress *progress;        /* may be NULL */
	void *ctx;
};

/* Reads to the end of fd.
 * False on a read or store error: what was read whole before is stored all the same as far as the store takes it, and result says how far. */
bool ingest_jsonl(int fd, struct bulk *b, const struct ingest_options *options, struct ingest_result *result, struct err *e) SONDE_MUST_CHECK;

#endif
