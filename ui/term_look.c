#include "ui/term_look.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "base/mem.h"
#include "text/utf8.h"

#define DIRECT_COLOURS 0x1000000
#define FIRST_RGB 8 /* of a direct type: smaller numbers are ANSI colours */

char *term_look_direct_type(void)
{
	const char *says = getenv("COLORTERM"), *term = getenv("TERM");
	static const char usual[] = "-256color";
	size_t len = term != NULL ? strlen(term) : 0;

	if (says == NULL || (strcmp(says, "truecolor") != 0 && strcmp(says, "24bit") != 0)) {
		return NULL;
	}
	if (len > sizeof(usual) - 1 && strcmp(term + len - (sizeof(usual) - 1), usual) == 0) {
		len -= sizeof(usual) - 1;
	}
	char *name = x_asprintf("%.*s-direct", (int)len, term != NULL ? term : "");
	int status;
	bool is_known = setupterm(name, STDOUT_FILENO, &status) == OK;

	if (is_known) {
		is_known = tigetnum((char *)(uintptr_t)"colors") == DIRECT_COLOURS;
		del_curterm(cur_term);
	}
	if (!is_known) {
		free(name);
		name = NULL;
	}
	return name;
}

/* A colour as curses numbers it here. */
static int number(const struct term_look *l, int32_t c)
{
	if (c < LOOK_RGB) {
		return c;
	}
	colour rgb = (colour)(c - LOOK_RGB);
	return !l->is_direct ? colour_nearest_256(rgb) : rgb < FIRST_RGB ? FIRST_RGB : (int)rgb;
}

void term_look_init(struct term_look *l, enum theme theme)
{
	bool has_colours = has_colors() && start_color() == OK && use_default_colors() == OK && COLORS >= 8;

	l->is_direct = COLORS >= DIRECT_COLOURS;
	l->theme = !has_colours ? THEME_MONO : theme_is_rgb(theme) && COLORS < 256 ? THEME_ANSI : theme;
	for (int st = 0; l->theme != THEME_MONO && st < ST_COUNT; st++) {
		struct look look = theme_look(l->theme, (enum style)st);

		init_extended_pair(st + 1, number(l, look.fg), number(l, look.bg));
	}
}

static attr_t attributes(struct look look)
{
	return (look.attributes & LOOK_BOLD ? A_BOLD : 0) | (look.attributes & LOOK_DIM ? A_DIM : 0) |
	       (look.attributes & LOOK_REVERSE ? A_REVERSE : 0) | (look.attributes & LOOK_UNDERLINE ? A_UNDERLINE : 0);
}

/* A cell whose width curses sees otherwise (another Unicode version, another locale) becomes a replacement: the row must not shift. */
void term_look_put(const struct term_look *l, int x, int y, const struct cell *cell)
{
	wchar_t text[CCHARW_MAX + 1] = {0};
	cchar_t out;
	bool is_known = wcwidth((wchar_t)cell->cp[0]) == cell->width;
	short pair = l->theme == THEME_MONO ? 0 : (short)(cell->style + 1);
	attr_t attrs = attributes(theme_look(l->theme, (enum style)cell->style));

	text[0] = is_known ? (wchar_t)cell->cp[0] : l->is_utf8 ? (wchar_t)CODE_POINT_BAD : L'?';
	for (size_t i = 1, n = 1; is_known && i < COUNT_OF(cell->cp) && cell->cp[i] != 0; i++) {
		if (wcwidth((wchar_t)cell->cp[i]) == 0) {
			text[n++] = (wchar_t)cell->cp[i];
		}
	}
	if (setcchar(&out, text, attrs, pair, NULL) != OK) {
		return;
	}
	mvadd_wch(y, x, &out);
	if (!is_known && cell->width == 2) {
		text[0] = L' ';
		setcchar(&out, text, attrs, pair, NULL);
		mvadd_wch(y, x + 1, &out);
	}
}
