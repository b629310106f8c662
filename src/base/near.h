/* near - the names most like a word that is not one: for "did you mean". */
#ifndef SONDE_BASE_NEAR_H
#define SONDE_BASE_NEAR_H

#include <stddef.h>

/* Edits (insert, delete, replace, swap of neighbours; ASCII letter case costs nothing) from a to b; 1000 above 64 bytes. */
size_t near_distance(const char *a, const char *b);
/* At most so many edits make a name near to a word: a third of its length and one, at least 2, but never all of it; 0 above 64 bytes. */
size_t near_limit(const char *word);

struct near_best {
	const char *names[3]; /* nearest first, borrowed */
	size_t distances[3];
	size_t n;
};
/* Puts a name in its place among the best, when it is near to the word and not there yet. Start with a zeroed struct. */
void near_offer(struct near_best *best, const char *word, const char *name);

#endif
