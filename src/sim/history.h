/* history - simulated past traffic for the demo: N days of calls with daily and weekly rhythm, written straight to a store.
 * Deterministic from the seed and the time given; every row is marked simulated. */
#ifndef SONDE_SIM_HISTORY_H
#define SONDE_SIM_HISTORY_H

#include "provider/price.h"
#include "store/store.h"

/* A version of a prompt that the calls of that prompt name from a time on, instead of one of their own: of several the newest that gets them. */
struct history_version {
	const char *name, *version;
	int64_t from_us;
	double share;  /* of the calls from then on, 0 to 1 */
	double longer; /* its answers, against the usual ones: 1 as long */
};

/* Writes about `calls` rows over the `days` before now_us. */
bool history_write(const char *dir, const struct price_table *prices, int64_t now_us, int days, int calls, uint64_t seed,
    const struct history_version *versions, size_t n_versions, struct err *e) SONDE_MUST_CHECK;

#endif
