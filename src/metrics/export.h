/* export - recorded calls, and the figures of groups, as files for other programs. Streams: memory does not grow with the number of calls, and
 * no read transaction is open while the sink takes bytes. CSV is metrics/call_text.h's; JSONL is the simple form of a log line with the
 * id of each call, so that an import brings the same calls back, and adds nothing to a store that has them. Bodies are not exported. */
#ifndef SONDE_METRICS_EXPORT_H
#define SONDE_METRICS_EXPORT_H

#include "metrics/summary.h"

enum export_format { EXPORT_CSV, EXPORT_JSONL, EXPORT_FORMATS };
/* By the end of a file's name, ".csv" or ".jsonl"; EXPORT_FORMATS: neither. */
enum export_format export_format_of(const char *path);

/* False: no more is wanted; e says why, where there is something to say. */
typedef bool export_sink(void *ctx, const char *bytes, size_t len, struct err *e);

/* The calls of the filter, newest first, at most limit; *n counts those the sink took. False: e of the store or of the sink. */
bool export_calls(struct reader *r, const struct call_filter *f, uint64_t limit, enum export_format format, export_sink *sink, void *ctx, uint64_t *n,
    struct err *e) SONDE_MUST_CHECK;
/* The groups of an answer as CSV, with a line of the total (group empty) at the end. m NULL: a head alone. */
void export_groups_csv(const struct metrics *m, enum metrics_by by, struct buf *out);

#endif
