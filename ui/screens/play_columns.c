#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/play_spread.h"
#include "base/mem.h"
#include "ui/format.h"
#include "ui/screens/play_state.h"

#define SMALL_H 10      /* of the columns: below, heads are short where they are wide enough */
#define SHORT_HEAD_W 56
#define MIN_COLUMN 38

struct rect play_column_rect(const struct play_screen *s, size_t i)
{
	int n = (int)s->n_shown, w = s->columns.w - (n - 1);
	int x = s->columns.x + (int)i * (w / n + 1) + ((int)i < w % n ? (int)i : w % n);

	return (struct rect){ x, s->columns.y + 1, w / n + ((int)i < w % n), s->columns.h - 1 };
}

void play_columns_layout(struct play_screen *s)
{
	size_t n = s->play->n_columns, fit = (size_t)(s->columns.w / MIN_COLUMN > 0 ? s->columns.w / MIN_COLUMN : 1);

	play_text_match(s);
	if (n == 0) {
		s->n_shown = 0;
		s->column = s->first = 0;
		return;
	}
	s->column = s->column < n ? s->column : n - 1;
	s->n_shown = s->is_zoomed || app_is_plain(s->app) ? 1 : n < fit ? n : fit;
	s->first = s->first + s->n_shown > n ? n - s->n_shown : s->first;
	s->first = s->column < s->first ? s->column : s->column >= s->first + s->n_shown ? s->column - s->n_shown + 1 : s->first;
	s->head_rows = app_is_plain(s->app) || (s->columns.h < SMALL_H && s->columns.w / (int)s->n_shown >= SHORT_HEAD_W) ? 2 : 4;
	for (size_t i = 0; i < n; i++) {
		bool is_shown = i >= s->first && i < s->first + s->n_shown;
		struct rect r = play_column_rect(s, is_shown ? i - s->first : 0);

		/* Those out of sight, too: a search goes through all, and they are there at once when they come into sight. */
		play_text_layout(s, play_answer_view(s, s->play->columns[i]), r.w - 2, r.h - s->head_rows);
	}
}

const char *play_state_glyph(const struct play_column *c, enum style *st)
{
	static const struct {
		const char *glyph;
		enum style st;
	} rows[] = {
		[CALL_QUEUED] = { "\u25cc", ST_DIM }, [CALL_SENT] = { "\u25b6", ST_LIVE }, [CALL_STREAMING] = { "\u25b6", ST_LIVE },
		[CALL_RETRYING] = { "\u21bb", ST_WARN }, [CALL_DONE] = { "\u2713", ST_OK }, [CALL_FAILED] = { "\u2717", ST_BAD },
		[CALL_CANCELLED] = { "\u2717", ST_DIM },
	};

	if (!play_column_is_usable(c) && !c->answer->has_run) {
		*st = ST_BAD;
		return "\u2717";
	}
	if (!c->answer->has_run) {
		*st = ST_DIM;
		return "\u00b7";
	}
	*st = rows[c->answer->state].st;
	return rows[c->answer->state].glyph;
}

void play_out_text(const struct play_figures *f, char out[FORMAT_SIZE])
{
	char n[FORMAT_SIZE];

	figure_count(f->out_tok, n);
	(void)snprintf(out, FORMAT_SIZE, "%s%.*s", f->tokens_are_estimated ? "~" : "", FORMAT_SIZE - 2, n);
}

/* "ttft 0.34s  71 tok/s    0:01.2" and "412→58 tok    $0.0001"; on a small screen both in one row. */
static void draw_figures(const struct play_screen *s, const struct play_figures *f, struct cells *cells, struct rect r)
{
	char a[FORMAT_SIZE], b[FORMAT_SIZE];
	int end = r.x + r.w - 1, x = r.x + 1, y = r.y + 1;

	figure_duration(f->ttft_us, a);
	format_rate(f->tokens_per_s, b);
	x += cells_putf(cells, x, y, ST_TEXT, "ttft %s  %s tok/s", a, b);
	if (f->is_running) {
		format_running(f->total_us, a);
	} else {
		figure_duration(f->total_us, a);
	}
	(void)cells_right(cells, end, y, ST_TEXT, a);
	if (s->head_rows > 2) {
		x = r.x + 1;
		y++;
	} else {
		x += 2;
	}
	figure_count(f->in_tok, a);
	play_out_text(f, b);
	x += cells_putf(cells, x, y, ST_TEXT, "%s\u2192%s tok", a, b);
	price_format(f->cost_nano, a, FORMAT_SIZE);
	if (s->head_rows > 2) {
		(void)cells_right(cells, end, y, ST_TEXT, a);
	} else {
		(void)cells_put(cells, x + 2, y, ST_TEXT, a);
	}
}

