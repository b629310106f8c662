/* palette - the overlay that lists commands: the command line (`:`), which completes names, arguments and earlier lines, and help (`?`),
 * which is filtered by typing. What is typed matches as in text/fuzzy.h. Enter chooses; the owner runs what was chosen.
 * In the command line Up at the top brings back earlier lines, Down the later ones and then what was typed.
 * Borrows the tables and the earlier lines as long as it lives. */
#ifndef SONDE_UI_PALETTE_H
#define SONDE_UI_PALETTE_H

#include "ui/command.h"
#include "ui/recall.h"

enum palette_kind { PALETTE_COMMAND, PALETTE_HELP };

enum palette_end { PALETTE_OPEN, PALETTE_CLOSED, PALETTE_RUN, PALETTE_ASK, PALETTE_UNKNOWN };

struct palette_choice {
	enum palette_end end;
	const struct command *command; /* PALETTE_RUN */
	void *state;
	char *text;                    /* argument; PALETTE_ASK: the line to go on with; PALETTE_UNKNOWN: what was typed; else NULL */
	char *line;                    /* of the command line, to be recalled; NULL when it was not run from there */
	const struct editor *typed;    /* the field, when the input was for it; else NULL. Gone with the palette */
};

void palette_choice_free(struct palette_choice *choice);

struct palette;

/* line: what stands in the field at first. title names the screen. */
struct palette *palette_new(enum palette_kind kind, const struct command_set *sets, size_t n, const struct recall *earlier, const char *title,
    const char *line);
void palette_free(struct palette *p);
/* Returns INPUT_* bits. choice->end tells whether it is over; palette_choice_free in any case. */
unsigned palette_input(struct palette *p, const struct input *in, struct palette_choice *choice);
/* Rows anew, since there is more to list; not under a selection that the person has made. */
void palette_refresh(struct palette *p);
/* Places it in a grid of that size; is_whole: over all between the first row and the last two, so that no row holds anything else. */
void palette_layout(struct palette *p, int w, int h, bool is_whole);
void palette_draw(const struct palette *p, struct cells *c);

#endif
