/* kept_prices - a table of prices that came after the built-in one, kept as DIR/prices.json. It counts as long as it is not older than the
 * built-in one: a newer sonde may bring newer prices. */
#ifndef SONDE_GATEWAY_KEPT_PRICES_H
#define SONDE_GATEWAY_KEPT_PRICES_H

#include "provider/price_file.h"

/* Puts what is kept over the table. True with *is_used false when nothing is kept, or something older. False: the table is as it was. */
bool kept_prices_load(struct price_table *t, const char *dir, bool *is_used, struct err *e) SONDE_MUST_CHECK;
/* Checks a text and keeps it instead of what was kept. `name` and fn as in price_file_read; what else fails is told to fn as well. *n_new: rows
 * the built-in table has not. */
bool kept_prices_put(const char *dir, const char *name, const char *text, size_t len, int *n_new, price_problem_fn *fn, void *ctx);

#endif
