/* term - words of a text: folded, stemmed, and told apart from the common ones; and small tools for spans of text.
 * A span borrows its bytes and is not terminated. */
#ifndef SONDE_SIM_TERM_H
#define SONDE_SIM_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct span {
	const char *s;
	size_t len;
};

/* The next word of s[*at, len), folded to lower case and cut to its stem; characters of scripts without blanks are words of their own.
 * *raw is the word as written. False at the end. */
#define TERM_SIZE 64
bool term_next(const char *s, size_t len, size_t *at, char term[TERM_SIZE], struct span *raw);
/* "the", "is", "wie": words that say nothing about a topic. Takes a term. */
bool term_is_common(const char *term);
/* Whether the byte may be part of a word: letters, digits, and all that is not ASCII. */
bool term_byte(char c);

/* Appends the text with runs of blanks as one. */
void span_squeeze(struct span s, struct buf *out);
/* Place of `needle` (lower case ASCII) in s, ASCII case folded, at the start of a word; NULL when absent. */
const char *span_find(struct span s, const char *needle);

#endif
