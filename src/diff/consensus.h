/* consensus - how many of several texts say what a baseline says, sentence by sentence.
 * Owns its array, borrows the baseline. A sentence is the same when its words and marks are, whatever the blanks between them. */
#ifndef SONDE_DIFF_CONSENSUS_H
#define SONDE_DIFF_CONSENSUS_H

#include <stddef.h>

struct consensus_sentence {
	size_t start, len; /* bytes of the baseline, without blanks at its ends */
	size_t n_with;     /* other texts that have it */
};

struct consensus {
	struct consensus_sentence *sentences; /* those that are not blank, in order */
	size_t n, cap;
};

struct consensus_text {
	const char *s;
	size_t len;
};

void consensus_make(struct consensus *c, struct consensus_text baseline, const struct consensus_text *others, size_t n_others);
void consensus_free(struct consensus *c);

#endif
