#include "prompt/var_rows.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void test_table(void **state)
{
	static const struct {
		const char *name, *text, *rows; /* rows: as JSON, or the error */
	} cases[] = {
		{ "CSV", "a,b\n1,x y\n2,\n", "[{\"a\":\"1\",\"b\":\"x y\"},{\"a\":\"2\",\"b\":\"\"}]" },
		{ "CSV with quotes", "a\n\"x \"\"y\"\", z\nw\"\n", "[{\"a\":\"x \\\"y\\\", z\\nw\"}]" },
		{ "CSV of CR LF, without the last one", "a,b\r\n1,2", "[{\"a\":\"1\",\"b\":\"2\"}]" },
		{ "CSV that ends in a comma", "a,b\n1,", "[{\"a\":\"1\",\"b\":\"\"}]" },
		{ "CSV with a byte order mark", "\xef\xbb\xbf" "a\n1\n", "[{\"a\":\"1\"}]" },
		{ "CSV with empty lines", "a\n\n1\n\n", "[{\"a\":\"1\"}]" },
		{ "CSV, fewer fields", "a,b\n1\n", "[{\"a\":\"1\"}]" },
		{ "CSV, more fields", "a\n1,2\n", "row 2 has more fields than the head" },
		{ "CSV that is no UTF-8", "a\n\xff\n", "row 2 is no UTF-8" },
		{ "a head alone", "a,b\n", "there is no row of values in it" },
		{ "nothing", "", "there is no row of values in it" },
		{ "lines", "{\"a\":1}\n\n{\"a\":[2]}", "[{\"a\":1},{\"a\":[2]}]" },
		{ "lines of CR LF", "{\"a\":1}\r\n\r\n{\"a\":2}\r\n", "[{\"a\":1},{\"a\":2}]" },
		{ "lines, one that is no object", "{\"a\":1}\n[2]\n", "line 2 is no JSON object" },
		{ "lines, one that is broken", "{\"a\":1}\n{\n", "line 2 is no JSON: " },
		{ "an array", " [{\"a\":1},\n{}]", "[{\"a\":1},{}]" },
		{ "an array with a byte order mark", "\xef\xbb\xbf[{}]", "[{}]" },
		{ "an array of numbers", "[{},2]", "item 2 is no JSON object" },
		{ "an empty array", "[]", "there is no row of values in it" },
		{ "a broken array", "[{}\n", "no JSON in line " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		json_t *rows = var_rows_read(cases[i].text, strlen(cases[i].text), &e), *expected = json_loads(cases[i].rows, 0, NULL);
		bool is_right = rows != NULL ? json_equal(rows, expected) : e.code == ERR_TEMPLATE && strncmp(e.text, cases[i].rows, strlen(cases[i].rows)) == 0;

		if (!is_right) {
			fail_msg("%s: %s", cases[i].name, rows != NULL ? json_dumps(rows, 0) : e.text);
		}
		json_decref(rows);
		json_decref(expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
