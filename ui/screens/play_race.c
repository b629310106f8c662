/* All targets in one table, so that a column out of sight is never forgotten. On a small screen: two lines that only name them, or one. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/screens/play_state.h"

#define SMALL_H 28
#define STRIP_H 16 /* below, one row */
#define STRIP_MIN 9 /* cells of a target in it */
#define MAX_ROWS 8

static bool is_table(struct rect area)
{
	return area.h >= SMALL_H && area.w >= 100;
}

int play_race_height(const struct play_screen *s, struct rect area)
{
	int n = (int)s->play->n_columns;

	if (n == 0 || area.h < 12 || (area.h < STRIP_H && n == 1)) {
		return 0;
	}
	if (area.h < STRIP_H) {
		return 1;
	}
	return is_table(area) ? 2 + (n < MAX_ROWS ? n : MAX_ROWS) : 3;
}

static int64_t longest_us(const struct play_screen *s, const struct env *env)
{
	int64_t longest = 1;

	for (size_t i = 0; i < s->play->n_columns; i++) {
		struct play_figures f;

		play_answer_figures(s->play->columns[i]->answer, env->mono_us, &f);
		if (is_known(f.wait_us) && f.wait_us + known_or(f.gen_us, 0) > longest) {
			longest = f.wait_us + known_or(f.gen_us, 0);
		}
	}
	return longest;
}

/* ░ waiting for the first token, █ streaming; one scale for all rows. */
static void draw_timeline(struct cells *cells, int x, int y, int w, const struct play_column *c, const struct play_figures *f, int64_t scale_us)
{
	enum style st = c->answer->state == CALL_FAILED ? ST_BAD : ST_GRAPH;

	if (!is_known(f->wait_us) || w < 4) {
		return;
	}
	int wait = (int)(f->wait_us * w / scale_us), gen = (int)(known_or(f->gen_us, 0) * w / scale_us);

	wait = wait < 1 ? 1 : wait > w ? w : wait;
	gen = is_known(f->ttft_us) && gen < 1 ? 1 : gen;
	gen = wait + gen > w ? w - wait : gen;
	cells_fill(cells, (struct rect){ x, y, wait, 1 }, ST_DIM, 0x2591);
	if (is_known(f->ttft_us)) {
		cells_fill(cells, (struct rect){ x + wait, y, gen, 1 }, st, 0x2588);
	}
}

static void draw_row(const struct play_screen *s, struct cells *cells, int y, size_t i, int64_t scale_us, const struct env *env)
{
	const struct play_column *c = s->play->columns[i];
	struct play_figures f;
	enum style st;
	const char *glyph = play_state_glyph(c, &st);
	static const char *const words[] = { "queued", "sent", "live", "retry", "done", "failed", "stopped" };
	char t[6][FORMAT_SIZE];
	int x = s->race.x;
	bool is_selected = i == s->column && s->focus == FOCUS_COLUMNS;

	play_answer_figures(c->answer, env->mono_us, &f);
	figure_duration(f.ttft_us, t[0]);
	figure_duration(f.total_us, t[1]);
	format_rate(f.tokens_per_s, t[2]);
	figure_count(f.in_tok, t[3]);
	figure_count(f.out_tok, t[4]);
	price_format(f.cost_nano, t[5], FORMAT_SIZE);
	(void)cells_put(cells, x, y, ST_SEL, is_selected ? "\u258c" : " ");
	(void)cells_putf(cells, x + 1, y, ST_DIM, "%2zu", i + 1);
	(void)cells_fit(cells, x + 4, y, 21, is_selected ? ST_BOLD : ST_TEXT, play_model_name(c));
	(void)cells_put(cells, x + 26, y, st, glyph);
	(void)cells_put(cells, x + 28, y, st, c->answer->has_run ? words[c->answer->state] : c->target == NULL ? "unusable" : "ready");
	static const int ends[] = { 43, 51, 58, 64, 70, 82 };

	for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++) {
		(void)cells_right(cells, x + ends[k], y, ST_TEXT, t[k]);
	}
	if (c->answer->has_run && (c->answer->state == CALL_FAILED || c->answer->state == CALL_RETRYING || !is_known(f.wait_us))) {
		(void)cells_fit(cells, x + 84, y, s->race.w - 85, st, play_column_err(c)->text);
	} else {
		draw_timeline(cells, x + 84, y, s->race.w - 85, c, &f, scale_us);
	}
}

