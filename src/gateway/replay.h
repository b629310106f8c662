/* replay - an answer of the cache, given as if it came from the server. */
#ifndef SONDE_GATEWAY_REPLAY_H
#define SONDE_GATEWAY_REPLAY_H

#include "gateway/live_call.h"

/* Looks for one; goes on from the loop with it, or with the admission when there is none. False: there is nothing to look for, or nowhere. */
bool replay_look_up(struct live_call *lc);
/* A piece of the answer. */
void replay_go_on(struct live_call *lc);
/* After a failure: where it is that of a kept answer of which nothing was told yet, it is asked for after all. False: another failure. */
bool replay_is_mended(struct live_call *lc);

#endif
