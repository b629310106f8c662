/* summary - the figures of a span of time: totals, groups, and a series of buckets, exact for any borders.
 * Counts, tokens and cost are exact; percentiles within 2 %. Whole slots come from rollups, the ragged ends from raw rows; under a
 * condition, and by prompt, of which rollups know nothing, all of it comes from the rows. */
#ifndef SONDE_METRICS_SUMMARY_H
#define SONDE_METRICS_SUMMARY_H

#include "store/condition.h"
#include "store/figures.h"
#include "store/store.h"

enum metrics_by { BY_NONE, BY_PROVIDER, BY_MODEL, BY_OPERATION, BY_PROMPT, BY_COUNT };
/* "provider", "model", "operation", "prompt" (by_prompt.h); from name: BY_COUNT when unknown. */
const char *metrics_by_name(enum metrics_by by);
enum metrics_by metrics_by_from_name(const char *name);

struct metrics_group;
/* Its key, or "(none)" for the calls that have none. */
const char *metrics_group_name(const struct metrics_group *g);

struct metrics_query {
	int64_t from_us, to_us;
	enum metrics_by by; /* BY_NONE: no groups */
	const char *provider, *model, *operation, *prompt; /* NULL: any; each a key of such a group */
	const struct condition *where; /* NULL: any; else every row of the span is looked at, in short read transactions */
	int columns;       /* series: at most this many buckets; 0: no series */
	int64_t before_us; /* also the span that lies so much earlier, for comparison; 0: none */
};

struct metrics_group {
	char *key;
	struct figures now, before;
	double *spark; /* n_buckets: cost in nano-dollars, or calls where nothing cost; NULL without series, or with thousands of groups */
};

struct metrics {
	int64_t from_us, to_us, bucket_us;
	struct figures total, before;
	struct metrics_group *groups; /* those with calls in the span; by cost, then calls, descending */
	size_t n_groups;
	struct figures *buckets; /* n_buckets of bucket_us from from_us rounded down to a bucket; they hold the calls of the span only */
	int64_t buckets_from_us;
	struct figures *buckets_before; /* the same of the span before; NULL without one, or where its calls do not fall into whole buckets */
	size_t n_buckets;
	bool has_simulated; /* a call of the span (of any group) was answered by the simulator: say so */
	int64_t took_us; /* how long the query ran */
};

/* NULL on failure. An empty span gives figures of 0 and no groups. */
struct metrics *metrics_query(struct reader *r, const struct metrics_query *q, struct err *e) SONDE_MUST_CHECK;
void metrics_free(struct metrics *m);
/* By cost, then calls, descending. */
void metrics_order_groups(struct metrics *m);

#endif
