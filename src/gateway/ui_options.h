/* ui_options - how the console shall look, as the configuration says. A header of its own: curses' <term.h> makes macros of common words,
 * so the one file that includes it can have little else. Strings belong to the configuration. */
#ifndef SONDE_GATEWAY_UI_OPTIONS_H
#define SONDE_GATEWAY_UI_OPTIONS_H

#include <stdbool.h>

struct ui_options {
	char *theme;    /* "auto", "ansi", "mono" */
	char *glyphs;   /* "auto", "braille", "block", "ascii" */
	bool mouse;
};

#endif
