#include "ui/widgets/editor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"
#include "text/width.h"
#include "text/wrap.h"
#include "ui/screen.h"
#include "ui/widgets/field.h"
#include "ui/widgets/undo.h"

/* `shown` is `text` with each character that must not be drawn replaced by a dot of the same length in bytes. So an offset means the
 * same place in both, wrapping and widths work on clean text, and a place where they differ is drawn as a dim dot. The price is a second
 * copy of the text; the alternative, a map of offsets, would have to be kept up with every change. */
enum last_op { OP_OTHER, OP_VERTICAL, OP_KILL };

struct editor {
	struct buf text, shown;
	size_t cursor;
	bool is_single;
	const char *placeholder;
	struct undo undo;
	struct buf killed;
	unsigned long version;
	struct rect area;
	struct wrap wrap;
	bool is_wrapped;  /* wrap fits text and area */
	size_t top;       /* first line shown; of one line: first byte shown */
	int goal;         /* column that Up and Down keep */
	enum last_op last, now;
};

#define TAB_STOP 4

struct editor *editor_new(bool is_single_line, const char *placeholder)
{
	struct editor *e = x_calloc(1, sizeof(*e));

	e->is_single = is_single_line;
	e->placeholder = placeholder;
	e->area = (struct rect){0, 0, 80, 1};
	return e;
}

void editor_free(struct editor *e)
{
	if (e != NULL) {
		buf_free(&e->text);
		buf_free(&e->shown);
		buf_free(&e->killed);
		undo_free(&e->undo);
		wrap_free(&e->wrap);
		free(e);
	}
}

const char *editor_text(const struct editor *e, size_t *len)
{
	if (len != NULL) {
		*len = e->text.len;
	}
	return buf_str(&e->text);
}

bool editor_is_empty(const struct editor *e)
{
	return e->text.len == 0;
}

size_t editor_cursor(const struct editor *e)
{
	return e->cursor;
}

unsigned long editor_version(const struct editor *e)
{
	return e->version;
}

/* Replaces bytes without an undo step. */
static void replace(struct editor *e, size_t at, size_t removed, const char *s, size_t len)
{
	struct buf shown = {0};
	bool is_append = at == e->text.len && removed == 0;

	assert(at + removed <= e->text.len);
	field_add_shown(&shown, s, len);
	field_splice(&e->text, at, removed, s, len);
	field_splice(&e->shown, at, removed, shown.s, shown.len);
	buf_free(&shown);
	if (!is_append) {
		wrap_reset(&e->wrap);
	}
	e->is_wrapped = false;
	e->version++;
}

static unsigned edit(struct editor *e, enum change_kind kind, size_t at, size_t removed, const char *s, size_t len)
{
	if (removed == 0 && len == 0) {
		return INPUT_HANDLED;
	}
	if (e->text.len - removed + len > EDITOR_LIMIT) {
		return INPUT_HANDLED;
	}
	struct change c = {.kind = kind, .at = at, .cursor_before = e->cursor};
	buf_add(&c.removed, e->text.s != NULL ? e->text.s + at : "", removed);
	buf_add(&c.inserted, s, len);
	undo_record(&e->undo, &c);
	buf_free(&c.removed);
	buf_free(&c.inserted);
	replace(e, at, removed, s, len);
	e->cursor = at + len;
	return INPUT_HANDLED | INPUT_REDRAW;
}

void editor_set(struct editor *e, const char *text, size_t len)
{
	struct buf in = {0};

	field_import(e->is_single, text, len, &in);
	if (in.len > EDITOR_LIMIT) {
		buf_clear(&in);
	}
	replace(e, 0, e->text.len, in.s, in.len);
	buf_free(&in);
	undo_clear(&e->undo);
	e->cursor = e->text.len;
	e->top = 0;
}

static unsigned insert(struct editor *e, const char *text, size_t len)
{
	struct buf in = {0};

	field_import(e->is_single, text, len, &in);
	unsigned bits = edit(e, CHANGE_OTHER, e->cursor, 0, in.s, in.len);
	buf_free(&in);
	return bits;
}

void editor_set_cursor(struct editor *e, size_t offset)
{
	e->cursor = offset >= e->text.len ? e->text.len : field_prev_cluster(&e->shown, field_next_cluster(&e->shown, offset));
	e->last = OP_OTHER;
	undo_close(&e->undo);
}

/* Lines as drawn. */

static void ensure_wrapped(struct editor *e)
{
	/* One column is left for the cursor behind the last character. */
	size_t width = e->area.w > 1 ? (size_t)e->area.w - 1 : 1;

	if (!e->is_wrapped && !e->is_single) {
		wrap_update(&e->wrap, buf_str(&e->shown), e->shown.len, width);
		e->is_wrapped = true;
	}
}

