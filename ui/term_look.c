#include "ui/term_look.h"

#include <curses.h>
#include <stdlib.h>
#include <wchar.h>

#include "base/mem.h"
#include "text/utf8.h"

void term_look_init(struct term_look *l, const char *theme, bool is_utf8)
{
	enum theme named = theme_from_name(theme);

	l->is_utf8 = is_utf8;
	l->theme = named != THEME_COUNT ? named : theme_pick(getenv("NO_COLOR"), getenv("TERM"));
	if (!has_colors() || start_color() != OK || use_default_colors() != OK || COLORS < 8) {
		l->theme = THEME_MONO;
	}
	for (int st = 0; l->theme != THEME_MONO && st < ST_COUNT; st++) {
		struct look look = theme_look(l->theme, (enum style)st);

		init_pair((short)(st + 1), look.fg, look.bg);
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
