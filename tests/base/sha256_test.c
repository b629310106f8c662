#include "base/sha256.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static void check(const char *text, size_t times, size_t piece, const char *expected)
{
	struct sha256 h;
	unsigned char hash[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	size_t len = strlen(text);

	sha256_init(&h);
	for (size_t i = 0; i < times; i++) {
		for (size_t at = 0; at < len; at += piece) {
			sha256_add(&h, text + at, len - at < piece ? len - at : piece);
		}
	}
	sha256_end(&h, hash);
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	}
	assert_string_equal(hex, expected);
}

/* The examples of FIPS 180-4 and of NIST's test vectors; the padding ends at 55, 56 and 64 bytes. */
static void test_vectors(void **state)
{
	static const struct {
		const char *text;
		size_t times;
		const char *hash;
	} rows[] = {
		{ "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", 1,
		  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
		{ "a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
		{ "a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
		{ "a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
		{ "aaaaaaaaaa", 100000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		check(rows[i].text, rows[i].times, 1000, rows[i].hash);
		check(rows[i].text, rows[i].times, 3, rows[i].hash);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
