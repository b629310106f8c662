#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void test_many(void **state)
{
	struct arena a = { 0 };
	unsigned char *last = NULL;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		unsigned char *p = arena_alloc(&a, i % 100 + 1);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % sizeof(void *), 0);
		assert_int_equal(p[0], 0);
		memset(p, 7, i % 100 + 1);
		assert_true(last == NULL || last[0] == 7);
		last = p;
	}
	assert_string_equal(arena_copy(&a, "abc!", 3), "abc");
	arena_free(&a);
	assert_int_equal(a.total, 0);
	assert_non_null(arena_alloc(&a, 1)); /* usable again */
	arena_free(&a);
}

static void test_limit(void **state)
{
	struct arena a = { .limit = 10000 };

	(void)state;
	assert_null(arena_alloc(&a, 10001));
	assert_null(arena_array(&a, SIZE_MAX / 4, 8));
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_non_null(arena_alloc(&a, 5000));
	assert_null(arena_alloc(&a, 5001));
	assert_true(arena_charge(&a, 4000));
	assert_false(arena_charge(&a, 4000));
	arena_free(&a);
	assert_int_equal(a.limit, 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
