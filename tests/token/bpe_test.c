/* Merging, against a plain way to do it; and what is said of damaged rank files and indexes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "base/file.h"
#include "tests/token/vocabulary.h"
#include "token/bpe.h"

/* The definition: again and again the leftmost pair of the lowest rank. */
static size_t plain_count(const struct ranks *r, const char *piece, size_t len)
{
	size_t *start = x_reallocarray(NULL, len + 1, sizeof(*start)), n = len;

	for (size_t i = 0; i <= len; i++) {
		start[i] = i;
	}
	while (ranks_find(r, piece, len) == RANK_NONE) {
		uint32_t lowest = RANK_NONE;
		size_t at = 0;

		for (size_t i = 0; i + 1 < n; i++) {
			uint32_t rank = ranks_find(r, piece + start[i], start[i + 2] - start[i]);

			if (rank < lowest) {
				lowest = rank;
				at = i;
			}
		}
		if (lowest == RANK_NONE) {
			free(start);
			return n;
		}
		memmove(start + at + 1, start + at + 2, (n - at - 1) * sizeof(*start));
		n--;
	}
	free(start);
	return 1;
}

static void merges_as_defined(void **state)
{
	struct ranks *r = vocabulary_ranks();
	uint32_t seed = 5;

	(void)state;
	for (size_t pieces = 1; pieces < 200; pieces++) { /* short ones and long ones */
		struct buf text = { 0 };

		vocabulary_text(&seed, pieces, &text);
		assert_int_equal(bpe_count(r, text.s, text.len), plain_count(r, text.s, text.len));
		buf_free(&text);
	}
	for (size_t len = 1; len < 300; len++) {
		char same[300];

		memset(same, 'a', len);
		assert_int_equal(bpe_count(r, same, len), plain_count(r, same, len));
	}
	ranks_free(r);
}

/* Few different bytes, so that many merges meet; long enough for a row of its own memory. */
static void merges_as_defined_of_few_bytes(void **state)
{
	static const char *const sets[] = { "ab", "a", "the ", "thing ", "\xe6\xbc\xa2\xe5\xad\x97", "=12", "ab\n '" };
	struct ranks *r = vocabulary_ranks();
	uint32_t seed = 9;

	(void)state;
	for (size_t round = 0; round < 6000; round++) {
		const char *set = sets[round % COUNT_OF(sets)];
		char piece[600];
		size_t len = 1 + round % (round % 100 == 0 ? sizeof(piece) : 60);

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525u + 1013904223u;
			piece[i] = seed >> 30 == 0 && i > 0 ? piece[i - 1] : set[(seed >> 8) % strlen(set)];
		}
		assert_int_equal(bpe_count(r, piece, len), plain_count(r, piece, len));
	}
	ranks_free(r);
}

static void long_without_a_break(void **state)
{
	struct ranks *r = vocabulary_ranks();
	struct buf text = { 0 };

	(void)state;
	for (int i = 0; i < 200000; i++) { /* in square time it would not end */
		(void)buf_add_str(&text, "\xe6\xbc\xa2\xe5\xad\x97");
	}
	assert_int_equal(bpe_count(r, text.s, text.len), 200000);
	buf_free(&text);
	ranks_free(r);
}

/* ---- rank files ---- */

static const struct {
	const char *line, *says;
} wrong_lines[] = {
	{ "YWI=\n", "is not a token and a rank" },
	{ "YWI= x\n", "is not a token and a rank" },
	{ "YWI= -1\n", "is not a token and a rank" },
	{ "YWI= 99999999999999999999\n", "is not a token and a rank" },
	{ "Y?I= 900\n", "is not a token and a rank" },
	{ " 900\n", "no or too many bytes" },
	{ "YWI= 300\n", "not above the one before" },
	{ "dGg= 900\n", "was there before" },
};

static void wrong_rank_files(void **state)
{
	static const unsigned char hash[SHA256_SIZE] = "x";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong_lines); i++) {
		struct buf text = { 0 };
		struct err e = { 0 };

		vocabulary_write(&text);
		(void)buf_add_str(&text, wrong_lines[i].line);
		assert_null(ranks_compile(text.s, text.len, hash, &e));
		assert_non_null(strstr(e.text, wrong_lines[i].says));
		assert_non_null(strstr(e.text, "line 286"));
		buf_free(&text);
	}
	struct err e = { 0 };

	assert_null(ranks_compile("IQ== 0\n", 7, hash, &e));
	assert_non_null(strstr(e.text, "the byte 00 is no token"));
}

