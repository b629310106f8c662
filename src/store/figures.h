/* figures - what a set of calls adds up to: counts, tokens, cost, durations. The one place that says how a row counts,
 * so that rollups and sums over raw rows cannot disagree. Zeroed is empty; sums stop at the largest integer instead of wrapping. */
#ifndef SONDE_STORE_FIGURES_H
#define SONDE_STORE_FIGURES_H

#include "store/hist.h"
#include "store/record.h"

struct figures {
	uint64_t calls, errors; /* calls that were not sent are no errors */
	uint64_t by_class[CLASS_COUNT]; /* [CLASS_NONE] counts the good ones, [CLASS_BUDGET] those not sent */
	uint64_t in_tok, out_tok, cache_read_tok, reason_tok; /* sums of the known ones */
	int64_t cost_nano;      /* sum of the known costs */
	uint64_t unpriced;      /* successful calls whose cost is unknown */
	uint64_t latency_n;     /* calls with a known latency, failed ones included */
	int64_t latency_sum_us;
	uint64_t ttft_n;
	int64_t ttft_sum_us;
	int64_t gen_sum_us;     /* first to last token of the calls where both are known ... */
	uint64_t gen_tok;       /* ... and the tokens after the first made in it, without reasoning, for output tokens per second */
	struct hist latency, ttft, tpot; /* tpot: time per output token of those calls */
};

/* Empties it, keeps the memory. */
void figures_clear(struct figures *f);
void figures_free(struct figures *f);
/* Looks at numbers and the error class only. */
void figures_add_row(struct figures *f, const struct call_row *row);
/* Calls but those that were not sent. */
uint64_t figures_sent(const struct figures *f);
/* How many of so many calls that were sent are errors: of 1 a rate, of 100 per cent. NAN when none was sent. */
double figures_errors_per(const struct figures *f, double calls);
/* The sum of the known costs in nano-dollars; UNKNOWN when there are calls that should have one and none has. */
int64_t figures_cost(const struct figures *f);
void figures_merge(struct figures *to, const struct figures *from);
/* The tokens after the first a second, in the time from the first to the last one; NAN where not known, as of an answer in one piece. */
double streaming_tok_per_s(int64_t streamed_tok, int64_t gen_us);

#endif
