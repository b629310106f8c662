/* spend - what the recorded calls of a time cost, simulated ones too. Exact, and quick whatever the number of calls. For worker
 * threads. */
#ifndef SONDE_STORE_SPEND_H
#define SONDE_STORE_SPEND_H

#include "store/store.h"

struct spend {
	int64_t day_nano, month_nano;
};
/* Of the calls that began at or after day_us, and at or after month_us, which is not later. An empty store has spent nothing. */
bool spend_read(const char *dir, int64_t month_us, int64_t day_us, struct spend *out, struct err *e) SONDE_MUST_CHECK;

#endif