/* What it would be: "~412→40–90 tok    ~$0.0006–$0.0011". */
static void draw_estimate(const struct play_screen *s, const struct play_column *c, struct cells *cells, struct rect r)
{
	struct estimate e;
	char in[FORMAT_SIZE], low[FORMAT_SIZE], high[FORMAT_SIZE], cost[PLAY_ESTIMATE_SIZE], tokens[4 * FORMAT_SIZE];
	int x = r.x + 1, y = r.y + 1;

	if (c->own.ticket != 0) {
		(void)cells_fit(cells, x, y, r.w - 2, ST_DIM, "the prompt is being filled in\u2026");
		return;
	}
	if (!play_column_is_usable(c)) {
		(void)cells_fit(cells, x, y, r.w - 2, ST_DIM, c->target != NULL ? "cannot be sent" : "cannot be used");
		return;
	}
	struct err refused;
	if (!play_check_files(s->play, c, &refused)) {
		(void)cells_fit(cells, x, y, r.w - 2, ST_BAD, "not with these files");
		return;
	}
	play_estimate_column(s->play, c, &e);
	(void)cells_put(cells, x, y, ST_DIM, "not sent yet");
	if (e.n_past > 0) {
		(void)snprintf(cost, sizeof(cost), "by %zu answer%s before", e.n_past, e.n_past == 1 ? "" : "s");
	} else {
		(void)snprintf(cost, sizeof(cost), "%s", !is_known(e.out_high) ? "" : e.is_model_limit ? "by the model's limit" : "by max_tokens");
	}
	if (s->head_rows > 2) {
		(void)cells_right(cells, r.x + r.w - 1, y, ST_DIM, cost);
		y++;
	} else {
		x += (int)sizeof("not sent yet") + 1;
	}
	e.has_pictures = false; /* the title of the prompt says it */
	play_estimate_text(&e, cost);
	int room = cells_right(cells, r.x + r.w - 1, y, ST_DIM, cost) - x - 1;
	figure_count(e.in.tok, in);
	figure_count(e.out_low, low);
	(void)snprintf(high, sizeof(high), "?");
	if (is_known(e.out_high)) {
		figure_count(e.out_high, high);
	}
	bool is_range = e.n_past > 0 && e.out_low < e.out_high;
	(void)snprintf(tokens, sizeof(tokens), "%s%s\u2192%s%s%s%s tok", e.in.is_exact ? "" : "~", in, e.in.is_exact && e.n_past > 0 ? "~" : "", is_range ? low : "", is_range ? "\u2013" : "", high);
	(void)cells_fit(cells, x, y, room, ST_DIM, tokens);
}

static void draw_head(const struct play_screen *s, const struct play_column *c, struct cells *cells, struct rect r, const struct env *env)
{
	struct play_figures f;
	enum style st;
	const char *glyph = play_state_glyph(c, &st);
	const char *right = c->answer->is_simulated ? "SIMULATED" : c->target != NULL ? play_shown_target(c)->provider->name : "";
	char when[FORMAT_SIZE];
	int end = r.x + r.w - 1;
	char label[PLAY_LABEL_SIZE], next[PLAY_LABEL_SIZE];

	play_answer_figures(c->answer, env->mono_us, &f);
	if (c->past_us != 0) {
		format_time(c->past_us, env->now_us, env->utc_offset_us, when);
		right = when;
	}
	(void)cells_put(cells, r.x + 1, r.y, st, glyph);
	int used = cells_right(cells, end, r.y, c->answer->is_simulated ? ST_SIMULATED : ST_DIM, right);
	if (c->answer->is_cached) {
		used = cells_right(cells, used - 1, r.y, ST_OK, "cached");
	}
	int x = r.x + 3, end_of_name = used - 1;

	x += cells_fit(cells, x, r.y, end_of_name - x, ST_BOLD, play_label(s, c, label)) + 1;
	if (s->head_rows == 2) { /* there is no row for these: in the name's */
		if (c->n_answers > 1) {
			x += cells_putf(cells, x, r.y, ST_HIT, "%zu/%zu", play_shown_answer(c) + 1, c->n_answers) + 1;
		}
		if (play_next(s, c, true, next) && x < end_of_name) {
			(void)cells_fit(cells, x, r.y, end_of_name - x, ST_WARN, next);
		}
	}
	if (c == s->marked) {
		(void)cells_put(cells, r.x, r.y, ST_HIT, "m");
	}
	if (!c->answer->has_run) {
		draw_estimate(s, c, cells, r);
		return;
	}
	draw_figures(s, &f, cells, r);
}

