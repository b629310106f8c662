/* console_manual - the overlay that shows a section of the manual: wrapped to the screen, scrolled, closed by Esc.
 * The Markdown is ours: paragraphs, lists, tables, fences and headings are all it knows. */
#ifndef SONDE_UI_CONSOLE_MANUAL_H
#define SONDE_UI_CONSOLE_MANUAL_H

#include "ui/cells.h"
#include "ui/input.h"

struct manual_view;

/* NULL when the manual has no such heading. */
struct manual_view *manual_view_new(const char *heading);
void manual_view_free(struct manual_view *v);
/* Returns INPUT_* bits; *is_over: it is to be closed. */
unsigned manual_view_input(struct manual_view *v, const struct input *in, bool *is_over);
void manual_view_layout(struct manual_view *v, int w, int h);
void manual_view_draw(const struct manual_view *v, struct cells *c);

#endif
