/* Estimates against what the tokenizers count. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "text/token.h"

/* The mean of o200k_base and cl100k_base, counted by gpt-tokenizer 4.0 (November 2026), and how far off the estimate may be. */
static const struct {
	const char *text;
	int64_t tokens;
	int percent;
} cases[] = {
	{ "", 0, 0 },
	{ " ", 1, 100 },
	{ "Hello", 1, 0 },
	{ "a", 1, 0 },
	{ "You write for the on-call engineers of Atlas, a shop for outdoor gear. Use only the notes below. Be exact and never guess.", 28, 10 },
	{ "{\"team\":\"billing\",\"sev\":2,\"why\":\"Customer was charged twice for order 4411\"}", 22, 35 },
	{ "\u6628\u665a\u4e00\u70b9\u5341\u5206\uff0c\u652f\u4ed8\u670d\u52a1\u90e8\u7f72\u4e86\u65b0\u7684\u91cd\u8bd5\u89c4\u5219\u3002", 18, 25 },
	{ "Bonjour, j\u2019ai \u00e9t\u00e9 d\u00e9bit\u00e9 deux fois pour la commande 4411.", 17, 25 },
};

static void close_to_what_is_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t n = token_estimate(cases[i].text, strlen(cases[i].text)), off = n > cases[i].tokens ? n - cases[i].tokens : cases[i].tokens - n;

		print_message("%lld of %lld: %.30s\n", (long long)n, (long long)cases[i].tokens, cases[i].text);
		assert_true(off * 100 <= cases[i].tokens * cases[i].percent);
	}
}

/* Any bytes; more text never counts less. */
static void any_bytes(void **state)
{
	char bytes[512];
	int64_t before = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (char)(i * 37 + i / 7);
	}
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		int64_t n = token_estimate(bytes, len);

		assert_true(n >= 0 && n <= 4 * (int64_t)len + 1);
		assert_true(n + 2 >= before); /* the end of a word may be weighed otherwise than its start */
		before = n;
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(close_to_what_is_counted),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
