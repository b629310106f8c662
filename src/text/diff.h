/* diff - what changed between two texts, in words.
 * Lines first (common ends trimmed, then Myers' linear-space algorithm with a cost cap), then words inside changed lines, then a cleanup
 * that joins scraps. apply(diff, a) = b always holds. Never splits a grapheme. Source: E. Myers, "An O(ND) difference algorithm", 1986. */
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
	size_t words_added, words_removed;
};

/* Parts in order; DELETE before INSERT where both stand at one place. O((n+m) d) capped; the cap only makes the diff coarser. */
void diff_words(const char *a, size_t a_len, const char *b, size_t b_len, struct diff *out);
void diff_free(struct diff *d);

#endif
