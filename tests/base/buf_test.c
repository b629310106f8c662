#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void appends(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_string_equal(buf_str(&b), "");
	assert_true(buf_add(&b, NULL, 0));
	assert_true(buf_add_str(&b, "ab"));
	assert_true(buf_add_char(&b, '\0'));
	assert_true(buf_addf(&b, "%d%s", 12, "x"));
	assert_int_equal(b.len, 6);
	assert_memory_equal(b.s, "ab\0" "12x", 7);
	buf_free(&b);
	assert_string_equal(buf_str(&b), "");
}

static void keeps_its_limit(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	assert_true(buf_add(&b, "abc", 3));
	assert_false(buf_add(&b, "def", 3));
	assert_true(b.is_full);
	assert_string_equal(buf_str(&b), "abc");
	/* Later ones are refused too, even if they would fit: nothing is lost in the middle. */
	assert_false(buf_add_char(&b, 'd'));
	assert_false(buf_addf(&b, "d"));
	assert_string_equal(buf_str(&b), "abc");
	buf_clear(&b);
	assert_false(b.is_full);
	assert_true(buf_add(&b, "abcde", 5));
	assert_int_equal(b.limit, 5);
	assert_false(buf_addf(&b, "%d", 1));
	assert_string_equal(buf_str(&b), "abcde");
	assert_false(buf_add(&b, "x", SIZE_MAX));
	buf_free(&b);
}

static void drops(void **state)
{
	static const struct {
		size_t n;
		const char *rest;
	} cases[] = { { 0, "hello" }, { 1, "ello" }, { 4, "o" }, { 5, "" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = { 0 };

		(void)buf_add_str(&b, "hello");
		buf_drop(&b, cases[i].n);
		assert_string_equal(buf_str(&b), cases[i].rest);
		assert_int_equal(b.len, strlen(cases[i].rest));
		buf_free(&b);
	}
	struct buf empty = { 0 };
	buf_drop(&empty, 0);
	assert_string_equal(buf_str(&empty), "");
}

static void is_taken(void **state)
{
	struct buf b = { 0 };

	(void)state;
	char *none = buf_take(&b);
	assert_string_equal(none, "");
	free(none);
	(void)buf_add_str(&b, "abc");
	char *s = buf_take(&b);
	assert_string_equal(s, "abc");
	assert_int_equal(b.len, 0);
	assert_true(buf_add_str(&b, "new"));
	assert_string_equal(s, "abc");
	assert_string_equal(buf_str(&b), "new");
	free(s);
	buf_free(&b);
}

static void grows(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i < 100000; i++) {
		assert_true(buf_add_char(&b, (char)('a' + i % 26)));
	}
	assert_int_equal(b.len, 100000);
	assert_int_equal(strlen(b.s), 100000);
	for (size_t i = 0; i < b.len; i++) {
		assert_int_equal(b.s[i], 'a' + (int)(i % 26));
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),  cmocka_unit_test(keeps_its_limit), cmocka_unit_test(drops),
		cmocka_unit_test(is_taken), cmocka_unit_test(grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
