/* demo_prompts - what the demo has in its library of prompts. */
#ifndef SONDE_APP_DEMO_PROMPTS_H
#define SONDE_APP_DEMO_PROMPTS_H

#include "base/err.h"
#include "sim/history.h"

/* Into the store of a directory that is the demo's own, and which versions the past's calls were of: the array and its strings are the caller's,
 * demo_versions_free. */
bool demo_write_prompts(const char *dir, int64_t now_us, struct history_version **versions, size_t *n, struct err *e) SONDE_MUST_CHECK;
void demo_versions_free(struct history_version *versions, size_t n);

#endif
