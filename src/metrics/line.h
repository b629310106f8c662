/* line - one JSONL line of the simple form (and the aliases seen in the wild) to one row.
 * Strings of the row are borrowed from the line's arena and valid until the next call with the same scanner.
 * Unknown members are passed over; a member that matters but cannot be is an error of the line. */
#ifndef SONDE_METRICS_LINE_H
#define SONDE_METRICS_LINE_H

#include "store/record.h"

#define INGEST_WHY_SIZE 120

struct ingest_scanner;
struct ingest_scanner *ingest_scanner_new(void);
void ingest_scanner_free(struct ingest_scanner *s);
/* Fills all of the row but id.key. False with a few words in `why`. */
bool ingest_line(struct ingest_scanner *s, const char *line, size_t len, struct call_row *row, char why[INGEST_WHY_SIZE]);

#endif
