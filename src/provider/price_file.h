/* price_file - a table of prices as a JSON text: checked, every mistake with its line, and read into a table.
 * {"snapshot": "2026-07-24", "models": [{"provider", "model", "in", "out", "cache_read", "cache_write", "cache_write_1h", "reason", "audio_in",
 * "audio_out": US dollars per million tokens as decimal text; "query": US dollars each; "context", "max_out": tokens;
 * "tiers": [{"above": tokens of input, "inclusive", and rates as above}]}]}. data/prices.json is one. */
#ifndef SONDE_PROVIDER_PRICE_FILE_H
#define SONDE_PROVIDER_PRICE_FILE_H

#include "provider/price.h"

#define PRICE_RATE_DIGITS 6  /* USD per million tokens with 6 decimals are whole pico-dollars per token */
#define PRICE_QUERY_DIGITS 9 /* USD are whole nano-dollars */

typedef void price_problem_fn(void *ctx, const struct err *e);
/* Adds or replaces the rows of the text and takes its snapshot date over; with a mistake in it, nothing. Each one is told to fn:
 * "NAME:LINE: ...". The number of rows that were new, or -1. */
int price_file_read(struct price_table *t, const char *name, const char *text, size_t len, price_problem_fn *fn, void *ctx);
/* The snapshot date of a text, without looking at the rest; false when it has none. */
bool price_file_snapshot(const char *text, size_t len, char out[16]);
/* Decimal text times 10^digits as an integer, exactly; false when it is no such number, has more decimals or 10 or more digits before the
 * point. */
bool price_file_number(const char *text, int digits, int64_t *v);

#endif
