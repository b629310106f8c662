#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

#include "base/mem.h"

static void gets_what_was_put(void **state)
{
	struct map *m = map_new();
	int a, b;

	(void)state;
	assert_null(map_get(m, "x", 1));
	assert_null(map_put(m, "x", 1, &a));
	assert_ptr_equal(map_get(m, "x", 1), &a);
	assert_ptr_equal(map_put(m, "x", 1, &b), &a);
	assert_ptr_equal(map_get(m, "x", 1), &b);
	assert_int_equal(map_count(m), 1);
	/* Keys are bytes with a length: a NUL and the empty key are as good as any. */
	assert_null(map_put(m, "x\0y", 3, &a));
	assert_null(map_put(m, "", 0, &a));
	assert_null(map_put(m, "x\0z", 3, &b));
	assert_ptr_equal(map_get(m, "x\0y", 3), &a);
	assert_ptr_equal(map_get(m, "x\0z", 3), &b);
	assert_ptr_equal(map_get(m, "x", 1), &b);
	assert_ptr_equal(map_get(m, "", 0), &a);
	assert_null(map_get(m, "x\0", 2));
	assert_int_equal(map_count(m), 4);
	map_free(m, NULL);
	map_free(NULL, NULL);
}

static void holds_many(void **state)
{
	enum { N = 20000 };
	struct map *m = map_new();
	char key[32];

	(void)state;
	for (int i = 0; i < N; i++) {
		int *value = x_malloc(sizeof(*value));

		*value = i;
		(void)snprintf(key, sizeof(key), "model-%d", i);
		assert_null(map_put(m, key, strlen(key), value));
	}
	assert_int_equal(map_count(m), N);
	for (int i = 0; i < N; i++) {
		(void)snprintf(key, sizeof(key), "model-%d", i);
		int *value = map_get(m, key, strlen(key));
		assert_non_null(value);
		assert_int_equal(*value, i);
	}
	assert_null(map_get(m, "model-20000", 11));
	map_free(m, free);
}

static void hashes(void **state)
{
	(void)state;
	/* Test vectors of FNV-1a 64: http://www.isthe.com/chongo/tech/comp/fnv/ */
	assert_true(hash_bytes(HASH_START, "", 0) == 0xcbf29ce484222325ULL);
	assert_true(hash_bytes(HASH_START, "a", 1) == 0xaf63dc4c8601ec8cULL);
	assert_true(hash_bytes(HASH_START, "foobar", 6) == 0x85944171f73967e8ULL);
	assert_true(hash_bytes(hash_bytes(HASH_START, "foo", 3), "bar", 3) == 0x85944171f73967e8ULL);
	/* First output of splitmix64 with seed 0. */
	assert_true(hash_mix(0) == 0xe220a8397b1dcdafULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gets_what_was_put), cmocka_unit_test(holds_many), cmocka_unit_test(hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
