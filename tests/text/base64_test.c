#include "text/base64.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* RFC 4648, section 10, and bytes that are no text. */
static void test_vectors(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *letters;
	} rows[] = {
		{ "", 0, "" }, { "f", 1, "Zg==" }, { "fo", 2, "Zm8=" }, { "foo", 3, "Zm9v" }, { "foob", 4, "Zm9vYg==" }, { "fooba", 5, "Zm9vYmE=" },
		{ "foobar", 6, "Zm9vYmFy" }, { "\0\xff\xfe", 3, "AP/+" }, { "\x1b]52;\a", 6, "G101MjsH" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { 0 };

		base64_add(&out, rows[i].bytes, rows[i].len);
		assert_string_equal(buf_str(&out), rows[i].letters);
		assert_int_equal(BASE64_SIZE(rows[i].len), out.len);
		buf_free(&out);
		assert_true(base64_get(&out, rows[i].letters, strlen(rows[i].letters)));
		assert_int_equal(out.len, rows[i].len);
		assert_memory_equal(buf_str(&out), rows[i].bytes, rows[i].len);
		buf_free(&out);
	}
}

static void test_refused(void **state)
{
	static const char *const texts[] = { "A", "AAAAA", "A===", "AA?A", "AA A", "=AAA", "AA=A" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf out = { 0 };

		assert_false(base64_get(&out, texts[i], strlen(texts[i])));
		buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors), cmocka_unit_test(test_refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
