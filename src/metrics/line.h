/* line - one JSON object of a log to one row: the simple form with the aliases seen in the wild, and the exports of other programs
 * (line_format.h).
 * Strings of the row are borrowed from the line's arena and valid until the next call with the same scanner.
 * Unknown members are passed over; a member that matters but cannot be is an error of the line. */
#ifndef SONDE_METRICS_LINE_H
#define SONDE_METRICS_LINE_H

#include "store/record.h"

#define INGEST_WHY_SIZE 120

/* Formats by their number; the first is the simple form. */
#define INGEST_FORMATS 4
#define INGEST_AUTO (-1)
const char *ingest_format_name(int format);
#define INGEST_NO_FORMAT (-2)
/* INGEST_AUTO for "auto"; INGEST_NO_FORMAT when there is no such format. */
int ingest_format_find(const char *name);

struct ingest_scanner;
/* format INGEST_AUTO: each line is what its members show it to be. */
struct ingest_scanner *ingest_scanner_new(int format);
void ingest_scanner_free(struct ingest_scanner *s);

enum line_kind {
	LINE_BAD,
	LINE_CALL,
	LINE_NO_CALL, /* a record of something else, such as a span around calls */
};
/* Fills all of the row but id.key. LINE_BAD with a few words in `why`. */
enum line_kind ingest_line(struct ingest_scanner *s, const char *line, size_t len, struct call_row *row, char why[INGEST_WHY_SIZE]);
/* Of the last line: its format, INGEST_NO_FORMAT when it was no JSON object; */
int ingest_line_format(const struct ingest_scanner *s);
/* and the record's own id where the format has one that stays the same in every export, else NULL. */
const char *ingest_line_id(const struct ingest_scanner *s);

/* Of a line that sonde exported: it says all there is to know of the call, and which one it is. */
bool ingest_line_is_own(const struct ingest_scanner *s);
uint64_t ingest_line_own_key(const struct ingest_scanner *s);

#endif
