/* learn - notes in the row of a call what its texts were estimated at, beside what the provider counted, so that estimates can learn from it. */
#ifndef SONDE_GATEWAY_LEARN_H
#define SONDE_GATEWAY_LEARN_H

#include "gateway/live_call.h"

/* After record_fill. Nothing of a call that failed, came from the cache, had tools, a schema or files, or a figure that cannot be true; nor of long texts,
 * which would take too long here: some 64 kB tell as much. */
void learn_from(struct live_call *lc);

#endif
