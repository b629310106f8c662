#include "ui/console_manual.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/manual.h"
#include "base/mem.h"
#include "text/wrap.h"
#include "ui/format.h"
#include "ui/screen.h"
#include "ui/widgets/list.h"
#include "ui/widgets/styled.h"

#define MOST_W 100

struct manual_view {
	char title[MANUAL_HEADING_SIZE];
	const char *section;
	size_t section_len;
	struct styled_text *text; /* NULL: not made yet */
	int text_w;               /* what it was made for */
	struct list scroll; /* its rows are the places the first line can have */
	struct rect box;
};

static bool starts(const char *s, size_t len, const char *with)
{
	return len >= strlen(with) && memcmp(s, with, strlen(with)) == 0;
}

/* What is made of a section while it is read. */
struct page {
	struct styled_text *text;
	int width;
	struct buf paragraph; /* that the next line may go on */
};

/* The text of a stretch: of a link what it is named, not where it leads. What stands in `...` is meant as it is, but for the \| of a table. */
static void add_words(struct buf *out, const char *s, size_t len)
{
	bool is_code = false;

	for (size_t i = 0; i < len; i++) {
		const char *name_end = !is_code && s[i] == '[' ? memmem(s + i, len - i, "](", 2) : NULL;
		const char *end = name_end != NULL ? memchr(name_end, ')', len - (size_t)(name_end - s)) : NULL;

		is_code ^= s[i] == '`';
		if (end != NULL) {
			add_words(out, s + i + 1, (size_t)(name_end - s) - i - 1);
			i = (size_t)(end - s);
		} else if (!starts(s + i, len - i, "\\|")) {
			(void)buf_add_char(out, s[i]);
		}
	}
}

/* Lines of their own, with a key in front; what does not fit goes on at `indent`. */
static void add_hanging(struct page *p, int indent, enum style st, size_t key_len, const char *s, size_t len)
{
	struct wrap lines = { 0 };
	bool fits = cells_width(s, len) <= p->width;
	int width = fits || indent > p->width / 2 ? p->width : p->width - indent;

	wrap_update(&lines, s, len, (size_t)width);
	for (size_t i = 0; i < lines.n; i++) {
		size_t at = lines.lines[i].start, n = lines.lines[i].len;
		size_t key = at >= key_len ? 0 : n < key_len - at ? n : key_len - at;

		styled_addf(p->text, ST_TEXT, "%*s", i > 0 ? p->width - width : 0, "");
		styled_add(p->text, ST_KEY, s + at, key);
		styled_add(p->text, st, s + at + key, n - key);
		styled_add(p->text, ST_TEXT, "\n", 1);
	}
	wrap_free(&lines);
}

static void end_paragraph(struct page *p)
{
	struct buf words = { 0 };

	if (p->paragraph.len > 0) {
		add_words(&words, p->paragraph.s, p->paragraph.len);
		add_hanging(p, starts(words.s, words.len, "- ") ? 2 : 0, ST_TEXT, 0, words.s, words.len);
		buf_clear(&p->paragraph);
		buf_free(&words);
	}
}

/* "| `a` | b |" as "a · b", its first cell as a key. */
static void add_table_row(struct page *p, const char *s, size_t len)
{
	struct buf row = { 0 };
	size_t key_len = 0;

	for (size_t at = 1; at < len;) {
		size_t n = 0;

		while (at + n < len && !(s[at + n] == '|' && s[at + n - 1] != '\\')) {
			n++;
		}
		const char *cell = s + at;
		size_t cell_len = n;

		for (; cell_len > 0 && *cell == ' '; cell_len--) {
			cell++;
		}
		while (cell_len > 0 && cell[cell_len - 1] == ' ') {
			cell_len--;
		}
		if (cell_len > 0) {
			(void)buf_add_str(&row, key_len == 0 ? "  " : "  \u00b7  ");
			add_words(&row, cell, cell_len);
			key_len = key_len == 0 ? row.len : key_len;
		}
		at += n + 1;
	}
	add_hanging(p, 4, ST_TEXT, key_len, buf_str(&row), row.len);
	buf_free(&row);
}

static void add_code(struct page *p, const char *s, size_t len)
{
	char *line = x_asprintf("  %.*s", (int)len, s);

	add_hanging(p, (int)strspn(line, " ") + 2, ST_BOLD, 0, line, strlen(line));
	free(line);
}

