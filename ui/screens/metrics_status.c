/* What is asked, in the first row; how it stands, in the status row: never an old figure without the word for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "text/clean.h"
#include "ui/format.h"
#include "ui/screens/metrics_state.h"
#include "ui/widgets/graph.h"

#define BAR_W 10
#define BUDGET_W 100 /* from this width on the budget has a bar, and what is spent without one is told */

static void bucket_text(int64_t us, char out[FORMAT_SIZE])
{
	static const struct {
		int64_t s;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	int64_t s = us / US_PER_S;
	size_t i = 0;

	while (i < 3 && s < units[i].s) {
		i++;
	}
	(void)snprintf(out, FORMAT_SIZE, "%lld %s", (long long)(s / units[i].s), units[i].name);
}

void metrics_add_times(struct buf *out, int64_t from_us, int64_t to_us, const struct env *env)
{
	const int64_t day_us = 86400 * US_PER_S, off_us = env->utc_offset_us;
	bool is_today = (from_us + off_us) / day_us == (env->now_us + off_us) / day_us;
	time_t from = (time_t)((from_us + off_us) / US_PER_S), to = (time_t)((to_us + off_us) / US_PER_S);
	char text[2][FORMAT_SIZE];
	struct tm tm;

	(void)strftime(text[0], FORMAT_SIZE, is_today ? "%H:%M" : "%m-%d %H:%M", gmtime_r(&from, &tm));
	(void)strftime(text[1], FORMAT_SIZE, is_today || to - from < 86400 ? "%H:%M" : "%m-%d %H:%M", gmtime_r(&to, &tm));
	(void)buf_addf(out, "%s\u2013%s", text[0], text[1]);
}

/* "last 6h", or its two ends. */
static void add_frame(struct buf *out, const struct timeframe *f, const struct env *env)
{
	const struct timeframe_range *range = timeframe_range_of(f);

	if (timeframe_is_live(f) && range != NULL) {
		(void)buf_addf(out, "last %s", range->name);
	} else {
		metrics_add_times(out, timeframe_start(f, env->now_us), timeframe_end(f, env->now_us), env);
	}
}

static void add_part(struct buf *out, const char *before, const char *text, size_t cells)
{
	char *clean = clean_line(text, strlen(text), cells);

	(void)buf_addf(out, "%s%s", before, clean);
	free(clean);
}

/* The question goes before the keys: of them as many are told as it leaves room for. */
void metrics_question_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env)
{
	static const char *const forms[][3] = {
		{ "b brush   [ ] shift   + \u2212 zoom   t range   g group", "t range  g group", "" },
		{ "b brush, [ ] shift, + - zoom, t range, g group", "t range, g group", "" }, /* in plain: read aloud they would run together */
	};
	const char *const *keys = forms[app_is_plain(s->app)];
	const struct board *b = s->board;
	const struct board_question *q = &b->question;
	const struct metrics *m = b->answer.graphs;
	int end = s->area.x + s->area.w - 1, x = s->area.x + 1;
	bool is_marked = b->answer.table != NULL && b->answer.table->has_simulated && !s->app->is_demo; /* the demo's tab row says it for all */
	const char *mark = s->area.w >= 130 ? "with SIMULATED calls" : "SIMULATED";
	int mark_w = is_marked ? (int)strlen(mark) + 1 : 0; /* whatever else is said */
	struct buf text = { 0 }, filter = { 0 };
	char bucket[FORMAT_SIZE];
	size_t k = s->area.w >= 120 ? 0 : 1;

	add_frame(&text, &q->frame, env);
	if (q->key != NULL) {
		(void)buf_addf(&text, " \u00b7 by %s", metrics_by_name(q->by));
		add_part(&text, " \u00b7 only ", q->key, 30);
	} else {
		(void)buf_addf(&text, q->filter == NULL ? " \u00b7 by %s \u00b7 all %ss" : " \u00b7 by %s", metrics_by_name(q->by), metrics_by_name(q->by));
	}
	if (m != NULL && q->filter == NULL) {
		bucket_text(m->bucket_us, bucket);
		(void)buf_addf(&text, " \u00b7 bucket %s", bucket);
	}
	if (m != NULL && compares[q->compare].before_us >= 0) {
		(void)buf_addf(&text, " \u00b7 %s%s", compares[q->compare].against, s->area.w >= 130 && !app_is_plain(s->app) ? " (line)" : "");
	}
	if (q->filter != NULL) {
		add_part(&filter, "/ ", q->filter, 0);
	}
	int filter_w = filter.len > 0 ? 3 + cells_width(buf_str(&filter), filter.len) : 0;
	int wanted = cells_width(buf_str(&text), text.len) + filter_w + mark_w, room = end - x;

	while (keys[k][0] != '\0' && wanted + 2 + cells_width(keys[k], strlen(keys[k])) > room) {
		k++;
	}
	room -= mark_w + (keys[k][0] != '\0' ? cells_width(keys[k], strlen(keys[k])) + 2 : 0);
	int used = cells_fit(cells, x, s->area.y, room, ST_TEXT, buf_str(&text));

	if (filter.len > 0) {
		used += 3 + cells_fit(cells, x + used + 3, s->area.y, room - used - 3, ST_HIT, buf_str(&filter));
	}
	if (is_marked) {
		(void)cells_put(cells, x + used + 1, s->area.y, ST_SIMULATED, mark);
	}
	(void)cells_right(cells, end, s->area.y, ST_DIM, keys[k]);
	buf_free(&filter);
	buf_free(&text);
}

