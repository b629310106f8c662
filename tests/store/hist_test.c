#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "store/hist.h"

static uint64_t seed = 42;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static double uniform(void)
{
	return (double)(next_random() >> 11) / 9007199254740992.0;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Distributions as latencies have them, and some they never have. */
static int64_t draw(int shape, double scale)
{
	double u = uniform() + 1e-12;

	switch (shape) {
	case 0:
		return (int64_t)(scale * uniform());
	case 1:
		return (int64_t)(-scale * log(u));
	case 2:
		return (int64_t)(scale * exp(sqrt(-2 * log(u)) * cos(6.283185307 * uniform())));
	case 3:
		return (int64_t)(scale / pow(u, 0.8));
	case 4:
		return uniform() < 0.5 ? (int64_t)scale : (int64_t)(scale * 40);
	default:
		return (int64_t)(next_random() >> 1);
	}
}

static void error_is_small(void **state)
{
	static const double quantiles[] = { 0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1 };
	int64_t values[2000];
	double worst = 0;

	(void)state;
	for (int round = 0; round < 10000; round++) {
		struct hist parts[3] = { { 0 } }, whole = { 0 };
		size_t n = 1 + next_random() % (round % 50 == 0 ? COUNT_OF(values) : 100);
		double scale = pow(10, 9 * uniform());
		struct buf bytes = { 0 };

		for (size_t i = 0; i < n; i++) {
			values[i] = draw(round % 6, scale);
			hist_add(&parts[next_random() % 3], values[i]);
		}
		hist_merge(&whole, &parts[0]);
		hist_encode(&parts[1], &bytes);
		assert_true(hist_merge_encoded(&whole, bytes.s, bytes.len));
		hist_merge(&whole, &parts[2]);
		assert_int_equal(whole.total, n);
		qsort(values, n, sizeof(values[0]), compare);
		for (size_t q = 0; q < COUNT_OF(quantiles); q++) {
			size_t rank = (size_t)ceil(quantiles[q] * (double)n - 1e-9);
			int64_t exact = values[rank > 0 ? rank - 1 : 0];
			double off = fabs((double)hist_quantile(&whole, quantiles[q]) - (double)exact) / (double)(exact > 0 ? exact : 1);

			worst = off > worst ? off : worst;
		}
		for (int i = 0; i < 3; i++) {
			hist_free(&parts[i]);
		}
		hist_free(&whole);
		buf_free(&bytes);
	}
	print_message("worst error %.3f %%\n", worst * 100);
	assert_true(worst <= 0.01);
}

static void order_does_not_matter(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		struct hist all = { 0 }, merged = { 0 }, part = { 0 };
		struct buf x = { 0 }, y = { 0 };

		for (int i = 0; i < 500; i++) {
			int64_t v = draw(i % 5, 1e5);

			hist_add(&all, v);
			hist_add(&part, v);
			if (next_random() % 20 == 0) {
				hist_merge(&merged, &part);
				hist_clear(&part);
			}
		}
		hist_merge(&merged, &part);
		hist_encode(&all, &x);
		hist_encode(&merged, &y);
		assert_int_equal(x.len, y.len);
		assert_memory_equal(x.s, y.s, x.len);
		hist_free(&all);
		hist_free(&merged);
		hist_free(&part);
		buf_free(&x);
		buf_free(&y);
	}
}

static void edges(void **state)
{
	static const int64_t values[] = { INT64_MIN, -5, 0, 1, 63, 64, 127, 128, 1000, INT64_MAX };
	struct hist h = { 0 };

	(void)state;
	assert_true(hist_quantile(&h, 0.5) == UNKNOWN);
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct hist one = { 0 };

		hist_add(&one, values[i]);
		int64_t got = hist_quantile(&one, 1);
		double expected = values[i] > 0 ? (double)values[i] : 0;

		assert_true(fabs((double)got - expected) <= expected / 128);
		assert_true(values[i] >= 128 || got == (values[i] > 0 ? values[i] : 0));
		hist_free(&one);
	}
	for (int i = 1; i <= 100; i++) {
		hist_add(&h, i);
	}
	assert_int_equal(hist_quantile(&h, 0.07), 7);
	assert_int_equal(hist_quantile(&h, 0.5), 50);
	assert_int_equal(hist_quantile(&h, 0.501), 51);
	hist_free(&h);
}

/* The stored form must not change: old stores are read by new programs. */
static void encoding_is_fixed(void **state)
{
	static const unsigned char expected[] = { 1, 1, 10, 2, 0x85, 7, 1 }; /* buckets 0, 10 and 911 = 14 * 64 + 15 */
	struct hist h = { 0 };
	struct buf b = { 0 };

	(void)state;
	hist_add(&h, 0);
	hist_add(&h, 10);
	hist_add(&h, 10);
	hist_add(&h, 654321);
	hist_encode(&h, &b);
	assert_int_equal(b.len, sizeof(expected));
	assert_memory_equal(b.s, expected, sizeof(expected));
	hist_free(&h);
	buf_free(&b);
}

static void damaged_bytes_change_nothing(void **state)
{
	static const struct {
		const char *name;
		const char *bytes;
		size_t len;
	} cases[] = {
		{ "no count", "\x01", 1 },
		{ "a step of nothing", "\x00\x01", 2 },
		{ "a count of nothing", "\x01\x00", 2 },
		{ "cut number", "\x01\x80", 2 },
		{ "endless number", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01", 12 },
		{ "bucket past the last", "\xff\x7f\x01", 3 },
		{ "second is past the last", "\x01\x01\x80\x1d\x01", 5 },
		{ "good, then cut", "\x01\x01\x05", 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct hist h = { 0 };

		hist_add(&h, 5);
		if (hist_merge_encoded(&h, cases[i].bytes, cases[i].len) || h.n != 1 || h.total != 1) {
			fail_msg("%s", cases[i].name);
		}
		hist_free(&h);
	}
	for (int i = 0; i < 100000; i++) {
		unsigned char bytes[24];
		struct hist h = { 0 };

		for (size_t k = 0; k < sizeof(bytes); k++) {
			bytes[k] = (unsigned char)(next_random() & (next_random() % 3 > 0 ? 0x1f : 0xff));
		}
		(void)hist_merge_encoded(&h, bytes, next_random() % sizeof(bytes));
		hist_free(&h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_is_small),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(edges),
		cmocka_unit_test(encoding_is_fixed),
		cmocka_unit_test(damaged_bytes_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