static int advance(int column, char first, int cells)
{
	return first == '\t' ? (column / TAB_STOP + 1) * TAB_STOP : column + cells;
}

static int column_of(const struct editor *e, size_t start, size_t at)
{
	int column = 0;

	while (start < at) {
		int cells;
		size_t n = width_cluster(e->shown.s + start, e->shown.len - start, &cells);

		column = advance(column, e->shown.s[start], cells);
		start += n;
	}
	return column;
}

/* The offset in start..end whose cell is at the column or just before it. */
static size_t offset_at(const struct editor *e, size_t start, size_t end, int column)
{
	int at = 0;

	while (start < end) {
		int cells;
		size_t n = width_cluster(e->shown.s + start, e->shown.len - start, &cells);

		at = advance(at, e->shown.s[start], cells);
		if (at > column) {
			break;
		}
		start += n;
	}
	return start;
}

/* Where the cursor may go in a line: a soft line ends before its last cluster, since the place behind it starts the next line. */
static size_t line_end(const struct editor *e, size_t line)
{
	const struct wrap_line *l = &e->wrap.lines[line];

	if (l->is_soft && line + 1 < e->wrap.n) {
		return field_prev_cluster(&e->shown, e->wrap.lines[line + 1].start);
	}
	return l->start + l->len;
}

