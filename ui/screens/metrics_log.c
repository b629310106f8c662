#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/clean.h"
#include "ui/format.h"
#include "ui/screens/metrics_state.h"

#define MODEL_MORE 18 /* cells that the models have more where the other columns leave room */
#define STATUS_LEAST 9 /* cells of the status at 80: longer names of classes are said as the table does */
#define HINTS_W 40 /* of the title: "Requests", the keys, and the rule between them */

static void time_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	char when[FORMAT_SIZE];

	format_time(r->id.ts_us, env->now_us, env->utc_offset_us, when);
	(void)snprintf(out, size, "%s", when);
}

static void model_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	const char *model = r->model_resp != NULL && r->model_resp[0] != '\0' ? r->model_resp : r->model_req;

	(void)env;
	clean_line_into(model != NULL ? model : "\u2013", out, size);
}

static void provider_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	(void)env;
	clean_line_into(r->provider != NULL ? r->provider : "", out, size);
}

static void operation_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	(void)env;
	clean_line_into(r->operation != NULL ? r->operation : "", out, size);
}

static void tokens_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	char in[FORMAT_SIZE], answer[FORMAT_SIZE];

	(void)env;
	figure_count(r->usage.in_tok, in);
	figure_count(r->usage.out_tok, answer);
	(void)snprintf(out, size, "%s\u2192%s", in, answer);
}

static void cost_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	char cost[FORMAT_SIZE];

	(void)env;
	price_format(r->cost_nano, cost, FORMAT_SIZE);
	(void)snprintf(out, size, "%s%s", r->cost_is_estimated ? "~" : "", cost);
}

static void ttft_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	char text[FORMAT_SIZE];

	(void)env;
	figure_duration(r->ttft_us, text);
	(void)snprintf(out, size, "%s", text);
}

static void total_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	char text[FORMAT_SIZE];

	(void)env;
	figure_duration(r->latency_us, text);
	(void)snprintf(out, size, "%s", text);
}

static void status_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	(void)env;
	if (call_row_is_ok(r)) {
		(void)snprintf(out, size, "ok%s", r->attempts > 1 ? " \u21bb" : "");
	} else if (r->http_status >= 400) {
		(void)snprintf(out, size, "%d%s", r->http_status, r->attempts > 1 ? " \u21bb" : "");
	} else {
		const char *name = error_class_name(r->error_class);

		(void)snprintf(out, size, "%s", strlen(name) < STATUS_LEAST ? name : metrics_class_word(r->error_class));
	}
}

static void source_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	(void)env;
	(void)snprintf(out, size, "%s", r->is_simulated ? "SIMULATED" : "");
}

static void error_text(const struct call_row *r, const struct env *env, char *out, size_t size)
{
	(void)env;
	clean_line_into(r->error_text != NULL ? r->error_text : "", out, size);
}

static const struct {
	const char *title;
	int w, min_w;
	bool is_left;
	void (*text)(const struct call_row *r, const struct env *env, char *out, size_t size);
} columns[] = {
	{ "time", 12, 0, true, time_text }, { "model", 18, 0, true, model_text }, { "provider", 12, 110, true, provider_text },
	{ "operation", 12, 90, true, operation_text }, { "tok in\u2192out", 12, 0, false, tokens_text }, { "cost", 12, 66, false, cost_text },
	{ "ttft", 8, 76, false, ttft_text }, { "total", 8, 0, false, total_text }, { "status", 13, 0, true, status_text },
	{ "source", 10, 130, true, source_text }, { "error", 60, 150, true, error_text },
};

void metrics_log_text(const struct call_row *r, struct buf *out)
{
	char text[CLOCK_ISO_SIZE > 256 ? CLOCK_ISO_SIZE : 256];

	clock_format_iso(r->id.ts_us, text);
	(void)buf_add_str(out, text);
	for (size_t k = 0; k < COUNT_OF(columns); k++) {
		if (columns[k].text != time_text) {
			columns[k].text(r, NULL, text, sizeof(text));
			(void)buf_addf(out, "\t%s", text);
		}
	}
	(void)buf_add_char(out, '\n');
}

