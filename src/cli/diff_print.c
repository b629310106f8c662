#include "cli/diff_print.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/clean.h"

enum look { PLAIN, HEAD, NOTE, REMOVED, ADDED, MOVED, N_LOOKS };

static const char *const colours[N_LOOKS] = {
	[HEAD] = "\033[36m", [NOTE] = "\033[2m", [REMOVED] = "\033[31m", [ADDED] = "\033[32m", [MOVED] = "\033[35m",
};

static void begin(const struct diff_print *p, struct buf *out, enum look look)
{
	if (p->has_colours && colours[look] != NULL) {
		(void)buf_add_str(out, colours[look]);
	}
}

static void end(const struct diff_print *p, struct buf *out, enum look look)
{
	if (p->has_colours && colours[look] != NULL) {
		(void)buf_add_str(out, "\033[m");
	}
}

static void add_text(const struct diff_print *p, struct buf *out, const char *s, size_t len)
{
	if (p->cleans) {
		char *clean = clean_text(s, len);

		(void)buf_add_str(out, clean);
		free(clean);
	} else {
		(void)buf_add(out, s, len);
	}
}

static void add_line(const struct diff_print *p, struct buf *out, enum look look, const char *text)
{
	begin(p, out, look);
	(void)buf_add_str(out, text);
	end(p, out, look);
	(void)buf_add_char(out, '\n');
}

/* A line of a side without its newline. */
static const char *line_text(const struct diff *d, int side, size_t line, size_t *len)
{
	const struct diff_side *s = &d->side[side];
	const char *text = s->text + s->starts[line];

	*len = s->starts[line + 1] - s->starts[line];
	*len -= *len > 0 && text[*len - 1] == '\n';
	return text;
}

static bool lacks_newline(const struct diff *d, int side, size_t line)
{
	const struct diff_side *s = &d->side[side];

	return line + 1 == s->n_lines && s->text[s->starts[line + 1] - 1] != '\n';
}

/* Hunks of which the context meets are shown together. Returns the first hunk that is not. */
static size_t group_end(const struct diff *d, size_t first, size_t context)
{
	size_t i = first + 1;

	while (i < d->n_hunks && d->hunks[i].line[0] - (d->hunks[i - 1].line[0] + d->hunks[i - 1].n_lines[0]) <= 2 * context) {
		i++;
	}
	return i;
}

/* How to show a common line, and a change. */
struct form {
	void (*common)(const struct diff_print *p, const struct diff *d, size_t line, struct buf *out);
	void (*change)(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out);
};

/* "@@ -3,7 +3,8 @@": of a side without lines the line before it is named. */
static void add_range(const struct diff_print *p, const size_t from[2], const size_t to[2], struct buf *out)
{
	char *text = x_asprintf("@@ -%zu,%zu +%zu,%zu @@", from[0] + (to[0] > from[0]), to[0] - from[0], from[1] + (to[1] > from[1]), to[1] - from[1]);

	add_line(p, out, HEAD, text);
	free(text);
}

static void add_hunks(const struct diff_print *p, const struct diff *d, const struct form *form, struct buf *out)
{
	for (size_t first = 0, next; first < d->n_hunks; first = next) {
		next = group_end(d, first, p->context);
		const struct diff_hunk *head = &d->hunks[first], *tail = &d->hunks[next - 1];
		size_t from[2], to[2], end_a = tail->line[0] + tail->n_lines[0], left = d->side[0].n_lines - end_a;
		size_t before = head->line[0] < p->context ? head->line[0] : p->context, after = left < p->context ? left : p->context;

		for (int side = 0; side < 2; side++) {
			from[side] = head->line[side] - before;
			to[side] = tail->line[side] + tail->n_lines[side] + after;
		}
		add_range(p, from, to, out);
		size_t line = from[0];
		for (size_t h = first; h < next; h++) {
			const struct diff_hunk *hunk = &d->hunks[h];

			for (; line < hunk->line[0]; line++) {
				form->common(p, d, line, out);
			}
			for (size_t c = hunk->change; c < hunk->change + hunk->n_changes; c++) {
				form->change(p, d, &d->changes[c], out);
			}
			line += hunk->n_lines[0];
		}
		for (; line < to[0]; line++) {
			form->common(p, d, line, out);
		}
	}
}

static void add_summary(const struct diff_print *p, const struct diff *d, struct buf *out)
{
	char *line = x_asprintf("%s -> %s  +%zu -%zu words", p->names[0], p->names[1], d->words_added, d->words_removed);

	begin(p, out, HEAD);
	(void)buf_add_str(out, line);
	if (d->n_moves > 0) {
		(void)buf_addf(out, ", %zu moved", d->n_moves);
	}
	end(p, out, HEAD);
	(void)buf_add_char(out, '\n');
	free(line);
}

/* ---- marks inside lines ---- */

