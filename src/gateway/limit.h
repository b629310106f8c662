/* limit - a figure of a set of calls compared with a bound: "err < 2%", "p95<3s", "cost/h <= $5". One table of figures serves the
 * section `alerts` of the configuration, the console's alerts and `sonde metrics --check`. Pure: the figures are brought along.
 * Values: parts per million for rates (2 % is 20000), microseconds, nano-dollars, counts; UNKNOWN where no call has the figure. */
#ifndef SONDE_GATEWAY_LIMIT_H
#define SONDE_GATEWAY_LIMIT_H

#include "base/err.h"
#include "store/figures.h"
#include "text/figure.h"

#define LIMITS_MOST 16    /* in one text */
#define LIMIT_TEXT_SIZE 64
#define LIMIT_CALLS 20    /* a rate or a percentile of fewer calls says little */

struct limit_figure;      /* a row of the table */
enum limit_op { LIMIT_BELOW, LIMIT_AT_MOST, LIMIT_ABOVE, LIMIT_AT_LEAST, LIMIT_OP_COUNT };

struct limit {
	const struct limit_figure *figure;
	enum limit_op op;
	int64_t bound;
};

/* All of the text: limits separated by blanks, commas or `and`, with blanks anywhere. False: ERR_USAGE with what is wrong and what would be
 * right, *column (from 1, in bytes; may be NULL) says where. */
bool limits_parse(const char *text, struct limit out[LIMITS_MOST], size_t *n, size_t *column, struct err *e) SONDE_MUST_CHECK;

/* The figure of calls within a span of that length; UNKNOWN when no call has it. */
int64_t limit_value(const struct limit *l, const struct figures *f, int64_t span_us);
/* How many calls the value rests on. */
uint64_t limit_sample(const struct limit *l, const struct figures *f);
/* Fewer calls than that and the value says little: least for rates and percentiles; sums and counts always say what they say. */
uint64_t limit_least(const struct limit *l, uint64_t least);
/* Whether the comparison holds. False for UNKNOWN. */
bool limit_holds(const struct limit *l, int64_t value);
/* Whether the value has moved off the bound far enough for a comparison that held to be over: a tenth of the bound beyond it. */
bool limit_is_clear(const struct limit *l, int64_t value);
/* Whether time alone, while no call comes, can only lower the value: a sum. */
bool limit_only_falls(const struct limit *l);
bool limit_is_upper(const struct limit *l); /* > and >= */

/* "err", "cost/h" */
const char *limit_name(const struct limit *l);
/* "4.2%", "3.40s", "$5.00", "12": a value of the figure, for people; "–" for UNKNOWN. */
void limit_format(const struct limit *l, int64_t value, char out[FIGURE_SIZE]);
/* The same as a JSON number: a part of 1, milliseconds, dollars, calls; "null" for UNKNOWN. */
void limit_format_plain(const struct limit *l, int64_t value, char out[FIGURE_SIZE]);
/* "4.2% in 190 calls", "12 calls": a value and what it rests on. */
void limit_add_value(const struct limit *l, int64_t value, uint64_t sample, struct buf *out);
/* "err < 2%" */
void limit_text(const struct limit *l, char out[LIMIT_TEXT_SIZE]);
/* The i-th figure and what it is, for help; NULL at the end. */
const char *limit_figure(size_t i, const char **help);

#endif
