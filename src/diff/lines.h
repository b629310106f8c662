/* lines - a text cut into lines or sentences, and which of them two texts have in common.
 * Owns nothing. Not here: what changed inside a line (diff/words.h). */
#ifndef SONDE_DIFF_LINES_H
#define SONDE_DIFF_LINES_H

#include <stdbool.h>

#include "diff/lcs.h"

/* Where each line begins and, last, where the text ends: *n + 1 offsets, the caller's. A newline ends its line. Empty text: no line. */
uint32_t *lines_cut(const char *text, size_t len, size_t *n);
/* The same by sentences: a line end ends one, too, as prose often has a paragraph a line. By UAX 29's rules SB3 to SB11 as far as they need
 * no tables: . ! ? and their wide forms, closing marks and blanks after them, no end inside a number, an abbreviation in capitals or before
 * a small letter. */
uint32_t *sentences_cut(const char *text, size_t len, size_t *n);

/* Marks what is not common, as lcs_mark does, but keeps first what stands once on each side and in the same order (B. Cohen's patience
 * diff): such lines tell where things belong, where a blank line or a brace does not. */
void lines_mark(struct lcs *l, struct lcs_side a, struct lcs_side b, size_t n_ids);

static inline bool lines_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether a grapheme ends between the ASCII character `before`, which is no carriage return, and what stands at s. */
bool lines_is_edge(char before, const char *s, const char *end);
/* Whether two texts have the same words and marks, whatever the blanks and line ends between them. */
bool lines_same_but_blanks(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
