/* The text and its changes. */
#include "ui/widgets/editor.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
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

const char *editor_remark(const struct editor *e, enum style *st)
{
	*st = e->remark_style;
	return e->remark[0] != '\0' ? e->remark : NULL;
}

const char *editor_copied(const struct editor *e, size_t *len)
{
	*len = e->killed.len;
	return e->has_copied ? buf_str(&e->killed) : NULL;
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

/* Replaces bytes without an undo step. */
static void replace(struct editor *e, size_t at, size_t removed, const char *s, size_t len)
{
	struct buf shown = {0};

	assert(at + removed <= e->text.len);
	e->n_newlines += field_newlines(s, len) - field_newlines(e->text.s + at, removed);
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

static size_t limit_of(const struct editor *e)
{
	return e->is_single ? EDITOR_LINE_LIMIT : EDITOR_LIMIT;
}

static unsigned refuse(struct editor *e, size_t len)
{
	char size[32];

	(void)snprintf(size, sizeof(size), len < 10u << 20 ? "%zu kB" : "%zu MB", len < 10u << 20 ? len >> 10 : len >> 20);
	(void)snprintf(e->remark, sizeof(e->remark), e->is_single ? "%s more are too much: a line has at most %zu kB; nothing was changed" :
	    "%s more are too much: a text has at most %zu MB; nothing was changed", size, e->is_single ? limit_of(e) >> 10 : limit_of(e) >> 20);
	e->remark_style = ST_BAD;
	return INPUT_HANDLED | INPUT_REDRAW;
}

/* What became of a paste. */
static void tell(struct editor *e, const struct field_told *told)
{
	const struct {
		size_t n;
		const char *one, *many;
	} parts[] = {
		{told->replaced, "byte that is no text became \uFFFD", "bytes that are no text became \uFFFD"},
		{told->blanked, "line end or tab became a blank", "line ends or tabs became blanks"},
		{told->hidden, "character that cannot be seen is kept, shown as \u00b7", "characters that cannot be seen are kept, shown as \u00b7"},
	};
	struct buf b = {0};

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (parts[i].n > 0) {
			(void)buf_addf(&b, "%s%zu %s", b.len > 0 ? "; " : "pasted: ", parts[i].n, parts[i].n == 1 ? parts[i].one : parts[i].many);
		}
	}
	(void)snprintf(e->remark, sizeof(e->remark), "%s", buf_str(&b));
	e->remark_style = ST_WARN;
	buf_free(&b);
}

unsigned editor_change(struct editor *e, enum change_kind kind, size_t at, size_t removed, const char *s, size_t len)
{
	if (removed == 0 && len == 0) {
		return INPUT_HANDLED;
	}
	if (len > removed && e->text.len - removed + len > limit_of(e)) {
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

	(void)field_import(e->is_single, text, len, &in);
	if (in.len > EDITOR_LIMIT) {
		buf_clear(&in);
	}
	replace(e, 0, e->text.len, in.s, in.len);
	buf_free(&in);
	undo_clear(&e->undo);
	e->cursor = e->text.len;
	e->top = 0;
}

unsigned editor_put(struct editor *e, enum change_kind kind, const char *s, size_t len)
{
	size_t start = e->cursor, end = e->cursor;
	bool replaces = editor_selection(e, &start, &end);

	return editor_change(e, replaces ? CHANGE_OTHER : kind, start, end - start, s, len);
}

unsigned editor_paste(struct editor *e, const char *text, size_t len)
{
	struct buf in = {0};

	if (len > limit_of(e)) {
		return refuse(e, len);
	}
	struct field_told told = field_import(e->is_single, text, len, &in);
	tell(e, &told);
	unsigned bits = editor_put(e, CHANGE_OTHER, in.s, in.len);
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
	e->remark[0] = '\0';
	undo_close(&e->undo);
	(void)editor_change(e, CHANGE_OTHER, start, end - start, text, len);
	undo_close(&e->undo);
	return e->remark[0] == '\0';
}

void editor_take(struct editor *e, const char *text, size_t len)
{
	struct buf in = {0};
	struct field_told told = {0};

	if (len <= limit_of(e)) {
		told = field_import(e->is_single, text, len, &in);
		if (editor_replace(e, 0, e->text.len, in.s, in.len)) {
			tell(e, &told);
			editor_set_cursor(e, 0);
		}
	} else {
		(void)refuse(e, len);
	}
	buf_free(&in);
}

unsigned editor_undo(struct editor *e)
{
	const struct change *c = undo_back(&e->undo);

	if (c != NULL) {
		replace(e, c->at, c->inserted.len, buf_str(&c->removed), c->removed.len);
		e->cursor = c->cursor_before;
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

unsigned editor_redo(struct editor *e)
{
	const struct change *c = undo_forth(&e->undo);

	if (c != NULL) {
		replace(e, c->at, c->removed.len, buf_str(&c->inserted), c->inserted.len);
		e->cursor = c->at + c->inserted.len;
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}
