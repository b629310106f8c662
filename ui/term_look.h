/* term_look - what a cell looks like on this terminal: the colours of the theme as curses has them, and characters that curses and the
 * terminal agree about. */
#ifndef SONDE_UI_TERM_LOOK_H
#define SONDE_UI_TERM_LOOK_H

#include "ui/theme.h"

struct term_look {
	enum theme theme; /* in use */
	bool is_utf8;
	bool is_direct;   /* the terminal takes colours as they are */
};

/* The terminal type that takes colours as they are, where COLORTERM says that this terminal does and the machine describes the type:
 * "xterm-direct". NULL: none. The caller frees it. */
char *term_look_direct_type(void);
/* After curses was started. Of a theme of our own colours the nearest the terminal has are taken, of 256, or else those of ansi; mono where
 * it has fewer than eight. */
void term_look_init(struct term_look *l, enum theme theme);
/* Gives a cell to curses. */
void term_look_put(const struct term_look *l, int x, int y, const struct cell *cell);

#endif
