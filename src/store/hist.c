#include "store/hist.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"

/* Why linear steps within powers of two and not powers of 1.02: the bucket of a value is a shift and a mask, needs no libm and
 * cannot differ by one between machines. It costs 64 buckets an octave instead of 35; used buckets are what is stored. */

#define SUB_BITS 6
#define SUB (1u << SUB_BITS)
#define BUCKETS ((64 - SUB_BITS) * SUB) /* enough for any int64_t */

/* With more used buckets than this a histogram becomes dense: the sums of a query, to which the histograms of thousands of slots are added,
 * are better off without the searching. The many small ones of an import stay sparse. */
#define SPARSE_MOST 64

static uint32_t bucket_of(int64_t us)
{
	if (us < (int64_t)SUB) {
		return us > 0 ? (uint32_t)us : 0;
	}
	unsigned shift = 63u - (unsigned)__builtin_clzll((uint64_t)us) - SUB_BITS;

	return (shift + 1) * SUB + ((uint32_t)((uint64_t)us >> shift) & (SUB - 1));
}

static int64_t middle_of(uint32_t bucket)
{
	if (bucket < SUB) {
		return bucket;
	}
	unsigned shift = bucket / SUB - 1;
	uint64_t low = (uint64_t)(SUB + bucket % SUB) << shift;

	return (int64_t)(low + ((1ULL << shift) - 1) / 2);
}

void hist_free(struct hist *h)
{
	free(h->index);
	free(h->count);
	*h = (struct hist){ 0 };
}

void hist_clear(struct hist *h)
{
	h->n = 0;
	h->total = 0;
	h->is_dense = false;
}

static void reserve(struct hist *h, size_t n)
{
	if (n <= h->cap) {
		return;
	}
	size_t cap = h->cap > 0 ? h->cap * 2 : 4;

	while (cap < n) {
		cap *= 2;
	}
	h->index = x_reallocarray(h->index, cap, sizeof(*h->index));
	h->count = x_reallocarray(h->count, cap, sizeof(*h->count));
	h->cap = cap;
}

/* First place from `i` on whose bucket is not below `bucket`. */
static size_t lower_bound(const struct hist *h, size_t i, uint32_t bucket)
{
	size_t n = h->n - i;

	while (n > 0) {
		size_t half = n / 2;

		if (h->index[i + half] < bucket) {
			i += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return i;
}

static uint32_t bucket_at(const struct hist *h, size_t i)
{
	return h->is_dense ? h->first + (uint32_t)i : h->index[i];
}

/* The used buckets into arrays of BUCKETS; returns how many. */
static size_t list_buckets(const struct hist *h, uint32_t *index, uint64_t *count)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++) {
		if (h->count[i] > 0) {
			index[n] = bucket_at(h, i);
			count[n++] = h->count[i];
		}
	}
	return n;
}

/* Of a dense one, which may be empty: makes room for the buckets least to most, in whole powers of two. */
static void widen(struct hist *h, uint32_t least, uint32_t most)
{
	uint32_t first = least / SUB * SUB, end = most / SUB * SUB + SUB;

	if (h->n > 0) {
		first = first < h->first ? first : h->first;
		end = end > h->first + h->n ? end : h->first + (uint32_t)h->n;
	}
	size_t n = end - first, before = h->n > 0 ? h->first - first : 0;

	if (n == h->n) {
		return;
	}
	reserve(h, n);
	memmove(h->count + before, h->count, h->n * sizeof(*h->count));
	memset(h->count, 0, before * sizeof(*h->count));
	memset(h->count + before + h->n, 0, (n - before - h->n) * sizeof(*h->count));
	h->first = first;
	h->n = n;
}

/* Adds n > 0 buckets in ascending order to a dense one. */
static void add_dense(struct hist *to, const uint32_t *index, const uint64_t *count, size_t n)
{
	widen(to, index[0], index[n - 1]);
	for (size_t i = 0; i < n; i++) {
		to->count[index[i] - to->first] += count[i];
		to->total += count[i];
	}
}

static void make_dense(struct hist *h)
{
	uint32_t index[BUCKETS];
	uint64_t count[BUCKETS];
	size_t n = list_buckets(h, index, count);

	hist_clear(h);
	h->is_dense = true;
	if (n > 0) {
		add_dense(h, index, count, n);
	}
}

void hist_add(struct hist *h, int64_t us)
{
	uint32_t bucket = bucket_of(us);

	if (!h->is_dense && h->n >= SPARSE_MOST) {
		make_dense(h);
	}
	if (h->is_dense) {
		add_dense(h, &bucket, &(const uint64_t){ 1 }, 1);
		return;
	}
	size_t i = lower_bound(h, 0, bucket);

	h->total++;
	if (i < h->n && h->index[i] == bucket) {
		h->count[i]++;
		return;
	}
	reserve(h, h->n + 1);
	memmove(&h->index[i + 1], &h->index[i], (h->n - i) * sizeof(*h->index));
	memmove(&h->count[i + 1], &h->count[i], (h->n - i) * sizeof(*h->count));
	h->index[i] = bucket;
	h->count[i] = 1;
	h->n++;
}

/* Adds n buckets in ascending order. Those `to` has are found by search (a few small ones into a full histogram is the common case);
 * those it lacks are gathered in the arrays' front and then merged in from the back. Overwrites its arguments. */
