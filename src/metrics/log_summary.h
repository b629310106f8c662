/* log_summary - the figures of logs straight from their lines, with no store: read, priced and counted as an import would
 * (metrics/intake.h), then forgotten. One pass; memory for the groups and for the ids of records that have one, which count once in all logs. */
#ifndef SONDE_METRICS_LOG_SUMMARY_H
#define SONDE_METRICS_LOG_SUMMARY_H

#include "metrics/ingest.h"
#include "metrics/summary.h"

struct log_summary;
/* Of the query: the span (from INT64_MIN, to INT64_MAX: all), the groups, and provider, model and operation; borrowed. prices may be NULL. */
struct log_summary *log_summary_new(const struct metrics_query *q, const struct price_table *prices);
void log_summary_free(struct log_summary *s);
/* Adds the calls of a log. False when it cannot be read to its end: what was read counts. result: lines, bad and no_call. */
bool log_summary_read(struct log_summary *s, int fd, struct ingest_result *result, struct err *e) SONDE_MUST_CHECK;
/* What they add up to, once; the caller's. Its span ends where the query's does, else with the calls. */
struct metrics *log_summary_take(struct log_summary *s);

#endif
