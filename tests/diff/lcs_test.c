#include "diff/lcs.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/map.h"
#include "base/mem.h"

#define SMALL 40

/* Marks both sides, checks that what is left is equal, and returns its length. */
static size_t common(const uint32_t *a, size_t n, const uint32_t *b, size_t m, size_t n_ids)
{
	unsigned char *a_changed = x_malloc(n), *b_changed = x_malloc(m);
	size_t length = 0, j = 0;

	memset(a_changed, 7, n); /* all flags are to be written */
	memset(b_changed, 7, m);
	struct lcs l = { .work = LCS_WORK };
	lcs_mark(&l, (struct lcs_side){ a, n, a_changed }, (struct lcs_side){ b, m, b_changed }, n_ids);
	lcs_free(&l);
	for (size_t i = 0; i < n; i++) {
		assert_true(a_changed[i] <= 1);
		if (a_changed[i]) {
			continue;
		}
		while (j < m && b_changed[j]) {
			assert_int_equal(b_changed[j], 1);
			j++;
		}
		assert_true(j < m && a[i] == b[j]);
		length++;
		j++;
	}
	while (j < m) {
		assert_int_equal(b_changed[j++], 1);
	}
	free(a_changed);
	free(b_changed);
	return length;
}

/* The textbook table. */
static size_t lcs_length(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
	size_t best[SMALL + 1][SMALL + 1] = { { 0 } };

	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			size_t above = best[i - 1][j], left = best[i][j - 1];

			best[i][j] = a[i - 1] == b[j - 1] ? best[i - 1][j - 1] + 1 : above > left ? above : left;
		}
	}
	return best[n][m];
}

static void test_longest(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		uint32_t a[SMALL], b[SMALL], n_ids = 1 + (uint32_t)round % 12;
		size_t n = hash_mix(seed++) % (SMALL + 1), m = hash_mix(seed++) % (SMALL + 1);

		for (size_t i = 0; i < SMALL; i++) {
			a[i] = (uint32_t)(hash_mix(seed++) % n_ids);
			b[i] = (uint32_t)(hash_mix(seed++) % n_ids);
		}
		size_t found = common(a, n, b, m, n_ids), best = lcs_length(a, n, b, m);
		if (found != best) {
			fail_msg("round %d: %zu common of %zu", round, found, best);
		}
	}
}

static void test_ends(void **state)
{
	static const uint32_t a[] = { 0, 1, 2 }, b[] = { 3, 4 };

	(void)state;
	assert_int_equal(common(a, 0, b, 0, 5), 0);
	assert_int_equal(common(a, 3, b, 0, 5), 0);
	assert_int_equal(common(a, 0, b, 2, 5), 0);
	assert_int_equal(common(a, 3, b, 2, 5), 0);
	assert_int_equal(common(a, 3, a, 3, 5), 3);
}

/* Long and as unlike as can be: the limit of work holds. Without it each of these needs minutes. */
static void test_limit(void **state)
{
	enum { N = 200000 };
	static const uint32_t ids[] = { 2, 40, N };
	uint32_t *a = x_reallocarray(NULL, N, sizeof(*a)), *b = x_reallocarray(NULL, N, sizeof(*b));
	uint64_t seed = 5;

	(void)state;
	for (size_t k = 0; k < COUNT_OF(ids); k++) {
		for (size_t i = 0; i < N; i++) {
			a[i] = k == 2 ? (uint32_t)i : (uint32_t)(hash_mix(seed++) % ids[k]);
			b[i] = k == 2 ? (uint32_t)(N - 1 - i) : (uint32_t)(hash_mix(seed++) % ids[k]);
		}
		clock_t start = clock();
		size_t found = common(a, N, b, N, ids[k]);
		if (clock() - start > 10 * CLOCKS_PER_SEC) {
			fail_msg("%u ids: %ld s", (unsigned)ids[k], (long)((clock() - start) / CLOCKS_PER_SEC));
		}
		assert_true(found > 0);
	}
	free(a);
	free(b);
}

/* A few edits in a long sequence are found as they are, whatever the limit. */
static void test_few_edits_in_much(void **state)
{
	enum { N = 300000, EDITS = 20 };
	uint32_t *a = x_reallocarray(NULL, N, sizeof(*a)), *b = x_reallocarray(NULL, N, sizeof(*b));

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		a[i] = b[i] = (uint32_t)(hash_mix(i) % 1000);
	}
	for (uint32_t i = 0; i < EDITS; i++) {
		b[i * (N / EDITS)] = 1000;
	}
	assert_int_equal(common(a, N, b, N, 1001), N - EDITS);
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_few_edits_in_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
