/* palette_rows - what the palette offers for what is typed: commands, candidates for an argument, whole lines of commands with their
 * candidates, earlier lines; best first, or in the order of the tables under headings (help). Matches as in text/fuzzy.h.
 * Owns its rows; borrows the tables and the earlier lines. */
#ifndef SONDE_UI_PALETTE_ROWS_H
#define SONDE_UI_PALETTE_ROWS_H

#include "ui/command.h"
#include "ui/recall.h"

#define PALETTE_MOST_SETS 4

/* How a row fits what was typed; smaller is better, and within one kind the score of text/fuzzy.h decides. */
enum palette_fit { FIT_EXACT, FIT_START, FIT_NAME, FIT_HELP, FIT_LINE, FIT_NONE };

struct palette_row {
	const struct command *command; /* NULL: a heading, or an earlier line */
	size_t set;
	const char *heading;           /* NULL: it is none */
	char *candidate;               /* of the command's argument, or an earlier line; NULL: the command itself */
	char *note;                    /* what is said of the candidate; NULL: nothing */
	bool is_line;                  /* shown with the command before the candidate */
	enum palette_fit fit;
	int score;
	size_t place;                  /* in the table: equal rows stay in its order */
};

struct palette_rows {
	struct command_set sets[PALETTE_MOST_SETS];
	size_t n_sets;
	const struct recall *earlier;
	struct palette_row *at;
	size_t n, cap;
};

void palette_rows_init(struct palette_rows *p, const struct command_set *sets, size_t n, const struct recall *earlier);
void palette_rows_free(struct palette_rows *p);
/* Makes the rows anew. */
void palette_rows_fill(struct palette_rows *p, const char *typed, bool is_help);
/* The row that fits best; 0 when there is none. */
int palette_rows_best(const struct palette_rows *p);

#endif
