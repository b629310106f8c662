#include "cli/diff_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/clean.h"
#include "text/utf8.h"

#define LONG_TEXT 60 /* bytes of a JSON string that is shown with marks inside */

static const char *const colours[LOOK_COUNT] = {
	[LOOK_HEAD] = "\033[36m", [LOOK_NOTE] = "\033[2m", [LOOK_REMOVED] = "\033[31m", [LOOK_ADDED] = "\033[32m", [LOOK_MOVED] = "\033[35m",
};

void diff_look_begin(const struct diff_print *p, enum diff_look look, struct buf *out)
{
	if (p->has_colours && colours[look] != NULL) {
		(void)buf_add_str(out, colours[look]);
	}
}

void diff_look_end(const struct diff_print *p, enum diff_look look, struct buf *out)
{
	if (p->has_colours && colours[look] != NULL) {
		(void)buf_add_str(out, "\033[m");
	}
}

/* The bytes of the character at s. What has no picture has a name. */
static size_t next_char(const char *s, size_t len, char name[16])
{
	uint32_t cp;
	size_t n = utf8_decode(s, len, &cp);

	name[0] = '\0';
	if (n == 0 || (cp == CODE_POINT_BAD && (n != 3 || memcmp(s, "\uFFFD", 3) != 0))) {
		(void)snprintf(name, 16, "\\x%02x", (unsigned char)*s);
		return 1;
	}
	if (cp == '\r') {
		(void)snprintf(name, 16, "\\r");
	} else if ((cp < 0x20 && cp != '\n' && cp != '\t') || cp == 0x7F) {
		(void)snprintf(name, 16, "\\x%02x", (unsigned)cp);
	} else if ((cp >= 0x80 && cp < 0xA0) || cp == 0x2028 || cp == 0x2029) {
		(void)snprintf(name, 16, "\\u%04x", (unsigned)cp);
	}
	return n;
}

void diff_print_visible(const char *s, size_t len, struct buf *out)
{
	struct cleaner c = { .shows_invisible = true };
	const char *end = s + len, *from = s;

	for (size_t n; s < end; s += n) {
		char name[16];

		n = next_char(s, (size_t)(end - s), name);
		if (name[0] != '\0') {
			cleaner_feed(&c, from, (size_t)(s - from), out);
			cleaner_feed(&c, name, strlen(name), out);
			from = s + n;
		}
	}
	cleaner_feed(&c, from, (size_t)(end - from), out);
	cleaner_end(&c, out);
}

static void add_text(const struct diff_print *p, struct buf *out, const char *s, size_t len)
{
	if (p->cleans) {
		diff_print_visible(s, len, out);
	} else {
		(void)buf_add(out, s, len);
	}
}

/* What both texts have: the carriage return before a line end is of no interest. */
static void add_common(const struct diff_print *p, struct buf *out, const char *s, size_t len)
{
	add_text(p, out, s, len - (p->cleans && len > 0 && s[len - 1] == '\r'));
}

static void add_line(const struct diff_print *p, struct buf *out, enum diff_look look, const char *text)
{
	diff_look_begin(p, look, out);
	(void)buf_add_str(out, text);
	diff_look_end(p, look, out);
	(void)buf_add_char(out, '\n');
}

const char *diff_print_line(const struct diff *d, int side, size_t line, size_t *len)
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

