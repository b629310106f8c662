/* The library: prompts in the folders that their names tell of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "ui/screens/prompts_state.h"

#define WIDE 60 /* columns from which on labels stand beside the names */

static void clear_rows(struct prompts_screen *s)
{
	for (size_t i = 0; i < s->n_rows; i++) {
		free(s->rows[i].path);
	}
	s->n_rows = 0;
}

void prompts_library_free(struct prompts_screen *s)
{
	clear_rows(s);
	free(s->rows);
	for (size_t i = 0; i < s->n_folded; i++) {
		free(s->folded[i]);
	}
	free(s->folded);
	free(s->filter);
}

static bool is_folded(const struct prompts_screen *s, const char *path)
{
	for (size_t i = 0; i < s->n_folded && s->filter == NULL; i++) {
		if (strcmp(s->folded[i], path) == 0) {
			return true;
		}
	}
	return false;
}

void prompts_library_fold(struct prompts_screen *s, const char *path)
{
	for (size_t i = 0; i < s->n_folded; i++) {
		if (strcmp(s->folded[i], path) == 0) {
			free(s->folded[i]);
			s->folded[i] = s->folded[--s->n_folded];
			return;
		}
	}
	*array_push(s->folded, s->n_folded, s->cap_folded) = x_strdup(path);
}

static bool is_wanted(const struct prompts_screen *s, const struct prompt_row *row)
{
	return s->filter == NULL || strcasestr(row->name, s->filter) != NULL;
}

static size_t count_in(const struct prompts_screen *s, const char *path, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < s->p->n_rows; i++) {
		n += strncmp(s->p->rows[i].name, path, len) == 0 && is_wanted(s, &s->p->rows[i]);
	}
	return n;
}

static void add_row(struct prompts_screen *s, struct library_row row, const char *path, size_t len)
{
	row.path = x_strndup(path, len);
	size_t leaf = len - (row.n > 0);

	while (leaf > 0 && row.path[leaf - 1] != '/') {
		leaf--;
	}
	row.leaf = row.path + leaf;
	*array_push(s->rows, s->n_rows, s->cap_rows) = row;
}

/* The folders of a name that the one before was not in, down to a folded one; then the prompt itself. */
static void add_prompt(struct prompts_screen *s, const struct prompt_row *row, const char *before)
{
	int depth = 0;

	for (const char *slash = row->name; (slash = strchr(slash, '/')) != NULL; slash++, depth++) {
		size_t len = (size_t)(slash - row->name) + 1;
		char *path = x_strndup(row->name, len);
		bool folded = is_folded(s, path);

		if (strncmp(before, path, len) != 0) {
			add_row(s, (struct library_row){ .depth = depth, .n = count_in(s, path, len), .is_folded = folded }, path, len);
		}
		free(path);
		if (folded) {
			return;
		}
	}
	add_row(s, (struct library_row){ .depth = depth, .labels = row->labels }, row->name, strlen(row->name));
}

void prompts_library_layout(struct prompts_screen *s)
{
	const struct rect *r = &s->panes[PANE_LIBRARY];
	const char *before = "";
	const struct library_row *selected = prompts_library_row(s);
	char *path = selected != NULL ? x_strdup(selected->path) : s->p->name != NULL ? x_strdup(s->p->name) : NULL;

	clear_rows(s);
	for (size_t i = 0; i < s->p->n_rows; i++) {
		if (is_wanted(s, &s->p->rows[i])) {
			add_prompt(s, &s->p->rows[i], before);
			before = s->p->rows[i].name;
		}
	}
	list_set_n(&s->library, (int)s->n_rows);
	for (size_t i = 0; path != NULL && i < s->n_rows; i++) { /* others may have come or gone */
		if (strcmp(s->rows[i].path, path) == 0) {
			list_select(&s->library, (int)i);
		}
	}
	list_layout(&s->library, r->h > 1 ? r->h - 1 : 0);
	free(path);
}

const struct library_row *prompts_library_row(const struct prompts_screen *s)
{
	return (size_t)s->library.selected < s->n_rows ? &s->rows[s->library.selected] : NULL;
}

static void draw_empty(const struct prompts_screen *s, struct cells *cells, struct rect r)
{
	static const char *const nothing[] = {
		"No prompt is kept here yet.", "", "a             begins one: give it a name such as support/triage",
		":to prompt    in Play or on an opened request of Metrics takes that over",
		"sonde prompt  save, import and sync bring prompts from files",
	};
	char line[256];

	if (s->filter != NULL) {
		(void)snprintf(line, sizeof(line), "no name has \"%.60s\" in it; Esc lifts the filter", s->filter);
		(void)cells_fit(cells, r.x + 1, r.y + 1, r.w - 2, ST_DIM, line);
		return;
	}
	if (!s->p->is_loaded || (s->p->err.code != ERR_NONE && s->p->err.code != ERR_CHECK)) { /* no store yet: nothing is kept */
		(void)snprintf(line, sizeof(line), "%s", s->p->is_loaded ? s->p->err.text : "reading\u2026");
		(void)cells_fit(cells, r.x + 1, r.y + 1, r.w - 2, s->p->is_loaded ? ST_BAD : ST_DIM, line);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(nothing) && (int)i + 1 < r.h; i++) {
		(void)cells_fit(cells, r.x + 1, r.y + 1 + (int)i, r.w - 2, i == 0 ? ST_BOLD : ST_TEXT, nothing[i]);
	}
}

void prompts_library_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env)
{
	char title[100], count[40];

	(void)env;
	(void)snprintf(title, sizeof(title), s->filter == NULL ? "Library" : r.w >= WIDE ? "Library /%.40s" : "/%.40s", s->filter);
	(void)snprintf(count, sizeof(count), s->filter != NULL ? "%zu of %zu" : "%zu", count_in(s, "", 0), s->p->n_rows);
	cells_rule(cells, r.x, r.y, r.w, s->focus == PANE_LIBRARY, title, count);
	if (s->n_rows == 0) {
		draw_empty(s, cells, r);
	}
	for (int i = 0; i < s->library.rows && s->library.top + i < s->library.n; i++) {
		const struct library_row *row = &s->rows[s->library.top + i];
		bool is_open = s->p->name != NULL && row->n == 0 && strcmp(row->path, s->p->name) == 0;
		int x = r.x + 1 + row->depth * 2, y = r.y + 1 + i, end = r.x + r.w - 1;
		char leaf[160], n[16];

		if (row->n > 0) {
			(void)snprintf(leaf, sizeof(leaf), "%s %.*s", row->is_folded ? "\u25b8" : "\u25be", (int)strcspn(row->leaf, "/"), row->leaf);
			(void)snprintf(n, sizeof(n), "%zu", row->n);
			end = cells_right(cells, end, y, ST_DIM, n) - 1;
		} else {
			(void)snprintf(leaf, sizeof(leaf), "  %s%s", row->leaf, prompts_has_draft(s->p, row->path) ? " *" : "");
			if (row->labels != NULL && row->labels[0] != '\0' && r.w >= WIDE) {
				end = cells_right(cells, end, y, ST_DIM, row->labels) - 1;
			} else if (row->labels != NULL && row->labels[0] != '\0') {
				end = cells_right(cells, end, y, ST_OK, "\u25cf") - 1;
			}
		}
		(void)cells_fit(cells, x, y, end - x, is_open || row->n > 0 ? ST_BOLD : ST_TEXT, leaf);
		if (s->library.top + i == s->library.selected) {
			cells_selected(cells, r.x, y);
			if (s->focus == PANE_LIBRARY) {
				cells_cursor(cells, r.x, y, false);
			}
		}
	}
}
