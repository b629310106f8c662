/* metrics - what the files of `sonde metrics` share: its options, and the parts that have files of their own. */
#ifndef SONDE_CLI_METRICS_H
#define SONDE_CLI_METRICS_H

#include "gateway/limit.h"
#include "metrics/summary.h"

struct metrics_options {
	struct metrics_query query;
	struct buf filter;      /* of all --filter */
	struct condition where; /* what it means */
	bool has_by;     /* --by was given */
	bool is_json, is_csv;
	const char *output; /* --output; NULL */
	bool replaces;      /* --force */
	bool is_budget;  /* --budget */
	const char *check; /* --check; NULL */
	int64_t least;   /* --min-calls */
};

/* The figures of the query. *m NULL: there is no store yet, which is a span without calls. False: e says why. */
bool metrics_read(const struct metrics_query *q, struct metrics **m, struct err *e) SONDE_MUST_CHECK;
/* Print and return the exit status. */
int metrics_check(const struct metrics_options *o);
int metrics_budget(bool is_json);

#endif
