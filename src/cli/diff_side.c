/* Both texts beside each other: a row of cells for each line of a hunk, wrapped to half the width. */
#include "cli/diff_print.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/width.h"
#include "text/wrap.h"

#define GUTTER 3 /* blank, sign, blank */

/* A line of one side: clean text, and from where on it has which look. */
struct cell {
	struct buf text;
	struct run {
		size_t at;
		enum diff_look look;
	} *runs;
	size_t n, cap;
	struct wrap wrap;
};

static void cell_add(struct cell *c, enum diff_look look, const char *s, size_t len)
{
	struct buf visible = { 0 };

	*array_push(c->runs, c->n, c->cap) = (struct run){ c->text.len, look };
	diff_print_visible(s, len, &visible);
	for (size_t i = 0; i < visible.len; i++) {
		if (visible.s[i] == '\t') {
			(void)buf_add_str(&c->text, "    ");
		} else if (visible.s[i] != '\n') {
			(void)buf_add_char(&c->text, visible.s[i]);
		}
	}
	buf_free(&visible);
}

/* What both texts have: the carriage return before a line end is of no interest. */
static void cell_add_common(struct cell *c, const char *s, size_t len)
{
	len -= len > 0 && s[len - 1] == '\n';
	len -= len > 0 && s[len - 1] == '\r';
	cell_add(c, LOOK_PLAIN, s, len);
}

static void cell_add_marked(const struct diff_print *p, struct cell *c, enum diff_look look, bool is_removed, const char *s, size_t len)
{
	len -= len > 0 && s[len - 1] == '\n';
	if (len == 0) {
		return;
	}
	struct diff_signs signs = diff_print_signs(p, is_removed, s, len);
	cell_add(c, look, signs.open, strlen(signs.open));
	cell_add(c, look, s, len);
	cell_add(c, look, signs.close, strlen(signs.close));
}

static void cell_free(struct cell *c)
{
	buf_free(&c->text);
	free(c->runs);
	wrap_free(&c->wrap);
}

/* Bytes start..start + len with their looks. */
static void cell_draw(const struct diff_print *p, const struct cell *c, size_t start, size_t len, struct buf *out)
{
	for (size_t i = 0; i < c->n; i++) {
		size_t from = c->runs[i].at, to = i + 1 < c->n ? c->runs[i + 1].at : c->text.len;

		from = from > start ? from : start;
		to = to < start + len ? to : start + len;
		if (from < to) {
			diff_look_begin(p, c->runs[i].look, out);
			(void)buf_add(out, c->text.s + from, to - from);
			diff_look_end(p, c->runs[i].look, out);
		}
	}
}

/* Draws both cells beside each other, and forgets them. */
static void row(const struct diff_print *p, struct cell cells[2], char sign, struct buf *out)
{
	size_t width = (p->width - GUTTER) / 2, n = 0;

	for (int side = 0; side < 2; side++) {
		wrap_update(&cells[side].wrap, buf_str(&cells[side].text), cells[side].text.len, width);
		n = cells[side].wrap.n > n ? cells[side].wrap.n : n;
	}
	for (size_t i = 0; i < n; i++) {
		for (int side = 0; side < 2; side++) {
			const struct cell *c = &cells[side];
			const struct wrap_line *line = i < c->wrap.n ? &c->wrap.lines[i] : NULL;
			size_t used = line != NULL ? width_text(buf_str(&c->text) + line->start, line->len) : 0;

			if (line != NULL) {
				cell_draw(p, c, line->start, line->len, out);
			}
			if (side == 0) {
				(void)buf_addf(out, "%*s %c", (int)(width > used ? width - used : 0), "", i == 0 ? sign : ' ');
				(void)buf_add_str(out, cells[1].text.len > 0 && i < cells[1].wrap.n ? " " : "");
			}
		}
		(void)buf_add_char(out, '\n');
	}
	cell_free(&cells[0]);
	cell_free(&cells[1]);
}

static void side_common(const struct diff_print *p, const struct diff *d, size_t line_a, size_t line_b, struct buf *out)
{
	const size_t line[2] = { line_a, line_b };
	struct cell cells[2] = { 0 };

	for (int side = 0; side < 2; side++) {
		size_t len;
		const char *s = diff_print_line(d, side, line[side], &len);

		cell_add_common(&cells[side], s, len);
	}
	row(p, cells, ' ', out);
}

/* Lines of a and b beside each other, as they come; what one has more stands alone. */
static void whole_lines(const struct diff_print *p, const struct diff *d, const struct diff_change *c, char sign, struct buf *out)
{
	for (uint32_t i = 0; i < c->n_lines[0] || i < c->n_lines[1]; i++) {
		struct cell cells[2] = { 0 };

		for (int side = 0; side < 2; side++) {
			if (i < c->n_lines[side]) {
				size_t len;
				const char *s = diff_print_line(d, side, c->line[side] + i, &len);

				if (c->kind == DIFF_REWRAPPED) {
					cell_add_common(&cells[side], s, len);
				} else {
					cell_add(&cells[side], c->move > 0 ? LOOK_MOVED : side == 0 ? LOOK_REMOVED : LOOK_ADDED, s, len);
				}
			}
		}
		row(p, cells, sign, out);
	}
}

/* One line of each, with marks. */
static void marked_lines(const struct diff_print *p, const struct diff *d, const struct diff_change *c, char sign, struct buf *out)
{
	struct cell cells[2] = { 0 };

	for (uint32_t i = c->part; i < c->part + c->n_parts; i++) {
		const struct diff_part *part = &d->parts[i];
		const char *s = d->side[part->op == DIFF_INSERT].text + part->start;

		if (part->op == DIFF_EQUAL) {
			cell_add_common(&cells[0], s, part->len);
			cell_add_common(&cells[1], s, part->len);
		} else {
			cell_add_marked(p, &cells[part->op == DIFF_INSERT], part->op == DIFF_DELETE ? LOOK_REMOVED : LOOK_ADDED, part->op == DIFF_DELETE, s, part->len);
		}
	}
	row(p, cells, sign, out);
}

static void side_change(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out)
{
	static const char signs[] = { [DIFF_REMOVED] = '<', [DIFF_ADDED] = '>', [DIFF_REPLACED] = '|', [DIFF_REWRAPPED] = '~' };

	if (c->move > 0) {
		char *text = diff_print_move(d, c);
		struct cell head[2] = { 0 };

		cell_add(&head[c->kind == DIFF_ADDED], LOOK_MOVED, text, strlen(text));
		row(p, head, '^', out);
		free(text);
	}
	if (c->kind == DIFF_REWRAPPED || diff_print_is_whole(d, c)) {
		whole_lines(p, d, c, signs[c->kind], out);
	} else {
		marked_lines(p, d, c, signs[c->kind], out);
	}
	diff_print_end_note(p, d, c, out);
}

void diff_print_side(const struct diff_print *p, const struct diff *d, struct buf *out)
{
	static const struct diff_form form = { side_common, side_change };

	if (p->width < DIFF_SIDE_MIN) {
		diff_print_words(p, d, out);
		return;
	}
	diff_print_summary(p, d, out);
	diff_print_hunks(p, d, &form, out);
}
