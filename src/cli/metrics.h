/* metrics - what the files of `sonde metrics` share: its options, and the parts that have files of their own. */
#ifndef SONDE_CLI_METRICS_H
#define SONDE_CLI_METRICS_H

#include "gateway/limit.h"
#include "metrics/summary.h"

struct metrics_options {
	struct metrics_query query;
	struct buf filter;      /* of all --filter */
	struct condition where; /* what it means */
	bool has_by, has_since, has_until; /* were given */
	bool is_json, is_csv;
	const char *output; /* --output; NULL */
	bool replaces;      /* --force */
	bool is_budget;  /* --budget */
	const char *check; /* --check; NULL */
	int64_t least;   /* --min-calls */
	char **logs;     /* to be looked at in place of the store */
	int n_logs;
};

/* The figures of the query; of logs, its span becomes theirs. *m NULL: there is no store yet, which is a span without calls. False: e says why. */
bool metrics_read(struct metrics_options *o, struct metrics **m, struct err *e) SONDE_MUST_CHECK;
/* metrics_read of logs. */
bool metrics_read_logs(struct metrics_options *o, struct metrics **m, struct err *e) SONDE_MUST_CHECK;
/* Print and return the exit status. */
int metrics_check(struct metrics_options *o);
int metrics_budget(bool is_json);

#endif