static void draw_table(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	static const struct {
		int end;
		const char *title;
	} heads[] = { { 43, "ttft" }, { 51, "total" }, { 58, "tok/s" }, { 64, "in" }, { 70, "out" }, { 82, "cost" } };
	int y = s->race.y + 1;
	int64_t scale_us = longest_us(s, env);

	(void)cells_put(cells, s->race.x + 2, y, ST_DIM, "#");
	(void)cells_put(cells, s->race.x + 4, y, ST_DIM, "model");
	(void)cells_put(cells, s->race.x + 26, y, ST_DIM, "state");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		(void)cells_right(cells, s->race.x + heads[i].end, y, ST_DIM, heads[i].title);
	}
	(void)cells_fit(cells, s->race.x + 84, y, s->race.w - 85, ST_DIM, "\u2591 time to first token  \u2588 streaming");
	for (size_t i = 0; i < s->play->n_columns && (int)i < s->race.h - 2; i++) {
		draw_row(s, cells, y + 1 + (int)i, i, scale_us, env);
	}
}

/* "✓2 claude-haiku 1.08s $0.0002", flowing over the lines there are. */
static void draw_names(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	int x = s->race.x + 2, y = s->race.y + 1;

	for (size_t i = 0; i < s->play->n_columns; i++) {
		const struct play_column *c = s->play->columns[i];
		struct play_figures f;
		enum style st;
		const char *glyph = play_state_glyph(c, &st);
		char total[FORMAT_SIZE], cost[FORMAT_SIZE], text[128], name[40];
		int status = c->answer->call != NULL ? c->answer->call->row.http_status : c->answer->row.http_status;

		play_answer_figures(c->answer, env->mono_us, &f);
		figure_duration(f.total_us, total);
		price_format(f.cost_nano, cost, FORMAT_SIZE);
		(void)snprintf(name, sizeof(name), "%s", play_model_name(c));
		if (f.is_running && c->answer->state == CALL_RETRYING && c->answer->call->http.reply.status >= 400) {
			(void)snprintf(text, sizeof(text), "%zu %s %d", i + 1, name, c->answer->call->http.reply.status);
		} else if (f.is_running) {
			(void)snprintf(text, sizeof(text), "%zu %s %s\u2026", i + 1, name, total);
		} else if (c->answer->has_run && c->answer->state == CALL_DONE) {
			(void)snprintf(text, sizeof(text), "%zu %s %s %s", i + 1, name, total, cost);
		} else if (c->answer->has_run && status >= 400) {
			(void)snprintf(text, sizeof(text), "%zu %s %d", i + 1, name, status);
		} else {
			(void)snprintf(text, sizeof(text), "%zu %s", i + 1, name);
		}
		int w = (int)strlen(text) + 4; /* at least its cells */

		if (x + w > s->race.x + s->race.w && x > s->race.x + 2) {
			x = s->race.x + 2;
			y++;
		}
		if (y >= s->race.y + s->race.h) {
			(void)cells_put(cells, s->race.x + s->race.w - 2, y - 1, ST_DIM, "\u2026");
			return;
		}
		x += cells_put(cells, x, y, st, glyph);
		x += cells_put(cells, x, y, i == s->column ? ST_BOLD : ST_TEXT, text) + 3;
	}
}

/* "▶1 gpt-5.4-mini ✓2 claude-haik…": each gets as much as the others. */
static void draw_strip(const struct play_screen *s, struct cells *cells)
{
	int n = (int)s->play->n_columns, fit = (s->race.w - 2) / STRIP_MIN;
	int shown = n < fit ? n : fit, w = (s->race.w - 2) / shown, x = s->race.x + 1;
	int first = (int)s->column < shown ? 0 : (int)s->column - shown + 1;

	for (int i = first; i < first + shown; i++, x += w) {
		const struct play_column *c = s->play->columns[i];
		bool is_focused = i == (int)s->column;
		enum style st;
		const char *glyph = play_state_glyph(c, &st);

		(void)cells_put(cells, x, s->race.y, st, glyph);
		int used = 1 + cells_putf(cells, x + 1, s->race.y, is_focused ? ST_BOLD : ST_DIM, "%d ", i + 1);
		(void)cells_fit(cells, x + used, s->race.y, w - used - 1, is_focused ? ST_BOLD : ST_TEXT, play_model_name(c));
	}
	if (shown < n) {
		(void)cells_putf(cells, s->race.x + s->race.w - 1, s->race.y, ST_DIM, "\u2026");
	}
}

void play_race_draw(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	if (s->race.h == 0) {
		return;
	}
	if (s->race.h == 1) {
		draw_strip(s, cells);
		return;
	}
	bool is_big = is_table(s->area);

	cells_rule(cells, s->race.x, s->race.y, s->race.w, false, is_big ? "Race" : "All", "");
	if (is_big) {
		draw_table(s, cells, env);
	} else {
		draw_names(s, cells, env);
	}
}
