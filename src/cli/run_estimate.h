/* run_estimate - what sonde run would cost before it is sent: for --dry-run, and for the budget. */
#ifndef SONDE_CLI_RUN_ESTIMATE_H
#define SONDE_CLI_RUN_ESTIMATE_H

#include "app/estimate.h"
#include "app/learned.h"

struct run_estimate {
	const struct config *config;
	struct tokenizer vocabularies[ENCODING_COUNT];
	bool is_open[ENCODING_COUNT];
	struct past_sizes past;
	struct learned learned;
	struct estimate all; /* the sum of what was added */
};

/* Reads what the store knows; one that cannot be read, or a rank file, is told on standard error, and estimates do without. */
void run_estimate_open(struct run_estimate *x, const struct config *config);
/* Adds a request to the sum, unless it may be answered from the cache. */
void run_estimate_add(struct run_estimate *x, const struct gateway_request *r, struct estimate *out);
/* Whether day and month have so much left. True when nothing is known of what was spent, and when all is: that the gateway says. */
bool run_estimate_is_within(const struct run_estimate *x, struct err *e) SONDE_MUST_CHECK;
void run_estimate_close(struct run_estimate *x);
/* {"input_tokens":28,"exact":true,"output_tokens":{...},"cost_usd":{...}} */
void run_estimate_json(struct buf *out, const struct estimate *e);

#endif
