/* record - the row and the bodies of a finished call, and its cost; put into the store.
 * Owns nothing: strings of the row point into the call and its target, which outlive it. */
#ifndef SONDE_GATEWAY_RECORD_H
#define SONDE_GATEWAY_RECORD_H

#include "gateway/call.h"

/* The price of a model of a provider by its name, else by that of its kind (NULL: unknown). model may be NULL. NULL: not listed. */
const struct price *record_price_of(const struct price_table *prices, const char *provider, const struct provider *kind, const char *model);
/* The price of a model at a target: of its provider as configured, else of the one whose wire format it speaks. NULL: not listed. */
const struct price *record_price(const struct price_table *prices, const struct target *t, const char *model);
/* Calls to it cost nothing: a model of this machine, and it has no price. */
bool record_is_free(const struct price_table *prices, const struct target *t);
/* Fills c->row from what the call is now (state, times, answer, error class in c->row.error_class, c->err). wall_us: when it began. */
void record_fill(struct call *c, const struct price_table *prices, int64_t wall_us, uint64_t key);
/* Queues row and bodies; nothing when store is NULL. */
void record_put(const struct call *c, struct store *store);

#endif
