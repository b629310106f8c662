/* expire - removes rows and bodies that are older than they are kept (store/policy.h), a few milliseconds at a time, so that other writers
 * hardly wait. What is freed in the file is used again for new rows; giving it back to the disk is compacting (store/upkeep.h).
 * How far rows were removed is stored with the removal: an older one that comes again is left out, for the rollups have counted it. */
#ifndef SONDE_STORE_EXPIRE_H
#define SONDE_STORE_EXPIRE_H

#include "store/policy.h"
#include "store/sql.h"

struct expired {
	uint64_t calls, bodies, runs, answers; /* removed; answers: of the cache */
};

/* One transaction of about 10 ms; counts up in *done. *is_all: nothing more is that old. */
bool expire_slice(struct sql *sql, const struct store_policy *policy, int64_t now_us, struct expired *done, bool *is_all, struct err *e) SONDE_MUST_CHECK;
/* Rows before this were removed; key as it is stored, signed. ts_us INT64_MIN: none were. */
struct expired_until {
	int64_t ts_us, key;
};
bool expired_until(struct sql *sql, struct expired_until *until, struct err *e) SONDE_MUST_CHECK;

#endif
