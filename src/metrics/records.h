/* records - a stream of bytes cut into records: lines, or the elements of one JSON array where the stream is such a one.
 * A record longer than INGEST_LINE_MAX is passed over and told as such. Bounded memory. */
#ifndef SONDE_METRICS_RECORDS_H
#define SONDE_METRICS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#define INGEST_LINE_MAX ((size_t)1 << 20) /* bytes of a line without its end */

struct records;
struct records *records_new(void);
void records_free(struct records *r);
/* Where the next bytes go: at least 256 KiB. Records given before are no longer valid. */
char *records_room(struct records *r, size_t *room);
void records_filled(struct records *r, size_t n);

enum record_kind {
	RECORD_NONE, /* more bytes are needed; at the end of the stream: no more */
	RECORD_WHOLE,
	RECORD_LONG,
};
/* The next record; a line is without its LF. is_end: no more bytes will come, and the rest is a record too. */
enum record_kind records_next(struct records *r, bool is_end, const char **text, size_t *len);

#endif
