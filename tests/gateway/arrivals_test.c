/* When bytes came, also of answers with more pieces than are noted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/arrivals.h"

static void a_time_is_that_of_the_piece(void **state)
{
	struct arrivals a = { 0 };

	(void)state;
	assert_int_equal(arrivals_time(&a, 1), 0);
	arrivals_note(&a, 10, 1000);
	arrivals_note(&a, 25, 2000);
	assert_int_equal(arrivals_time(&a, 1), 1000);
	assert_int_equal(arrivals_time(&a, 10), 1000);
	assert_int_equal(arrivals_time(&a, 11), 2000);
	assert_int_equal(arrivals_time(&a, 25), 2000);
	assert_int_equal(arrivals_time(&a, 26), 0);
	arrivals_clear(&a);
	assert_int_equal(arrivals_time(&a, 1), 0);
	arrivals_free(&a);
}

/* Piece i of 10 bytes comes at i ms. Times stay in order, are never too early, and late by less than what one note stands for. */
static void memory_is_bounded(void **state)
{
	static const size_t counts[] = { ARRIVALS_MAX, ARRIVALS_MAX + 1, 3 * ARRIVALS_MAX + 5, 40 * ARRIVALS_MAX };

	(void)state;
	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		struct arrivals a = { 0 };
		int64_t most = 2 * (int64_t)(counts[k] / ARRIVALS_MAX + 1);

		for (size_t i = 1; i <= counts[k]; i++) {
			arrivals_note(&a, 10 * i, (int64_t)i);
		}
		assert_in_range(a.n, ARRIVALS_MAX / 2, ARRIVALS_MAX);
		for (size_t i = 1; i <= counts[k]; i++) {
			int64_t at = arrivals_time(&a, 10 * i);

			assert_true(at >= (int64_t)i && at < (int64_t)i + most);
		}
		assert_int_equal(arrivals_time(&a, 10 * counts[k]), counts[k]);
		arrivals_free(&a);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_that_of_the_piece),
		cmocka_unit_test(memory_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
