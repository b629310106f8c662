#include "ui/theme.h"

#include <string.h>

#include "base/mem.h"

enum { OWN = -1, BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

/* What a colour of our own is for. */
enum role {
	AS_TEXT, AS_BACK, AS_FAINT, AS_RULE, AS_ACCENT, AS_GOOD, AS_BAD, AS_WARN, AS_SEL, AS_SEL_BACK, AS_HIT, AS_HIT_BACK, AS_COUNT
};

/* Text has a contrast of 4.5 or more to what it stands on, which a test computes. */
static const colour palettes[THEME_COUNT][AS_COUNT] = {
	[THEME_DARK] = {
		[AS_TEXT] = 0xd8dbe2, [AS_BACK] = 0x1b1d23, [AS_FAINT] = 0x9aa0ac, [AS_RULE] = 0x6b7280, [AS_ACCENT] = 0x6cb6ff,
		[AS_GOOD] = 0x7bc77e, [AS_BAD] = 0xff8080, [AS_WARN] = 0xe5c07b, [AS_SEL] = 0xffffff, [AS_SEL_BACK] = 0x3a4256,
		[AS_HIT] = 0x1b1d23, [AS_HIT_BACK] = 0xe5c07b,
	},
	[THEME_LIGHT] = {
		[AS_TEXT] = 0x24272e, [AS_BACK] = 0xfbfaf7, [AS_FAINT] = 0x5d6470, [AS_RULE] = 0x868c96, [AS_ACCENT] = 0x0b5cad,
		[AS_GOOD] = 0x1e7332, [AS_BAD] = 0xb3261e, [AS_WARN] = 0x8a5a00, [AS_SEL] = 0x101318, [AS_SEL_BACK] = 0xcfe0f7,
		[AS_HIT] = 0x24272e, [AS_HIT_BACK] = 0xffd866,
	},
};

/* In the terminal's colours; attributes in mono, where no background can help; and the roles of our own colours, with bold and underline of
 * the terminal's. */
static const struct {
	struct look ansi;
	unsigned char mono;
	enum role fg, bg;
} looks[ST_COUNT] = {
	[ST_TEXT] = {{OWN, OWN, 0}, 0, AS_TEXT, AS_BACK},
	[ST_DIM] = {{OWN, OWN, LOOK_DIM}, LOOK_DIM, AS_FAINT, AS_BACK},
	[ST_BOLD] = {{OWN, OWN, LOOK_BOLD}, LOOK_BOLD, AS_TEXT, AS_BACK},
	[ST_TITLE] = {{OWN, OWN, LOOK_BOLD}, LOOK_BOLD, AS_TEXT, AS_BACK},
	[ST_RULE] = {{OWN, OWN, LOOK_DIM}, LOOK_DIM, AS_RULE, AS_BACK},
	[ST_RULE_FOCUS] = {{CYAN, OWN, 0}, 0, AS_ACCENT, AS_BACK},
	[ST_TAB] = {{OWN, OWN, LOOK_DIM}, LOOK_DIM, AS_FAINT, AS_BACK},
	[ST_TAB_ON] = {{CYAN, OWN, LOOK_BOLD}, LOOK_BOLD, AS_ACCENT, AS_BACK},
	[ST_SEL] = {{OWN, OWN, LOOK_REVERSE}, LOOK_REVERSE, AS_SEL, AS_SEL_BACK},
	[ST_KEY] = {{CYAN, OWN, 0}, LOOK_BOLD, AS_ACCENT, AS_BACK},
	[ST_OK] = {{GREEN, OWN, 0}, 0, AS_GOOD, AS_BACK},
	[ST_BAD] = {{RED, OWN, LOOK_BOLD}, LOOK_BOLD, AS_BAD, AS_BACK},
	[ST_WARN] = {{YELLOW, OWN, 0}, LOOK_BOLD, AS_WARN, AS_BACK},
	[ST_LIVE] = {{CYAN, OWN, 0}, 0, AS_ACCENT, AS_BACK},
	[ST_ADD] = {{GREEN, OWN, 0}, LOOK_BOLD, AS_GOOD, AS_BACK},
	[ST_DEL] = {{RED, OWN, 0}, LOOK_UNDERLINE, AS_BAD, AS_BACK},
	[ST_HIT] = {{BLACK, YELLOW, 0}, LOOK_BOLD | LOOK_UNDERLINE, AS_HIT, AS_HIT_BACK},
	[ST_GRAPH] = {{CYAN, OWN, 0}, 0, AS_ACCENT, AS_BACK},
	[ST_GRAPH_BAD] = {{RED, OWN, 0}, 0, AS_BAD, AS_BACK},
	[ST_AXIS] = {{OWN, OWN, LOOK_DIM}, LOOK_DIM, AS_FAINT, AS_BACK},
	[ST_FIELD] = {{OWN, OWN, 0}, 0, AS_TEXT, AS_BACK},
	[ST_BOX] = {{OWN, OWN, 0}, 0, AS_TEXT, AS_BACK},
	[ST_SIMULATED] = {{BLACK, YELLOW, LOOK_BOLD}, LOOK_REVERSE | LOOK_BOLD, AS_HIT, AS_HIT_BACK},
	[ST_STRING] = {{GREEN, OWN, 0}, 0, AS_GOOD, AS_BACK},
	[ST_NUMBER] = {{YELLOW, OWN, 0}, 0, AS_WARN, AS_BACK},
};

bool theme_is_rgb(enum theme t)
{
	return t == THEME_DARK || t == THEME_LIGHT;
}

struct look theme_look(enum theme t, enum style st)
{
	if (theme_is_rgb(t)) {
		return (struct look){LOOK_RGB | (int32_t)palettes[t][looks[st].fg], LOOK_RGB | (int32_t)palettes[t][looks[st].bg],
			looks[st].ansi.attributes & (LOOK_BOLD | LOOK_UNDERLINE)};
	}
	return t == THEME_MONO ? (struct look){OWN, OWN, looks[st].mono} : looks[st].ansi;
}

enum theme theme_from_name(const char *name)
{
	static const char *const names[THEME_COUNT] = {
		[THEME_ANSI] = "ansi", [THEME_MONO] = "mono", [THEME_DARK] = "dark", [THEME_LIGHT] = "light",
	};
	int i = 0;

	while (i < THEME_COUNT && strcmp(names[i], name) != 0) {
		i++;
	}
	return (enum theme)i;
}

enum theme theme_pick(const char *name, bool is_light, const char *no_color, const char *term)
{
	static const char *const colourless[] = {"dumb", "vt100", "vt102", "vt220"};
	enum theme named = theme_from_name(name);

	if (named != THEME_COUNT) {
		return named;
	}
	if (strcmp(name, "rgb") == 0) {
		return is_light ? THEME_LIGHT : THEME_DARK;
	}
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
