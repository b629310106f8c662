/* diff - what changed between two texts, in words.
 * Lines first (common ends trimmed, then text/lcs.h), then UAX 29 words inside changed lines, then a cleanup that joins edits parted
 * only by scraps: blanks, punctuation, one or two English stop words. apply(diff, a) = b always holds. Never splits a grapheme. */
#ifndef SONDE_TEXT_DIFF_H
#define SONDE_TEXT_DIFF_H

#include <stddef.h>

enum diff_op { DIFF_EQUAL, DIFF_DELETE, DIFF_INSERT };

struct diff_part {
	enum diff_op op;
	size_t start, len; /* bytes of a for EQUAL and DELETE, of b for INSERT */
};

struct diff {
	struct diff_part *parts;
	size_t n, cap;
	size_t words_added, words_removed; /* tokens that begin with a letter or digit */
};

/* Parts in order, none empty, no two neighbours of one kind; DELETE before INSERT where both stand at one place. Any bytes will do; a and b
 * are not NULL. O((n+m) d) capped; the cap only makes the diff coarser. Texts of more than 2 GB together are one DELETE and one INSERT,
 * with no words counted. */
void diff_words(const char *a, size_t a_len, const char *b, size_t b_len, struct diff *out);
void diff_free(struct diff *d);

#endif
