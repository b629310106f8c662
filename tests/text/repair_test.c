#include "text/repair.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CASE(in, out) { in, sizeof(in) - 1, out }

static void test_parse(void **state)
{
	static const struct {
		const char *json;
		size_t len;
		const char *expect; /* compact, other than ASCII escaped; NULL: refused */
	} cases[] = {
		CASE("{\"a\":1}", "{\"a\":1}"),
		CASE("\xef\xbb\xbf[1]", "[1]"),
		CASE("[\"\\ud83d\\ude00\"]", "[\"\\uD83D\\uDE00\"]"),
		CASE("[\"\\ud83d\"]", "[\"\\uFFFD\"]"),
		CASE("[\"\\ude00\"]", "[\"\\uFFFD\"]"),
		CASE("[\"\\ude00\\ud83d\"]", "[\"\\uFFFD\\uFFFD\"]"),
		CASE("[\"\\ud83d\\ud83d\\ude00\"]", "[\"\\uFFFD\\uD83D\\uDE00\"]"),
		CASE("[\"\\ud83dx\\u0041\"]", "[\"\\uFFFDxA\"]"),
		CASE("[\"\\\\ud83d\"]", "[\"\\\\ud83d\"]"), /* an escaped backslash, no escape */
		CASE("[\"\xff\",\"\\\"\xff\"]", "[\"\\uFFFD\",\"\\\"\\uFFFD\"]"),
		CASE("[\"\xe2\x82\"]", "[\"\\uFFFD\"]"),
		CASE("[\"\xc0\xaf\"]", "[\"\\uFFFD\\uFFFD\"]"),
		CASE("{\"\xff\":1}", "{\"\\uFFFD\":1}"),
		CASE("[\"a\nb\tc\x1f\"]", "[\"a\\nb\\tc\\u001F\"]"),
		CASE("[\"a\0b\"]", "[\"a\\u0000b\"]"),
		CASE("[\"\\u0000\"]", "[\"\\u0000\"]"),
		CASE("{\"a\\u0000\":\"\\u0000\"}", "{\"a\\uFFFD\":\"\\uFFFD\"}"),
		CASE("[18446744073709551616]", "[1.8446744073709552e19]"),
		CASE("[18446744073709551616,\"\xff\"]", "[1.8446744073709552e19,\"\\uFFFD\"]"),
		CASE("[\"\xff\",18446744073709551616]", "[\"\\uFFFD\",1.8446744073709552e19]"),
		CASE("", NULL),
		CASE("\xff", NULL),
		CASE("[1", NULL),
		CASE("[1]]", NULL),
		CASE("[\"a", NULL),
		CASE("[\"\\u12\"]", NULL),
		CASE("[\"\\", NULL),
		CASE("[\"\\u", NULL),
		CASE("[\"\xe2", NULL),
		CASE("[\xff]", NULL),
		CASE("[1e999]", NULL),
		CASE("\"text\"", NULL),
		CASE("7", NULL),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *copy = malloc(cases[i].len); /* of its own size, so that reading past it is seen */
		json_error_t e = { 0 };

		assert_true(copy != NULL || cases[i].len == 0);
		if (cases[i].len > 0) {
			memcpy(copy, cases[i].json, cases[i].len);
		}
		json_t *v = json_parse(copy, cases[i].len, i % 2 == 0 ? &e : NULL);
		char *dump = json_dumps(v, JSON_COMPACT | JSON_ENSURE_ASCII);
		if ((v == NULL) != (cases[i].expect == NULL) || (v != NULL && strcmp(dump, cases[i].expect) != 0)) {
			fail_msg("case %zu, %s: %s", i, cases[i].json, v != NULL ? dump : "refused");
		}
		assert_true(v != NULL || i % 2 != 0 || e.text[0] != '\0');
		free(dump);
		free(copy);
		json_decref(v);
	}
}

/* Nesting ends in an error, not in a fault. */
static void test_deep(void **state)
{
	char *s = x_malloc(1000000);

	(void)state;
	memset(s, '[', 1000000);
	assert_null(json_parse(s, 1000000, NULL));
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse), cmocka_unit_test(test_deep) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
