/* history - simulated past traffic for the demo: N days of calls with daily and weekly rhythm, written straight to a store.
 * Deterministic from the seed and the time given; every row is marked simulated. */
#ifndef SONDE_SIM_HISTORY_H
#define SONDE_SIM_HISTORY_H

#include "provider/price.h"
#include "store/store.h"

/* Writes about `calls` rows over the `days` before now_us. */
bool history_write(const char *dir, const struct price_table *prices, int64_t now_us, int days, int calls, uint64_t seed,
    struct err *e) SONDE_MUST_CHECK;

#endif
