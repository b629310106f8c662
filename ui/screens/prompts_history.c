/* The versions of the opened prompt, and the labels that point to them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/clean.h"
#include "ui/screens/prompts_state.h"

#define AGE_W 4
#define RATE_W 60 /* from here on there is room for the error rate beside the message */

void prompts_age_text(int64_t then_us, int64_t now_us, char out[FORMAT_SIZE])
{
	int64_t s = (now_us - then_us) / US_PER_S;

	if (s < 60) {
		(void)snprintf(out, FORMAT_SIZE, "now");
	} else {
		(void)snprintf(out, FORMAT_SIZE, s < 3600 ? "%lldm" : s < 86400 ? "%lldh" : "%lldd",
		    (long long)(s < 3600 ? s / 60 : s < 86400 ? s / 3600 : s / 86400));
	}
}

const struct version_row *prompts_selected_row(const struct prompts_screen *s)
{
	return (size_t)s->history.selected < s->p->n_versions ? &s->p->versions[s->history.selected] : NULL;
}

int prompts_selected_version(const struct prompts_screen *s)
{
	const struct version_row *v = prompts_selected_row(s);

	return v != NULL ? v->number : 0;
}

int prompts_meant_version(const struct prompts_screen *s)
{
	bool is_chosen = s->focus == PANE_HISTORY || s->focus == PANE_LABELS || s->p->base == 0;

	return is_chosen ? prompts_selected_version(s) : s->p->base;
}

const char *prompts_selected_label(const struct prompts_screen *s)
{
	bool is_chosen = s->focus == PANE_LABELS || prompts_label(s->p, PROMPT_PRODUCTION) == NULL;

	return is_chosen && (size_t)s->labels.selected < s->p->n_labels ? s->p->labels[s->labels.selected].label : PROMPT_PRODUCTION;
}

static void make_lanes(struct prompts_screen *s)
{
	const struct prompts *p = s->p;
	struct lanes_item *items = x_calloc(p->n_versions + 1, sizeof(*items));

	for (size_t i = 0; i < p->n_versions; i++) {
		items[i] = (struct lanes_item){ p->versions[i].number, p->versions[i].parent };
	}
	if (s->cap_lanes < p->n_versions) {
		s->lanes = x_reallocarray(s->lanes, p->n_versions, sizeof(*s->lanes));
		s->cap_lanes = p->n_versions;
	}
	s->lanes_w = lanes_make(items, p->n_versions, s->lanes);
	free(items);
}

/* What is selected is what the draft is compared with; what is compared with otherwise is selected. */
void prompts_history_layout(struct prompts_screen *s)
{
	struct prompts *p = s->p;
	int before = s->history.n;

	list_set_n(&s->history, (int)p->n_versions);
	make_lanes(s);
	if (p->name != NULL) {
		const struct version_row *v = prompts_selected_row(s);

		prompts_results_ask(p->results, p->name, v != NULL ? v->hash : "");
	}
	if (p->against != s->seen_against || before != s->history.n) {
		s->seen_against = p->against;
		for (size_t i = 0; i < p->n_versions; i++) {
			if (p->versions[i].number == p->against) {
				list_select(&s->history, (int)i);
			}
		}
	} else if (s->pinned == 0 && prompts_selected_version(s) != 0) {
		prompts_compare(p, prompts_selected_version(s));
		s->seen_against = p->against;
	}
	int h = s->panes[PANE_HISTORY].h;

	s->version_h = s->width >= PROMPTS_WIDE ? 2 : 1; /* where there is room for both: the figures, the message */
	list_layout(&s->history, h > 1 ? (h - 1 - prompts_results_h(s, h)) / s->version_h : 0);
}

static void labels_of(const struct prompts *p, int number, struct buf *out)
{
	for (size_t i = 0; i < p->n_labels; i++) {
		const struct split *split = &p->labels[i].split;
		const char *name = strcmp(p->labels[i].label, PROMPT_PRODUCTION) == 0 ? "prod" : p->labels[i].label; /* the room is small */

		for (int k = 0; k < split->n_arms; k++) {
			if (split->arms[k].number == number) {
				(void)buf_addf(out, split->n_arms > 1 ? "%s%s %g%%" : "%s%s", out->len > 0 ? " " : "", name,
				    split->arms[k].share / 100.0);
			}
		}
	}
}

static void draw_version(const struct prompts_screen *s, struct cells *cells, struct rect r, int i, const struct env *env)
{
	const struct prompts *p = s->p;
	const struct version_row *v = &p->versions[i];
	struct buf labels = { 0 };
	int y = r.y, x = r.x + 2, end = r.x + r.w - 1;
	char age[FORMAT_SIZE], from[24] = "", number[16], figures[FORMAT_SIZE];

	prompts_age_text(v->time_us, env->now_us, age);
	end -= AGE_W;
	(void)cells_right(cells, end + AGE_W, y, ST_DIM, age);
	prompts_results_short(s, v, r.h > 1 || r.w >= RATE_W, figures);
	if (figures[0] != '\0') {
		end = cells_right(cells, end, y, ST_TEXT, figures) - 1;
	}
	labels_of(p, v->number, &labels);
	if (v->number == s->pinned) {
		(void)cells_put(cells, x - 1, y, ST_HIT, "\u25b8");
	}
	lanes_draw(cells, x, y, s->lanes_w, &s->lanes[i], v->number == p->base);
	x += s->lanes_w + 1;
	(void)snprintf(number, sizeof(number), "v%-3d", v->number);
	x += cells_fit(cells, x, y, end - x, v->number == p->base ? ST_BOLD : ST_TEXT, number) + 1;
	if (labels.len > 0) {
		x += cells_fit(cells, x, y, end - x, ST_LIVE, buf_str(&labels)) + 1;
	}
	if (v->parent > 0 && v->parent != v->number - 1) {
		(void)snprintf(from, sizeof(from), "\u2190v%d", v->parent);
		x += cells_fit(cells, x, y, end - x, ST_DIM, from) + 1;
	}
	char *message = clean_line(v->message, strlen(v->message), 0);

	if (r.h > 1) {
		x = r.x + 2 + s->lanes_w + 1;
		y++;
		lanes_draw_below(cells, r.x + 2, y, s->lanes_w, &s->lanes[i]);
		end = r.x + r.w - 1;
	}
	(void)cells_fit(cells, x, y, end - x, r.h > 1 ? ST_DIM : ST_TEXT, message);
	free(message);
	buf_free(&labels);
}

