/* term_look - what a cell looks like on this terminal: the colours of the theme as curses has them, and characters that curses and the
 * terminal agree about. */
#ifndef SONDE_UI_TERM_LOOK_H
#define SONDE_UI_TERM_LOOK_H

#include "ui/theme.h"

struct term_look {
	enum theme theme; /* in use */
	bool is_utf8;
};

/* After curses was started. theme: a name of theme_from_name, or else what the environment and the terminal allow. */
void term_look_init(struct term_look *l, const char *theme, bool is_utf8);
/* Gives a cell to curses. */
void term_look_put(const struct term_look *l, int x, int y, const struct cell *cell);

#endif