/* "2/5 · 3 distinct      0.82s 1.08s 2.31s": which of a repeated prompt's answers is shown, and how they differ; before that, what is next. */
static void draw_separator(const struct play_screen *s, const struct play_column *c, struct cells *cells, struct rect r)
{
	int x = r.x + 1, y = r.y + s->head_rows - 1, end = r.x + r.w - 1;
	struct play_spread spread;
	char t[3][FORMAT_SIZE], text[PLAY_LABEL_SIZE];

	if (s->head_rows == 2) {
		return;
	}
	cells_fill(cells, (struct rect){ r.x + 1, y, r.w - 2, 1 }, ST_RULE, 0x254c);
	if (c->n_answers > 1) {
		x += cells_putf(cells, x, y, ST_HIT, "%zu/%zu ", play_shown_answer(c) + 1, c->n_answers);
	}
	if (play_next(s, c, true, text)) {
		x += cells_fit(cells, x, y, end - x, ST_WARN, text);
		(void)cells_put(cells, x, y, ST_TEXT, x < end ? " " : "");
		return;
	}
	if (c->n_answers < 2) {
		x += cells_fit(cells, x, y, end - x, ST_TEXT, play_own_name(c, text));
		(void)cells_put(cells, x, y, ST_TEXT, x > r.x + 1 && x < end ? " " : "");
		return;
	}
	play_spread(c, &spread);
	if (spread.n_done > 0) {
		(void)cells_putf(cells, x, y, ST_TEXT, "%zu distinct ", spread.n_distinct);
		figure_duration(spread.min_us, t[0]);
		figure_duration(spread.median_us, t[1]);
		figure_duration(spread.max_us, t[2]);
		(void)snprintf(text, sizeof(text), spread.n_done > 1 ? " %s %s %s" : " %s", t[0], t[1], t[2]);
		(void)cells_right(cells, end, y, ST_TEXT, text);
	}
}

static void draw_rule(const struct play_screen *s, struct cells *cells, size_t i, struct rect r)
{
	size_t n = s->first + i;
	bool is_last = i + 1 == s->n_shown;
	bool is_focused = n == s->column && s->focus == FOCUS_COLUMNS;
	char title[64], right[32] = "";

	if (cells->glyphs == GLYPHS_PLAIN) {
		(void)snprintf(title, sizeof(title), "Answer %zu of %zu", n + 1, s->play->n_columns);
		cells_rule(cells, r.x, s->columns.y, r.w, is_focused, title, s->play->n_columns > 1 ? "Tab next" : "");
		return;
	}
	(void)snprintf(title, sizeof(title), is_last && s->play->n_columns > s->n_shown ? "%zu of %zu" : "%zu", n + 1, s->play->n_columns);
	if (is_last && s->play->n_columns > s->n_shown) {
		(void)snprintf(right, sizeof(right), "%s%smore", s->first > 0 ? "\u25c2 " : "", s->first + s->n_shown < s->play->n_columns ? "\u25b8 " : "");
	} else if (play_text_is_json(play_answer_view(s, s->play->columns[n]))) {
		(void)snprintf(right, sizeof(right), "v JSON");
	}
	cells_rule(cells, r.x, s->columns.y, r.w, is_focused, title, right);
}

void play_columns_draw(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	if (s->play->n_columns == 0) {
		cells_rule(cells, s->columns.x, s->columns.y, s->columns.w, s->focus == FOCUS_COLUMNS, "Answers", "");
		(void)cells_put(cells, s->columns.x + 2, s->columns.y + 1, ST_DIM, "No target yet: press a and name one, as provider/model.");
		(void)cells_put(cells, s->columns.x + 2, s->columns.y + 2, ST_DIM,
		    s->app->is_demo ? "sonde models lists them." : ":welcome shows what sonde found here, and a demo that needs no key.");
		return;
	}
	for (size_t i = 0; i < s->n_shown; i++) {
		const struct play_column *c = s->play->columns[s->first + i];
		const struct answer_view *v = play_answer_view(s, c);
		struct rect r = play_column_rect(s, i);
		struct rect body = { r.x, r.y + s->head_rows, r.w, r.h - s->head_rows };

		draw_rule(s, cells, i, r);
		if (i + 1 < s->n_shown) {
			(void)cells_put(cells, r.x + r.w, s->columns.y, ST_RULE, "\u252c");
			cells_vline(cells, r.x + r.w, r.y, r.h);
		}
		struct rect former = cells_clip(cells, r);

		if (cells->glyphs == GLYPHS_PLAIN) {
			play_head_say(s, c, cells, r, env);
		} else {
			draw_head(s, c, cells, r, env);
			draw_separator(s, c, cells, r);
		}
		play_text_draw(s, v, cells, body, env);
		cells_unclip(cells, former);
	}
}
