/* retry - whether to try a failed request again, and after how long.
 * Rule: 408, 409, 425, 429 (unless a quota or billing error), 500, 502, 503, 504, 529 and network failures before the first body byte.
 * Wait: 0.5 s doubled up to 8 s, times a random factor of 0.75 to 1, at least Retry-After; one over 60 s is not waited for. */
#ifndef SONDE_NET_RETRY_H
#define SONDE_NET_RETRY_H

#include <stdint.h>

#include "net/http.h"

/* attempt counts from 1 (the one that failed). is_quota: the error body names a quota or billing code.
 * random in 0..1. Returns the wait in ms, or -1: do not retry. */
int64_t retry_wait_ms(const struct http_result *result, int attempt, int max_attempts, bool is_quota, double random);

#endif
