/* admission - when a call may be sent: within the budget, at a free place of its provider, with its key, and past its breaker. */
#ifndef SONDE_GATEWAY_ADMISSION_H
#define SONDE_GATEWAY_ADMISSION_H

#include "gateway/live_call.h"

/* Sends the call as soon as it may be, or fails it. Does nothing when it must wait for a place: it is armed once there is one. */
void admission_begin(struct live_call *lc);
/* Has the next call look for a place at a provider: one became free, or the call before has taken its own. */
void admission_next(struct gateway *g, const struct provider_entry *p);
/* Each attempt asks the breaker. False: its provider is left alone, and the call has failed. */
bool admission_of_attempt(struct live_call *lc);
/* How an attempt that was sent ended; that nobody waits for its end any more. */
void admission_attempt_over(struct live_call *lc, enum error_class class);
void admission_gave_up(struct live_call *lc);

#endif
