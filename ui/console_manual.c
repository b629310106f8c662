#include "ui/console_manual.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/manual.h"
#include "base/mem.h"
#include "ui/screen.h"
#include "ui/widgets/list.h"
#include "ui/widgets/styled.h"

#define MOST_W 100

struct manual_view {
	char title[MANUAL_HEADING_SIZE];
	struct styled_text *text;
	struct list scroll; /* its rows are the places the first line can have */
	struct rect box;
};

static bool starts(const char *s, size_t len, const char *with)
{
	return len >= strlen(with) && memcmp(s, with, strlen(with)) == 0;
}

/* "| `a` | b |" as "a · b", its first cell as a key. */
static void add_table_row(struct styled_text *t, const char *s, size_t len)
{
	bool is_first = true;

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
			styled_add(t, ST_DIM, "  \u00b7  ", is_first ? 2 : strlen("  \u00b7  "));
			styled_add(t, is_first ? ST_KEY : ST_TEXT, cell, cell_len);
			is_first = false;
		}
		at += n + 1;
	}
	styled_add(t, ST_TEXT, "\n", 1);
}

/* Where a line cannot go on the one before it. */
static bool begins_anew(const char *s, size_t len)
{
	return len == 0 || s[0] == '|' || s[0] == '#' || starts(s, len, "- ") || starts(s, len, "```") || starts(s, len, "<!--");
}

static void add_section(struct styled_text *t, const char *s, size_t len)
{
	bool is_fenced = false, is_open = false; /* open: a paragraph that the next line may go on */

	for (const char *end = s + len; s < end;) {
		size_t n = strcspn(s, "\n");

		if (is_open && (is_fenced || begins_anew(s, n))) {
			styled_add(t, ST_TEXT, "\n", 1);
			is_open = false;
		}
		if (starts(s, n, "```")) {
			is_fenced = !is_fenced;
		} else if (is_fenced) {
			styled_addf(t, ST_BOLD, "  %.*s\n", (int)n, s);
		} else if (starts(s, n, "<!--") || starts(s, n, "|---")) {
			; /* marks of the file */
		} else if (s[0] == '#') {
			size_t marks = strspn(s, "# ");

			styled_addf(t, ST_TITLE, "%.*s\n", (int)(n - marks), s + marks);
		} else if (s[0] == '|') {
			add_table_row(t, s, n);
		} else if (n == 0) {
			styled_add(t, ST_TEXT, "\n", 1);
		} else {
			size_t blanks = is_open ? strspn(s, " ") : 0;

			styled_addf(t, ST_TEXT, "%s%.*s", is_open ? " " : "", (int)(n - blanks), s + blanks);
			is_open = true;
		}
		s += n + (s[n] == '\n');
	}
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
	v->text = styled_new();
	add_section(v->text, section, len);
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
	if (in->type == INPUT_KEY && in->key == ' ') {
		list_select(&v->scroll, v->scroll.selected + v->box.h - 3);
	} else if (!*is_over) {
		(void)list_input(&v->scroll, in);
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

void manual_view_layout(struct manual_view *v, int w, int h)
{
	int box_w = w - 4 < MOST_W ? w - 4 : MOST_W;

	v->box = (struct rect){(w - box_w) / 2, 2, box_w, h - 5};
	int lines = (int)styled_layout(v->text, box_w - 4), rows = v->box.h - 3;

	list_set_n(&v->scroll, lines > rows ? lines - rows + 1 : 1);
	list_layout(&v->scroll, 1);
}

void manual_view_draw(const struct manual_view *v, struct cells *c)
{
	struct rect in = {v->box.x + 2, v->box.y + 1, v->box.w - 4, v->box.h - 3};
	char title[MANUAL_HEADING_SIZE + 16];

	snprintf(title, sizeof(title), "Manual \u203a %s", v->title);
	cells_box(c, v->box, title);
	styled_draw(v->text, c, in, (size_t)v->scroll.selected);
	cells_fit(c, in.x, in.y + in.h, in.w, ST_DIM,
	    v->scroll.n > 1 ? "\u2191 \u2193 Space scroll \u00b7 Esc closes" : "Esc closes");
	cells_cursor(c, in.x, in.y, false);
}
