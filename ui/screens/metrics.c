#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/clean.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/screens/metrics_state.h"
#include "ui/screens/screens.h"

#define WIDE 160 /* from here on an opened call stands beside the rest */
#define DETAIL_W 60

static void *init(struct app *app)
{
	struct metrics_screen *s = x_calloc(1, sizeof(*s));

	s->app = app;
	s->board = app->board;
	return s;
}

static void free_screen(void *self)
{
	struct metrics_screen *s = self;

	styled_free(s->text);
	free(s->order);
	free(s);
}

static void enter(void *self)
{
	board_show(((struct metrics_screen *)self)->board);
}

static void leave(void *self)
{
	board_hide(((struct metrics_screen *)self)->board);
}

static bool is_editing(const void *self)
{
	(void)self;
	return false;
}

/* -- layout --------------------------------------------------------------------------------------------------------------------------- */

static void layout(void *self, struct rect r)
{
	struct metrics_screen *s = self;
	struct board *b = s->board;
	bool is_beside = b->has_call && r.w >= WIDE;
	int main_w = is_beside ? r.w - DETAIL_W - 1 : r.w;
	int wanted = metrics_graphs_columns(r), y = r.y + 1;

	s->area = r;
	if (s->focus == FOCUS_DETAIL && !b->has_call && !b->is_opening) {
		s->focus = FOCUS_LOG;
	}
	s->graphs = (struct rect){ r.x, y, r.w, metrics_graphs_height(r) };
	y += s->graphs.h;
	int left = r.y + r.h - y;
	int n = b->answer.table != NULL ? (int)b->answer.table->n_groups : 0;
	int groups_h = 2 + (n < 1 ? 1 : n), most = left / 2 > 4 ? left / 2 : 4;

	groups_h = groups_h < most ? groups_h : most;
	s->groups_area = (struct rect){ r.x, y, main_w, groups_h };
	s->log_area = (struct rect){ r.x, y + groups_h, main_w, left - groups_h };
	s->detail_area = is_beside ? (struct rect){ r.x + main_w + 1, y, DETAIL_W, left } : (struct rect){ r.x, y, r.w, left };
	if (wanted > 8 && wanted != b->question.columns) {
		b->question.columns = wanted;
		if (b->answer.table != NULL) {
			board_refresh(b);
		}
	}
	metrics_groups_layout(s);
	metrics_log_layout(s);
	metrics_detail_layout(s);
}

/* -- drawing -------------------------------------------------------------------------------------------------------------------------- */

static void bucket_text(int64_t us, char out[FORMAT_SIZE])
{
	int64_t s = us / US_PER_S;

	if (s < 60) {
		(void)snprintf(out, FORMAT_SIZE, "%lld s", (long long)s);
	} else if (s < 3600) {
		(void)snprintf(out, FORMAT_SIZE, "%lld min", (long long)(s / 60));
	} else if (s < 86400) {
		(void)snprintf(out, FORMAT_SIZE, "%lld h", (long long)(s / 3600));
	} else {
		(void)snprintf(out, FORMAT_SIZE, "%lld d", (long long)(s / 86400));
	}
}

/* "last 6h", or its two ends. */
static void add_frame(struct buf *out, const struct timeframe *f, const struct env *env)
{
	const struct timeframe_range *range = timeframe_range_of(f);
	char from[FORMAT_SIZE], to[FORMAT_SIZE];

	if (timeframe_is_live(f) && range != NULL) {
		(void)buf_addf(out, "last %s", range->name);
		return;
	}
	format_time(timeframe_start(f, env->now_us), env->now_us, env->utc_offset_us, from);
	format_time(timeframe_end(f, env->now_us), env->now_us, env->utc_offset_us, to);
	(void)buf_addf(out, "%s\u2013%s", from, to);
}

