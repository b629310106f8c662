/* What of an editor is drawn. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "text/width.h"
#include "ui/widgets/editor_state.h"
#include "ui/widgets/field.h"

#define MOST_SPANS 64
#define BRACKET_REACH 16384 /* bytes that the other one of two brackets is looked for in */

/* How a line is drawn: its stretches, what is selected, the two brackets. */
struct line_look {
	enum style st;
	struct editor_span spans[MOST_SPANS];
	size_t n, at;
	size_t from, to;      /* selected */
	size_t brackets[2];   /* SIZE_MAX: none */
};

static enum style style_at(struct line_look *l, size_t offset)
{
	while (l->at < l->n && offset >= l->spans[l->at].start + l->spans[l->at].len) {
		l->at++;
	}
	if (offset >= l->from && offset < l->to) {
		return ST_SEL;
	}
	if (offset == l->brackets[0] || offset == l->brackets[1]) {
		return ST_HIT;
	}
	return l->at < l->n && offset >= l->spans[l->at].start ? l->spans[l->at].st : l->st;
}

/* Draws bytes start..end from the left edge of the row. */
static void draw_line(const struct editor *e, struct cells *c, struct rect row, struct line_look *look, size_t start, size_t end)
{
	int column = 0;

	look->n = e->styler != NULL ? e->styler(e->styler_ctx, e->text.s, e->text.len, start, end, look->spans, MOST_SPANS) : 0;
	look->at = 0;
	while (start < end && column < row.w) {
		int cells;
		size_t n = width_cluster(e->shown.s + start, end - start, &cells);
		enum style st = style_at(look, start);
		int next = editor_advance(column, e->shown.s[start], cells);

		if (memcmp(e->shown.s + start, e->text.s + start, n) != 0) {
			cells_text(c, row.x + column, row.y, row.w - column, st == ST_SEL ? st : ST_DIM, "·", strlen("·"));
		} else if (e->shown.s[start] != '\t') {
			cells_text(c, row.x + column, row.y, row.w - column, st, e->shown.s + start, n);
		} else {
			cells_restyle(c, (struct rect){row.x + column, row.y, next - column, 1}, st);
		}
		column = next;
		start += n;
	}
	if (end >= look->from && end < look->to && column < row.w) { /* the end of the line is selected, too */
		cells_restyle(c, (struct rect){row.x + column, row.y, 1, 1}, ST_SEL);
	}
}

static void draw_cursor(const struct editor *e, struct cells *c, struct rect r, size_t start, int y)
{
	int x = editor_column(e, start, e->cursor);

	cells_cursor(c, r.x + (x < r.w ? x : r.w - 1), y, true);
}

/* The bracket that belongs to the one at `at`; SIZE_MAX when there is none near. */
static size_t other_bracket(const struct editor *e, size_t at)
{
	static const char open[] = "([{", close[] = ")]}";
	char c = at < e->text.len ? e->text.s[at] : '\0';
	const char *is_open = c != '\0' ? strchr(open, c) : NULL, *is_close = c != '\0' ? strchr(close, c) : NULL;

	if (is_open == NULL && is_close == NULL) {
		return SIZE_MAX;
	}
	char other = is_open != NULL ? close[is_open - open] : open[is_close - close];
	long depth = 0;

	for (size_t k = 0; k < BRACKET_REACH; k++) {
		if (is_open != NULL ? at + k >= e->text.len : k > at) {
			break;
		}
		size_t i = is_open != NULL ? at + k : at - k;

		depth += e->text.s[i] == c ? 1 : e->text.s[i] == other ? -1 : 0;
		if (depth == 0) {
			return i;
		}
	}
	return SIZE_MAX;
}

/* Of the bracket under the cursor, or of the one before it. */
static void find_brackets(const struct editor *e, size_t out[2])
{
	out[0] = out[1] = SIZE_MAX;
	for (size_t back = 0; back < 2 && back <= e->cursor; back++) {
		size_t other = other_bracket(e, e->cursor - back);

		if (other != SIZE_MAX) {
			out[0] = e->cursor - back;
			out[1] = other;
			return;
		}
	}
}

static void draw_many(const struct editor *e, struct cells *c, struct rect r, struct line_look *look, bool is_focused)
{
	struct rect text = {r.x + e->gutter, r.y, r.w - e->gutter, 1};
	size_t cursor_line = wrap_line_at(&e->wrap, e->cursor), number = e->has_numbers ? editor_number(e, e->top) : 0;

	for (size_t i = e->top; i < e->top + (size_t)(r.h > 0 ? r.h : 0) && i < e->wrap.n; i++) {
		const struct wrap_line *l = &e->wrap.lines[i];

		text.y = r.y + (int)(i - e->top);
		if (e->gutter > 0 && (i == 0 || !e->wrap.lines[i - 1].is_soft)) {
			(void)cells_putf(c, r.x, text.y, ST_DIM, "%*zu", e->gutter - 1, number);
		}
		number += !l->is_soft;
		draw_line(e, c, text, look, l->start, l->start + l->len);
		if (is_focused && i == cursor_line) {
			draw_cursor(e, c, text, l->start, text.y);
		}
	}
}

void editor_draw(const struct editor *e, struct cells *c, struct rect r, bool is_focused)
{
	struct line_look look = {.st = is_focused ? ST_FIELD : ST_TEXT, .brackets = {SIZE_MAX, SIZE_MAX}};
	struct rect former = cells_clip(c, r);

	assert(e->is_wrapped || e->is_single);
	(void)editor_selection(e, &look.from, &look.to);
	if (is_focused && e->styler != NULL) {
		find_brackets(e, look.brackets);
	}
	cells_fill(c, r, look.st, ' ');
	if (e->text.len == 0 && e->placeholder != NULL) {
		cells_fit(c, r.x + e->gutter, r.y, r.w - e->gutter, ST_DIM, e->placeholder);
	}
	if (e->is_single) {
		draw_line(e, c, r, &look, e->top, e->text.len);
		if (is_focused) {
			draw_cursor(e, c, r, e->top, r.y);
		}
	} else {
		draw_many(e, c, r, &look, is_focused);
	}
	cells_unclip(c, former);
}
