/* theme - style ids to colours and attributes. Screens know styles only; meaning never rests on colour alone. */
#ifndef SONDE_UI_THEME_H
#define SONDE_UI_THEME_H

#include "ui/cells.h"
#include "ui/colour.h"

/* ansi: the terminal's own 16 colours; mono: attributes alone; dark and light: colours of our own, background included. */
enum theme { THEME_ANSI, THEME_MONO, THEME_DARK, THEME_LIGHT, THEME_COUNT };

enum look_attributes { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4, LOOK_UNDERLINE = 8 };

#define LOOK_RGB 0x1000000
struct look {
	int32_t fg, bg; /* ANSI 0 to 15; -1: the terminal's own; LOOK_RGB | 0xRRGGBB */
	unsigned char attributes;
};

struct look theme_look(enum theme t, enum style st);
/* Its colours are our own: every cell has a background. */
bool theme_is_rgb(enum theme t);
/* "ansi", "mono", "dark", "light"; THEME_COUNT for any other name ("auto", "rgb"). */
enum theme theme_from_name(const char *name);
/* What an option's value means: "auto" is mono when NO_COLOR is set and not empty or the terminal is known to have no colour, else ansi;
 * "rgb" is light or dark. no_color and term may be NULL. */
enum theme theme_pick(const char *name, bool is_light, const char *no_color, const char *term);

#endif