/* ---- indexes ---- */

static void damaged_indexes(void **state)
{
	static const unsigned char hash[SHA256_SIZE] = "a vocabulary of tests", other[SHA256_SIZE] = "another";
	char dir[] = "/tmp/sonde-bpe-XXXXXX";
	struct err e = { 0 };
	struct ranks *r = vocabulary_ranks();
	struct buf bytes = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	char *path = x_asprintf("%s/index", dir);

	assert_null(ranks_map(path, hash));
	assert_true(ranks_save(r, path, &e));
	assert_true(file_read(path, &bytes, NULL, &e));
	struct ranks *mapped = ranks_map(path, hash);
	assert_non_null(mapped);
	for (size_t i = 0; i < COUNT_OF(vocabulary_words); i++) {
		size_t len = strlen(vocabulary_words[i]);

		assert_int_equal(ranks_find(mapped, vocabulary_words[i], len), 256 + i);
		assert_int_equal(ranks_find(r, vocabulary_words[i], len), 256 + i);
	}
	ranks_free(mapped);
	assert_null(ranks_map(path, other));
	for (size_t len = 0; len < bytes.len; len += len < 100 ? 1 : 9973) {
		assert_true(file_replace(path, bytes.s, len, &e));
		assert_null(ranks_map(path, hash));
	}
	for (size_t at = 0; at < bytes.len; at += at < 100 ? 1 : 4999) {
		bytes.s[at] ^= 0x10;
		assert_true(file_replace(path, bytes.s, bytes.len, &e));
		assert_null(ranks_map(path, hash));
		bytes.s[at] ^= 0x10;
	}
	(void)unlink(path);
	(void)rmdir(dir);
	free(path);
	buf_free(&bytes);
	ranks_free(r);
}

/* With a checksum that fits, as somebody would write it who means harm: counts may be wrong, but there are some, and all reads are within bounds. */
static void forged_indexes(void **state)
{
	static const unsigned char hash[SHA256_SIZE] = "a vocabulary of tests";
	static const char *const texts[] = { "the thing ababab aaaa", "aaaaaaaaaaaaaaaaaaaa====----", "12345 \xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2", "a", "th" };
	char dir[] = "/tmp/sonde-bpe-XXXXXX";
	struct err e = { 0 };
	struct ranks *r = vocabulary_ranks();
	struct buf right = { 0 };
	uint32_t seed = 17;
	int n_taken = 0;

	(void)state;
	assert_non_null(mkdtemp(dir));
	char *path = x_asprintf("%s/index", dir);

	assert_true(ranks_save(r, path, &e));
	assert_true(file_read(path, &right, NULL, &e));
	for (int round = 0; round < 80; round++) {
		struct buf bytes = { 0 };

		(void)buf_add(&bytes, right.s, right.len);
		for (int k = 0; k <= round % 40; k++) { /* mostly in what stands first: slots and tokens */
			seed = seed * 1664525u + 1013904223u;
			size_t at = 72 + (seed >> 8) % (k % 4 == 3 ? right.len - 72 : 13000);

			bytes.s[at] = (char)(k % 3 == 0 ? 0 : k % 3 == 1 ? 0xFF : seed >> 3);
		}
		ranks_seal(bytes.s, bytes.len);
		assert_true(file_replace(path, bytes.s, bytes.len, &e));
		struct ranks *forged = ranks_map(path, hash);
		for (size_t i = 0; forged != NULL && i < COUNT_OF(texts); i++) {
			size_t len = strlen(texts[i]);
			char *piece = x_strndup(texts[i], len); /* on the heap, where a checker sees its end */

			assert_in_range(bpe_count(forged, piece, len), 1, len);
			free(piece);
		}
		n_taken += forged != NULL;
		ranks_free(forged);
		buf_free(&bytes);
	}
	assert_true(n_taken > 40);
	(void)unlink(path);
	(void)rmdir(dir);
	free(path);
	buf_free(&right);
	ranks_free(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges_as_defined),
		cmocka_unit_test(merges_as_defined_of_few_bytes),
		cmocka_unit_test(long_without_a_break),
		cmocka_unit_test(wrong_rank_files),
		cmocka_unit_test(damaged_indexes),
		cmocka_unit_test(forged_indexes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
