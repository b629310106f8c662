#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/screens/metrics_state.h"

static unsigned said(struct console *c, const struct err *e)
{
	console_say(c, ST_BAD, "%s%s%s", e->text, e->hint[0] != '\0' ? ": " : "", e->hint);
	return metrics_changed();
}

static unsigned refresh(struct metrics_screen *s)
{
	board_refresh(s->board);
	return metrics_changed();
}

/* -- the stretch of time ---------------------------------------------------------------------------------------------------------------- */

static unsigned set_range(struct metrics_screen *s, const struct timeframe_range *range)
{
	timeframe_set_span(&s->board->question.frame, range->span_us, clock_wall_us());
	return refresh(s);
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
	return metrics_changed();
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

static unsigned shift(struct metrics_screen *s, struct console *c, int by)
{
	struct timeframe *f = &s->board->question.frame;

	if (by > 0 && timeframe_is_live(f)) {
		console_say(c, ST_DIM, "this is now: there is nothing later");
		return metrics_changed();
	}
	timeframe_shift(f, by, clock_wall_us());
	return refresh(s);
}

static unsigned cmd_earlier(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return shift(self, c, -1);
}

static unsigned cmd_later(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return shift(self, c, 1);
}

static unsigned zoom(struct metrics_screen *s, int by)
{
	timeframe_zoom(&s->board->question.frame, by, clock_wall_us());
	return refresh(s);
}

static unsigned cmd_closer(void *self, struct console *c, const char *arg)
{
	(void)c;
	(void)arg;
	return zoom(self, -1);
}

static unsigned cmd_wider(void *self, struct console *c, const char *arg)
{
	(void)c;
	(void)arg;
	return zoom(self, 1);
}

static unsigned cmd_brush(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)c;
	(void)arg;
	if (s->brush.is_on) {
		metrics_brush_mark(s);
	} else {
		metrics_brush_start(s);
	}
	return metrics_changed();
}

static unsigned cmd_compare(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	struct board_question *q = &s->board->question;
	enum compare to = (q->compare + 1) % COMPARE_COUNT;

	for (size_t i = 0; arg[0] != '\0' && i <= COMPARE_COUNT; i++) {
		if (i == COMPARE_COUNT) {
			console_say(c, ST_BAD, "compare with previous, yesterday, week or off");
			return metrics_changed();
		}
		to = (enum compare)i;
		if (strcmp(compares[i].name, arg) == 0) {
			break;
		}
	}
	q->compare = to;
	console_say(c, ST_DIM, "compared with %s", to == COMPARE_PREVIOUS ? "the span just before" : to == COMPARE_YESTERDAY ? "the same time yesterday" :
	    to == COMPARE_WEEK ? "the same time a week ago" : "nothing");
	return refresh(s);
}

static const char *complete_compare(void *self, size_t i)
{
	(void)self;
	return i < COMPARE_COUNT ? compares[i].name : NULL;
}

/* -- which calls ------------------------------------------------------------------------------------------------------------------------ */

static unsigned cmd_group(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	enum metrics_by by = s->board->question.by % (BY_COUNT - 1) + 1;

	if (arg[0] != '\0') {
		by = metrics_by_from_name(arg);
	}
	if (by == BY_COUNT || by == BY_NONE) {
		console_say(c, ST_BAD, "group by provider, model, operation or prompt");
		return metrics_changed();
	}
	s->board->question.by = by;
	board_set_key(s->board, NULL);
	return metrics_changed();
}

static const char *complete_group(void *self, size_t i)
{
	(void)self;
	return i + 1 < BY_COUNT ? metrics_by_name((enum metrics_by)(i + 1)) : NULL;
}

static unsigned cmd_errors(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)c;
	(void)arg;
	s->board->question.errors_only = !s->board->question.errors_only;
	return refresh(s);
}

static unsigned cmd_filter(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	struct err e = { 0 };

	if (arg[0] == '\0') {
		metrics_filter_open(s);
		return metrics_changed();
	}
	return board_set_filter(s->board, arg, &e) ? metrics_changed() : said(c, &e);
}

/* -- how it is shown -------------------------------------------------------------------------------------------------------------------- */

