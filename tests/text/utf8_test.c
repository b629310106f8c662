#include "text/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <unistr.h>

#include "base/mem.h"

static void test_decode(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t n;
		uint32_t cp;
	} cases[] = {
		{ "ASCII", "a", 1, 'a' },
		{ "first of two bytes", "\xC2\x80", 2, 0x80 },
		{ "last of two bytes", "\xDF\xBF", 2, 0x7FF },
		{ "first of three bytes", "\xE0\xA0\x80", 3, 0x800 },
		{ "last before the surrogates", "\xED\x9F\xBF", 3, 0xD7FF },
		{ "first after the surrogates", "\xEE\x80\x80", 3, 0xE000 },
		{ "first of four bytes", "\xF0\x90\x80\x80", 4, 0x10000 },
		{ "last of all", "\xF4\x8F\xBF\xBF", 4, 0x10FFFF },
		{ "replacement character itself", "\xEF\xBF\xBD", 3, 0xFFFD },
		{ "lone continuation", "\x80", 1, CODE_POINT_BAD },
		{ "overlong two bytes", "\xC0\xAF", 1, CODE_POINT_BAD },
		{ "overlong two bytes, C1", "\xC1\xBF", 1, CODE_POINT_BAD },
		{ "overlong three bytes", "\xE0\x9F\xBF", 1, CODE_POINT_BAD },
		{ "overlong four bytes", "\xF0\x8F\xBF\xBF", 1, CODE_POINT_BAD },
		{ "surrogate", "\xED\xA0\x80", 1, CODE_POINT_BAD },
		{ "past the end", "\xF4\x90\x80\x80", 1, CODE_POINT_BAD },
		{ "no lead byte", "\xF5\x80\x80\x80", 1, CODE_POINT_BAD },
		{ "FF", "\xFF", 1, CODE_POINT_BAD },
		{ "two of three, then a letter", "\xE2\x82z", 2, CODE_POINT_BAD },
		{ "three of four, then a letter", "\xF0\x9F\x98z", 3, CODE_POINT_BAD },
		{ "one of two, then a lead", "\xC3\xC3\xA9", 1, CODE_POINT_BAD },
		{ "goes on after one byte", "\xC3", 0, 0 },
		{ "goes on after two bytes", "\xE2\x82", 0, 0 },
		{ "goes on after three bytes", "\xF0\x9F\x98", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint32_t cp = 0;
		size_t n = utf8_decode(cases[i].bytes, strlen(cases[i].bytes), &cp);

		if (n != cases[i].n || (n > 0 && cp != cases[i].cp)) {
			fail_msg("%s: %zu bytes, U+%04X", cases[i].name, n, (unsigned)cp);
		}
	}
}

static void test_every_code_point_comes_back(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x110000; cp++) {
		bool is_character = cp < 0x110000 && (cp < 0xD800 || cp > 0xDFFF);
		char s[4];
		uint32_t back = 0;
		size_t n = utf8_encode(cp, s);

		if (utf8_decode(s, n, &back) != n || back != (is_character ? cp : CODE_POINT_BAD) || !utf8_valid(s, n)) {
			fail_msg("U+%04X came back as U+%04X", (unsigned)cp, (unsigned)back);
		}
		for (size_t cut = 1; cut < n; cut++) {
			assert_int_equal(utf8_decode(s, cut, &back), 0);
			assert_false(utf8_valid(s, cut));
		}
	}
}

static void test_valid(void **state)
{
	static const struct {
		const char *bytes;
		bool is_valid;
	} cases[] = {
		{ "", true },
		{ "eight by", true },
		{ "longer than eight \xC3\xA9", true },
		{ "12345678\xEF\xBF\xBD", true },
		{ "12345678\xC3", false },
		{ "1234567\xFF" "12345678", false },
		{ "\xF0\x90\x80z", false },
		{ "\xEF\xBFz", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (utf8_valid(cases[i].bytes, strlen(cases[i].bytes)) != cases[i].is_valid) {
			fail_msg("\"%s\"", cases[i].bytes);
		}
	}
}

/* Four bytes of every interesting kind, against libunistring. */
static void test_valid_as_libunistring(void **state)
{
	static const unsigned char bytes[] = {
		0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4,
		0xF5, 0xFF,
	};
	const size_t n = COUNT_OF(bytes);

	(void)state;
	for (size_t i = 0; i < n * n * n * n; i++) {
		uint8_t s[4] = { bytes[i % n], bytes[i / n % n], bytes[i / n / n % n], bytes[i / n / n / n] };
		bool expected = u8_check(s, sizeof(s)) == NULL;

		if (utf8_valid((const char *)s, sizeof(s)) != expected) {
			fail_msg("%02x %02x %02x %02x is %s", s[0], s[1], s[2], s[3], expected ? "valid" : "not valid");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_every_code_point_comes_back),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_valid_as_libunistring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
