/* diff - what changed between two texts: hunks of lines, words inside changed lines, moved blocks, re-wrapped paragraphs.
 * Owns what it found, borrows both texts until diff_free. Not here: JSON by key path (diff/json.h), drawing.
 * The parts in order give back both texts: EQUAL and DELETE are a, EQUAL and INSERT are b. No part splits a grapheme. Any bytes will do. */
#ifndef SONDE_DIFF_DIFF_H
#define SONDE_DIFF_DIFF_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Bytes of one text at most. */
#define DIFF_BYTES_MAX ((size_t)1 << 29)

enum diff_op { DIFF_EQUAL, DIFF_DELETE, DIFF_INSERT };

struct diff_part {
	enum diff_op op;
	uint32_t start, len; /* bytes of a for EQUAL and DELETE, of b for INSERT; len > 0 */
};

enum diff_kind {
	DIFF_REMOVED,  /* lines of a only */
	DIFF_ADDED,    /* lines of b only */
	DIFF_REPLACED, /* a line that became another; its parts are all one DELETE and one INSERT when most of it changed */
	DIFF_REWRAPPED /* the same words in other lines: to be shown as b has it, without marks */
};

/* Lines count from 0, of a and of b. Parts of side a of a change: EQUAL and DELETE; of side b: EQUAL and INSERT. */
struct diff_change {
	enum diff_kind kind;
	uint32_t line[2], n_lines[2];
	uint32_t part, n_parts;
	uint32_t move; /* 1 + which of the moves it is an end of; 0: none */
};

/* Changes with no common line between them. */
struct diff_hunk {
	uint32_t line[2], n_lines[2];
	uint32_t change, n_changes;
	bool is_blank; /* nothing but blanks and line ends changed */
};

/* A block that went elsewhere: REMOVED at line[0] of a, ADDED at line[1] of b. */
struct diff_move {
	uint32_t line[2], n_lines[2];
	bool is_edited; /* not quite the same */
};

struct diff_side {
	const char *text;
	uint32_t *starts; /* n_lines + 1 offsets: where each line begins, where the last one ends */
	size_t n_lines;
};

struct diff {
	struct diff_side side[2];
	struct diff_part *parts;
	struct diff_hunk *hunks;
	struct diff_change *changes;
	struct diff_move *moves;
	size_t n_parts, cap_parts, n_hunks, cap_hunks, n_changes, cap_changes, n_moves, cap_moves;
	/* Without what was only moved or re-wrapped. Words: tokens that begin with a letter or digit; 0 without DIFF_WORDS. */
	size_t words_added, words_removed, lines_added, lines_removed;
};

enum {
	DIFF_WORDS = 1,     /* what changed inside lines; else lines are removed and added */
	DIFF_MOVES = 2,     /* blocks of at least 3 lines or 20 words that went elsewhere */
	DIFF_SENTENCES = 4, /* "lines" are sentences: for prose, which often has a paragraph a line */
};

/* a and b are not NULL. The fewest changes as a rule; a limit of work keeps the worst pair of 1 MB to some 100 ms by making them coarser. */
void diff_make(struct diff *d, const char *a, size_t a_len, const char *b, size_t b_len, unsigned how);
void diff_free(struct diff *d);
/* Whether the texts are equal byte for byte. */
static inline bool diff_is_empty(const struct diff *d)
{
	return d->n_hunks == 0;
}
/* Whether only blanks changed in the hunks first..end. */
static inline bool diff_are_blank(const struct diff *d, size_t first, size_t end)
{
	while (first < end && d->hunks[first].is_blank) {
		first++;
	}
	return first == end;
}

#endif