/* Text of one line with its sign. Its newline is left to the line, a carriage return is shown. */
static void add_marked(const struct diff_print *p, enum look look, bool is_removed, const char *s, size_t len, struct buf *out)
{
	bool ends_cr = false;

	len -= len > 0 && s[len - 1] == '\n';
	ends_cr = len > 0 && s[len - 1] == '\r';
	len -= ends_cr;
	if (len == 0 && !ends_cr) {
		return;
	}
	begin(p, out, look);
	if (!p->has_colours) {
		(void)buf_add_str(out, is_removed ? "[-" : "{+");
	}
	add_text(p, out, s, len);
	if (ends_cr) {
		(void)buf_add_str(out, "\\r");
	}
	if (!p->has_colours) {
		(void)buf_add_str(out, is_removed ? "-]" : "+}");
	}
	end(p, out, look);
}

static void words_common(const struct diff_print *p, const struct diff *d, size_t line, struct buf *out)
{
	size_t len;
	const char *s = line_text(d, 0, line, &len);

	add_text(p, out, s, len);
	(void)buf_add_char(out, '\n');
}

/* Whole lines of one side, each with its sign. */
static void words_lines(const struct diff_print *p, const struct diff *d, const struct diff_change *c, int side, struct buf *out)
{
	enum look look = c->move > 0 ? MOVED : side == 0 ? REMOVED : ADDED;

	for (size_t i = c->line[side]; i < c->line[side] + c->n_lines[side]; i++) {
		size_t len;
		const char *s = line_text(d, side, i, &len);

		add_marked(p, look, side == 0, s, len, out);
		(void)buf_add_char(out, '\n');
	}
}

static void add_move(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out)
{
	const struct diff_move *m = &d->moves[c->move - 1];
	bool goes = c->kind == DIFF_REMOVED;
	char *text = x_asprintf("^ moved %s L%u%s", goes ? "to" : "from", (unsigned)m->line[goes] + 1, m->is_edited ? ", edited" : "");

	add_line(p, out, MOVED, text);
	free(text);
}

static void words_change(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out)
{
	if (c->move > 0) {
		add_move(p, d, c, out);
	}
	if (c->kind == DIFF_REWRAPPED) {
		add_line(p, out, NOTE, "~ re-wrapped");
		for (size_t i = c->line[1]; i < c->line[1] + c->n_lines[1]; i++) {
			size_t len;
			const char *s = line_text(d, 1, i, &len);

			add_text(p, out, s, len);
			(void)buf_add_char(out, '\n');
		}
		return;
	}
	bool is_whole = c->kind != DIFF_REPLACED || (d->parts[c->part].op != DIFF_EQUAL && c->n_parts == 2 && d->parts[c->part + 1].op == DIFF_INSERT);
	if (is_whole) {
		words_lines(p, d, c, 0, out);
		words_lines(p, d, c, 1, out);
		return;
	}
	for (size_t i = c->part; i < c->part + c->n_parts; i++) {
		const struct diff_part *part = &d->parts[i];
		const char *s = d->side[part->op == DIFF_INSERT].text + part->start;

		if (part->op == DIFF_EQUAL) {
			add_text(p, out, s, part->len - (s[part->len - 1] == '\n'));
		} else {
			add_marked(p, part->op == DIFF_DELETE ? REMOVED : ADDED, part->op == DIFF_DELETE, s, part->len, out);
		}
	}
	(void)buf_add_char(out, '\n');
	if (lacks_newline(d, 0, c->line[0]) != lacks_newline(d, 1, c->line[1])) {
		add_line(p, out, NOTE, lacks_newline(d, 0, c->line[0]) ? "\\ now ends in a newline" : "\\ no longer ends in a newline");
	}
}

void diff_print_words(const struct diff_print *p, const struct diff *d, struct buf *out)
{
	static const struct form form = { words_common, words_change };

	add_summary(p, d, out);
	add_hunks(p, d, &form, out);
}

/* ---- a patch ---- */

static void patch_line(const struct diff_print *p, const struct diff *d, int side, size_t line, char sign, enum look look, struct buf *out)
{
	size_t len;
	const char *s = line_text(d, side, line, &len);

	begin(p, out, look);
	(void)buf_add_char(out, sign);
	add_text(p, out, s, len);
	end(p, out, look);
	(void)buf_add_char(out, '\n');
	if (lacks_newline(d, side, line)) {
		add_line(p, out, NOTE, "\\ No newline at end of file");
	}
}

static void patch_common(const struct diff_print *p, const struct diff *d, size_t line, struct buf *out)
{
	patch_line(p, d, 0, line, ' ', PLAIN, out);
}

static void patch_change(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out)
{
	for (int side = 0; side < 2; side++) {
		enum look look = c->move > 0 ? MOVED : side == 0 ? REMOVED : ADDED;

		for (size_t i = c->line[side]; i < c->line[side] + c->n_lines[side]; i++) {
			patch_line(p, d, side, i, side == 0 ? '-' : '+', look, out);
		}
	}
}

void diff_print_lines(const struct diff_print *p, const struct diff *d, struct buf *out)
{
	static const struct form form = { patch_common, patch_change };

	for (int side = 0; side < 2; side++) {
		char *line = x_asprintf("%s %s", side == 0 ? "---" : "+++", p->names[side]);

		add_line(p, out, HEAD, line);
		free(line);
	}
	add_hunks(p, d, &form, out);
}
