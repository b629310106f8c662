/* The filter while it is typed: the figures follow each change that is a filter, what may come next is listed below the field, and a text that
 * is none says why. Enter keeps it, Esc brings back the one before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/clean.h"
#include "ui/console.h"
#include "ui/screens/metrics_state.h"

#define PROMPT " / "
#define NAME_W 22 /* of a proposal with its help beside it */

/* names of one kind out of those the board has read; a filter_names. */
static const char *name_of(void *ctx, enum dim_kind kind, size_t i)
{
	const struct board *b = ctx;

	for (size_t k = 0; k < b->n_names; k++) {
		if (b->names[k].kind == kind && i-- == 0) {
			return b->names[k].name;
		}
	}
	return NULL;
}

static void propose(struct metrics_screen *s)
{
	struct filter_entry *f = &s->filter;
	const char *text = editor_text(f->field, NULL);

	f->n_proposals = filter_propose(text, editor_cursor(f->field), name_of, s->board, f->proposals, COUNT_OF(f->proposals), &f->from,
	    &f->is_begun);
	f->list = (struct list){ 0 };
	list_set_n(&f->list, (int)f->n_proposals);
	f->has_chosen = false;
}

static bool apply(struct metrics_screen *s)
{
	s->filter.err = (struct err){ 0 };
	return board_set_filter(s->board, editor_text(s->filter.field, NULL), &s->filter.err);
}

/* What was typed takes effect when it is a filter. "mod" is one, but so are few calls that the log would be empty until "el=" follows. */
static void follow(struct metrics_screen *s)
{
	struct filter_entry *f = &s->filter;

	if (editor_version(f->field) == f->version) {
		return;
	}
	f->version = editor_version(f->field);
	propose(s);
	if (f->is_begun) {
		f->err = (struct err){ 0 };
	} else {
		(void)!apply(s);
	}
}

void metrics_filter_open(struct metrics_screen *s)
{
	struct filter_entry *f = &s->filter;
	const char *text = s->board->question.filter != NULL ? s->board->question.filter : "";

	f->field = editor_new(true, "model=gpt-5* status=err cost>0.01");
	f->before = x_strdup(s->board->question.filter);
	editor_set(f->field, text, strlen(text));
	f->version = editor_version(f->field);
	f->err = (struct err){ 0 };
	board_ask_names(s->board);
	propose(s);
}

void metrics_filter_free(struct metrics_screen *s)
{
	editor_free(s->filter.field);
	free(s->filter.before);
	s->filter = (struct filter_entry){ 0 };
}

static void complete(struct metrics_screen *s)
{
	struct filter_entry *f = &s->filter;
	struct buf text = { 0 };
	size_t len, cursor = editor_cursor(f->field);
	const char *old = editor_text(f->field, &len);

	if (f->n_proposals == 0) {
		return;
	}
	const char *with = f->proposals[f->list.selected].text;

	(void)buf_add(&text, old, f->from);
	(void)buf_add_str(&text, with);
	(void)buf_add(&text, old + cursor, len - cursor);
	editor_set(f->field, buf_str(&text), text.len);
	editor_set_cursor(f->field, f->from + strlen(with));
	buf_free(&text);
	follow(s);
}

static unsigned choose(struct filter_entry *f, int by)
{
	list_select(&f->list, f->list.selected + by);
	f->has_chosen = true;
	return metrics_changed();
}

static unsigned key(struct metrics_screen *s, uint32_t k)
{
	struct filter_entry *f = &s->filter;

	switch (k) {
	case K_ESC:
		(void)!board_set_filter(s->board, f->before, NULL);
		metrics_filter_free(s);
		return metrics_changed();
	case K_ENTER:
		if (f->has_chosen) {
			complete(s);
		} else if (apply(s)) {
			metrics_filter_free(s);
			s->focus = FOCUS_LOG;
		}
		return metrics_changed();
	case K_TAB:
		complete(s);
		return metrics_changed();
	case K_DOWN:
		return choose(f, f->has_chosen ? 1 : 0);
	case K_UP:
		return choose(f, -1);
	default:
		return 0;
	}
}

unsigned metrics_filter_input(struct metrics_screen *s, struct console *c, const struct input *in)
{
	unsigned bits = in->type == INPUT_KEY ? key(s, in->key) : 0;

	if (bits == 0 && s->filter.field != NULL) {
		size_t cursor = editor_cursor(s->filter.field);

		bits = console_type(c, s->filter.field, in);
		if (editor_version(s->filter.field) != s->filter.version) {
			follow(s);
		} else if (editor_cursor(s->filter.field) != cursor) {
			propose(s);
		}
	}
	return bits | INPUT_HANDLED;
}

void metrics_filter_layout(struct metrics_screen *s)
{
	if (s->filter.field == NULL) {
		return;
	}
	if (s->filter.n_proposals == 0 && !s->filter.has_chosen) {
		propose(s); /* the names may have come meanwhile */
	}
	editor_layout(s->filter.field, (struct rect){ s->area.x + 3, s->area.y, s->area.w - 4, 1 });
}

void metrics_filter_draw(const struct metrics_screen *s, struct cells *cells)
{
	const struct filter_entry *f = &s->filter;
	bool has_err = f->err.code != ERR_NONE;
	int w = s->area.w < 72 ? s->area.w : 72, rows = (int)f->n_proposals + (has_err ? 1 : 0);
	struct rect box = { s->area.x, s->area.y + 1, w, rows + 2 };

	(void)cells_put(cells, s->area.x, s->area.y, ST_KEY, PROMPT);
	editor_draw(f->field, cells, (struct rect){ s->area.x + 3, s->area.y, s->area.w - 4, 1 }, true);
	if (rows == 0) {
		return;
	}
	cells_box(cells, box, has_err ? "not yet a filter" : "Tab completes, Enter keeps");
	if (has_err) {
		struct buf text = { 0 };

		(void)buf_addf(&text, "%s%s%s", f->err.text, f->err.hint[0] != '\0' ? ": " : "", f->err.hint);
		char *line = clean_line(buf_str(&text), text.len, 0);
		(void)cells_fit(cells, box.x + 2, box.y + 1, w - 4, ST_WARN, line);
		free(line);
		buf_free(&text);
	}
	for (size_t i = 0; i < f->n_proposals; i++) {
		int y = box.y + 1 + (has_err ? 1 : 0) + (int)i;
		bool is_on = (int)i == f->list.selected;
		char name[sizeof(f->proposals[i].text)];

		clean_line_into(f->proposals[i].text, name, sizeof(name));
		if (is_on) {
			cells_selected(cells, box.x + 1, y);
		}
		(void)cells_fit(cells, box.x + 2, y, f->proposals[i].help != NULL ? NAME_W : w - 4, is_on ? ST_BOLD : ST_BOX, name);
		if (f->proposals[i].help != NULL) {
			(void)cells_fit(cells, box.x + 3 + NAME_W, y, w - 5 - NAME_W, ST_DIM, f->proposals[i].help);
		}
	}
}
