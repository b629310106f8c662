/* move - blocks of lines that were removed in one place and added in another. */
#ifndef SONDE_DIFF_MOVE_H
#define SONDE_DIFF_MOVE_H

#include "diff/diff.h"

/* Fills d->moves from the hunks of d. A block has at least 3 lines that are not blank, or 20 words and marks; it is the same when blanks are
 * folded, or, between a hunk that only removes and one that only adds, when at least 0.7 of its runs of 8 words are (Jaccard).
 * moved[side], the caller's, tells for each line 1 + its move, 0 for none; NULL when nothing moved. */
void moves_find(struct diff *d, uint32_t *moved[2]);

#endif
