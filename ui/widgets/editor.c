/* The text and the keys; drawing is in editor_draw.c. */
#include "ui/widgets/editor.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"
#include "text/width.h"
#include "ui/screen.h"
#include "ui/widgets/editor_state.h"
#include "ui/widgets/field.h"

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

bool editor_selection(const struct editor *e, size_t *start, size_t *end)
{
	if (!e->has_anchor || e->anchor == e->cursor) {
		return false;
	}
	*start = e->anchor < e->cursor ? e->anchor : e->cursor;
	*end = e->anchor < e->cursor ? e->cursor : e->anchor;
	return true;
}

const char *editor_refusal(const struct editor *e)
{
	return e->refusal[0] != '\0' ? e->refusal : NULL;
}

void editor_show_numbers(struct editor *e, bool is_on)
{
	e->has_numbers = is_on;
}

void editor_set_styler(struct editor *e, editor_styler *fn, void *ctx)
{
	e->styler = fn;
	e->styler_ctx = ctx;
}

void editor_place(const struct editor *e, size_t *line, int *column)
{
	size_t start = field_paragraph_start(&e->text, e->cursor);

	*line = 1;
	for (size_t i = 0; i < start; i++) {
		const char *nl = memchr(e->text.s + i, '\n', start - i);

		i = (size_t)(nl - e->text.s);
		++*line;
	}
	*column = editor_column(e, start, e->cursor) + 1;
}

/* Replaces bytes without an undo step. */
static void replace(struct editor *e, size_t at, size_t removed, const char *s, size_t len)
{
	struct buf shown = {0};
	assert(at + removed <= e->text.len);
	field_add_shown(&shown, s, len);
	field_splice(&e->text, at, removed, s, len);
	field_splice(&e->shown, at, removed, shown.s, shown.len);
	buf_free(&shown);
	if (e->is_wrapped) {
		wrap_splice(&e->wrap, buf_str(&e->shown), e->shown.len, at, removed, len);
	} else {
		wrap_reset(&e->wrap);
	}
	e->version++;
	e->has_anchor = false;
}

