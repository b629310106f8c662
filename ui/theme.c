#include "ui/theme.h"

#include <string.h>

#include "base/mem.h"

enum { OWN = -1, BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

/* Foreground, background and attributes in colour; attributes in mono, where the background of the colour theme cannot help. */
static const struct {
	struct look ansi;
	unsigned char mono;
} looks[ST_COUNT] = {
	[ST_TEXT] = {{OWN, OWN, 0}, 0},
	[ST_DIM] = {{OWN, OWN, LOOK_DIM}, LOOK_DIM},
	[ST_BOLD] = {{OWN, OWN, LOOK_BOLD}, LOOK_BOLD},
	[ST_TITLE] = {{OWN, OWN, LOOK_BOLD}, LOOK_BOLD},
	[ST_RULE] = {{OWN, OWN, LOOK_DIM}, LOOK_DIM},
	[ST_RULE_FOCUS] = {{CYAN, OWN, 0}, 0},
	[ST_TAB] = {{OWN, OWN, LOOK_DIM}, LOOK_DIM},
	[ST_TAB_ON] = {{CYAN, OWN, LOOK_BOLD}, LOOK_BOLD},
	[ST_SEL] = {{OWN, OWN, LOOK_REVERSE}, LOOK_REVERSE},
	[ST_KEY] = {{CYAN, OWN, 0}, LOOK_BOLD},
	[ST_OK] = {{GREEN, OWN, 0}, 0},
	[ST_BAD] = {{RED, OWN, LOOK_BOLD}, LOOK_BOLD},
	[ST_WARN] = {{YELLOW, OWN, 0}, LOOK_BOLD},
	[ST_LIVE] = {{CYAN, OWN, 0}, 0},
	[ST_ADD] = {{GREEN, OWN, 0}, LOOK_BOLD},
	[ST_DEL] = {{RED, OWN, 0}, LOOK_UNDERLINE},
	[ST_HIT] = {{BLACK, YELLOW, 0}, LOOK_REVERSE},
	[ST_GRAPH] = {{CYAN, OWN, 0}, 0},
	[ST_GRAPH_BAD] = {{RED, OWN, 0}, 0},
	[ST_AXIS] = {{OWN, OWN, LOOK_DIM}, LOOK_DIM},
	[ST_FIELD] = {{OWN, OWN, 0}, 0},
	[ST_BOX] = {{OWN, OWN, 0}, 0},
	[ST_SIMULATED] = {{BLACK, YELLOW, LOOK_BOLD}, LOOK_REVERSE | LOOK_BOLD},
};

struct look theme_look(enum theme t, enum style st)
{
	return t == THEME_MONO ? (struct look){OWN, OWN, looks[st].mono} : looks[st].ansi;
}

enum theme theme_from_name(const char *name)
{
	return strcmp(name, "ansi") == 0 ? THEME_ANSI : strcmp(name, "mono") == 0 ? THEME_MONO : THEME_COUNT;
}

enum theme theme_pick(const char *no_color, const char *term)
{
	static const char *const colourless[] = {"dumb", "vt100", "vt102", "vt220"};

	if (no_color != NULL && no_color[0] != '\0') {
		return THEME_MONO;
	}
	for (size_t i = 0; term != NULL && i < COUNT_OF(colourless); i++) {
		if (strcmp(term, colourless[i]) == 0) {
			return THEME_MONO;
		}
	}
	return THEME_ANSI;
}
