/* The variables of the draft with the values it is rendered with, and what comes of that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/clean.h"
#include "ui/format.h"
#include "ui/screens/prompts_state.h"

void prompts_vars_layout(struct prompts_screen *s)
{
	struct rect r = s->panes[PANE_VARS];

	list_set_n(&s->vars, s->p->facts != NULL ? (int)s->p->facts->n_vars : 0);
	list_layout(&s->vars, r.h > 3 ? r.h - 3 : 0);
}

/* A value as one line; NULL: there is none. The caller's. */
static char *value_text(const json_t *values, const char *var)
{
	const json_t *at = facts_value(values, var);
	char *text = at == NULL ? NULL : json_is_string(at) ? x_strdup(json_string_value(at)) : json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT);
	char *clean = text != NULL ? clean_line(text, strlen(text), 200) : NULL;

	free(text);
	return clean;
}

/* Its name, "?" where not every rendering needs it, the value, the type where there is room. */
static void draw_var(struct cells *cells, struct rect r, const struct facts *f, const struct facts_var *var)
{
	char *name = x_asprintf("%s%s", var->path, var->is_certain ? "" : "?"), *value = value_text(f->values, var->path);
	char *clean = clean_line(name, strlen(name), 40);
	int x = r.x + 1, end = r.x + r.w - 1;

	x += cells_fit(cells, x, r.y, r.w / 2, ST_TEXT, clean);
	x = x < r.x + 10 && r.w > 20 ? r.x + 10 : x + 1;
	if (var->type != NULL && end - x > 10) {
		end = cells_right(cells, end, r.y, ST_DIM, var->type) - 1;
	}
	(void)cells_fit(cells, x, r.y, end - x, value != NULL ? ST_LIVE : var->may_be_missing ? ST_DIM : ST_WARN, value != NULL ? value : "\u2013");
	free(name);
	free(clean);
	free(value);
}

void prompts_vars_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env)
{
	const struct prompts *p = s->p;
	char right[40] = "", foot[200];

	(void)env;
	if (p->facts != NULL && p->facts->n_missing > 0) {
		(void)snprintf(right, sizeof(right), "%zu missing", p->facts->n_missing);
	}
	cells_rule(cells, r.x, r.y, r.w, s->focus == PANE_VARS, "Vars", right);
	if (s->vars.n == 0) {
		(void)cells_fit(cells, r.x + 1, r.y + 1, r.w - 2, ST_DIM, "no {{variable}} in it");
	}
	for (int i = 0; i < s->vars.rows && s->vars.top + i < s->vars.n; i++) {
		int y = r.y + 1 + i;

		draw_var(cells, (struct rect){ r.x, y, r.w, 1 }, p->facts, &p->facts->vars[s->vars.top + i]);
		if (s->vars.top + i == s->vars.selected) {
			cells_selected(cells, r.x, y);
			if (s->focus == PANE_VARS) {
				cells_cursor(cells, r.x, y, false);
			}
		}
	}
	if (r.h > 3 && p->set_name != NULL) {
		char *name = clean_line(p->set_name, strlen(p->set_name), 60);

		(void)snprintf(foot, sizeof(foot), "%.120s %zu/%zu", name, p->set_row + 1, json_array_size(p->set));
		(void)cells_fit(cells, r.x + 1, r.y + r.h - 2, r.w - 2, ST_TEXT, foot);
		(void)cells_fit(cells, r.x + 1, r.y + r.h - 1, r.w - 2, ST_DIM, "< > the row before, the next");
		free(name);
	} else if (r.h > 3) {
		(void)cells_fit(cells, r.x + 1, r.y + r.h - 2, r.w - 2, ST_DIM, s->vars.n > 0 ? "v sets a value" : "");
		(void)cells_fit(cells, r.x + 1, r.y + r.h - 1, r.w - 2, ST_DIM, ":vars FILE reads rows");
	}
}

/* -- rendered ------------------------------------------------------------------------------------------------------------------------- */

static struct styled_text *build(const struct facts *f)
{
	struct styled_text *out = styled_new();
	char *clean = clean_text(buf_str(&f->rendered), f->rendered.len);

