/* theme - style ids to colours and attributes. Screens know styles only; meaning never rests on colour alone. */
#ifndef SONDE_UI_THEME_H
#define SONDE_UI_THEME_H

#include "ui/cells.h"

enum theme { THEME_ANSI, THEME_MONO, THEME_COUNT };

enum look_attributes { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4, LOOK_UNDERLINE = 8 };

struct look {
	signed char fg, bg; /* ANSI 0 to 15; -1: the terminal's own */
	unsigned char attributes;
};

struct look theme_look(enum theme t, enum style st);
/* "ansi", "mono"; THEME_COUNT for any other name ("auto"). */
enum theme theme_from_name(const char *name);
/* Mono when NO_COLOR is set and not empty or the terminal is known to have no colour, else ansi. Both may be NULL. */
enum theme theme_pick(const char *no_color, const char *term);

#endif
