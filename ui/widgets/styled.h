/* styled - text with a style for each stretch, wrapped to a width and scrolled: diffs, call bodies, help.
 * Owns a copy of what is added. Text must be clean. */
#ifndef SONDE_UI_WIDGETS_STYLED_H
#define SONDE_UI_WIDGETS_STYLED_H

#include "ui/cells.h"

struct styled_text;

struct styled_text *styled_new(void);
void styled_free(struct styled_text *t);
void styled_add(struct styled_text *t, enum style st, const char *text, size_t len);
void styled_addf(struct styled_text *t, enum style st, const char *fmt, ...) SONDE_PRINTF(3, 4);
/* Wraps to the width; returns the number of lines. */
size_t styled_layout(struct styled_text *t, int width);
/* Draws the lines from `top` on. */
void styled_draw(const struct styled_text *t, struct cells *c, struct rect r, size_t top);
/* First line after (by > 0) or before (by < 0) line `from` that holds text of a style other than ST_TEXT and ST_DIM; from when there is none. */
size_t styled_next_mark(const struct styled_text *t, size_t from, int by);

#endif