void diff_print_end_note(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out)
{
	bool lacks[2];

	for (int side = 0; side < 2; side++) {
		lacks[side] = d->side[side].n_lines > 0 && lacks_newline(d, side, d->side[side].n_lines - 1);
	}
	int side = lacks[1];
	if (lacks[0] != lacks[1] && c->n_lines[side] > 0 && c->line[side] + c->n_lines[side] == d->side[side].n_lines) {
		add_line(p, out, LOOK_NOTE, lacks[0] ? "\\ now ends in a newline" : "\\ no longer ends in a newline");
	}
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

/* "@@ -3,7 +3,8 @@": of a side without lines the line before it is named. */
static void add_range(const struct diff_print *p, const size_t from[2], const size_t to[2], struct buf *out)
{
	char *text = x_asprintf("@@ -%zu,%zu +%zu,%zu @@", from[0] + (to[0] > from[0]), to[0] - from[0], from[1] + (to[1] > from[1]), to[1] - from[1]);

	add_line(p, out, LOOK_HEAD, text);
	free(text);
}

void diff_print_hunks(const struct diff_print *p, const struct diff *d, const struct diff_form *form, struct buf *out)
{
	for (size_t first = 0, next; first < d->n_hunks; first = next) {
		next = group_end(d, first, p->context);
		if (p->skips_blanks && diff_are_blank(d, first, next)) {
			continue;
		}
		const struct diff_hunk *head = &d->hunks[first], *tail = &d->hunks[next - 1];
		size_t from[2], to[2], end_a = tail->line[0] + tail->n_lines[0], left = d->side[0].n_lines - end_a;
		size_t before = head->line[0] < p->context ? head->line[0] : p->context, after = left < p->context ? left : p->context;

		for (int side = 0; side < 2; side++) {
			from[side] = head->line[side] - before;
			to[side] = tail->line[side] + tail->n_lines[side] + after;
		}
		add_range(p, from, to, out);
		size_t line = from[0], line_b = from[1];
		for (size_t h = first; h < next; h++) {
			const struct diff_hunk *hunk = &d->hunks[h];

			for (; line < hunk->line[0]; line++) {
				form->common(p, d, line, line_b++, out);
			}
			for (size_t c = hunk->change; c < hunk->change + hunk->n_changes; c++) {
				form->change(p, d, &d->changes[c], out);
			}
			line += hunk->n_lines[0];
			line_b += hunk->n_lines[1];
		}
		for (; line < to[0]; line++) {
			form->common(p, d, line, line_b++, out);
		}
	}
}

void diff_print_summary(const struct diff_print *p, const struct diff *d, struct buf *out)
{
	char *line = x_asprintf("%s -> %s  +%zu -%zu words", p->names[0], p->names[1], d->words_added, d->words_removed);

	diff_look_begin(p, LOOK_HEAD, out);
	(void)buf_add_str(out, line);
	if (d->n_moves > 0) {
		(void)buf_addf(out, ", %zu moved", d->n_moves);
	}
	diff_look_end(p, LOOK_HEAD, out);
	(void)buf_add_char(out, '\n');
	free(line);
}

/* ---- marks inside lines ---- */

struct diff_signs diff_print_signs(const struct diff_print *p, bool is_removed, const char *s, size_t len)
{
	bool is_blank = true;

	for (size_t i = 0; i < len && is_blank; i++) {
		is_blank = s[i] == ' ' || s[i] == '\t';
	}
	return p->has_colours && !is_blank ? (struct diff_signs){ "", "" } : is_removed ? (struct diff_signs){ "[-", "-]" } : (struct diff_signs){ "{+", "+}" };
}

/* Text of one line with its sign. Its newline is left to the line, a carriage return is shown. */
static void add_marked(const struct diff_print *p, enum diff_look look, bool is_removed, const char *s, size_t len, struct buf *out)
{
	len -= len > 0 && s[len - 1] == '\n';
	bool ends_cr = !p->cleans && len > 0 && s[len - 1] == '\r';

	if (len == 0) {
		return;
	}
	struct diff_signs signs = diff_print_signs(p, is_removed, s, len);
	diff_look_begin(p, look, out);
	(void)buf_add_str(out, signs.open);
	add_text(p, out, s, len - ends_cr);
	(void)buf_add_str(out, ends_cr ? "\\r" : "");
	(void)buf_add_str(out, signs.close);
	diff_look_end(p, look, out);
}

static void words_common(const struct diff_print *p, const struct diff *d, size_t line_a, size_t line_b, struct buf *out)
{
	size_t len;
	const char *s = diff_print_line(d, 0, line_a, &len);

	(void)line_b;
	add_common(p, out, s, len);
	(void)buf_add_char(out, '\n');
}

/* Whole lines of one side, each with its sign. */
static void words_lines(const struct diff_print *p, const struct diff *d, const struct diff_change *c, int side, struct buf *out)
{
	enum diff_look look = c->move > 0 ? LOOK_MOVED : side == 0 ? LOOK_REMOVED : LOOK_ADDED;

	for (size_t i = c->line[side]; i < c->line[side] + c->n_lines[side]; i++) {
		size_t len;
		const char *s = diff_print_line(d, side, i, &len);

		add_marked(p, look, side == 0, s, len, out);
		(void)buf_add_char(out, '\n');
	}
}

char *diff_print_move(const struct diff *d, const struct diff_change *c)
{
	const struct diff_move *m = &d->moves[c->move - 1];
	bool goes = c->kind == DIFF_REMOVED;

	return x_asprintf("^ moved %s L%u%s", goes ? "to" : "from", (unsigned)m->line[goes] + 1, m->is_edited ? ", edited" : "");
}

bool diff_print_is_whole(const struct diff *d, const struct diff_change *c)
{
	const struct diff_part *part = &d->parts[c->part];

	return c->kind == DIFF_REMOVED || c->kind == DIFF_ADDED ||
	    (c->kind == DIFF_REPLACED && c->n_parts == 2 && part[0].op == DIFF_DELETE && part[1].op == DIFF_INSERT);
}

/* One line, both texts woven into each other. */
static void words_parts(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out)
{
	for (size_t i = c->part; i < c->part + c->n_parts; i++) {
		const struct diff_part *part = &d->parts[i];
		const char *s = d->side[part->op == DIFF_INSERT].text + part->start;

		if (part->op == DIFF_EQUAL) {
			add_common(p, out, s, part->len - (s[part->len - 1] == '\n'));
		} else {
			add_marked(p, part->op == DIFF_DELETE ? LOOK_REMOVED : LOOK_ADDED, part->op == DIFF_DELETE, s, part->len, out);
		}
	}
	(void)buf_add_char(out, '\n');
}

static void words_change(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out)
{
	if (c->move > 0) {
		char *text = diff_print_move(d, c);

		add_line(p, out, LOOK_MOVED, text);
		free(text);
	}
	if (c->kind == DIFF_REWRAPPED) {
		add_line(p, out, LOOK_NOTE, "~ re-wrapped");
		for (size_t i = c->line[1]; i < c->line[1] + c->n_lines[1]; i++) {
			size_t len;
			const char *s = diff_print_line(d, 1, i, &len);

			add_common(p, out, s, len);
			(void)buf_add_char(out, '\n');
		}
	} else if (diff_print_is_whole(d, c)) {
		words_lines(p, d, c, 0, out);
		words_lines(p, d, c, 1, out);
	} else {
		words_parts(p, d, c, out);
	}
	diff_print_end_note(p, d, c, out);
}

void diff_print_words(const struct diff_print *p, const struct diff *d, struct buf *out)
{
	static const struct diff_form form = { words_common, words_change };

	diff_print_summary(p, d, out);
	diff_print_hunks(p, d, &form, out);
}

/* ---- a patch ---- */

static void patch_line(const struct diff_print *p, const struct diff *d, int side, size_t line, char sign, enum diff_look look, struct buf *out)
{
	size_t len;
	const char *s = diff_print_line(d, side, line, &len);

	diff_look_begin(p, look, out);
	(void)buf_add_char(out, sign);
	(sign == ' ' ? add_common : add_text)(p, out, s, len);
	diff_look_end(p, look, out);
	(void)buf_add_char(out, '\n');
	if (lacks_newline(d, side, line)) {
		add_line(p, out, LOOK_NOTE, "\\ No newline at end of file");
	}
}

static void patch_common(const struct diff_print *p, const struct diff *d, size_t line_a, size_t line_b, struct buf *out)
{
	(void)line_b;
	patch_line(p, d, 0, line_a, ' ', LOOK_PLAIN, out);
}

static void patch_change(const struct diff_print *p, const struct diff *d, const struct diff_change *c, struct buf *out)
{
	for (int side = 0; side < 2; side++) {
		enum diff_look look = c->move > 0 ? LOOK_MOVED : side == 0 ? LOOK_REMOVED : LOOK_ADDED;

		for (size_t i = c->line[side]; i < c->line[side] + c->n_lines[side]; i++) {
			patch_line(p, d, side, i, side == 0 ? '-' : '+', look, out);
		}
	}
}

void diff_print_lines(const struct diff_print *p, const struct diff *d, struct buf *out)
{
	static const struct diff_form form = { patch_common, patch_change };

	for (int side = 0; side < 2; side++) {
		char *line = x_asprintf("%s %s", side == 0 ? "---" : "+++", p->names[side]);

		add_line(p, out, LOOK_HEAD, line);
		free(line);
	}
	diff_print_hunks(p, d, &form, out);
}

/* ---- JSON by key path ---- */

/* Whether both are texts, and too long to stand in one line. */
static bool is_long_text(const struct json_change *c)
{
	const char *a = json_string_value(c->a), *b = json_string_value(c->b);

	return a != NULL && b != NULL &&
	    (json_string_length(c->a) + json_string_length(c->b) > LONG_TEXT || strchr(a, '\n') != NULL || strchr(b, '\n') != NULL);
}

/* With marks inside, from the next line on and indented. */
static void add_long_text(const struct diff_print *p, const struct json_change *c, struct buf *out)
{
	static const struct diff_form form = { words_common, words_change };
	struct buf text = { 0 };
	struct diff d;

	diff_make(&d, json_string_value(c->a), json_string_length(c->a), json_string_value(c->b), json_string_length(c->b), DIFF_WORDS | DIFF_MOVES);
	diff_print_hunks(p, &d, &form, &text);
	diff_free(&d);
	(void)buf_add_char(out, '\n');
	for (const char *line = buf_str(&text), *end = line + text.len; line < end;) {
		const char *nl = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((nl != NULL ? nl + 1 : end) - line);

		(void)buf_add_str(out, "    ");
		(void)buf_add(out, line, len);
		line += len;
	}
	buf_free(&text);
}

static void add_value(const struct diff_print *p, const json_t *value, enum diff_look look, struct buf *out)
{
	char *text = json_diff_text(value);

	diff_look_begin(p, look, out);
	add_text(p, out, text, strlen(text));
	diff_look_end(p, look, out);
	free(text);
}

static void tree_change(const struct diff_print *p, const struct json_change *c, struct buf *out)
{
	static const struct {
		const char *sign;
		enum diff_look look;
	} signs[] = {
		[JSON_OP_CHANGE] = { "  ", LOOK_PLAIN },
		[JSON_OP_ADD] = { "+ ", LOOK_ADDED },
		[JSON_OP_REMOVE] = { "- ", LOOK_REMOVED },
		[JSON_OP_REORDER] = { "~ ", LOOK_MOVED },
	};
	char *path = c->path[0] != '\0' ? clean_line(c->path, strlen(c->path), 0) : x_strdup("(all)");

	diff_look_begin(p, signs[c->op].look, out);
	(void)buf_addf(out, "%s%s", signs[c->op].sign, path);
	diff_look_end(p, signs[c->op].look, out);
	free(path);
	switch (c->op) {
	case JSON_OP_ADD:
	case JSON_OP_REMOVE:
		(void)buf_add_char(out, ' ');
		add_value(p, c->op == JSON_OP_ADD ? c->b : c->a, signs[c->op].look, out);
		break;
	case JSON_OP_REORDER:
		(void)buf_add_str(out, " in another order");
		break;
	case JSON_OP_CHANGE:
		if (is_long_text(c)) {
			add_long_text(p, c, out);
			return;
		}
		(void)buf_add_char(out, ' ');
		add_value(p, c->a, LOOK_REMOVED, out);
		(void)buf_add_str(out, " -> ");
		add_value(p, c->b, LOOK_ADDED, out);
		break;
	}
	(void)buf_add_char(out, '\n');
}

void diff_print_changes(const struct diff_print *p, const struct json_diff *d, struct buf *out)
{
	for (size_t i = 0; i < d->n; i++) {
		tree_change(p, &d->changes[i], out);
	}
}

void diff_print_tree(const struct diff_print *p, const struct json_diff *d, struct buf *out)
{
	char *head = x_asprintf("%s -> %s  %zu change%s", p->names[0], p->names[1], d->n, d->n == 1 ? "" : "s");

	add_line(p, out, LOOK_HEAD, head);
	free(head);
	diff_print_changes(p, d, out);
}
