/* tally - the tokens of a text that is being edited: after an edit only the part around it is counted again.
 * Keeps counts of parts that end at edges (split_is_edge), some hundred bytes each; the text stays the caller's. A text without any edge, such as
 * Chinese without a single sign, is one part. */
#ifndef SONDE_TOKEN_TALLY_H
#define SONDE_TOKEN_TALLY_H

#include "token/tokenizer.h"

struct tally_part {
	size_t len;
	struct weight weight;
};

/* Zeroed: of an empty text. */
struct tally {
	struct tally_part *parts;
	size_t n, cap;
	struct weight weight;
};

void tally_set(struct tally *t, const struct tokenizer *by, const char *text, size_t len);
/* After `removed` bytes at `at` gave way to `inserted` ones: text is the new one. */
void tally_edit(struct tally *t, const struct tokenizer *by, const char *text, size_t len, size_t at, size_t removed, size_t inserted);
/* How many bytes of the new text such an edit counts again. */
size_t tally_touched(const struct tally *t, size_t at, size_t removed, size_t inserted);
int64_t tally_count(const struct tally *t);
void tally_free(struct tally *t);

#endif
