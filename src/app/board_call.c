/* One call is read at a time; of those that were asked for meanwhile the last one is read next. */
#include <stdlib.h>
#include <string.h>

#include "app/board_work.h"
#include "base/clock.h"
#include "base/mem.h"

#define NEAR_MOST 100   /* before it, and after */
#define NEAR_NARROWER 8

static void board_call_free(struct board_call *c)
{
	call_row_free(&c->row);
	call_body_free(&c->body);
	call_rows_free(c->near, c->n_near);
	*c = (struct board_call){ 0 };
}

/* The calls that began after it, within its time and what counts as near. Lists begin with the newest: where there are more than may be shown the
 * window is made smaller, so that it is the nearest ones that stay. */
static bool read_after(struct reader *r, const struct call_row *row, struct call_row **rows, size_t *n, struct err *e)
{
	int64_t window_us = known_or(row->latency_us, 0) + BOARD_NEAR_US;

	for (;; window_us /= NEAR_NARROWER) {
		struct call_filter f = { .from_us = row->id.ts_us + 1, .to_us = row->id.ts_us + 1 + window_us };

		if (!calls_list(r, &f, NEAR_MOST, rows, n, e)) {
			return false;
		}
		if (*n < NEAR_MOST || window_us < NEAR_NARROWER) {
			return true;
		}
		call_rows_free(*rows, *n);
		*rows = NULL;
		*n = 0;
	}
}

static bool read_near(struct reader *r, struct board_call *c, struct err *e)
{
	const struct call_row *row = &c->row;
	struct call_filter until = { .from_us = row->id.ts_us - BOARD_NEAR_US, .to_us = row->id.ts_us + 1 };
	struct call_row *before = NULL;
	size_t n_before = 0;

	if (!read_after(r, row, &c->near, &c->n_near, e) || !calls_list(r, &until, NEAR_MOST + 1, &before, &n_before, e)) {
		return false;
	}
	c->near_is_cut = n_before == NEAR_MOST + 1;
	c->near = x_reallocarray(c->near, c->n_near + n_before, sizeof(*c->near));
	for (size_t i = 0; i < n_before; i++) {
		if (call_id_is_same(before[i].id, row->id)) {
			call_row_free(&before[i]);
		} else {
			c->near[c->n_near++] = before[i];
		}
	}
	free(before);
	return true;
}

static void read_call(void *arg)
{
	struct board_work *w = arg;
	struct call_reading *g = &w->reading;

	if (w->call_reader == NULL) {
		w->call_reader = reader_open(g->dir, &g->err);
	}
	struct reader *r = w->call_reader;

	g->ok = r != NULL && calls_get(r, g->id, &g->call.row, &g->call.body, &g->err) && read_near(r, &g->call, &g->err) &&
	    ask_model_latency(r, board_call_model(&g->call.row), g->from_us, g->to_us, &g->call.model, &g->err);
}

static void start_reading(struct board_work *w);

static void call_read(void *arg)
{
	struct board_work *w = arg;
	struct call_reading *g = &w->reading;
	struct board *b = w->board;
	bool is_late = g->opening != w->openings; /* closed or another one opened meanwhile */

	w->is_reading = false;
	free(g->dir);
	if (g->ok && !is_late) {
		board_call_free(&b->call);
		b->call = g->call;
		b->has_call = true;
		b->is_opening = false;
	} else {
		board_call_free(&g->call);
	}
	if (!g->ok && !is_late) {
		b->is_opening = false;
		b->call_err = g->err;
	}
	app_changed(b->app);
	bool is_of_other_time = b->has_call && !is_late && (g->frame.span_us != b->question.frame.span_us || g->frame.end_us != b->question.frame.end_us);
	if (b->is_opening || is_of_other_time) {
		start_reading(w);
	}
}

static void start_reading(struct board_work *w)
{
	const struct timeframe *f = &w->board->question.frame;
	int64_t now_us = w->board->answer.at_us != 0 && !w->board->is_stale ? w->board->answer.at_us : clock_wall_us();

	w->is_reading = true;
	w->reading = (struct call_reading){
		.id = w->wanted, .opening = w->openings, .dir = x_strdup(w->board->app->data_dir), .frame = *f, .from_us = timeframe_start(f, now_us),
		.to_us = timeframe_end(f, now_us),
	};
	job_submit(w->board->app->loop->jobs, read_call, call_read, w);
}

void board_open_call(struct board *b, struct call_id id)
{
	struct board_work *w = b->work;

	b->is_opening = true;
	b->call_err = (struct err){ 0 };
	w->wanted = id;
	w->openings++;
	if (!w->is_reading) {
		start_reading(w);
	}
}

void board_close_call(struct board *b)
{
	b->is_opening = false;
	b->work->openings++;
	if (b->has_call) {
		board_call_free(&b->call);
		b->has_call = false;
	}
}
