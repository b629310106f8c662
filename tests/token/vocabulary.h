/* vocabulary - a small one made for tests: every byte, and pairs that make common words and characters. */
#ifndef SONDE_TESTS_TOKEN_VOCABULARY_H
#define SONDE_TESTS_TOKEN_VOCABULARY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "text/base64.h"
#include "base/xdg.h"
#include "token/rank_file.h"
#include "token/ranks.h"

static const char *const vocabulary_words[] = { "th", "he", "in", "er", "the", " t", " the", "  ", "    ", "ab", "abab", "ba", "bab", "aa", "aaaa", "aaa",
	"\xe6\xbc", "\xe6\xbc\xa2", "\xe5\xad", "\xe5\xad\x97", "\xe6\xbc\xa2\xe5\xad\x97", "ing", "thing", "\n\n", "'s", "12", "123", "==", "====" };

static void vocabulary_line(struct buf *out, const char *bytes, size_t len, unsigned rank)
{
	base64_add(out, bytes, len);
	(void)buf_addf(out, " %u\n", rank);
}

/* In tiktoken's format. */
static inline void vocabulary_write(struct buf *out)
{
	for (unsigned i = 0; i < 256; i++) {
		vocabulary_line(out, &(char){ (char)i }, 1, i);
	}
	for (unsigned i = 0; i < COUNT_OF(vocabulary_words); i++) {
		vocabulary_line(out, vocabulary_words[i], strlen(vocabulary_words[i]), 300 + 2 * i);
	}
}

static inline struct ranks *vocabulary_ranks(void)
{
	static const unsigned char hash[SHA256_SIZE] = "a vocabulary of tests";
	struct buf text = { 0 };
	struct err e = { 0 };

	vocabulary_write(&text);
	struct ranks *r = ranks_compile(text.s, text.len, hash, &e);
	if (r == NULL) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	buf_free(&text);
	return r;
}

/* Puts it, compiled, where the vocabulary of an encoding is kept: below XDG_CACHE_HOME, which is `cache`. */
static inline void vocabulary_keep(const char *cache, const struct encoding *encoding)
{
	unsigned char hash[SHA256_SIZE];
	struct buf text = { 0 };
	struct err e = { 0 };
	char *dir = x_asprintf("%s/sonde", cache), *path = x_asprintf("%s/%s.bpe", dir, encoding->sha256);

	rank_file_hash(encoding, hash);
	vocabulary_write(&text);
	struct ranks *r = ranks_compile(text.s, text.len, hash, &e);
	if (r == NULL || !xdg_make_dir(dir, &e) || !ranks_save(r, path, &e)) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	ranks_free(r);
	buf_free(&text);
	free(dir);
	free(path);
}

/* Texts of what the patterns and the vocabulary tell apart; always the same for a seed. */
static inline void vocabulary_text(uint32_t *seed, size_t pieces, struct buf *out)
{
	static const char *const parts[] = { "the", " the", "thing", "abab", "aaaa", "B", "\xc3\xa9", "\xc3\x89", "\xe6\xbc\xa2\xe5\xad\x97", "\xe3\x81\x82", "\xcc\x81",
		"1", "12", "\xc2\xb2", " ", "  ", "\t", "\n", "\r\n", "\xc2\x85", "\xe3\x80\x80", "\xef\xbb\xbf", "\xe2\x80\x8d", "'", "'s", "'\xc5\xbf", "'LL", "/", ".", "!?",
		"\xf0\x9f\x98\x80", "==", "\xff", "\xe6" };

	for (size_t i = 0; i < pieces; i++) {
		*seed = *seed * 1664525u + 1013904223u;
		(void)buf_add_str(out, parts[(*seed >> 8) % COUNT_OF(parts)]);
	}
}

#endif
