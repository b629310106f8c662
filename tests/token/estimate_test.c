/* Estimates against what the tokenizers count. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "token/tokenizer.h"

/* Counted by tiktoken 1.0.22 (November 2026), and how far off an estimate of so short a text may be. */
static const struct {
	const char *text;
	int64_t tokens[ENCODING_COUNT];
	int percent;
} cases[] = {
	{ "", { 0, 0 }, 0 },
	{ " ", { 1, 1 }, 0 },
	{ "Hello", { 1, 1 }, 0 },
	{ "You write for the on-call engineers of Atlas, a shop for outdoor gear. Use only the notes below. Be exact and never guess.", { 28, 28 }, 10 },
	{ "{\"team\":\"billing\",\"sev\":2,\"why\":\"Customer was charged twice for order 4411\"}", { 22, 22 }, 20 },
};

static void close_to_what_is_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (int k = 0; k < ENCODING_COUNT; k++) {
			struct tokenizer t = { &encodings[k], NULL };
			int64_t n = tokenizer_count(&t, cases[i].text, strlen(cases[i].text)), off = n - cases[i].tokens[k];

			print_message("%lld of %lld: %.30s\n", (long long)n, (long long)cases[i].tokens[k], cases[i].text);
			assert_true((off < 0 ? -off : off) * 100 <= cases[i].tokens[k] * cases[i].percent);
		}
	}
}

/* Any bytes; more text hardly ever counts less. */
static void any_bytes(void **state)
{
	char bytes[512];
	int64_t before = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (char)(i * 37 + i / 7);
	}
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		int64_t n = tokenizer_count(&tokenizer_estimating, bytes, len);

		assert_true(n >= 0 && n <= 4 * (int64_t)len + 1);
		assert_true(n + 3 >= before); /* the end of a word may be weighed otherwise than its start */
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
