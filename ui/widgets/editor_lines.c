/* The lines of an editor: wrapped to its width and scrolled to the cursor; places in the text to cells and back. */
#include <string.h>

#include "text/width.h"
#include "ui/widgets/editor_state.h"
#include "ui/widgets/field.h"

void editor_wrap(struct editor *e)
{
	/* One column is left for the cursor behind the last character. */
	size_t width = e->area.w - e->gutter > 1 ? (size_t)(e->area.w - e->gutter) - 1 : 1;

	if (!e->is_wrapped && !e->is_single) {
		wrap_update(&e->wrap, buf_str(&e->shown), e->shown.len, width);
		e->is_wrapped = true;
	}
}

int editor_column(const struct editor *e, size_t start, size_t at)
{
	int column = 0;

	while (start < at) {
		int cells;
		size_t n = width_cluster(e->shown.s + start, e->shown.len - start, &cells);

		column = editor_advance(column, e->shown.s[start], cells);
		start += n;
	}
	return column;
}

size_t editor_offset_at(const struct editor *e, size_t start, size_t end, int column)
{
	int at = 0;

	while (start < end) {
		int cells;
		size_t n = width_cluster(e->shown.s + start, e->shown.len - start, &cells);

		at = editor_advance(at, e->shown.s[start], cells);
		if (at > column) {
			break;
		}
		start += n;
	}
	return start;
}

size_t editor_line_end(const struct editor *e, size_t line)
{
	const struct wrap_line *l = &e->wrap.lines[line];

	if (l->is_soft && line + 1 < e->wrap.n) {
		return field_prev_cluster(&e->shown, e->wrap.lines[line + 1].start);
	}
	return l->start + l->len;
}

size_t editor_number(const struct editor *e, size_t line)
{
	size_t number = 1;

	for (size_t i = 0; i < line; i++) {
		number += !e->wrap.lines[i].is_soft;
	}
	return number;
}

void editor_place(const struct editor *e, size_t *line, int *column)
{
	size_t start = field_paragraph_start(&e->text, e->cursor);

	*line = e->is_wrapped ? editor_number(e, wrap_line_at(&e->wrap, start)) : 1 + field_newlines(buf_str(&e->text), start);
	*column = editor_column(e, start, e->cursor) + 1;
}

static void scroll_single(struct editor *e)
{
	int room = e->area.w > 1 ? e->area.w - 1 : 1;

	if (e->top > e->text.len || e->top > e->cursor) {
		e->top = e->cursor;
	}
	if (editor_column(e, e->top, e->cursor) > room) {
		e->top = e->cursor;
		while (e->top > 0 && editor_column(e, field_prev_cluster(&e->shown, e->top), e->cursor) <= room) {
			e->top = field_prev_cluster(&e->shown, e->top);
		}
	}
	/* Text that fits again after a deletion comes back from the left. */
	while (e->top > 0 && editor_column(e, field_prev_cluster(&e->shown, e->top), e->text.len) <= room) {
		e->top = field_prev_cluster(&e->shown, e->top);
	}
}

/* Cells that the numbers of the lines take: one before them is for the mark of the selected row, one behind them is blank. */
static int gutter_of(const struct editor *e)
{
	int w = 3;

	if (!e->has_numbers || e->is_single) {
		return 0;
	}
	for (size_t n = e->n_newlines + 1; n >= 10; n /= 10) {
		w++;
	}
	return w;
}

void editor_layout(struct editor *e, struct rect r)
{
	int gutter = gutter_of(e);

	if (r.w != e->area.w || gutter != e->gutter) {
		e->is_wrapped = false;
	}
	e->area = r;
	e->gutter = gutter;
	if (e->is_single) {
		scroll_single(e);
		return;
	}
	editor_wrap(e);
	size_t h = r.h > 0 ? (size_t)r.h : 1;
	size_t line = wrap_line_at(&e->wrap, e->cursor);
	if (line < e->top) {
		e->top = line;
	} else if (line >= e->top + h) {
		e->top = line + 1 - h;
	}
	if (e->top + h > e->wrap.n) {
		e->top = e->wrap.n > h ? e->wrap.n - h : 0;
	}
}

void editor_show_start(struct editor *e)
{
	e->top = 0;
}

size_t editor_lines(const struct editor *e)
{
	return e->is_single ? 1 : e->wrap.n;
}

void editor_cursor_cell(const struct editor *e, int *x, int *y)
{
	size_t line = e->is_single ? 0 : wrap_line_at(&e->wrap, e->cursor);

	*x = e->area.x + e->gutter + editor_column(e, e->is_single ? e->top : e->wrap.lines[line].start, e->cursor);
	*y = e->area.y + (e->is_single ? 0 : (int)line - (int)e->top);
}
