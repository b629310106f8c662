/* include - which prompts a version's templates include ("name", "name@label"): locked to the hash they stand for when it is saved, and without
 * cycles. Within the transaction of a save. For the registry only. */
#ifndef SONDE_PROMPT_INCLUDE_H
#define SONDE_PROMPT_INCLUDE_H

#include "prompt/registry.h"

/* The bundle with "lock" as its includes are now; the caller's. ERR_TEMPLATE for one that there is not, and for a cycle, which it names. */
bool includes_lock(struct registry *r, const char *name, const struct bundle *b, struct bundle *locked, struct err *e) SONDE_MUST_CHECK;
/* Rows for "who includes me". */
bool includes_store(struct registry *r, int64_t prompt, int number, const struct bundle *b, struct err *e) SONDE_MUST_CHECK;

#endif
