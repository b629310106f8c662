/* words - what changed between two stretches of text, in words: UAX 29 words, runs of blanks, each punctuation character, and template tags
 * ({{..}}, {%..%}) and XML-like tags as one token each. A cleanup makes of the fewest edits those that read best: edits move to the edges of
 * words and clauses, and edits parted only by scraps (blanks, punctuation, one or two English stop words) join.
 * Never splits a grapheme. Owns its tokens and scratch; zeroed with the texts of both sides and lcs.work set is ready. */
#ifndef SONDE_DIFF_WORDS_H
#define SONDE_DIFF_WORDS_H

#include "diff/lcs.h"
#include "diff/tokens.h"

struct word_edit {
	uint32_t from[2], to[2]; /* tokens of a and of b */
	size_t n_words[2];
};

struct words {
	struct tokens side[2];
	struct interner interner;
	struct lcs lcs;
	struct word_edit *edits; /* of the last words_diff, in order */
	size_t n_edits, cap_edits;
	/* private */
	char *breaks, *repaired;
	size_t cap_breaks;
};

/* Forgets the tokens of both sides. */
void words_clear(struct words *w);
/* Adds the tokens of the bytes from..to of a side: whole lines or sentences, which graphemes and words never cross. */
void words_cut(struct words *w, int side, size_t from, size_t to);
/* The edits that make the tokens from[1]..to[1] of b out of from[0]..to[0] of a. */
void words_diff(struct words *w, const uint32_t from[2], const uint32_t to[2]);
void words_free(struct words *w);

#endif