/* The stretch that is being chosen and what the keys do. */
static void brush_text(const struct metrics_screen *s, const struct env *env, struct buf *left)
{
	const struct metrics *m = s->board->answer.graphs;
	size_t from, to;

	if (metrics_brush_buckets(s, &from, &to)) {
		(void)buf_add_str(left, "brush ");
		metrics_add_times(left, m->buckets_from_us + (int64_t)from * m->bucket_us, m->buckets_from_us + (int64_t)to * m->bucket_us, env);
		(void)buf_add_str(left, s->brush.has_anchor ? " \u00b7 \u2190 \u2192 grow, Enter takes, Esc lifts" : " \u00b7 \u2190 \u2192 move, Space begins, Enter takes");
	}
}

static void add_state(const struct metrics_screen *s, const struct env *env, struct buf *left)
{
	const struct board *b = s->board;
	char when[FORMAT_SIZE], newer[FORMAT_SIZE];

	format_time(b->answer.at_us, env->now_us, env->utc_offset_us, when);
	figure_exact(b->newer, newer);
	if (b->answer.at_us == 0) {
		(void)buf_add_str(left, metrics_reading(s));
	} else if (b->is_stale) {
		(void)buf_addf(left, "reading\u2026 the figures are of the question before, %s", when);
	} else if (b->is_paused) {
		(void)buf_addf(left, "paused \u00b7 as of %s \u00b7 %s came meanwhile", when, newer);
	} else if (b->is_held) {
		(void)buf_addf(left, "live \u00b7 as of %s \u00b7 log held, %s newer, Home follows", when, newer);
	} else {
		(void)buf_addf(left, "%s as of %s", timeframe_is_live(&b->question.frame) ? "live \u00b7" : "past \u00b7", when);
	}
	if (b->question.filter != NULL && !b->is_stale) {
		(void)buf_add_str(left, " \u00b7 exact, from the calls themselves");
	}
}

/* What is spent, what is expected until the end, and the rest, of a limit. */
static void add_bar(struct buf *out, double spent, double expected)
{
	for (int i = 0; i < BAR_W; i++) {
		double at = (i + 0.5) / BAR_W;

		(void)buf_add_str(out, at < spent ? "\u2588" : at < expected ? "\u2592" : "\u2591");
	}
}

/* "budget $1.84 of $5.00/day 37% ████▒▒▒▒░░, ~$4.90 by midnight", the tighter of day and month, where there is no room "budget 37% of
 * $5.00/day"; without one "$1.84 today, ...". */