static unsigned cmd_sort(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)c;
	(void)arg;
	s->sort = (s->sort + 1) % SORT_COUNT;
	return metrics_changed();
}

static unsigned cmd_measure(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)c;
	(void)arg;
	s->measure = metrics_measure(s->measure + 1) != NULL ? s->measure + 1 : 0;
	return metrics_changed();
}

static unsigned cmd_pause(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)arg;
	board_set_paused(s->board, !s->board->is_paused);
	console_say(c, ST_DIM, s->board->is_paused ? "paused: the figures stay as they are, what comes is counted" : "live again");
	return metrics_changed();
}

static unsigned cmd_inspector(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)arg;
	if (s->area.w < METRICS_WIDE) {
		console_say(c, ST_DIM, "the inspector stands beside from %d columns on; Enter opens a request here", METRICS_WIDE);
		return metrics_changed();
	}
	s->hides_inspector = !s->hides_inspector;
	if (s->hides_inspector) {
		board_close_call(s->board);
		s->focus = s->focus == FOCUS_DETAIL ? FOCUS_LOG : s->focus;
	}
	return metrics_changed();
}

static unsigned cmd_raw(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)c;
	(void)arg;
	s->shows_raw = !s->shows_raw;
	return metrics_changed();
}

/* -- moving about ----------------------------------------------------------------------------------------------------------------------- */

static unsigned cmd_open(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	struct board *b = s->board;
	const struct metrics_group *g = s->focus == FOCUS_GROUPS ? metrics_selected_group(s) : NULL;
	const struct call_row *row = s->focus == FOCUS_LOG ? metrics_selected_call(s) : NULL;

	(void)arg;
	if (s->brush.is_on) {
		metrics_brush_end(s, true);
	} else if (row != NULL) {
		s->wanted = row->id;
		board_open_call(b, s->wanted);
		s->focus = FOCUS_DETAIL;
	} else if (g != NULL) {
		board_set_key(b, b->question.key != NULL && strcmp(b->question.key, g->key) == 0 ? NULL : g->key);
	} else if (s->focus == FOCUS_GROUPS && s->groups.n > 0) {
		console_say(c, ST_DIM, "the groups are just changing: nothing is chosen");
	}
	return metrics_changed();
}

/* Undoes one narrowing at a time, the last one first. */
static unsigned cmd_back(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	struct board *b = s->board;
	struct board_question *q = &b->question;

	(void)c;
	(void)arg;
	if (s->brush.is_on) {
		metrics_brush_end(s, false);
	} else if (s->focus == FOCUS_DETAIL && metrics_is_beside(s)) {
		s->focus = FOCUS_LOG;
	} else if (!metrics_is_beside(s) && (b->has_call || b->is_opening)) {
		board_close_call(b);
		s->focus = FOCUS_LOG;
	} else if (timeframe_has_brush(&q->frame)) {
		q->frame.brush_from_us = q->frame.brush_to_us = 0;
		return refresh(s);
	} else if (q->filter != NULL) {
		(void)!board_set_filter(b, NULL, NULL);
	} else if (q->errors_only) {
		return cmd_errors(s, c, "");
	} else if (q->key != NULL) {
		board_set_key(b, NULL);
	} else if (!timeframe_is_live(&q->frame)) {
		q->frame.end_us = 0;
		return refresh(s);
	} else {
		return 0;
	}
	return metrics_changed();
}

static unsigned cmd_pane(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;

	(void)c;
	(void)arg;
	bool has_detail = s->board->has_call || s->board->is_opening;

	s->focus = s->focus == FOCUS_GROUPS ? FOCUS_LOG : s->focus == FOCUS_LOG && has_detail ? FOCUS_DETAIL : FOCUS_GROUPS;
	return metrics_changed();
}

static bool can_go_back(const void *self)
{
	const struct metrics_screen *s = self;
	const struct board *b = s->board;
	const struct board_question *q = &b->question;

	return s->brush.is_on || s->focus == FOCUS_DETAIL || timeframe_has_brush(&q->frame) || q->filter != NULL || q->errors_only || q->key != NULL ||
	    !timeframe_is_live(&q->frame);
}

static bool can_drill(const void *self)
{
	const struct metrics_screen *s = self;

	return s->focus != FOCUS_DETAIL && !s->brush.is_on; /* where the status row says what Enter does */
}

