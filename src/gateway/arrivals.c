#include "gateway/arrivals.h"

#include <stdlib.h>

#include "base/mem.h"

void arrivals_free(struct arrivals *a)
{
	free(a->at);
	*a = (struct arrivals){ 0 };
}

void arrivals_clear(struct arrivals *a)
{
	a->n = 0;
	a->stride = 1;
	a->n_in_last = 0;
}

/* Of two neighbours the later one stays: it stands for both. */
static void thin(struct arrivals *a)
{
	for (size_t i = 0; i < a->n / 2; i++) {
		a->at[i] = a->at[2 * i + 1];
	}
	a->n /= 2;
	a->stride *= 2;
	a->n_in_last = a->stride;
}

void arrivals_note(struct arrivals *a, size_t len, int64_t now_us)
{
	a->stride = a->stride == 0 ? 1 : a->stride;
	if (a->n == 0 || a->n_in_last >= a->stride) {
		if (a->n == ARRIVALS_MAX) {
			thin(a);
		}
		(void)array_push(a->at, a->n, a->cap);
		a->n_in_last = 0;
	}
	a->at[a->n - 1] = (struct arrival){ len, now_us };
	a->n_in_last++;
}

int64_t arrivals_time(const struct arrivals *a, size_t len)
{
	size_t lo = 0, hi = a->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (a->at[mid].len >= len) {
			hi = mid;
		} else {
			lo = mid + 1;
		}
	}
	return lo < a->n ? a->at[lo].at_us : 0;
}