const struct call_row *metrics_selected_call(const struct metrics_screen *s)
{
	const struct board *b = s->board;

	for (size_t i = 0; i < b->answer.n_log; i++) {
		if (call_id_is_same(b->answer.log[i].id, s->selected_call)) {
			return &b->answer.log[i];
		}
	}
	return (size_t)s->log.selected < b->answer.n_log ? &b->answer.log[s->log.selected] : NULL;
}

static void remember_selection(struct metrics_screen *s)
{
	if ((size_t)s->log.selected < s->board->answer.n_log) {
		s->selected_call = s->board->answer.log[s->log.selected].id;
	}
}

/* New calls come in at the top; the selection stays on the call it was on. */
void metrics_log_layout(struct metrics_screen *s)
{
	const struct call_row *selected = s->has_selected_call ? metrics_selected_call(s) : NULL;

	list_set_n(&s->log, (int)s->board->answer.n_log);
	if (selected != NULL) {
		list_select(&s->log, (int)(selected - s->board->answer.log));
	}
	list_layout(&s->log, s->log_area.h - metrics_head_h(s));
	if (!s->has_selected_call) {
		remember_selection(s);
	}
}

void metrics_log_moved(struct metrics_screen *s)
{
	struct board *b = s->board;

	/* On the first row one watches the newest: nothing to stay on. */
	s->has_selected_call = s->log.selected > 0 && (size_t)s->log.selected < b->answer.n_log;
	remember_selection(s);
	board_hold_log(b, s->has_selected_call);
	if ((size_t)s->log.selected + (size_t)s->log_area.h >= b->answer.n_log) {
		board_more_log(b);
	}
}

/* Of the k-th column, with the blank behind; 0: the log is too narrow for it. */
static int column_w(const struct metrics_screen *s, size_t k)
{
	int spare = s->log_area.w - 1;

	if (s->log_area.w < columns[k].min_w) {
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		spare -= s->log_area.w >= columns[i].min_w ? columns[i].w : 0;
	}
	return columns[k].w + (columns[k].text != model_text || spare < 0 ? 0 : spare < MODEL_MORE ? spare : MODEL_MORE);
}

static void draw_values(const struct metrics_screen *s, struct cells *cells, int y, const struct call_row *r, bool is_selected, const struct env *env)
{
	int x = s->log_area.x + 1;

	for (size_t k = 0; k < COUNT_OF(columns); k++) {
		char text[256];
		int w = column_w(s, k), left = s->log_area.x + s->log_area.w - x, room = w - 1 < left ? w - 1 : left;
		bool is_state = columns[k].text == status_text || columns[k].text == error_text;
		enum style st = is_state && !call_row_is_ok(r) ? ST_BAD : columns[k].text == source_text ? ST_SIMULATED : is_selected ? ST_BOLD :
		    columns[k].text == time_text ? ST_DIM : ST_TEXT;

		if (room < 1) {
			continue;
		}
		columns[k].text(r, env, text, sizeof(text));
		if (columns[k].is_left) {
			(void)cells_fit(cells, x, y, room, st, text);
		} else {
			(void)cells_right(cells, x + w - 2, y, st, text);
		}
		x += w;
	}
}

/* "14:02:09, model claude-haiku-4-5, tok in/out 430/49, total 1.08s, status ok": the columns that a log of `shown_w` cells has. */
static void say_columns(const struct metrics_screen *s, const struct call_row *r, int shown_w, const struct env *env, struct buf *line)
{
	char text[256];
	int most = s->log_area.w / 4 < (int)sizeof(text) ? s->log_area.w / 4 : (int)sizeof(text); /* of the model: its end is worth less than figures */

	time_text(r, env, text, sizeof(text));
	(void)buf_add_str(line, text);
	for (size_t k = 0; k < COUNT_OF(columns); k++) {
		if (columns[k].text != time_text && shown_w >= columns[k].min_w) {
			columns[k].text(r, env, text, columns[k].text == model_text ? (size_t)most : sizeof(text));
			metrics_say(line, columns[k].title, text);
		}
	}
}