static void merge_buckets(struct hist *to, uint32_t *index, uint64_t *count, size_t n)
{
	size_t missing = 0;
	size_t at = 0;

	if (!to->is_dense && to->n + n > SPARSE_MOST) {
		make_dense(to);
	}
	if (to->is_dense) {
		if (n > 0) {
			add_dense(to, index, count, n);
		}
		return;
	}
	for (size_t i = 0; i < n; i++) {
		to->total += count[i];
		at = lower_bound(to, at, index[i]);
		if (at < to->n && to->index[at] == index[i]) {
			to->count[at++] += count[i];
		} else {
			index[missing] = index[i];
			count[missing++] = count[i];
		}
	}
	reserve(to, to->n + missing);

	size_t from = to->n;

	to->n += missing;
	for (size_t i = to->n; missing > 0; i--) {
		if (from > 0 && to->index[from - 1] > index[missing - 1]) {
			from--;
			to->index[i - 1] = to->index[from];
			to->count[i - 1] = to->count[from];
		} else {
			missing--;
			to->index[i - 1] = index[missing];
			to->count[i - 1] = count[missing];
		}
	}
}

void hist_merge(struct hist *to, const struct hist *from)
{
	uint32_t index[BUCKETS];
	uint64_t count[BUCKETS];

	if (from->n > 0 && from->is_dense && to->is_dense) {
		widen(to, from->first, from->first + (uint32_t)from->n - 1);
		for (size_t i = 0, at = from->first - to->first; i < from->n; i++) {
			to->count[at + i] += from->count[i];
		}
		to->total += from->total;
	} else if (from->n > 0) {
		merge_buckets(to, index, count, list_buckets(from, index, count));
	}
}

bool hist_equal(const struct hist *a, const struct hist *b)
{
	uint32_t index_a[BUCKETS], index_b[BUCKETS];
	uint64_t count_a[BUCKETS], count_b[BUCKETS];
	size_t n = list_buckets(a, index_a, count_a);

	return n == list_buckets(b, index_b, count_b) && memcmp(index_a, index_b, n * sizeof(*index_a)) == 0 &&
	    memcmp(count_a, count_b, n * sizeof(*count_a)) == 0;
}

int64_t hist_quantile(const struct hist *h, double q)
{
	if (h->total == 0) {
		return UNKNOWN;
	}
	/* A hair less, so that 0.07 * 100 = 7.0000000000000009 is rank 7. */
	double exact = q * (double)h->total * (1 - 1e-12);
	uint64_t rank = exact > 0 ? (uint64_t)exact : 0;

	rank += (double)rank < exact ? 1 : 0;
	rank = rank < 1 ? 1 : rank > h->total ? h->total : rank;

	size_t i = 0;

	/* From the nearer end: p95 and p99 are asked for most, several hundred times a paint. */
	if (rank > h->total / 2) {
		uint64_t above = h->total - rank;

		i = h->n - 1;
		while (i > 0 && above >= h->count[i]) {
			above -= h->count[i--];
		}
	} else {
		while (i + 1 < h->n && rank > h->count[i]) {
			rank -= h->count[i++];
		}
	}
	return middle_of(bucket_at(h, i));
}

#define NUMBER_MOST 10 /* bytes */

/* Returns how many bytes it wrote. */
static size_t put_number(unsigned char *bytes, uint64_t v)
{
	size_t n = 0;

	while (v >= 0x80) {
		bytes[n++] = (unsigned char)(v | 0x80);
		v >>= 7;
	}
	bytes[n++] = (unsigned char)v;
	return n;
}

/* Each bucket: its distance from the one before (from -1 for the first), then its count. */
void hist_encode(const struct hist *h, struct buf *out)
{
	unsigned char bytes[512]; /* appended in few pieces: this is a good part of an import */
	uint32_t before = (uint32_t)-1;
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++) {
		if (h->count[i] == 0) {
			continue;
		}
		n += put_number(bytes + n, bucket_at(h, i) - before);
		n += put_number(bytes + n, h->count[i]);
		before = bucket_at(h, i);
		if (n > sizeof(bytes) - 2 * NUMBER_MOST) {
			(void)buf_add(out, bytes, n);
			n = 0;
		}
	}
	(void)buf_add(out, bytes, n);
}

static bool get_number(const unsigned char **p, const unsigned char *end, uint64_t *v)
{
	*v = 0;
	for (unsigned shift = 0; *p < end && shift < 63; shift += 7) {
		unsigned char byte = *(*p)++;

		*v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			return *v > 0;
		}
	}
	return false;
}

bool hist_merge_encoded(struct hist *to, const void *bytes, size_t len)
{
	const unsigned char *p = bytes, *end = p + len;
	uint32_t index[BUCKETS];
	uint64_t count[BUCKETS];
	uint64_t next = 0, total = to->total;
	size_t n = 0;

	while (p < end) {
		uint64_t step;

		if (!get_number(&p, end, &step) || step > BUCKETS - next || !get_number(&p, end, &count[n]) ||
		    __builtin_add_overflow(total, count[n], &total)) {
			return false;
		}
		next += step;
		index[n++] = (uint32_t)(next - 1);
	}
	merge_buckets(to, index, count, n);
	return true;
}
