/* What keys, pastes and the mouse do to an editor. */
#include "base/mem.h"
#include "text/utf8.h"
#include "ui/screen.h"
#include "ui/widgets/editor_state.h"
#include "ui/widgets/field.h"

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
	editor_wrap(e);
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
	return move_to(e, editor_offset_at(e, e->wrap.lines[to].start, editor_line_end(e, to), e->goal));
}

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
	editor_wrap(e);
	return move_to(e, e->is_single ? 0 : e->wrap.lines[wrap_line_at(&e->wrap, e->cursor)].start);
}

static unsigned go_end(struct editor *e)
{
	editor_wrap(e);
	return move_to(e, e->is_single ? e->text.len : editor_line_end(e, wrap_line_at(&e->wrap, e->cursor)));
}

static unsigned newline(struct editor *e)
{
	undo_close(&e->undo);
	return e->is_single ? 0 : editor_put(e, CHANGE_TYPED, "\n", 1);
}

static unsigned erase_left(struct editor *e)
{
	size_t at = field_prev_cluster(&e->shown, e->cursor), start, end;

	return editor_selection(e, &start, &end) ? editor_put(e, CHANGE_OTHER, "", 0) : editor_change(e, CHANGE_ERASED, at, e->cursor - at, "", 0);
}

static unsigned erase_right(struct editor *e)
{
	size_t next = field_next_cluster(&e->shown, e->cursor), start, end;

	return editor_selection(e, &start, &end) ? editor_put(e, CHANGE_OTHER, "", 0) : editor_change(e, CHANGE_ERASED, e->cursor, next - e->cursor, "", 0);
}

/* Erases and keeps the bytes for Ctrl-Y; kills in a row add up, as in readline. */
static unsigned kill_bytes(struct editor *e, size_t start, size_t end)
{
	bool is_back = end == e->cursor && start < end;

	if (start == end) {
		return INPUT_HANDLED;
	}
	if (e->last != OP_KILL) {
		buf_clear(&e->killed);
	}
	e->now = OP_KILL;
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
	return editor_change(e, CHANGE_OTHER, start, end - start, "", 0);
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

	e->has_copied = editor_selection(e, &start, &end);
	return kill_bytes(e, start, end);
}

static unsigned copy(struct editor *e)
{
	size_t start, end;

	if (editor_selection(e, &start, &end)) {
		buf_clear(&e->killed);
		(void)buf_add(&e->killed, e->text.s + start, end - start);
		e->has_copied = true;
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
static unsigned yank(struct editor *e) { return editor_put(e, CHANGE_OTHER, e->killed.s, e->killed.len); }

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
	{'_' | K_CTRL, editor_undo}, {'/' | K_CTRL, editor_undo}, {'_' | K_ALT, editor_redo}, {'r' | K_CTRL, editor_redo},
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
	return editor_put(e, CHANGE_TYPED, bytes, utf8_encode(key, bytes));
}

static unsigned click(struct editor *e, int x, int y)
{
	if (e->is_single) {
		return move_to(e, editor_offset_at(e, e->top, e->text.len, x));
	}
	editor_wrap(e);
	size_t line = e->top + (size_t)y;
	if (line >= e->wrap.n) {
		return move_to(e, e->text.len);
	}
	return move_to(e, editor_offset_at(e, e->wrap.lines[line].start, editor_line_end(e, line), x));
}

static unsigned mouse(struct editor *e, const struct input *in)
{
	int x = in->x - e->area.x;
	int y = in->y - e->area.y;

	bool is_inside = x >= 0 && y >= 0 && x < e->area.w && y < e->area.h;

	x = x > e->gutter ? x - e->gutter : 0;
	if (in->mouse == MOUSE_DRAG && (y < 0 || y >= e->area.h)) { /* over the edge: the text comes along */
		begin_move(e, true);
		return move_lines(e, y < 0 ? -1 : 1);
	}
	if (!is_inside && in->mouse != MOUSE_DRAG) {
		return 0;
	}
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
	e->remark[0] = '\0';
	e->has_copied = false;
	switch (in->type) {
	case INPUT_KEY:
		bits = type_key(e, in->key);
		break;
	case INPUT_PASTE:
		bits = editor_paste(e, in->text, in->len);
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