static void say_values(const struct metrics_screen *s, struct cells *cells, int y, const struct call_row *r, enum style st, const struct env *env)
{
	struct buf line = { 0 };
	int room = s->log_area.w - 1;

	for (int shown_w = s->log_area.w; shown_w > -METRICS_SAY_STEP; shown_w -= METRICS_SAY_STEP) {
		buf_clear(&line);
		say_columns(s, r, shown_w > 0 ? shown_w : 0, env, &line);
		if (cells_width(buf_str(&line), line.len) <= room) {
			break;
		}
	}
	(void)cells_fit(cells, s->log_area.x + 1, y, room, st, buf_str(&line));
	buf_free(&line);
}

static void draw_row(const struct metrics_screen *s, struct cells *cells, int y, int i, const struct env *env)
{
	const struct call_row *r = &s->board->answer.log[i];
	bool is_selected = i == s->log.selected && s->focus == FOCUS_LOG;

	if (cells->glyphs == GLYPHS_PLAIN) {
		say_values(s, cells, y, r, is_selected ? ST_BOLD : ST_TEXT, env);
	} else {
		draw_values(s, cells, y, r, is_selected, env);
	}
	if (is_selected) {
		cells_selected(cells, s->log_area.x, y);
		cells_cursor(cells, s->log_area.x, y, false);
	}
}

static void draw_title(const struct metrics_screen *s, struct cells *cells, const struct env *env)
{
	const struct board *b = s->board;
	struct buf right = { 0 };
	char count[FORMAT_SIZE];

	if (b->newer > 0) {
		figure_exact(b->newer, count);
		(void)buf_addf(&right, "%s newer \u25b2 \u00b7 ", count);
	}
	if (b->question.errors_only) {
		(void)buf_add_str(&right, "errors only \u00b7 ");
	}
	if (timeframe_has_brush(&b->question.frame)) {
		metrics_add_times(&right, b->question.frame.brush_from_us, b->question.frame.brush_to_us, env);
		(void)buf_add_str(&right, " (brushed) \u00b7 ");
	}
	figure_exact(known_or(b->answer.log_total, 0), count);
	(void)buf_add_str(&right, is_known(b->answer.log_total) ? count : "counting\u2026");
	if (cells_width(buf_str(&right), right.len) + HINTS_W <= s->log_area.w) {
		(void)buf_add_str(&right, " \u00b7 / filter \u00b7 Enter opens");
	}
	cells_rule(cells, s->log_area.x, s->log_area.y, s->log_area.w, s->focus == FOCUS_LOG, "Requests", buf_str(&right));
	buf_free(&right);
}

static void draw_heads(const struct metrics_screen *s, struct cells *cells, int y)
{
	int x = s->log_area.x + 1;

	for (size_t k = 0; k < COUNT_OF(columns); k++) {
		int w = column_w(s, k);

		if (w > 0 && columns[k].is_left) {
			(void)cells_put(cells, x, y, ST_DIM, columns[k].title);
		} else if (w > 0) {
			(void)cells_right(cells, x + w - 2, y, ST_DIM, columns[k].title);
		}
		x += w;
	}
}

void metrics_log_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env)
{
	int head = metrics_head_h(s), y = s->log_area.y + head;

	draw_title(s, cells, env);
	if (head > 1) {
		draw_heads(s, cells, s->log_area.y + 1);
	}
	if (s->log.n == 0 && s->board->answer.table != NULL) {
		size_t from, to;

		(void)cells_put(cells, s->log_area.x + 2, y, ST_DIM, metrics_brush_buckets(s, &from, &to) ? "Nothing in the brushed stretch." : s->board->question.errors_only || s->board->question.filter != NULL ?
		    "Nothing matches the filter: Esc clears it." : "No requests in this span.");
	}
	for (int i = s->log.top; i < s->log.n && i < s->log.top + s->log_area.h - head; i++) {
		draw_row(s, cells, y + i - s->log.top, i, env);
	}
}