/* Where a line cannot go on the one before it. */
static bool begins_anew(const char *s, size_t len)
{
	return len == 0 || s[0] == '|' || s[0] == '#' || starts(s, len, "- ") || starts(s, len, "```") || starts(s, len, "<!--");
}

static void add_section(struct page *p, const char *s, size_t len)
{
	bool is_fenced = false;

	for (const char *end = s + len; s < end;) {
		size_t n = strcspn(s, "\n");

		if (is_fenced || begins_anew(s, n)) {
			end_paragraph(p);
		}
		if (starts(s, n, "```")) {
			is_fenced = !is_fenced;
		} else if (is_fenced) {
			add_code(p, s, n);
		} else if (starts(s, n, "<!--") || starts(s, n, "|---")) {
			; /* marks of the file */
		} else if (s[0] == '#') {
			size_t marks = strspn(s, "# ");

			styled_addf(p->text, ST_TITLE, "%.*s\n", (int)(n - marks), s + marks);
		} else if (s[0] == '|') {
			add_table_row(p, s, n);
		} else if (n == 0) {
			styled_add(p->text, ST_TEXT, "\n", 1);
		} else {
			size_t blanks = p->paragraph.len > 0 ? strspn(s, " ") : 0;

			(void)buf_addf(&p->paragraph, "%s%.*s", p->paragraph.len > 0 ? " " : "", (int)(n - blanks), s + blanks);
		}
		s += n + (s[n] == '\n');
	}
	end_paragraph(p);
	buf_free(&p->paragraph);
}

struct manual_view *manual_view_new(const char *heading)
{
	size_t len;
	const char *section = manual_section(heading, &len);

	if (section == NULL) {
		return NULL;
	}
	struct manual_view *v = x_calloc(1, sizeof(*v));

	(void)snprintf(v->title, sizeof(v->title), "%s", heading);
	v->section = section;
	v->section_len = len;
	return v;
}

void manual_view_free(struct manual_view *v)
{
	if (v != NULL) {
		styled_free(v->text);
		free(v);
	}
}

unsigned manual_view_input(struct manual_view *v, const struct input *in, bool *is_over)
{
	static const uint32_t ends[] = {K_ESC, 'q', '?', K_F1, 'c' | K_CTRL, 'g' | K_CTRL};

	for (size_t i = 0; in->type == INPUT_KEY && i < COUNT_OF(ends); i++) {
		*is_over = *is_over || in->key == ends[i];
	}
	struct input page = { .type = INPUT_KEY, .key = K_PAGE_DOWN };

	if (!*is_over) {
		(void)list_input(&v->scroll, in->type == INPUT_KEY && in->key == ' ' ? &page : in);
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

void manual_view_layout(struct manual_view *v, int w, int h)
{
	int box_w = w - 4 < MOST_W ? w - 4 : MOST_W;

	v->box = (struct rect){(w - box_w) / 2, 2, box_w, h - 5};
	if (v->text == NULL || v->text_w != box_w - 4) {
		styled_free(v->text);
		v->text = styled_new();
		v->text_w = box_w - 4;
		add_section(&(struct page){ .text = v->text, .width = v->text_w }, v->section, v->section_len);
	}
	int lines = (int)styled_layout(v->text, v->text_w), rows = v->box.h - 3;

	v->scroll.rows = rows; /* a page */
	list_set_n(&v->scroll, lines > rows ? lines - rows + 1 : 1);
}

void manual_view_draw(const struct manual_view *v, struct cells *c)
{
	struct rect in = {v->box.x + 2, v->box.y + 1, v->box.w - 4, v->box.h - 3};
	char title[MANUAL_HEADING_SIZE + 16];

	snprintf(title, sizeof(title), "Manual \u203a %s", v->title);
	cells_box(c, v->box, title);
	styled_draw(v->text, c, in, (size_t)v->scroll.selected);
	const char *more = format_more(v->scroll.selected > 0, v->scroll.selected + 1 < v->scroll.n);

	cells_fit(c, in.x, in.y + in.h, in.w, ST_DIM, v->scroll.n > 1 ? "\u2191 \u2193 PgUp PgDn scroll \u00b7 Esc closes" : "Esc closes");
	cells_right(c, in.x + in.w, in.y + in.h, ST_DIM, more);
	cells_cursor(c, in.x, in.y, false);
}
