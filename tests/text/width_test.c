#include "text/width.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "base/mem.h"

static void test_code_points(void **state)
{
	static const struct {
		uint32_t cp;
		int cells;
	} cases[] = {
		{ 'a', 1 }, { ' ', 1 }, { 0xE9, 1 }, { 0xAD, 1 }, { 0x600, 1 }, { 0x2026, 1 }, { 0x2800, 1 }, { 0xE000, 1 }, { 0xFFFD, 1 },
		{ 0x301, 0 }, { 0x20E3, 0 }, { 0x1161, 0 }, { 0xE0100, 0 }, { 0x200B, 0 },
		{ 0x1100, 2 }, { 0x6F22, 2 }, { 0xFF01, 2 }, { 0x1F44D, 2 }, { 0x20000, 2 }, { 0x4DC0, 2 }, { 0x3248, 2 },
		{ 0, -1 }, { '\n', -1 }, { 0x7F, -1 }, { 0x9B, -1 }, { 0x378, -1 }, { 0xD800, -1 }, { 0x2028, -1 }, { 0xFFFF, -1 },
		{ 0x10FFFF, -1 }, { 0x110000, -1 }, { UINT32_MAX, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int cells = width_code_point(cases[i].cp);

		if (cells != cases[i].cells) {
			fail_msg("U+%04X: %d, not %d", (unsigned)cases[i].cp, cells, cases[i].cells);
		}
	}
}

/* A row shifts where the table and the C library, which curses asks, do not agree. Only meant for a library of the same Unicode version:
 * U+1F6DC came with the next one. */
static void test_agrees_with_c_library(void **state)
{
	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL || wcwidth((wchar_t)0x1FAE7) != 2 || wcwidth((wchar_t)0x1F6DC) != -1) {
		skip();
	}
	for (uint32_t cp = 1; cp < 0x110000; cp++) {
		if (width_code_point(cp) != wcwidth((wchar_t)cp)) {
			fail_msg("U+%04X: %d here, %d there", (unsigned)cp, width_code_point(cp), wcwidth((wchar_t)cp));
		}
	}
}

static void test_clusters(void **state)
{
	static const struct {
		const char *name, *text;
		size_t first; /* bytes of the first cluster */
		int cells;    /* of it */
		size_t total; /* cells of the text */
	} cases[] = {
		{ "letters", "ab", 1, 1, 2 },
		{ "tab", "\ta", 1, 1, 2 },
		{ "accent", "e\u0301x", 3, 1, 2 },
		{ "four marks", "e\u0301\u0302\u0303\u0304x", 9, 1, 2 },
		{ "a fifth mark starts again", "e\u0301\u0302\u0303\u0304\u0305", 9, 1, 1 },
		{ "wide", "\u6F22\u5B57", 3, 2, 4 },
		{ "wide with a mark", "\u304B\u3099x", 6, 2, 3 },
		{ "conjoining Hangul", "\u1100\u1161\u11A8", 9, 2, 2 },
		{ "flag", "\U0001F1E9\U0001F1EA", 4, 1, 2 },
		{ "not drawable counts as U+FFFD", "\u0378", 2, 1, 1 },
		{ "cut character", "\xE6\xBC", 2, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int cells = -1;
		size_t len = strlen(cases[i].text), n = width_cluster(cases[i].text, len, &cells);
		size_t total = width_text(cases[i].text, len);

		if (n != cases[i].first || cells != cases[i].cells || total != cases[i].total) {
			fail_msg("%s: %zu bytes, %d cells, %zu in all", cases[i].name, n, cells, total);
		}
	}
	assert_int_equal(width_text("", 0), 0);
}

static void test_fit(void **state)
{
	static const struct {
		const char *text;
		size_t cells, fits, used;
	} cases[] = {
		{ "abc", 0, 0, 0 },
		{ "abc", 2, 2, 2 },
		{ "abc", 9, 3, 3 },
		{ "\u6F22\u5B57", 3, 3, 2 },
		{ "\u6F22\u5B57", 1, 0, 0 },
		{ "ae\u0301b", 2, 4, 2 },
		{ "", 5, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t used = 99, fits = width_fit(cases[i].text, strlen(cases[i].text), cases[i].cells, &used);

		if (fits != cases[i].fits || used != cases[i].used) {
			fail_msg("\"%s\" in %zu cells: %zu bytes, %zu cells", cases[i].text, cases[i].cells, fits, used);
		}
	}
	assert_int_equal(width_fit("abc", 3, 2, NULL), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_code_points),
		cmocka_unit_test(test_agrees_with_c_library),
		cmocka_unit_test(test_clusters),
		cmocka_unit_test(test_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
