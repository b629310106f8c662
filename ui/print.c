#include "ui/print.h"

#include "text/utf8.h"

/* SGR 30-37 and 90-97 are the sixteen foreground colours, 40-47 and 100-107 the backgrounds (ECMA-48 and aixterm); 38;2 and 48;2 any. */
static void put_colour(int32_t c, bool is_back, struct buf *out)
{
	if (c >= LOOK_RGB) {
		(void)buf_addf(out, ";%d;2;%d;%d;%d", is_back ? 48 : 38, c >> 16 & 0xff, c >> 8 & 0xff, c & 0xff);
	} else if (c >= 0) {
		(void)buf_addf(out, ";%d", (c < 8 ? 30 + c : 82 + c) + (is_back ? 10 : 0));
	}
}

static void put_look(struct look look, struct buf *out)
{
	static const struct {
		enum look_attributes bit;
		int sgr;
	} attributes[] = { { LOOK_BOLD, 1 }, { LOOK_DIM, 2 }, { LOOK_UNDERLINE, 4 }, { LOOK_REVERSE, 7 } };

	(void)buf_add_str(out, "\033[0");
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (look.attributes & attributes[i].bit) {
			(void)buf_addf(out, ";%d", attributes[i].sgr);
		}
	}
	put_colour(look.fg, false, out);
	put_colour(look.bg, true, out);
	(void)buf_add_char(out, 'm');
}

static void put_cell(const struct cell *cell, struct buf *out)
{
	for (int i = 0; i < 1 + CELL_MARKS && (i == 0 || cell->cp[i] != 0); i++) {
		char bytes[4];

		(void)buf_add(out, bytes, utf8_encode(cell->cp[i], bytes));
	}
}

static int used_width(const struct cell *row, int w)
{
	while (w > 0 && row[w - 1].cp[0] == ' ' && row[w - 1].style == ST_TEXT) {
		w--;
	}
	return w;
}

void cells_print(const struct cells *c, enum theme theme, struct buf *out)
{
	if (theme == THEME_MONO) {
		cells_dump(c, out);
		return;
	}
	bool is_rgb = theme_is_rgb(theme); /* then every cell has a colour */

	for (int y = 0; y < c->h; y++) {
		const struct cell *row = &c->at[y * c->w];
		int w = is_rgb ? c->w : used_width(row, c->w), style = is_rgb ? ST_COUNT : ST_TEXT;

		for (int x = 0; x < w; x++) {
			if (row[x].width == 0) {
				continue;
			}
			if (row[x].style != style) {
				style = row[x].style;
				put_look(theme_look(theme, (enum style)style), out);
			}
			put_cell(&row[x], out);
		}
		(void)buf_add_str(out, style != ST_TEXT || is_rgb ? "\033[0m\n" : "\n");
	}
}
