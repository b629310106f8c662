#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "metrics/scan.h"

/* Walks a text of exactly len bytes; NULL when it is an object, else why not. */
static const char *walk(const char *text, size_t len, size_t *members)
{
	char *copy = x_malloc(len);
	struct scan s;
	struct scan_slice key, value;
	enum scan_step step;

	memcpy(copy, text, len);
	scan_init(&s, copy, len);
	*members = 0;
	while ((step = scan_next(&s, &key, &value)) == SCAN_MEMBER) {
		char *out = x_malloc(value.len + 1);

		if (value.type == SCAN_STRING) {
			assert_true(scan_unescape(&value, out) <= value.len);
		}
		free(out);
		(*members)++;
	}
	free(copy);
	return step == SCAN_END ? NULL : s.why;
}

static void grammar(void **state)
{
	static const struct {
		const char *text;
		int members; /* -1: not an object */
	} cases[] = {
		{ "{}", 0 }, { " { } \r", 0 }, { "{\"a\":1}", 1 }, { "{\"a\":1,\"b\":[1,{\"c\":[]}],\"d\":{}}", 3 },
		{ "{\"a\":\"x\\n\\u00e4\\ud83d\\ude00\"}", 1 }, { "{\"a\":\"\xC3\xA4\xF0\x9F\x98\x80 and so on\"}", 1 },
		{ "{\"a\":-0.5e+10,\"b\":true,\"c\":null,\"d\":false}", 4 }, { "{\"a\":\"a string of some length, over eight bytes\"}", 1 },
		{ "", -1 }, { "[]", -1 }, { "1", -1 }, { "{", -1 }, { "{\"a\"", -1 }, { "{\"a\":", -1 }, { "{\"a\":1", -1 }, { "{\"a\":1,", -1 }, { "{\"a\":1,}", -1 },
		{ "{,}", -1 }, { "{\"a\":1}}", -1 }, { "{\"a\":1} {}", -1 }, { "{a:1}", -1 }, { "{'a':1}", -1 }, { "{\"a\":01}", -1 }, { "{\"a\":1.}", -1 },
		{ "{\"a\":.5}", -1 }, { "{\"a\":+1}", -1 }, { "{\"a\":1e}", -1 }, { "{\"a\":NaN}", -1 }, { "{\"a\":nul}", -1 }, { "{\"a\":\"\\x\"}", -1 },
		{ "{\"a\":\"\\u12g4\"}", -1 }, { "{\"a\":\"\\u12\"}", -1 }, { "{\"a\":\"tab\there\"}", -1 }, { "{\"a\":\"\xFF\"}", -1 },
		{ "{\"a\":\"\xC0\x80\"}", -1 }, { "{\"a\":\"\xED\xA0\x80\"}", -1 }, { "{\"a\":\"\xC3\"}", -1 }, { "{\"a\":[1,2}", -1 }, { "{\"a\":[1 2]}", -1 },
		{ "{\"a\" 1}", -1 }, { "{\"a\":1 \"b\":2}", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t n;
		const char *why = walk(cases[i].text, strlen(cases[i].text), &n);

		if ((why == NULL) != (cases[i].members >= 0) || (why == NULL && n != (size_t)cases[i].members)) {
			fail_msg("%s: %s", cases[i].text, why != NULL ? why : "taken");
		}
	}
}

static void no_prefix_is_whole(void **state)
{
	static const char text[] = "{\"a\":\"x\\u00e4\xC3\xA4\",\"b\":[1.5e3,{\"c\":null}],\"d\":-12}";
	size_t n;

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		assert_non_null(walk(text, len, &n));
	}
	assert_null(walk(text, sizeof(text) - 1, &n));
}

static void depth_is_bounded(void **state)
{
	struct {
		int depth;
		bool is_good;
	} cases[] = { { 31, true }, { 33, false }, { 100000, false } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b = { 0 };
		size_t n;

		(void)buf_add_str(&b, "{\"a\":");
		for (int k = 0; k < cases[i].depth; k++) {
			(void)buf_add_char(&b, '[');
		}
		for (int k = 0; k < cases[i].depth; k++) {
			(void)buf_add_char(&b, ']');
		}
		(void)buf_add_char(&b, '}');
		assert_int_equal(walk(b.s, b.len, &n) == NULL, cases[i].is_good);
		buf_free(&b);
	}
}

static void unescape(void **state)
{
	static const struct {
		const char *raw, *expected;
	} cases[] = {
		{ "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t" }, { "\\u0041\\u00e4", "A\xC3\xA4" }, { "\\ud83d\\ude00", "\xF0\x9F\x98\x80" },
		{ "\\ud83d", "\xEF\xBF\xBD" }, { "\\ude00x", "\xEF\xBF\xBDx" }, { "\\ud83d\\u0041", "\xEF\xBF\xBD" "A" }, { "a\\u0000b", "a\xEF\xBF\xBD" "b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct scan_slice v = { SCAN_STRING, true, cases[i].raw, strlen(cases[i].raw) };
		char out[64];
		size_t n = scan_unescape(&v, out);

		assert_int_equal(n, strlen(cases[i].expected));
		assert_memory_equal(out, cases[i].expected, n);
	}
}

static void decimals(void **state)
{
	static const struct {
		const char *text;
		int scale;
		bool is_good;
		int64_t expected;
	} cases[] = {
		{ "0", 9, true, 0 }, { "1", 9, true, 1000000000 }, { "0.0123", 9, true, 12300000 }, { "1e-9", 9, true, 1 }, { "5e-10", 9, true, 1 },
		{ "4.999999999e-10", 9, true, 0 }, { "0.0000000005", 9, true, 1 }, { "0.00000000049999", 9, true, 0 }, { "1.0000000015", 9, true, 1000000002 },
		{ "-0.5", 0, true, -1 }, { "-0", 3, true, 0 }, { "812.5", 3, true, 812500 }, { "0.3333333333333333", 3, true, 333 }, { "1.5E2", 0, true, 150 },
		{ "123456", -3, true, 123 }, { "123500", -3, true, 124 }, { "499", -3, true, 0 }, { "500", -3, true, 1 }, { "000", 0, false, 0 },
		{ "999999999999999999", 0, true, 999999999999999999 }, { "1000000000000000000", 0, false, 0 }, { "1e400", 0, false, 0 },
		{ "0e999999999999", 9, true, 0 }, { "1e-999999999999", 9, true, 0 }, { "1e99999999999999999999", 9, false, 0 }, { "", 0, false, 0 },
		{ "-", 0, false, 0 }, { "1.", 0, false, 0 }, { ".1", 0, false, 0 }, { "1 ", 0, false, 0 }, { "0x10", 0, false, 0 }, { "1e", 0, false, 0 },
		{ "1732406400.123456", 6, true, 1732406400123456 }, { "0.1", 9, true, 100000000 }, { "0.30000000000000004", 9, true, 300000000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t v = -77;
		bool ok = scan_decimal(cases[i].text, strlen(cases[i].text), cases[i].scale, &v);

		if (ok != cases[i].is_good || (ok && v != cases[i].expected)) {
			fail_msg("%s with scale %d gives %d, %lld", cases[i].text, cases[i].scale, ok, (long long)v);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar),
		cmocka_unit_test(no_prefix_is_whole),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(unescape),
		cmocka_unit_test(decimals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
