/* cells - the grid every screen draws into: text, style, cursor. Knows clipping and cell widths, nothing of terminals.
 * Text given to it is cleaned already or constant; controls are drawn as U+FFFD all the same.
 * Coordinates outside the grid or the clip rectangle draw nothing. */
#ifndef SONDE_UI_CELLS_H
#define SONDE_UI_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum style {
	ST_TEXT, ST_DIM, ST_BOLD, ST_TITLE, ST_RULE, ST_RULE_FOCUS, ST_TAB, ST_TAB_ON,
	ST_SEL,      /* a selected row that is drawn over its whole width; else cells_selected */
	ST_KEY,      /* a key in the hint row */
	ST_OK, ST_BAD, ST_WARN, ST_LIVE,
	ST_ADD, ST_DEL, ST_HIT,
	ST_GRAPH, ST_GRAPH_BAD, ST_AXIS,
	ST_FIELD,    /* text being edited */
	ST_BOX,      /* overlay */
	ST_SIMULATED,
	ST_STRING, ST_NUMBER, /* values of JSON; names of its members are ST_KEY */
	ST_COUNT
};

/* PLAIN: nothing is drawn, all is said: for screen readers. ASCII only; states are words, rules are titles, graphs are figures. It is not
 * chosen by name but by the option "plain", which the layouts follow, too (app_is_plain). */
enum glyphs { GLYPHS_BRAILLE, GLYPHS_BLOCK, GLYPHS_ASCII, GLYPHS_PLAIN, GLYPHS_COUNT };
/* "braille", "block", "ascii"; GLYPHS_COUNT for any other name ("auto"). */
enum glyphs glyphs_from_name(const char *name);

struct rect {
	int x, y, w, h;
};

#define CELL_MARKS 4
struct cell {
	uint32_t cp[1 + CELL_MARKS]; /* base and combining marks, 0-filled; base 0: right half of a wide character */
	uint8_t width;               /* 1 or 2; 0 for a right half */
	uint8_t style;
};

struct cells {
	int w, h;
	struct cell *at;         /* h rows of w */
	struct rect clip;
	enum glyphs glyphs;      /* which drawing characters may be used */
	int cursor_x, cursor_y;  /* -1: none */
	bool cursor_is_text;     /* in a text field: shown as a cursor; else only a place for screen readers */
};

struct cells *cells_new(int w, int h);
void cells_free(struct cells *c);
void cells_resize(struct cells *c, int w, int h);
/* All blank in ST_TEXT, whole grid as clip, no cursor. */
void cells_clear(struct cells *c);
/* Limits drawing to the part of r inside the present clip; returns the former clip for cells_unclip. */
struct rect cells_clip(struct cells *c, struct rect r);
void cells_unclip(struct cells *c, struct rect former);

/* Draws UTF-8 from (x, y), at most max_w cells, never half a wide character. Returns the cells used. For text from outside; the next ones
 * are for what the program says itself, which plain may write with other signs. */
int cells_text(struct cells *c, int x, int y, int max_w, enum style st, const char *s, size_t len);
int cells_put(struct cells *c, int x, int y, enum style st, const char *s);
int cells_putf(struct cells *c, int x, int y, enum style st, const char *fmt, ...) SONDE_PRINTF(5, 6);
/* Like cells_text with an ellipsis … when it does not fit, in plain with three dots. */
int cells_fit(struct cells *c, int x, int y, int max_w, enum style st, const char *s);
/* Right-aligned: ends before x_end. Returns the first column used. */
int cells_right(struct cells *c, int x_end, int y, enum style st, const char *s);
/* The cells a text takes when drawn. */
int cells_width(const char *s, size_t len);
void cells_fill(struct cells *c, struct rect r, enum style st, uint32_t cp);
/* Changes the style only. */
void cells_restyle(struct cells *c, struct rect r, enum style st);
/* The sign of the selected row, ▌, in the colour of the rule above its pane. */
void cells_selected(struct cells *c, int x, int y);
/* A titled rule: "─ title ───── right ─", heavy ━ when focused; then the cursor stands below it, until somebody says better. In plain:
 * "title, right". */
void cells_rule(struct cells *c, int x, int y, int w, bool is_focused, const char *title, const char *right);
/* Cells that the text at its right may have; a longer one is left out. */
int cells_rule_room(int w, const char *title);
void cells_box(struct cells *c, struct rect r, const char *title);
void cells_vline(struct cells *c, int x, int y, int h);
void cells_cursor(struct cells *c, int x, int y, bool is_text);

/* The grid as text: one line a row, trailing blanks cut. */
void cells_dump(const struct cells *c, struct buf *out);
/* For goldens: the text, then a line "-- styles", then per row "Y: X+LEN STYLE…" for the runs of styles other than ST_TEXT,
 * then the cursor. */
void cells_dump_styles(const struct cells *c, struct buf *out);

#endif
