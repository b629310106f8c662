/* ingest - JSONL logs of calls made elsewhere into the store.
 * One pass, one flat scanner; lines it cannot read are counted and the first ones kept with their numbers.
 * The same line is the same call: its id is (timestamp, hash of the line and of how often it came before in this file),
 * so a file imported twice adds nothing and two equal lines in one file are two calls. */
#ifndef SONDE_METRICS_INGEST_H
#define SONDE_METRICS_INGEST_H

#include <stdio.h>

#include "store/store.h"

struct price_table;

struct ingest_bad_line {
	uint64_t line;
	char why[120];
};

struct ingest_result {
	uint64_t lines, added, present, bad; /* blank lines count only in lines */
	struct ingest_bad_line first_bad[5];
	size_t n_first_bad;
};

/* Reads to the end of fd. prices may be NULL (then rows without a reported cost stay unpriced). progress may be NULL; it is called a few
 * times a second with the lines so far. False on a read or store error; what was committed before stays, and result says how far. */
bool ingest_jsonl(int fd, struct bulk *b, const struct price_table *prices, void (*progress)(void *ctx, uint64_t lines), void *ctx,
    struct ingest_result *result, struct err *e) SONDE_MUST_CHECK;

/* One line to a row. Strings of the row are borrowed from the line's parse arena and valid until the next call with the same scanner. */
struct ingest_scanner;
struct ingest_scanner *ingest_scanner_new(void);
void ingest_scanner_free(struct ingest_scanner *s);
bool ingest_line(struct ingest_scanner *s, const char *line, size_t len, struct call_row *row, char why[120]);

#endif
