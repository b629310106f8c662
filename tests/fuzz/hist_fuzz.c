/* Any bytes as a stored histogram: refused without a change, or taken, and then it says the same after encoding and merging.
 * The first byte parts the rest into two histograms. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "store/hist.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check(const struct hist *h)
{
	static const double ranks[] = { 0, 0.01, 0.5, 0.95, 0.99, 1 };
	uint64_t sum = 0;
	int64_t before = 0;

	for (size_t i = 0; i < h->n; i++) {
		must(h->is_dense || (h->count[i] > 0 && (i == 0 || h->index[i - 1] < h->index[i])));
		sum += h->count[i];
	}
	must(sum == h->total);
	for (size_t i = 0; i < COUNT_OF(ranks); i++) {
		int64_t value = hist_quantile(h, ranks[i]);

		must(h->total == 0 ? !is_known(value) : value >= before);
		before = h->total == 0 ? 0 : value;
	}
}

/* From memory exactly as long, so that a read past its end is seen. */
static bool merge(struct hist *to, const void *bytes, size_t len)
{
	uint8_t *own = malloc(len > 0 ? len : 1);

	must(own != NULL);
	memcpy(own, bytes, len);
	bool is_taken = hist_merge_encoded(to, own, len);
	free(own);
	return is_taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct hist a = { 0 }, b = { 0 }, both = { 0 }, again = { 0 };
	struct buf encoded = { 0 };

	if (size == 0) {
		return 0;
	}
	size_t part = bytes[0] % size;
	bool has_a = merge(&a, bytes + 1, part);
	bool has_b = merge(&b, bytes + 1 + part, size - 1 - part);

	must((has_a || a.total == 0) && (has_b || b.total == 0));
	check(&a);
	check(&b);
	hist_merge(&both, &a);
	uint64_t before = both.total;
	if (merge(&both, bytes + 1 + part, size - 1 - part)) {
		must(both.total == a.total + b.total);
	} else {
		must(both.total == before);
	}
	check(&both);
	hist_encode(&both, &encoded);
	must(merge(&again, buf_str(&encoded), encoded.len) && hist_equal(&both, &again));
	hist_free(&a);
	hist_free(&b);
	hist_free(&both);
	hist_free(&again);
	buf_free(&encoded);
	return 0;
}
