/* tokenizer - counts the tokens of a text: exactly with the vocabulary of the encoding, else by estimate.
 * The vocabulary is never part of the program: it comes from a rank file that the person has, and is kept compiled in the cache directory.
 * Counting is thread-safe. */
#ifndef SONDE_TOKEN_TOKENIZER_H
#define SONDE_TOKEN_TOKENIZER_H

#include "token/encoding.h"
#include "token/ranks.h"

struct tokenizer {
	const struct encoding *encoding;
	struct ranks *ranks; /* NULL: estimates */
};

/* Thousandths of a token: an exact count is all MIX_LATIN. */
struct weight {
	int64_t of[MIX_COUNT];
};

/* o200k_base by estimate: where no model is named, or its vendor tells nobody how it counts. */
extern const struct tokenizer tokenizer_estimating;

/* Tokens of ordinary text: what looks like a special token is text. */
int64_t tokenizer_count(const struct tokenizer *t, const char *text, size_t len);
bool tokenizer_is_exact(const struct tokenizer *t);
/* Adds the same in thousandths, of whose sum over texts cut at edges (split_is_edge) the count of the whole is made. */
void tokenizer_weigh(const struct tokenizer *t, const char *text, size_t len, struct weight *sum);
int64_t weight_sum(const struct weight *w);
/* Adds `times` another one. */
void weight_add(struct weight *to, const struct weight *w, int64_t times);
static inline int64_t tokenizer_rounded(int64_t thousandths)
{
	return thousandths > 0 && thousandths < 1000 ? 1 : (thousandths + 500) / 1000;
}

/* The vocabulary of a rank file in tiktoken's format or npm's JSON, whose SHA-256 tells which encoding it is of. Kept compiled in the cache. */
bool tokenizer_open_file(const char *path, struct tokenizer *out, struct err *e) SONDE_MUST_CHECK;
/* The vocabulary of an encoding: compiled in the cache already, else of the rank file `path` (NULL: none was configured), else where tiktoken keeps
 * its own: TIKTOKEN_CACHE_DIR, DATA_GYM_CACHE_DIR, TMPDIR/data-gym-cache. Estimates where there is none. False with e: `path` or what was
 * found cannot be used; t estimates then. */
bool tokenizer_open(const struct encoding *encoding, const char *path, struct tokenizer *t, struct err *e) SONDE_MUST_CHECK;
/* Leaves t estimating. */
void tokenizer_close(struct tokenizer *t);

#endif