void prompts_history_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env)
{
	const struct prompts *p = s->p;
	int below = prompts_results_h(s, r.h), each = s->version_h;
	char count[48];

	(void)snprintf(count, sizeof(count), s->pinned > 0 ? "v%zu marked" : "%zu", s->pinned > 0 ? (size_t)s->pinned : p->n_versions);
	cells_rule(cells, r.x, r.y, r.w, s->focus == PANE_HISTORY, "History", count);
	if (p->n_versions == 0) {
		(void)cells_fit(cells, r.x + 1, r.y + 1, r.w - 2, ST_DIM, "no version yet: ^S saves the first");
	}
	if (below > 0) { /* before the rows: the cursor is on one of them */
		prompts_results_draw(s, cells, (struct rect){ r.x, r.y + r.h - below, r.w, below });
	}
	for (int i = 0; i < s->history.rows && s->history.top + i < s->history.n; i++) {
		struct rect row = { r.x, r.y + 1 + i * each, r.w, each };

		draw_version(s, cells, row, s->history.top + i, env);
		if (s->history.top + i == s->history.selected) {
			cells_selected(cells, r.x, row.y);
			if (s->focus == PANE_HISTORY) {
				cells_cursor(cells, r.x, row.y, false);
			}
		}
	}
}

/* -- labels --------------------------------------------------------------------------------------------------------------------------- */

void prompts_labels_layout(struct prompts_screen *s)
{
	list_set_n(&s->labels, (int)s->p->n_labels);
	list_layout(&s->labels, s->panes[PANE_LABELS].h > 1 ? s->panes[PANE_LABELS].h - 1 : 0);
}

static void shares_text(const struct split *split, struct buf *out)
{
	for (int k = 0; k < split->n_arms; k++) {
		(void)buf_addf(out, split->n_arms > 1 ? "%sv%d %g%%" : "%sv%d", k > 0 ? " \u00b7 " : "", split->arms[k].number, split->arms[k].share / 100.0);
	}
	if (split->n_arms == 0) {
		(void)buf_add_str(out, "nowhere");
	}
}

/* The newest moves, below the labels: "production → v2  from v1  ana", what it was and who did it where there is room. */
static void draw_moves(const struct prompts_screen *s, struct cells *cells, struct rect r, int y, const struct env *env)
{
	for (size_t i = 0; i < s->p->n_moves && y < r.y + r.h; i++, y++) {
		const struct move_row *m = &s->p->moves[i];
		struct buf line = { 0 }, from = { 0 };
		char age[FORMAT_SIZE], *who = clean_line(m->who, strlen(m->who), 20);

		prompts_age_text(m->time_us, env->now_us, age);
		int end = cells_right(cells, r.x + r.w - 1, y, ST_DIM, age) - 1, room = end - r.x - 1;

		(void)buf_addf(&line, "%s %s ", m->label, m->is_rollback ? "\u21a9" : "\u2192");
		shares_text(&m->to, &line);
		(void)buf_add_str(&from, "from ");
		shares_text(&m->from, &from);
		(void)format_item(&line, m->from.n_arms > 0 ? room : 0, "  ", buf_str(&from));
		(void)format_item(&line, who[0] != '\0' ? room : 0, "  ", who);
		(void)cells_fit(cells, r.x + 1, y, room, ST_DIM, buf_str(&line));
		free(who);
		buf_free(&line);
		buf_free(&from);
	}
}

void prompts_labels_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env)
{
	const struct prompts *p = s->p;

	cells_rule(cells, r.x, r.y, r.w, s->focus == PANE_LABELS, "Labels", r.w >= 38 ? "L move \u00b7 % ramp \u00b7 R back" : "L move");
	if (p->n_labels == 0) {
		(void)cells_fit(cells, r.x + 1, r.y + 1, r.w - 2, ST_DIM, "none: L points one to a version");
	}
	for (int i = 0; i < s->labels.rows && s->labels.top + i < s->labels.n; i++) {
		const struct label_row *l = &p->labels[s->labels.top + i];
		struct buf to = { 0 };
		int y = r.y + 1 + i, x = r.x + 2;

		shares_text(&l->split, &to);
		x += cells_fit(cells, x, y, r.w - 4, ST_LIVE, l->label);
		x += cells_fit(cells, x, y, r.x + r.w - x, ST_DIM, " \u2192 ");
		(void)cells_fit(cells, x, y, r.x + r.w - 1 - x, ST_TEXT, buf_str(&to));
		buf_free(&to);
		if (s->labels.top + i == s->labels.selected) {
			cells_selected(cells, r.x, y);
			if (s->focus == PANE_LABELS) {
				cells_cursor(cells, r.x, y, false);
			}
		}
	}
	draw_moves(s, cells, r, r.y + 2 + (s->labels.n < 1 ? 1 : s->labels.n), env);
}