static void draw_question(const struct metrics_screen *s, struct cells *cells, const struct env *env)
{
	const struct board *b = s->board;
	struct buf text = { 0 };
	char bucket[FORMAT_SIZE];

	add_frame(&text, &b->question.frame, env);
	(void)buf_addf(&text, " \u00b7 by %s", metrics_by_name(b->question.by));
	if (b->question.key != NULL) {
		char *key = clean_line(b->question.key, strlen(b->question.key), 30);

		(void)buf_addf(&text, " \u00b7 only %s", key);
		free(key);
	} else {
		(void)buf_addf(&text, " \u00b7 all %ss", metrics_by_name(b->question.by));
	}
	if (b->answer.table != NULL) {
		bucket_text(b->answer.table->bucket_us, bucket);
		(void)buf_addf(&text, " \u00b7 bucket %s", bucket);
	}
	int used = cells_fit(cells, s->area.x + 1, s->area.y, s->area.w - 22, ST_TEXT, buf_str(&text));

	if (b->answer.table != NULL && b->answer.table->has_simulated && !s->app->is_demo) { /* the demo's tab row says it for all */
		(void)cells_fit(cells, s->area.x + used + 2, s->area.y, s->area.w - used - 22, ST_SIMULATED, "with SIMULATED calls");
	}
	(void)cells_right(cells, s->area.x + s->area.w - 1, s->area.y, ST_DIM, "t range  g group");
	buf_free(&text);
}

static void draw(const void *self, struct cells *cells, const struct env *env)
{
	const struct metrics_screen *s = self;
	bool is_beside = s->detail_area.x > s->area.x;

	draw_question(s, cells, env);
	metrics_graphs_draw(s, cells, env);
	if (!s->board->has_call || is_beside) {
		metrics_groups_draw(s, cells);
		metrics_log_draw(s, cells, env);
	}
	if (s->board->has_call) {
		metrics_detail_draw(s, cells);
	}
	if (s->board->has_call && is_beside) {
		cells_vline(cells, s->detail_area.x - 1, s->detail_area.y, s->detail_area.h);
	}
}

static void status(const void *self, const struct env *env, struct buf *left, struct buf *right)
{
	const struct board *b = ((const struct metrics_screen *)self)->board;
	char when[FORMAT_SIZE], n[FORMAT_SIZE];

	if (b->err.code != ERR_NONE || b->call_err.code != ERR_NONE) {
		(void)buf_addf(left, "%s", b->err.code != ERR_NONE ? b->err.text : b->call_err.text);
	} else if (b->answer.at_us == 0) {
		(void)buf_add_str(left, "reading\u2026");
	} else {
		format_time(b->answer.at_us, env->now_us, env->utc_offset_us, when);
		(void)buf_addf(left, "%s \u00b7 as of %s", b->is_paused ? "paused" : "live", when);
	}
	if (b->answer.graphs != NULL) {
		figure_count((int64_t)b->answer.graphs->total.calls, n);
		(void)buf_addf(right, "%s call%s", n, b->answer.graphs->total.calls == 1 ? "" : "s");
		if (b->answer.graphs->total.unpriced > 0) {
			figure_count((int64_t)b->answer.graphs->total.unpriced, n);
			(void)buf_addf(right, " \u00b7 %s unpriced", n);
		}
	}
}

static int tick_ms(const void *self)
{
	(void)self;
	return 0; /* the store's watch brings what is new */
}

static void card(const void *self, const struct env *env, struct buf *out)
{
	const struct board *b = ((const struct metrics_screen *)self)->board;
	char cost[FORMAT_SIZE], p95[FORMAT_SIZE];

	if (b->answer.table == NULL) {
		return;
	}
	price_format(b->answer.table->total.cost_nano, cost, FORMAT_SIZE);
	figure_duration(hist_quantile(&b->answer.table->total.latency, 0.95), p95);
	add_frame(out, &b->question.frame, env);
	(void)buf_addf(out, " %s\np95 %s  errors %llu\n", cost, p95, (unsigned long long)b->answer.table->total.errors);
}

/* -- commands ------------------------------------------------------------------------------------------------------------------------- */