	if (f->render_error != NULL) {
		char *why = clean_text(f->render_error, strlen(f->render_error));

		styled_addf(out, ST_BAD, "%s\n\n", why);
		free(why);
	}
	styled_add(out, ST_TEXT, clean, strlen(clean));
	free(clean);
	return out;
}

/* -- lints, below the text ------------------------------------------------------------------------------------------------------------ */

static int lints_h(const struct prompts_screen *s, struct rect r)
{
	const struct facts *f = s->p->facts;
	int most = r.h / 3;

	if (f == NULL || f->text.len == 0 || most < 1 || (f->n_lints == 0 && f->render_error != NULL)) {
		return 0; /* nothing is said of what is no prompt */
	}
	return f->n_lints == 0 ? 1 : f->n_lints < (size_t)most ? (int)f->n_lints : most;
}

static void draw_lints(const struct prompts_screen *s, struct cells *cells, struct rect r)
{
	const struct facts *f = s->p->facts;
	int h = lints_h(s, r), y = r.y + r.h - h;

	if (h > 0 && f->n_lints == 0) {
		(void)cells_put(cells, r.x + 1, y, ST_OK, "\u2713");
		(void)cells_fit(cells, r.x + 3, y, r.w - 4, ST_DIM, "nothing that looks like a mistake");
	}
	for (int i = 0; i < h && (size_t)i < f->n_lints; i++) {
		const struct facts_lint *l = &f->lints[i];
		size_t n_more = i + 1 == h ? f->n_lints - (size_t)h : 0;
		char *text = x_asprintf("%zu: %s", l->line, l->text), *clean = clean_line(text, strlen(text), 0), more[32] = "";
		int end = r.x + r.w - 1;

		if (n_more > 0) {
			(void)snprintf(more, sizeof(more), " +%zu more", n_more);
			end = cells_right(cells, end, y + i, ST_DIM, more);
		}
		(void)cells_put(cells, r.x + 1, y + i, l->is_warning ? ST_WARN : ST_DIM, l->is_warning ? "!" : "\u00b7");
		(void)cells_fit(cells, r.x + 3, y + i, end - r.x - 3, l->is_warning ? ST_TEXT : ST_DIM, clean);
		free(text);
		free(clean);
	}
}

void prompts_rendered_layout(struct prompts_screen *s)
{
	struct rect r = s->panes[PANE_RENDERED];
	const struct prompts *p = s->p;

	if (r.w == 0 || p->facts == NULL) {
		return;
	}
	if (s->rendered == NULL || s->rendered_facts != p->n_facts) {
		styled_free(s->rendered);
		s->rendered = build(p->facts);
		s->rendered_facts = p->n_facts;
	}
	int n = (int)styled_layout(s->rendered, r.w - 2), rows = r.h - 1 - lints_h(s, r);

	s->rendered_scroll.rows = rows;
	list_set_n(&s->rendered_scroll, n > rows ? n - rows + 1 : 1);
}

void prompts_rendered_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env)
{
	const struct prompts *p = s->p;
	char title[80] = "Rendered", right[60] = "", tokens[FORMAT_SIZE];

	(void)env;
	if (p->set != NULL) {
		(void)snprintf(title, sizeof(title), "Rendered with row %zu/%zu", p->set_row + 1, json_array_size(p->set));
	}
	if (p->facts != NULL && p->facts->render_error == NULL) {
		figure_count(p->facts->rendered_tokens.tok, tokens);
		(void)snprintf(right, sizeof(right), "%s%s tok", p->facts->rendered_tokens.is_exact ? "" : "~", tokens);
	}
	cells_rule(cells, r.x, r.y, r.w, s->focus == PANE_RENDERED, title, right);
	if (s->rendered != NULL && p->facts != NULL) {
		styled_draw(s->rendered, cells, (struct rect){ r.x + 1, r.y + 1, r.w - 2, r.h - 1 - lints_h(s, r) }, (size_t)s->rendered_scroll.selected);
	}
	draw_lints(s, cells, r);
}
