/* intake - one record of a log to one row ready for the store: read, counted, priced, and with the identity that keeps it from being stored
 * twice. A record of a format with ids of its own is (its time, hash of format and id), so that it is the same call in any export. Any other
 * is (its time, hash of the line and of how often that line came before in its file): whoever calls sees to the latter. */
#ifndef SONDE_METRICS_INTAKE_H
#define SONDE_METRICS_INTAKE_H

#include "metrics/ingest.h"

struct intake;
/* b NULL: nothing is to be stored, so nothing is redacted and no key is made for a row without an id of its own. prices may be NULL;
 * format as in ingest_scanner_new. */
struct intake *intake_new(struct bulk *b, const struct price_table *prices, int format);
void intake_free(struct intake *in);
/* A line without its LF, or an element of an array. True when it is a call: then row is filled (valid until the next record) and *has_own_id
 * says which identity it has. Counts what it is in result. */
bool intake_record(struct intake *in, const char *line, size_t len, struct call_row *row, bool *has_own_id, struct ingest_result *result);
/* Who takes the calls of a file. take: false ends the reading, e says why. between: after each piece of the file; may be NULL. */
struct intake_user {
	bool (*take)(void *ctx, const struct call_row *row, bool has_own_id, struct err *e);
	void (*between)(void *ctx);
	void *ctx;
};
/* All calls of fd in the order of its lines, unpacked where it is gzip. False when it could not be read to its end, or (*is_taken false) when
 * the user ended it. */
bool intake_file(struct intake *in, int fd, const struct intake_user *user, struct ingest_result *result, bool *is_taken, struct err *e) SONDE_MUST_CHECK;
/* Counts a record that was too long to be read. */
void intake_long_record(struct ingest_result *result);
/* The key of a row that is the nth (from 0) with the same line. */
uint64_t intake_nth_key(uint64_t key, uint64_t nth);
/* The key that a line would have; whatever of it is not the line's is passed over. 0 for a blank line. */
uint64_t intake_line_key(const char *line, size_t len);

#endif