static bool has_request(const void *self)
{
	return ((const struct metrics_screen *)self)->focus == FOCUS_DETAIL;
}

const struct command metrics_commands[METRICS_COMMANDS] = {
	{ "back", "Esc", "back", NULL, "undo the last narrowing: request, brush, filter, errors, group, past", 0, cmd_back, NULL, can_go_back },
	{ "open", "Enter", "drill", NULL, "narrow to this group, or open this request", 0, cmd_open, NULL, can_drill },
	{ "raw", "J", "raw", NULL, "the opened request as JSON, or as text", 0, cmd_raw, NULL, has_request },
	{ "replay", "r", "replay", NULL, "this request in Play, with its prompt and parameters", 0, metrics_replay, NULL, has_request },
	{ "to prompt", NULL, NULL, "NAME", "take the opened request into Prompts, with its turns, parameters and tools, as a draft of that name", 0, metrics_to_prompt, NULL, NULL },
	{ "range", "t", "range", "[SPAN]", "next time range: 15m 1h 6h 24h 7d 30d 90d", 0, cmd_range, complete_range, NULL },
	{ "group", "g", "group", "[BY]", "group by provider, model, operation or prompt", 0, cmd_group, complete_group, NULL },
	{ "errors", "e", "errors only", NULL, "requests that failed, or all", 0, cmd_errors, NULL, NULL },
	{ "filter", "/", "filter", "[TEXT]", "only calls that meet a filter, such as status=429 or a word", 0, cmd_filter, NULL, NULL },
	{ "brush", "b", "brush", NULL, "choose a stretch of the graphs: table and requests follow", 0, cmd_brush, NULL, NULL },
	{ "percentile", "%", "percentile", NULL, "what the second graph shows: latency p95, p99, p50, or time to first token", 0, cmd_measure, NULL, NULL },
	{ "sort", "s", "sort", NULL, "order of the table: cost, calls, p95, errors", 0, cmd_sort, NULL, NULL },
	{ "pause", "p", "pause", NULL, "hold the figures and count what comes, or follow again", 0, cmd_pause, NULL, NULL },
	{ "export", "x", "export", "[FILE]", "what has the focus, calls or groups, into a file: .csv, or .jsonl of calls", 0, metrics_export, NULL, NULL },
	{ "export!", NULL, NULL, "[FILE]", "the same over a file that is there", 0, metrics_export_over, NULL, NULL },
	{ "compare", NULL, NULL, "[WITH]", "compare with previous, yesterday, week or off", 0, cmd_compare, complete_compare, NULL },
	{ "earlier", "[", NULL, NULL, "half a span earlier", 0, cmd_earlier, NULL, NULL },
	{ "later", "]", NULL, NULL, "half a span later, up to now", 0, cmd_later, NULL, NULL },
	{ "closer", "+ =", NULL, NULL, "zoom in: to the brush, or to the next shorter range", 0, cmd_closer, NULL, NULL },
	{ "wider", "-", NULL, NULL, "zoom out to the next longer range", 0, cmd_wider, NULL, NULL },
	{ "copy row", "y+y", "copy", NULL, "copy the selected row as text", 0, metrics_copy_row, NULL, NULL },
	{ "copy json", "y+j", NULL, NULL, "copy the selected request as JSON", 0, metrics_copy_json, NULL, NULL },
	{ "copy response", "y+r", NULL, NULL, "copy the response of the opened request", 0, metrics_copy_response, NULL, NULL },
	{ "copy curl", "y+c", NULL, NULL, "copy the opened request as curl; the key is a variable", 0, metrics_copy_curl, NULL, NULL },
	{ "edit", "E", NULL, NULL, "the opened request and its answer in your editor", 0, metrics_edit_outside, NULL, NULL },
	{ "inspector", "i", NULL, NULL, "show or hide the request beside the rest, on wide terminals", 0, cmd_inspector, NULL, NULL },
	{ "pane", "Tab", "pane", NULL, "next pane", 0, cmd_pane, NULL, NULL },
	{ "range back", "T", NULL, NULL, "the time range before", 0, cmd_range_back, NULL, NULL },
};