static unsigned refuse(struct editor *e, size_t len)
{
	(void)snprintf(e->refusal, sizeof(e->refusal), "%zu MB are too much: a text has at most %u MB; nothing was changed", len >> 20, EDITOR_LIMIT >> 20);
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned edit(struct editor *e, enum change_kind kind, size_t at, size_t removed, const char *s, size_t len)
{
	if (removed == 0 && len == 0) {
		return INPUT_HANDLED;
	}
	if (e->text.len - removed + len > EDITOR_LIMIT) {
		return refuse(e, len);
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

/* In place of what is selected, or at the cursor. */
static unsigned put(struct editor *e, enum change_kind kind, const char *s, size_t len)
{
	size_t start = e->cursor, end = e->cursor;
	bool replaces = editor_selection(e, &start, &end);

	return edit(e, replaces ? CHANGE_OTHER : kind, start, end - start, s, len);
}

static unsigned insert(struct editor *e, const char *text, size_t len)
{
	struct buf in = {0};

	if (len > EDITOR_LIMIT) {
		return refuse(e, len);
	}
	field_import(e->is_single, text, len, &in);
	unsigned bits = put(e, CHANGE_OTHER, in.s, in.len);
	buf_free(&in);
	return bits;
}

void editor_set_cursor(struct editor *e, size_t offset)
{
	e->cursor = offset >= e->text.len ? e->text.len : field_prev_cluster(&e->shown, field_next_cluster(&e->shown, offset));
	e->last = OP_OTHER;
	e->has_anchor = false;
	undo_close(&e->undo);
}

void editor_select(struct editor *e, size_t start, size_t end)
{
	editor_set_cursor(e, end);
	e->anchor = start;
	e->has_anchor = true;
	e->is_marked = false;
}

bool editor_replace(struct editor *e, size_t start, size_t end, const char *text, size_t len)
{
	e->refusal[0] = '\0';
	undo_close(&e->undo);
	(void)edit(e, CHANGE_OTHER, start, end - start, text, len);
	undo_close(&e->undo);
	return editor_refusal(e) == NULL;
}

bool editor_find(struct editor *e, const char *needle, int by)
{
	size_t len = strlen(needle), start = e->cursor, end;
	const char *s = buf_str(&e->text), *found = NULL;

	if (len == 0 || e->text.len < len) {
		return false;
	}
	if (by > 0) {
		found = memmem(s + start, e->text.len - start, needle, len);
		found = found != NULL ? found : memmem(s, e->text.len, needle, len);
	} else {
		(void)editor_selection(e, &start, &end); /* not the place gone to last */
		const char *last = NULL;

		for (const char *p = s; (p = memmem(p, e->text.len - (size_t)(p - s), needle, len)) != NULL; p++) {
			found = (size_t)(p - s) < start ? p : found;
			last = p;
		}
		found = found != NULL ? found : last;
	}
	if (found != NULL) {
		editor_select(e, (size_t)(found - s), (size_t)(found - s) + len);
	}
	return found != NULL;
}

size_t editor_replace_all(struct editor *e, const char *needle, const char *with)
{
	struct buf out = {0};
	size_t len = strlen(needle), n = 0, from = 0, cursor = e->cursor;
	const char *s = buf_str(&e->text), *p;

	while (len > 0 && (p = memmem(s + from, e->text.len - from, needle, len)) != NULL) {
		(void)buf_add(&out, s + from, (size_t)(p - s) - from);
		(void)buf_add_str(&out, with);
		from = (size_t)(p - s) + len;
		n++;
	}
	(void)buf_add(&out, s + from, e->text.len - from);
	if (n > 0 && !editor_replace(e, 0, e->text.len, out.s, out.len)) {
		n = 0;
	}
	editor_set_cursor(e, cursor);
	buf_free(&out);
	return n;
}

/* Lines as drawn. */

static void ensure_wrapped(struct editor *e)
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

/* The offset in start..end whose cell is at the column or just before it. */
static size_t offset_at(const struct editor *e, size_t start, size_t end, int column)
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
		e->goal = editor_column(e, e->wrap.lines[line].start, e->cursor);
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
	return e->is_single ? 0 : put(e, CHANGE_TYPED, "\n", 1);
}

static unsigned erase_left(struct editor *e)
{
	size_t at = field_prev_cluster(&e->shown, e->cursor), start, end;

	return editor_selection(e, &start, &end) ? put(e, CHANGE_OTHER, "", 0) : edit(e, CHANGE_ERASED, at, e->cursor - at, "", 0);
}

static unsigned erase_right(struct editor *e)
{
	size_t next = field_next_cluster(&e->shown, e->cursor), start, end;

	return editor_selection(e, &start, &end) ? put(e, CHANGE_OTHER, "", 0) : edit(e, CHANGE_ERASED, e->cursor, next - e->cursor, "", 0);
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


/* What is selected, as in Emacs, or the word before. */
static unsigned kill_prev_word(struct editor *e)
{
	size_t start = field_prev_word(&e->text, e->cursor), end = e->cursor;

	(void)editor_selection(e, &start, &end);
	return kill_bytes(e, start, end);
}

static unsigned copy(struct editor *e)
{
	size_t start, end;

	if (editor_selection(e, &start, &end)) {
		buf_clear(&e->killed);
		(void)buf_add(&e->killed, e->text.s + start, end - start);
		e->has_anchor = false;
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned set_mark(struct editor *e)
{
	e->anchor = e->cursor;
	e->has_anchor = e->is_marked = true;
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned kill_next_word(struct editor *e) { return kill_bytes(e, e->cursor, field_next_word(&e->text, e->cursor)); }
static unsigned yank(struct editor *e) { return put(e, CHANGE_OTHER, e->killed.s, e->killed.len); }

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

struct key_row {
	uint32_t key;
	unsigned (*fn)(struct editor *e);
};

/* With Shift, too: then they select. */
static const struct key_row moves[] = {
	{K_LEFT, go_left}, {'b' | K_CTRL, go_left}, {K_RIGHT, go_right}, {'f' | K_CTRL, go_right},
	{K_UP, go_up}, {'p' | K_CTRL, go_up}, {K_DOWN, go_down}, {'n' | K_CTRL, go_down},
	{K_PAGE_UP, go_page_up}, {K_PAGE_DOWN, go_page_down}, {K_HOME, go_home}, {K_END, go_end},
	{'a' | K_CTRL, go_paragraph_start}, {'e' | K_CTRL, go_paragraph_end},
	{K_LEFT | K_CTRL, go_prev_word}, {K_LEFT | K_ALT, go_prev_word}, {'b' | K_ALT, go_prev_word},
	{K_RIGHT | K_CTRL, go_next_word}, {K_RIGHT | K_ALT, go_next_word}, {'f' | K_ALT, go_next_word},
	{K_HOME | K_CTRL, go_text_start}, {'<' | K_ALT, go_text_start}, {K_END | K_CTRL, go_text_end}, {'>' | K_ALT, go_text_end},
};

static const struct key_row keys[] = {
	{K_ENTER, newline}, {'j' | K_CTRL, newline}, {K_BACKSPACE, erase_left}, {K_DELETE, erase_right}, {'d' | K_CTRL, erase_right},
	{'k' | K_CTRL, kill_to_end}, {'u' | K_CTRL, kill_to_start}, {'w' | K_CTRL, kill_prev_word}, {K_BACKSPACE | K_ALT, kill_prev_word},
	{'d' | K_ALT, kill_next_word}, {'y' | K_CTRL, yank}, {' ' | K_CTRL, set_mark}, {'w' | K_ALT, copy},
	{'_' | K_CTRL, take_back}, {'/' | K_CTRL, take_back}, {'_' | K_ALT, make_again}, {'r' | K_CTRL, make_again},
};

static const struct key_row *find_key(const struct key_row *rows, size_t n, uint32_t key)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].key == key) {
			return &rows[i];
		}
	}
	return NULL;
}

/* Whether the cursor takes the selection with it, and begins one. */
static void begin_move(struct editor *e, bool selects)
{
	if (selects && !e->has_anchor) {
		e->anchor = e->cursor;
		e->is_marked = false;
	}
	e->has_anchor = selects || (e->has_anchor && e->is_marked);
}

static unsigned type_key(struct editor *e, uint32_t key)
{
	const struct key_row *row = find_key(moves, COUNT_OF(moves), key & ~(uint32_t)K_SHIFT);
	char bytes[4];

	if (row != NULL && e->is_single && (row->fn == go_up || row->fn == go_down)) {
		return 0;
	}
	if (row != NULL) {
		begin_move(e, key & K_SHIFT);
		return row->fn(e);
	}
	row = find_key(keys, COUNT_OF(keys), key);
	if (row != NULL) {
		return row->fn(e);
	}
	if (key >= K_NAMED || key < ' ') {
		return 0;
	}
	return put(e, CHANGE_TYPED, bytes, utf8_encode(key, bytes));
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
	x = x > e->gutter ? x - e->gutter : 0;
	switch (in->mouse) {
	case MOUSE_PRESS:
		begin_move(e, false);
		e->has_anchor = false;
		return click(e, x, y);
	case MOUSE_WHEEL_UP:
		return move_lines(e, -3);
	case MOUSE_WHEEL_DOWN:
		return move_lines(e, 3);
	case MOUSE_DRAG:
		begin_move(e, true);
		return click(e, x, y);
	case MOUSE_RELEASE:
		break;
	}
	return 0;
}

unsigned editor_input(struct editor *e, const struct input *in)
{
	unsigned bits = 0;

	e->now = OP_OTHER;
	e->refusal[0] = '\0';
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

/* Cells that the numbers of the lines take. */
static int gutter_of(const struct editor *e)
{
	size_t n = 1;
	int w = 2;

	if (!e->has_numbers || e->is_single) {
		return 0;
	}
	for (const char *p = buf_str(&e->text), *end = p + e->text.len; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) {
		n++;
	}
	for (; n >= 10; n /= 10) {
		w++;
	}
	return w < 3 ? 3 : w;
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
