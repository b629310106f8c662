/* hist - mergeable histogram of durations; any percentile within 1 % of the exact value, whatever was merged before.
 * Values are microseconds; 0 and less count as 0. Buckets: 64 equal ones in each power of two (below 128 us each value has its own),
 * so the middle of a bucket is at most 1/128 off. Integers only, hence the same on every machine. Memory for what is used, or when that is
 * much, for what lies between the least and the greatest.
 * Encoding: variable-length integers, a few bytes per used bucket, stable across machines. */
#ifndef SONDE_STORE_HIST_H
#define SONDE_STORE_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct hist {
	uint32_t *index; /* used buckets, ascending; or, is_dense: all from `first` on, used or not, and index says nothing */
	uint64_t *count;
	size_t n, cap;
	uint64_t total;
	uint32_t first;
	bool is_dense;
};

void hist_free(struct hist *h);
/* Empties it, keeps the memory. */
void hist_clear(struct hist *h);
void hist_add(struct hist *h, int64_t us);
void hist_merge(struct hist *to, const struct hist *from);
bool hist_equal(const struct hist *a, const struct hist *b);
/* Value at rank ceil(q * total), q in 0..1; UNKNOWN when empty. */
int64_t hist_quantile(const struct hist *h, double q);
/* Appends the encoded form; nothing when empty. */
void hist_encode(const struct hist *h, struct buf *out);
/* Adds an encoded histogram to `to`; no bytes are an empty one. False when the bytes are not one (to is then unchanged). */
bool hist_merge_encoded(struct hist *to, const void *bytes, size_t len);

#endif