static bool add_budget(const struct metrics_screen *s, bool is_tight, struct buf *right)
{
	const struct budget *limit = &s->app->config->budget;
	const struct forecast *f = &s->board->answer.forecast;
	double day = limit->day_nano > 0 ? (double)f->day.spent_nano / (double)limit->day_nano : -1.;
	double month = limit->month_nano > 0 ? (double)f->month.spent_nano / (double)limit->month_nano : -1.;
	const struct forecast_span *span = month > day ? &f->month : &f->day;
	char spent[FORMAT_SIZE], most[FORMAT_SIZE], end[FORMAT_SIZE];

	if (s->board->answer.at_us == 0) {
		return false;
	}
	price_format(span->spent_nano, spent, FORMAT_SIZE);
	price_format(span->end_nano, end, FORMAT_SIZE);
	if (budget_is_set(limit)) {
		int64_t most_nano = month > day ? limit->month_nano : limit->day_nano;
		double part = month > day ? month : day, expected = (double)known_or(span->end_nano, span->spent_nano) / (double)most_nano;

		price_format(most_nano, most, FORMAT_SIZE);
		if (s->area.w < BUDGET_W) {
			return buf_addf(right, "budget %.0f%% of %s/%s", 100. * part, most, month > day ? "month" : "day");
		}
		(void)buf_addf(right, "budget %s of %s/%s %.0f%%", spent, most, month > day ? "month" : "day", 100. * part);
		if (!app_is_plain(s->app)) {
			(void)buf_add_str(right, " ");
			add_bar(right, part, expected);
		}
	} else {
		(void)buf_addf(right, "%s today", spent);
	}
	if (is_known(span->end_nano)) {
		(void)buf_addf(right, ", ~%s%s", end, is_tight ? "" : month > day ? " by the month's end" : " by midnight");
	}
	return true;
}

enum style metrics_status(const void *self, const struct env *env, struct buf *left, struct buf *right)
{
	const struct metrics_screen *s = self;
	const struct board *b = s->board;
	const struct metrics *m = b->answer.graphs;
	const struct err *e = b->err.code != ERR_NONE ? &b->err : &b->call_err;
	char n[FORMAT_SIZE];

	if (e->code != ERR_NONE) {
		char *text = clean_line(e->text, strlen(e->text), 0);

		(void)buf_addf(left, "%s", text);
		free(text);
	} else if (s->filter.field != NULL && (s->filter.err.code != ERR_NONE || s->filter.is_begun)) {
		(void)buf_add_str(left, "the figures are of the filter before");
	} else if (s->brush.is_on) {
		brush_text(s, env, left);
	} else if (app_warning(s->app, left)) {
		return ST_WARN;
	} else {
		add_state(s, env, left);
	}
	bool has_limit = budget_is_set(&s->app->config->budget);
	bool is_tight = s->area.w < METRICS_WIDE && has_limit; /* the count stands above the requests too */
	bool has_budget = (s->area.w >= BUDGET_W || has_limit) && add_budget(s, is_tight, right);

	if (m != NULL && !(has_budget && is_tight)) {
		figure_exact((int64_t)m->total.calls, n);
		(void)buf_addf(right, "%s%s call%s", has_budget ? " \u00b7 " : "", n, m->total.calls == 1 ? "" : "s");
		if (m->total.unpriced > 0) {
			figure_exact((int64_t)m->total.unpriced, n);
			(void)buf_addf(right, " \u00b7 %s unpriced", n);
		}
	}
	return ST_TEXT;
}

void metrics_card(const void *self, const struct env *env, struct buf *out)
{
	const struct board *b = ((const struct metrics_screen *)self)->board;
	bool is_marked = b->answer.table != NULL && b->answer.table->has_simulated && !b->app->is_demo; /* the demo's card says it for all */
	char cost[FORMAT_SIZE], p95[FORMAT_SIZE];

	if (b->answer.table == NULL) {
		return;
	}
	price_format(b->answer.table->total.cost_nano, cost, FORMAT_SIZE);
	figure_duration(hist_quantile(&b->answer.table->total.latency, 0.95), p95);
	add_frame(out, &b->question.frame, env);
	(void)buf_addf(out, " %s\np95 %s  errors %llu%s\n", cost, p95, (unsigned long long)b->answer.table->total.errors,
	    is_marked ? "  SIMULATED" : "");
}
