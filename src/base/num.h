/* num - integers that may be unknown. An unknown count is never 0 and never averaged: it is NULL in SQL and in JSON, "–" on screen. */
#ifndef SONDE_BASE_NUM_H
#define SONDE_BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

#define UNKNOWN INT64_MIN

static inline bool is_known(int64_t v)
{
	return v != UNKNOWN;
}

/* v, or `otherwise` when v is unknown. */
static inline int64_t known_or(int64_t v, int64_t otherwise)
{
	return v != UNKNOWN ? v : otherwise;
}

/* a + b; unknown only when both are. */
static inline int64_t known_sum(int64_t a, int64_t b)
{
	return a == UNKNOWN ? b : b == UNKNOWN ? a : a + b;
}

#endif