static unsigned changed(void)
{
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned set_range(struct metrics_screen *s, const struct timeframe_range *range)
{
	timeframe_set_span(&s->board->question.frame, range->span_us, clock_wall_us());
	board_refresh(s->board);
	return changed();
}

static unsigned cmd_range(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	if (arg[0] == '\0') {
		return set_range(s, timeframe_next_range(&s->board->question.frame, 1, true));
	}
	for (size_t i = 0; i < n_timeframe_ranges; i++) {
		if (strcmp(timeframe_ranges[i].name, arg) == 0) {
			return set_range(s, &timeframe_ranges[i]);
		}
	}
	console_say(c, ST_BAD, "ranges: 15m 1h 6h 24h 7d 30d 90d");
	return changed();
}

static unsigned cmd_range_back(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)c;
	(void)arg;
	return set_range(s, timeframe_next_range(&s->board->question.frame, -1, true));
}

static const char *complete_range(void *self, size_t i)
{
	(void)self;
	return i < n_timeframe_ranges ? timeframe_ranges[i].name : NULL;
}

static unsigned cmd_group(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	enum metrics_by by = s->board->question.by % BY_OPERATION + 1;

	if (arg[0] != '\0') {
		by = metrics_by_from_name(arg);
	}
	if (by == BY_COUNT || by == BY_NONE) {
		console_say(c, ST_BAD, "group by provider, model or operation");
		return changed();
	}
	s->board->question.by = by;
	board_set_key(s->board, NULL);
	return changed();
}

static const char *complete_group(void *self, size_t i)
{
	(void)self;
	return i < BY_OPERATION ? metrics_by_name((enum metrics_by)(i + 1)) : NULL;
}

static unsigned cmd_errors(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)c;
	(void)arg;
	s->board->question.errors_only = !s->board->question.errors_only;
	board_refresh(s->board);
	return changed();
}

static unsigned cmd_filter(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	if (arg[0] == '\0') {
		console_ask(c, "filter ");
		return changed();
	}
	struct err e = { 0 };

	if (board_set_filter(s->board, arg, &e)) {
		s->focus = FOCUS_LOG;
	} else {
		console_say(c, ST_BAD, "%s%s%s", e.text, e.hint[0] != '\0' ? ": " : "", e.hint);
	}
	return changed();
}

static unsigned cmd_sort(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)c;
	(void)arg;
	s->sort = (s->sort + 1) % SORT_COUNT;
	return changed();
}

static unsigned cmd_pause(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)arg;
	board_set_paused(s->board, !s->board->is_paused);
	console_say(c, ST_DIM, s->board->is_paused ? "paused: the figures stay as they are" : "live again");
	return changed();
}

static unsigned cmd_open(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	struct board *b = s->board;

	(void)c;
	(void)arg;
	if (s->focus == FOCUS_LOG && b->answer.n_log > 0) {
		board_open_call(b, b->answer.log[s->log.selected].id);
		s->focus = FOCUS_DETAIL;
	} else if (s->focus == FOCUS_GROUPS && s->n_order > 0) {
		const char *key = b->answer.table->groups[s->order[s->groups.selected]].key;

		board_set_key(b, b->question.key != NULL && strcmp(b->question.key, key) == 0 ? NULL : key);
	}
	return changed();
}

/* Undoes one narrowing at a time, the last one first. */
static unsigned cmd_back(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	struct board *b = s->board;

	(void)c;
	(void)arg;
	if (b->has_call || b->is_opening) {
		board_close_call(b);
		s->focus = FOCUS_LOG;
	} else if (b->question.filter != NULL) {
		(void)!board_set_filter(b, NULL, NULL);
	} else if (b->question.errors_only) {
		return cmd_errors(s, c, "");
	} else if (b->question.key != NULL) {
		board_set_key(b, NULL);
	} else {
		return 0;
	}
	return changed();
}

static unsigned cmd_pane(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)c;
	(void)arg;
	s->focus = s->focus == FOCUS_GROUPS ? FOCUS_LOG : s->focus == FOCUS_LOG && s->board->has_call ? FOCUS_DETAIL : FOCUS_GROUPS;
	return changed();
}

