/* gateway - what all calls of a process share: the HTTP client, the configuration, the store, what is known of each provider and of what was
 * spent. Calls themselves: call.h. */
#ifndef SONDE_GATEWAY_GATEWAY_H
#define SONDE_GATEWAY_GATEWAY_H

#include "gateway/call.h"

/* store may be NULL: nothing is recorded. */
struct gateway *gateway_new(struct loop *l, struct config *config, struct store *store);
/* Cancels what runs (recording it), without events. References to calls stay valid. */
void gateway_free(struct gateway *g);
/* As far as the last look knows: a sentence once most of the budget is spent. */
void gateway_budget_note(const struct gateway *g, struct budget_note *out);
/* What was spent, as far as the last look knows; read_us 0: there was none. */
const struct budget_spent *gateway_spent(const struct gateway *g);
/* Makes ready what the first call would wait for. Once; afterwards it does nothing. */
void gateway_warm_up(struct gateway *g);

#endif
