/* fallback - the targets of a call one after the other: what is sent to each, and when it goes on to the next. */
#ifndef SONDE_GATEWAY_FALLBACK_H
#define SONDE_GATEWAY_FALLBACK_H

#include "gateway/live_call.h"

/* What is sent to a target: the wishes of the request, then its own defaults, then those of the target that was asked. */
void fallback_aim(struct live_call *lc, const struct target *t);
/* After a failure: begins with the next target. False: there is none, or this failure would be the same there. */
bool fallback_try(struct live_call *lc);

#endif