static bool can_go_back(const void *self)
{
	const struct board *b = ((const struct metrics_screen *)self)->board;

	return b->has_call || b->question.filter != NULL || b->question.errors_only || b->question.key != NULL;
}

static bool can_drill(const void *self)
{
	return ((const struct metrics_screen *)self)->focus != FOCUS_DETAIL;
}

static const struct command commands[] = {
	{ "back", "Esc", "back", NULL, "close the request, clear a filter", 0, cmd_back, NULL, can_go_back },
	{ "open", "Enter", "drill", NULL, "narrow to this group, or open this request", 0, cmd_open, NULL, can_drill },
	{ "range", "t", "range", "[SPAN]", "next time range: 15m 1h 6h 24h 7d 30d 90d", 0, cmd_range, complete_range, NULL },
	{ "group", "g", "group", "[BY]", "group by provider, model or operation", 0, cmd_group, complete_group, NULL },
	{ "errors", "e", "errors only", NULL, "requests that failed, or all", 0, cmd_errors, NULL, NULL },
	{ "filter", "/", "filter", "TEXT", "requests that meet a filter such as status=429 or a word", 0, cmd_filter, NULL, NULL },
	{ "sort", "s", "sort", NULL, "order of the table: cost, calls, p95, errors", 0, cmd_sort, NULL, NULL },
	{ "pause", "p", "pause", NULL, "hold the figures, or follow again", 0, cmd_pause, NULL, NULL },
	{ "copy row", "y+y", "copy", NULL, "copy the selected row as text", 0, metrics_copy_row, NULL, NULL },
	{ "copy json", "y+j", NULL, NULL, "copy the selected request as JSON", 0, metrics_copy_json, NULL, NULL },
	{ "copy response", "y+r", NULL, NULL, "copy the response of the opened request", 0, metrics_copy_response, NULL, NULL },
	{ "pane", "Tab", "pane", NULL, "next pane", 0, cmd_pane, NULL, NULL },
	{ "range back", "T", NULL, NULL, "the time range before", 0, cmd_range_back, NULL, NULL },
};

/* -- input ---------------------------------------------------------------------------------------------------------------------------- */

static bool contains(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static struct list *focused_list(struct metrics_screen *s)
{
	return s->focus == FOCUS_GROUPS ? &s->groups : s->focus == FOCUS_LOG ? &s->log : &s->detail;
}

static void remember_call(struct metrics_screen *s)
{
	/* On the first row one watches the newest: nothing to stay on. */
	s->has_selected_call = s->log.selected > 0 && (size_t)s->log.selected < s->board->answer.n_log;
	if (s->has_selected_call) {
		s->selected_call = s->board->answer.log[s->log.selected].id;
	}
}

static unsigned input(void *self, struct console *c, const struct input *in)
{
	struct metrics_screen *s = self;
	unsigned bits;

	(void)c;
	if (in->type == INPUT_MOUSE) {
		bool is_detail = s->board->has_call && contains(s->detail_area, in->x, in->y);

		s->focus = is_detail ? FOCUS_DETAIL : contains(s->log_area, in->x, in->y) ? FOCUS_LOG :
		    contains(s->groups_area, in->x, in->y) ? FOCUS_GROUPS : s->focus;
		if (in->mouse == MOUSE_PRESS && !is_detail) {
			const struct rect *r = s->focus == FOCUS_LOG ? &s->log_area : &s->groups_area;

			(void)list_click(focused_list(s), in->y - r->y - 2);
			remember_call(s);
			return changed();
		}
	}
	bits = list_input(focused_list(s), in);
	if (s->focus == FOCUS_LOG) {
		remember_call(s);
	}
	return bits;
}

const struct screen screen_metrics = {
	.id = "metrics", .title = "Metrics", .number = 4, .commands = commands, .n_commands = COUNT_OF(commands),
	.init = init, .free = free_screen, .enter = enter, .leave = leave, .input = input, .is_editing = is_editing, .layout = layout, .draw = draw,
	.status = status, .tick_ms = tick_ms, .card = card,
	.save = metrics_save, .restore = metrics_restore,
};
