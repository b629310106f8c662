#include "base/json.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"

static void test_int(void **state)
{
	static const struct {
		const char *json;
		int64_t n;
	} cases[] = {
		{ "{\"k\":7}", 7 },
		{ "{\"k\":-7}", -7 },
		{ "{\"k\":1.0}", 1 },
		{ "{\"k\":1e3}", 1000 },
		{ "{\"k\":9223372036854775807}", INT64_MAX },
		{ "{\"k\":1.5}", UNKNOWN },
		{ "{\"k\":1e19}", UNKNOWN },
		{ "{\"k\":-1e300}", UNKNOWN },
		{ "{\"k\":9223372036854775808.0}", UNKNOWN },
		{ "{\"k\":null}", UNKNOWN },
		{ "{\"k\":\"7\"}", UNKNOWN },
		{ "{\"k\":true}", UNKNOWN },
		{ "{\"k\":[7]}", UNKNOWN },
		{ "{}", UNKNOWN },
		{ "[7]", UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_t *v = json_loads(cases[i].json, 0, NULL);

		if (json_get_int(v, "k") != cases[i].n) {
			fail_msg("%s: %lld", cases[i].json, (long long)json_get_int(v, "k"));
		}
		json_decref(v);
	}
	assert_int_equal(json_get_int(NULL, "k"), UNKNOWN);
}

static void test_types(void **state)
{
	json_t *v = json_loads("{\"s\":\"a\\u0000b\",\"n\":null,\"i\":1,\"t\":true,\"f\":false,\"o\":{},\"a\":[]}", JSON_ALLOW_NUL, NULL);
	size_t len = 99;

	(void)state;
	assert_string_equal(json_get_string(v, "s", &len), "a");
	assert_int_equal(len, 3);
	assert_non_null(json_get_string(v, "s", NULL));
	static const char *const others[] = { "n", "i", "t", "o", "a", "missing", "" };
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		assert_null(json_get_string(v, others[i], &len));
	}
	assert_int_equal(len, 3); /* left alone */
	assert_null(json_get_string(NULL, "s", NULL));
	assert_true(json_get_true(v, "t"));
	assert_false(json_get_true(v, "f"));
	assert_false(json_get_true(v, "i"));
	assert_false(json_get_true(NULL, "t"));
	assert_non_null(json_get_object(v, "o"));
	assert_null(json_get_object(v, "a"));
	assert_null(json_get_object(NULL, "o"));
	assert_non_null(json_get_array(v, "a"));
	assert_null(json_get_array(v, "o"));
	json_decref(v);
}

static void test_path(void **state)
{
	static const struct {
		const char *path, *text; /* NULL: leads nowhere */
	} cases[] = {
		{ "a.b", "1" },
		{ "list.0", "2" },
		{ "list.1.x", "3" },
		{ "list.01.x", "3" },
		{ "list.2", NULL },
		{ "list.-1", NULL },
		{ "list.", NULL },
		{ "list.x", NULL },
		{ "list.99999999999999999999", NULL },
		{ "a.b.c", NULL },
		{ "a.", NULL },
		{ "", "4" },
		{ ".", NULL },
		{ "missing", NULL },
		{ "a-key-that-is-longer-than-any-key-a-path-of-the-program-can-ever-name.x", NULL },
	};
	json_t *v = json_loads("{\"a\":{\"b\":\"1\"},\"list\":[\"2\",{\"x\":\"3\"}],\"\":\"4\"}", 0, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *s = json_string_value(json_get_path(v, cases[i].path));

		if ((s == NULL) != (cases[i].text == NULL) || (s != NULL && strcmp(s, cases[i].text) != 0)) {
			fail_msg("%s: %s", cases[i].path, s != NULL ? s : "nothing");
		}
	}
	assert_null(json_get_path(NULL, "a"));
	json_decref(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_int), cmocka_unit_test(test_types), cmocka_unit_test(test_path) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
