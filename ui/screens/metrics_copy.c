/* What y and a letter copy: the opened or selected request, or the selected row of the table. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "app/again.h"
#include "cli/calls.h"
#include "text/clean.h"
#include "ui/console.h"
#include "ui/format.h"
#include "ui/screens/metrics_state.h"

/* The request that has the focus: the opened one, or the selected one of the log; NULL: none. */
static const struct call_row *focused_call(const struct metrics_screen *s)
{
	return s->focus == FOCUS_DETAIL ? &s->board->call.row : s->focus == FOCUS_LOG ? metrics_selected_call(s) : NULL;
}

/* The group's name and figures, with tabs as tables want them. */
static void group_text(const struct metrics_group *g, struct buf *out)
{
	char cost[FORMAT_SIZE];

	price_format(g->now.cost_nano, cost, FORMAT_SIZE);
	char *key = clean_line(metrics_group_name(g), strlen(metrics_group_name(g)), 0);
	(void)buf_addf(out, "%s\t%lld calls\t%s\n", key, (long long)g->now.calls, cost);
	free(key);
}

unsigned metrics_copy_row(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	struct buf out = { 0 };

	if (s->focus == FOCUS_DETAIL && !metrics_has_opened(s, c, "row", metrics_copy_row, arg)) {
		return metrics_changed();
	}
	const struct call_row *row = focused_call(s);
	const struct metrics_group *g = s->focus == FOCUS_GROUPS ? metrics_selected_group(s) : NULL;

	if (row != NULL) {
		metrics_log_text(row, &out);
	} else if (g != NULL) {
		group_text(g, &out);
	}
	unsigned bits = console_copy(c, "row", buf_str(&out), out.len);
	buf_free(&out);
	return bits;
}

unsigned metrics_copy_json(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	struct buf out = { 0 };

	if (s->focus == FOCUS_DETAIL && !metrics_has_opened(s, c, "JSON", metrics_copy_json, arg)) {
		return metrics_changed();
	}
	const struct call_row *row = focused_call(s);

	if (row == NULL) {
		console_say(c, ST_DIM, "JSON: of a request; Tab goes to the requests");
		return metrics_changed();
	}
	calls_json(&out, row, row == &s->board->call.row ? &s->board->call.body : NULL);
	unsigned bits = console_copy(c, "JSON of the request", buf_str(&out), out.len);
	buf_free(&out);
	return bits;
}

unsigned metrics_copy_response(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	const struct call_body *body = &s->board->call.body;

	if (!metrics_has_opened(s, c, "response", metrics_copy_response, arg)) {
		return metrics_changed();
	}
	return console_copy(c, "response", body->response, body->response != NULL ? body->response_len : 0);
}

unsigned metrics_copy_curl(void *self, struct console *c, const char *arg)
{
	struct metrics_screen *s = self;
	const struct board_call *call = &s->board->call;
	struct buf out = { 0 };
	struct err e = { 0 };
	unsigned bits = INPUT_HANDLED | INPUT_REDRAW;

	if (!metrics_has_opened(s, c, "curl", metrics_copy_curl, arg)) {
		return metrics_changed();
	}
	if (again_curl(s->app->config, &call->row, &call->body, &out, &e)) {
		bits = console_copy(c, "curl command, the key as a variable", buf_str(&out), out.len);
	} else {
		console_say(c, ST_BAD, "%s%s%s", e.text, e.hint[0] != '\0' ? ": " : "", e.hint);
	}
	buf_free(&out);
	return bits;
}
