/* All targets in one table, so that a column out of sight is never forgotten. On a small screen: two lines that only name them, or one. */
#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/screens/play_state.h"

#define SMALL_H 28
#define STRIP_H 16 /* below, one row */
#define STRIP_MIN 9 /* cells of a target in it */
#define MAX_ROWS 8
#define FIGURES_W 24 /* of what stands around a name, at most */

bool play_race_is_table(struct rect area)
{
	return area.h >= SMALL_H && area.w >= 100;
}

int play_race_height(const struct play_screen *s, struct rect area)
{
	int n = (int)s->play->n_columns;

	if (app_is_plain(s->app)) {
		return play_race_say_height(s);
	}
	if (n == 0 || area.h < 12 || (area.h < STRIP_H && n == 1)) {
		return 0;
	}
	if (area.h < STRIP_H) {
		return 1;
	}
	return play_race_is_table(area) ? 2 + (n < MAX_ROWS ? n : MAX_ROWS) : 3;
}

int play_race_most(const struct play_screen *s)
{
	int x = 0, lines = 1;

	if (play_race_is_table(s->area)) {
		return 2 + (int)s->play->n_columns;
	}
	for (size_t i = 0; i < s->play->n_columns; i++) {
		char label[PLAY_LABEL_SIZE];
		const char *name = play_label(s, s->play->columns[i], label);
		int w = FIGURES_W + cells_width(name, strlen(name));

		lines += x > 0 && x + w > s->area.w - 2;
		x = x > 0 && x + w > s->area.w - 2 ? w : x + w;
	}
	return lines < 2 ? 3 : 1 + lines;
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
		char total[FORMAT_SIZE], cost[FORMAT_SIZE], text[128], name[40], label[PLAY_LABEL_SIZE], next[PLAY_LABEL_SIZE];
		int status = c->answer->call != NULL ? c->answer->call->row.http_status : c->answer->row.http_status;

		play_race_figures(c, env, &f);
		figure_duration(f.total_us, total);
		price_format(f.cost_nano, cost, FORMAT_SIZE);
		(void)snprintf(name, sizeof(name), "%.39s", play_label(s, c, label));
		if (f.is_running && c->answer->state == CALL_RETRYING && c->answer->call->http.reply.status >= 400) {
			(void)snprintf(text, sizeof(text), "%zu %s %d", i + 1, name, c->answer->call->http.reply.status);
		} else if (f.is_running) {
			(void)snprintf(text, sizeof(text), "%zu %s %s\u2026", i + 1, name, total);
		} else if (c->answer->has_run && c->answer->state == CALL_DONE) {
			(void)snprintf(text, sizeof(text), "%zu %s %s %s", i + 1, name, total, cost);
		} else if (c->answer->has_run && status >= 400) {
			(void)snprintf(text, sizeof(text), "%zu %s %d", i + 1, name, status);
		} else if (c->answer->has_run && !call_row_is_ok(play_answer_row(c->answer))) {
			(void)snprintf(text, sizeof(text), "%zu %s %s", i + 1, name,
			    c->answer->state == CALL_CANCELLED ? "stopped" : error_class_name(play_answer_row(c->answer)->error_class));
		} else {
			(void)snprintf(text, sizeof(text), "%zu %s", i + 1, name);
		}
		int w = (int)strlen(text) + 4; /* at least its cells */
		bool has_next = play_next(s, c, false, next);

		w += has_next ? (int)strlen(next) + 1 : 0;

		if (x + w > s->race.x + s->race.w && x > s->race.x + 2) {
			x = s->race.x + 2;
			y++;
		}
		if (y >= s->race.y + s->race.h) {
			(void)cells_put(cells, s->race.x + s->race.w - 2, y - 1, ST_DIM, "\u2026");
			return;
		}
		x += cells_put(cells, x, y, st, glyph);
		x += cells_put(cells, x, y, i == s->column ? ST_BOLD : ST_TEXT, text);
		x += (has_next ? 1 + cells_put(cells, x + 1, y, ST_WARN, next) : 0) + 3;
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
		char label[PLAY_LABEL_SIZE];
		enum style st;
		const char *glyph = play_state_glyph(c, &st);

		(void)cells_put(cells, x, s->race.y, st, glyph);
		int used = 1 + cells_putf(cells, x + 1, s->race.y, is_focused ? ST_BOLD : ST_DIM, "%d ", i + 1);
		(void)cells_fit(cells, x + used, s->race.y, w - used - 1, is_focused ? ST_BOLD : ST_TEXT, play_label(s, c, label));
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
	if (cells->glyphs == GLYPHS_PLAIN) {
		play_race_say(s, cells, env);
		return;
	}
	if (s->race.h == 1) {
		draw_strip(s, cells);
		return;
	}
	bool is_big = play_race_is_table(s->area);

	char right[96] = "";

	if (is_big) {
		char shown[48] = "";
		int rows = s->race.h - 2, n = (int)s->play->n_columns;

		if (rows < n) {
			int first = (int)play_race_first(s, env);

			(void)snprintf(shown, sizeof(shown), "%d\u2013%d of %d \u00b7 ", first + 1, first + rows, n);
		}
		(void)snprintf(right, sizeof(right), "%ss sort: %s \u00b7 t units", shown, s->race_sort == 0 ? "columns" : play_race_sort_name(s));
	}
	cells_rule(cells, s->race.x, s->race.y, s->race.w, false, is_big ? "Race" : "All", right);
	if (is_big) {
		play_race_table_draw(s, cells, env);
	} else {
		draw_names(s, cells, env);
	}
}