static unsigned move_to(struct editor *e, size_t at)
{
	e->cursor = at;
	undo_close(&e->undo);
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned move_lines(struct editor *e, int by)
{
	if (e->is_single) {
		return 0;
	}
	ensure_wrapped(e);
	size_t line = wrap_line_at(&e->wrap, e->cursor);
	size_t to = line;

	if (e->last != OP_VERTICAL) {
		e->goal = column_of(e, e->wrap.lines[line].start, e->cursor);
	}
	e->now = OP_VERTICAL;
	if (by < 0) {
		to = line > (size_t)-by ? line - (size_t)-by : 0;
	} else {
		to = line + (size_t)by < e->wrap.n ? line + (size_t)by : e->wrap.n - 1;
	}
	if (to == line) {
		return move_to(e, by < 0 ? 0 : e->text.len);
	}
	return move_to(e, offset_at(e, e->wrap.lines[to].start, line_end(e, to), e->goal));
}

/* The keys. */

static unsigned go_left(struct editor *e) { return move_to(e, field_prev_cluster(&e->shown, e->cursor)); }
static unsigned go_right(struct editor *e) { return move_to(e, field_next_cluster(&e->shown, e->cursor)); }
static unsigned go_up(struct editor *e) { return move_lines(e, -1); }
static unsigned go_down(struct editor *e) { return move_lines(e, 1); }
static unsigned go_page_up(struct editor *e) { return move_lines(e, e->area.h > 2 ? 1 - e->area.h : -1); }
static unsigned go_page_down(struct editor *e) { return move_lines(e, e->area.h > 2 ? e->area.h - 1 : 1); }
static unsigned go_prev_word(struct editor *e) { return move_to(e, field_prev_word(&e->text, e->cursor)); }
static unsigned go_next_word(struct editor *e) { return move_to(e, field_next_word(&e->text, e->cursor)); }
static unsigned go_paragraph_start(struct editor *e) { return move_to(e, field_paragraph_start(&e->text, e->cursor)); }
static unsigned go_paragraph_end(struct editor *e) { return move_to(e, field_paragraph_end(&e->text, e->cursor)); }
static unsigned go_text_start(struct editor *e) { return move_to(e, 0); }
static unsigned go_text_end(struct editor *e) { return move_to(e, e->text.len); }

static unsigned go_home(struct editor *e)
{
	ensure_wrapped(e);
	return move_to(e, e->is_single ? 0 : e->wrap.lines[wrap_line_at(&e->wrap, e->cursor)].start);
}

static unsigned go_end(struct editor *e)
{
	ensure_wrapped(e);
	return move_to(e, e->is_single ? e->text.len : line_end(e, wrap_line_at(&e->wrap, e->cursor)));
}

static unsigned newline(struct editor *e)
{
	undo_close(&e->undo);
	return e->is_single ? 0 : edit(e, CHANGE_TYPED, e->cursor, 0, "\n", 1);
}

static unsigned erase_left(struct editor *e)
{
	size_t at = field_prev_cluster(&e->shown, e->cursor);

	return edit(e, CHANGE_ERASED, at, e->cursor - at, "", 0);
}

static unsigned erase_right(struct editor *e)
{
	size_t end = field_next_cluster(&e->shown, e->cursor);

	return edit(e, CHANGE_ERASED, e->cursor, end - e->cursor, "", 0);
}

/* Erases and keeps the bytes for Ctrl-Y; kills in a row add up, as in readline. */
static unsigned kill_bytes(struct editor *e, size_t start, size_t end)
{
	bool is_back = end == e->cursor && start < end;

	if (e->last != OP_KILL) {
		buf_clear(&e->killed);
	}
	e->now = OP_KILL;
	if (start == end) {
		return INPUT_HANDLED;
	}
	struct buf all = {0};
	if (!is_back) {
		buf_add(&all, e->killed.s, e->killed.len);
	}
	buf_add(&all, e->text.s + start, end - start);
	if (is_back) {
		buf_add(&all, e->killed.s, e->killed.len);
	}
	buf_free(&e->killed);
	e->killed = all;
	return edit(e, CHANGE_OTHER, start, end - start, "", 0);
}

static unsigned kill_to_end(struct editor *e)
{
	size_t end = field_paragraph_end(&e->text, e->cursor);

	return kill_bytes(e, e->cursor, end == e->cursor ? field_next_cluster(&e->shown, end) : end);
}

static unsigned kill_to_start(struct editor *e)
{
	size_t start = field_paragraph_start(&e->text, e->cursor);

	return kill_bytes(e, start == e->cursor ? field_prev_cluster(&e->shown, start) : start, e->cursor);
}

static unsigned kill_prev_word(struct editor *e) { return kill_bytes(e, field_prev_word(&e->text, e->cursor), e->cursor); }
static unsigned kill_next_word(struct editor *e) { return kill_bytes(e, e->cursor, field_next_word(&e->text, e->cursor)); }
static unsigned yank(struct editor *e) { return edit(e, CHANGE_OTHER, e->cursor, 0, e->killed.s, e->killed.len); }

static unsigned take_back(struct editor *e)
{
	const struct change *c = undo_back(&e->undo);

	if (c != NULL) {
		replace(e, c->at, c->inserted.len, c->removed.s, c->removed.len);
		e->cursor = c->cursor_before;
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned make_again(struct editor *e)
{
	const struct change *c = undo_forth(&e->undo);

	if (c != NULL) {
		replace(e, c->at, c->removed.len, c->inserted.s, c->inserted.len);
		e->cursor = c->at + c->inserted.len;
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

static const struct {
	uint32_t key;
	unsigned (*fn)(struct editor *e);
} keys[] = {
	{K_LEFT, go_left}, {'b' | K_CTRL, go_left}, {K_RIGHT, go_right}, {'f' | K_CTRL, go_right},
	{K_UP, go_up}, {'p' | K_CTRL, go_up}, {K_DOWN, go_down}, {'n' | K_CTRL, go_down},
	{K_PAGE_UP, go_page_up}, {K_PAGE_DOWN, go_page_down}, {K_HOME, go_home}, {K_END, go_end},
	{'a' | K_CTRL, go_paragraph_start}, {'e' | K_CTRL, go_paragraph_end},
	{K_LEFT | K_CTRL, go_prev_word}, {K_LEFT | K_ALT, go_prev_word}, {'b' | K_ALT, go_prev_word},
	{K_RIGHT | K_CTRL, go_next_word}, {K_RIGHT | K_ALT, go_next_word}, {'f' | K_ALT, go_next_word},
	{K_HOME | K_CTRL, go_text_start}, {'<' | K_ALT, go_text_start}, {K_END | K_CTRL, go_text_end}, {'>' | K_ALT, go_text_end},
	{K_ENTER, newline}, {'j' | K_CTRL, newline}, {K_BACKSPACE, erase_left}, {K_DELETE, erase_right}, {'d' | K_CTRL, erase_right},
	{'k' | K_CTRL, kill_to_end}, {'u' | K_CTRL, kill_to_start}, {'w' | K_CTRL, kill_prev_word}, {K_BACKSPACE | K_ALT, kill_prev_word},
	{'d' | K_ALT, kill_next_word}, {'y' | K_CTRL, yank},
	{'_' | K_CTRL, take_back}, {'/' | K_CTRL, take_back}, {'_' | K_ALT, make_again}, {'r' | K_CTRL, make_again},
};

static unsigned type_key(struct editor *e, uint32_t key)
{
	char bytes[4];

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		if (keys[i].key == key) {
			return keys[i].fn(e);
		}
	}
	if (key >= K_NAMED || key < ' ') {
		return 0;
	}
	return edit(e, CHANGE_TYPED, e->cursor, 0, bytes, utf8_encode(key, bytes));
}

static unsigned click(struct editor *e, int x, int y)
{
	if (e->is_single) {
		return move_to(e, offset_at(e, e->top, e->text.len, x));
	}
	ensure_wrapped(e);
	size_t line = e->top + (size_t)y;
	if (line >= e->wrap.n) {
		return move_to(e, e->text.len);
	}
	return move_to(e, offset_at(e, e->wrap.lines[line].start, line_end(e, line), x));
}

static unsigned mouse(struct editor *e, const struct input *in)
{
	int x = in->x - e->area.x;
	int y = in->y - e->area.y;

	if (x < 0 || y < 0 || x >= e->area.w || y >= e->area.h) {
		return 0;
	}
	switch (in->mouse) {
	case MOUSE_PRESS:
		return click(e, x, y);
	case MOUSE_WHEEL_UP:
		return move_lines(e, -3);
	case MOUSE_WHEEL_DOWN:
		return move_lines(e, 3);
	case MOUSE_DRAG:
	case MOUSE_RELEASE:
		break;
	}
	return 0;
}

unsigned editor_input(struct editor *e, const struct input *in)
{
	unsigned bits = 0;

	e->now = OP_OTHER;
	switch (in->type) {
	case INPUT_KEY:
		bits = type_key(e, in->key);
		break;
	case INPUT_PASTE:
		bits = insert(e, in->text, in->len);
		break;
	case INPUT_MOUSE:
		bits = mouse(e, in);
		break;
	case INPUT_FOCUS:
	case INPUT_REPORT:
		break;
	}
	if (bits != 0) {
		e->last = e->now;
	}
	return bits;
}

static void scroll_single(struct editor *e)
{
	int room = e->area.w > 1 ? e->area.w - 1 : 1;

	if (e->top > e->text.len || e->top > e->cursor) {
		e->top = e->cursor;
	}
	if (column_of(e, e->top, e->cursor) > room) {
		e->top = e->cursor;
		while (e->top > 0 && column_of(e, field_prev_cluster(&e->shown, e->top), e->cursor) <= room) {
			e->top = field_prev_cluster(&e->shown, e->top);
		}
	}
	/* Text that fits again after a deletion comes back from the left. */
	while (e->top > 0 && column_of(e, field_prev_cluster(&e->shown, e->top), e->text.len) <= room) {
		e->top = field_prev_cluster(&e->shown, e->top);
	}
}

void editor_layout(struct editor *e, struct rect r)
{
	if (r.w != e->area.w) {
		e->is_wrapped = false;
	}
	e->area = r;
	if (e->is_single) {
		scroll_single(e);
		return;
	}
	ensure_wrapped(e);
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

/* Draws bytes start..end from the left edge of the row. */
static void draw_line(const struct editor *e, struct cells *c, struct rect row, enum style st, size_t start, size_t end)
{
	int column = 0;

	while (start < end && column < row.w) {
		int cells;
		size_t n = width_cluster(e->shown.s + start, end - start, &cells);

		if (memcmp(e->shown.s + start, e->text.s + start, n) != 0) {
			cells_text(c, row.x + column, row.y, row.w - column, ST_DIM, "·", strlen("·"));
		} else if (e->shown.s[start] != '\t') {
			cells_text(c, row.x + column, row.y, row.w - column, st, e->shown.s + start, n);
		}
		column = advance(column, e->shown.s[start], cells);
		start += n;
	}
}

static void draw_cursor(const struct editor *e, struct cells *c, struct rect r, size_t start, int y)
{
	int x = column_of(e, start, e->cursor);

	cells_cursor(c, r.x + (x < r.w ? x : r.w - 1), y, true);
}

void editor_draw(const struct editor *e, struct cells *c, struct rect r, bool is_focused)
{
	enum style st = is_focused ? ST_FIELD : ST_TEXT;
	struct rect former = cells_clip(c, r);

	assert(e->is_wrapped || e->is_single);
	cells_fill(c, r, st, ' ');
	if (e->text.len == 0 && e->placeholder != NULL) {
		cells_fit(c, r.x, r.y, r.w, ST_DIM, e->placeholder);
	}
	if (e->is_single) {
		draw_line(e, c, r, st, e->top, e->text.len);
		if (is_focused) {
			draw_cursor(e, c, r, e->top, r.y);
		}
		cells_unclip(c, former);
		return;
	}
	size_t cursor_line = wrap_line_at(&e->wrap, e->cursor);
	for (size_t i = 0; i < (size_t)(r.h > 0 ? r.h : 0) && e->top + i < e->wrap.n; i++) {
		const struct wrap_line *l = &e->wrap.lines[e->top + i];
		int y = r.y + (int)i;

		draw_line(e, c, (struct rect){r.x, y, r.w, 1}, st, l->start, l->start + l->len);
		if (is_focused && e->top + i == cursor_line) {
			draw_cursor(e, c, r, l->start, y);
		}
	}
	cells_unclip(c, former);
}
