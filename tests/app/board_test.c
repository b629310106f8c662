/* Questions and answers, the watch of the store, the opened call and the pause, over a store in a directory of its own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/app.h"
#include "app/board.h"
#include "app/board_work.h"
#include "base/clock.h"
#include "base/mem.h"

struct fixture {
	char *dir;
	struct loop *loop;
	struct app *app;
	struct board *board;
	struct call_id first, second;
};

static struct call_id put(struct fixture *f, uint64_t key)
{
	struct call_row row;
	struct err e = { 0 };

	call_row_init(&row);
	row.id = (struct call_id){ .ts_us = clock_wall_us() - 60 * US_PER_S, .key = key };
	row.provider = "openai";
	row.model_req = "gpt-5.4-mini";
	row.operation = "chat";
	row.attempts = 1;
	store_put_call(f->app->store, &row, NULL);
	assert_true(store_flush(f->app->store, 60000, &e));
	return row.id;
}

static int setup(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	f->dir = x_asprintf("%s/sonde-board-XXXXXX", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	f->loop = loop_new();
	f->app = app_new(f->loop, config_new(), f->dir, true);
	f->board = f->app->board;
	assert_non_null(f->app->store);
	f->first = put(f, 1);
	f->second = put(f, 2);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "sonde.db", "sonde.db-wal", "sonde.db-shm" };
	struct fixture *f = *state;

	app_free(f->app);
	loop_free(f->loop);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *path = x_asprintf("%s/%s", f->dir, names[i]);

		(void)unlink(path);
		free(path);
	}
	assert_int_equal(rmdir(f->dir), 0);
	free(f->dir);
	free(f);
	return 0;
}

static void settle(struct fixture *f)
{
	job_pool_wait(f->loop->jobs);
	while (f->board->is_loading || ev_is_active(&f->board->work->settle)) {
		(void)ev_run(f->loop->ev, EVRUN_ONCE);
	}
}

static void call_is_opened_off_the_loop(void **state)
{
	struct fixture *f = *state;

	board_open_call(f->board, f->first);
	assert_true(f->board->is_opening);
	assert_false(f->board->has_call);
	settle(f);
	assert_false(f->board->is_opening);
	assert_true(f->board->has_call);
	assert_int_equal(f->board->call.row.id.key, 1);
	board_close_call(f->board);
	assert_false(f->board->has_call);
}

static void closed_call_does_not_come_back(void **state)
{
	struct fixture *f = *state;

	board_open_call(f->board, f->first);
	board_close_call(f->board);
	assert_false(f->board->is_opening);
	settle(f);
	assert_false(f->board->has_call);
}

static void last_opened_stays(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 20; i++) { /* two workers: either may be the faster */
		board_open_call(f->board, f->first);
		board_open_call(f->board, f->second);
		assert_true(f->board->is_opening);
		settle(f);
		assert_true(f->board->has_call);
		assert_int_equal(f->board->call.row.id.key, 2);
	}
}

static void missing_call_ends_the_opening(void **state)
{
	struct fixture *f = *state;

	board_open_call(f->board, (struct call_id){ .ts_us = 1, .key = 1 });
	settle(f);
	assert_false(f->board->is_opening);
	assert_false(f->board->has_call);
	assert_int_equal(f->board->call_err.code, ERR_CHECK);
}

static void pause_holds_what_is_written_but_not_a_new_question(void **state)
{
	struct fixture *f = *state;

	board_show(f->board);
	settle(f);
	assert_int_equal(f->board->answer.table->total.calls, 2);
	board_set_paused(f->board, true);
	(void)put(f, 3);
	board_show(f->board); /* the same question again */
	settle(f);
	assert_int_equal(f->board->answer.table->total.calls, 2);
	board_set_key(f->board, "gpt-5.4-mini");
	settle(f);
	assert_int_equal(f->board->answer.table->total.calls, 3);
	(void)put(f, 4);
	board_show(f->board);
	settle(f);
	assert_int_equal(f->board->answer.table->total.calls, 3);
	assert_int_equal(f->board->newer, 1);
	board_set_paused(f->board, false);
	settle(f);
	assert_int_equal(f->board->answer.table->total.calls, 4);
}

/* Figures of a part of what is being written are never shown. */
static void nothing_is_asked_before_it_is_whole(void **state)
{
	struct fixture *f = *state;

	settle(f);
	board_wait(f->board, "the past is being written");
	board_show(f->board);
	board_refresh(f->board);
	(void)put(f, 3);
	settle(f);
	assert_int_equal(f->board->answer.at_us, 0);
	board_wait(f->board, NULL);
	settle(f);
	assert_int_equal(f->board->answer.table->total.calls, 3);
	assert_false(f->board->is_stale);
}

/* One call of another model that failed, two minutes ago. */
static void put_failed(struct fixture *f)
{
	struct call_row row;
	struct err e = { 0 };

	call_row_init(&row);
	row.id = (struct call_id){ .ts_us = clock_wall_us() - 120 * US_PER_S, .key = 9 };
	row.provider = "mistral";
	row.model_req = "mistral-small";
	row.operation = "chat";
	row.error_class = CLASS_RATE_LIMITED;
	row.error_text = "Slow down";
	store_put_call(f->app->store, &row, NULL);
	assert_true(store_flush(f->app->store, 60000, &e));
}

static const struct {
	const char *name, *key, *text;
	bool errors_only;
	enum metrics_by by;
	uint64_t calls, focus_calls; /* of the table, of the graphs */
	size_t n_log, n_groups;
} questions[] = {
	{ "all", NULL, NULL, false, BY_MODEL, 3, 3, 3, 2 },
	{ "one model: graphs and log narrow, the table stays", "mistral-small", NULL, false, BY_MODEL, 3, 1, 1, 2 },
	{ "one provider", "openai", NULL, false, BY_PROVIDER, 3, 2, 2, 2 },
	{ "one operation", "chat", NULL, false, BY_OPERATION, 3, 3, 3, 1 },
	{ "errors: the log only", NULL, NULL, true, BY_MODEL, 3, 3, 1, 2 },
	{ "a filter: everything", NULL, "slow", false, BY_MODEL, 1, 1, 1, 1 },
	{ "a filter and a key", "gpt-5.4-mini", "status=ok", false, BY_MODEL, 2, 2, 2, 1 },
	{ "a filter that nothing meets", NULL, "zzz", false, BY_MODEL, 0, 0, 0, 0 },
	{ "a model there is none of", "nope", NULL, false, BY_MODEL, 3, 0, 0, 2 },
	{ "empty texts are none", "", "", false, BY_MODEL, 3, 3, 3, 2 },
	{ "both", "gpt-5.4-mini", NULL, true, BY_MODEL, 3, 2, 0, 2 },
};

static void answers_questions(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;

	put_failed(f);
	board_show(b);
	for (size_t i = 0; i < COUNT_OF(questions); i++) {
		print_message("%s\n", questions[i].name);
		b->question.by = questions[i].by;
		b->question.errors_only = questions[i].errors_only;
		assert_true(board_set_filter(b, questions[i].text, NULL));
		board_set_key(b, questions[i].key);
		settle(f);
		assert_int_equal(b->err.code, ERR_NONE);
		assert_int_equal(b->answer.table->total.calls, questions[i].calls);
		assert_int_equal(b->answer.graphs->total.calls, questions[i].focus_calls);
		assert_int_equal(b->answer.n_log, questions[i].n_log);
		assert_int_equal(b->answer.table->n_groups, questions[i].n_groups);
		assert_int_equal(b->answer.log_total, questions[i].n_log);
		assert_false(b->is_loading || b->is_stale);
	}
}

/* A prompt without a version is a group of its own, and its log is that of its calls. */
static void versions_are_groups_and_none_is_one(void **state)
{
	static const char *const versions[] = { NULL, "v1", "v1" };
	static const struct {
		const char *key;
		size_t n;
	} keys[] = { { "triage", 1 }, { "triage@v1", 2 } };
	struct fixture *f = *state;
	struct board *b = f->board;
	struct err e = { 0 };

	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		struct call_row row;

		call_row_init(&row);
		row.id = (struct call_id){ .ts_us = clock_wall_us() - 60 * US_PER_S, .key = 20 + i };
		row.provider = "openai";
		row.operation = "chat";
		row.prompt_name = "triage";
		row.prompt_version = versions[i];
		store_put_call(f->app->store, &row, NULL);
	}
	assert_true(store_flush(f->app->store, 60000, &e));
	board_show(b);
	b->question.by = BY_PROMPT;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		board_set_key(b, keys[i].key);
		settle(f);
		assert_int_equal(b->answer.table->n_groups, 3);
		assert_int_equal(b->answer.n_log, keys[i].n);
	}
}

/* A brushed stretch in which the focused model has no call. */
static void nothing_in_the_brush(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;

	put_failed(f);
	board_show(b);
	board_set_key(b, "mistral-small");
	b->question.frame.brush_from_us = clock_wall_us() - 3600 * US_PER_S;
	b->question.frame.brush_to_us = clock_wall_us() - 1800 * US_PER_S;
	board_refresh_now(b, clock_wall_us());
	settle(f);
	assert_int_equal(b->err.code, ERR_NONE);
	assert_int_equal(b->answer.log_total, 0);
	assert_int_equal(b->answer.n_log, 0);
}

/* Many questions in a row: the answer is that of the last one. */
static void last_question_is_answered(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;

	put_failed(f);
	board_show(b);
	for (int i = 0; i < 20; i++) {
		board_set_key(b, "gpt-5.4-mini");
		board_set_key(b, "nope");
		board_set_key(b, "mistral-small");
		settle(f);
		assert_int_equal(b->answer.graphs->total.calls, 1);
	}
}

static void ranges_end_now(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;
	int64_t now_us = clock_wall_us();

	for (size_t i = 0; i < n_timeframe_ranges; i++) {
		assert_true(i == 0 || timeframe_ranges[i].span_us > timeframe_ranges[i - 1].span_us);
		b->question.frame.span_us = timeframe_ranges[i].span_us;
		board_refresh_now(b, now_us);
		assert_int_equal(b->answer.table->total.calls, 2);
		assert_int_equal(b->answer.at_us, now_us);
		board_refresh_now(b, now_us + timeframe_ranges[i].span_us + 60 * US_PER_S); /* the calls are too old for it */
		assert_int_equal(b->answer.table->total.calls, 0);
		assert_int_equal(b->answer.table->before.calls, 2);
	}
}

static void hidden_it_asks_for_today_only(void **state)
{
	struct fixture *f = *state;

	settle(f);
	assert_true(is_known(f->board->today_nano));
	assert_null(f->board->answer.table);
	board_show(f->board);
	settle(f);
	assert_int_equal(f->board->answer.n_log, 2);
	board_hide(f->board);
	(void)put(f, 3);
	board_refresh(f->board);
	settle(f);
	assert_int_equal(f->board->answer.n_log, 2);
	board_show(f->board);
	settle(f);
	assert_int_equal(f->board->answer.n_log, 3);
}

/* Nothing was written: the frame of the screen shown again has nobody beside it. */
static void shown_again_the_answer_stays(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;

	board_show(b);
	settle(f);
	int64_t at_us = b->answer.at_us;
	board_hide(b);
	board_show(b);
	assert_false(b->is_loading || ev_is_active(&b->work->settle));
	assert_int_equal(b->answer.at_us, at_us);
	board_hide(b);
	(void)put(f, 3);
	board_show(b);
	assert_false(b->is_loading); /* not before the frame */
	settle(f);
	assert_int_equal(b->answer.n_log, 3);
}

/* While the size of the window is dragged the figures stay, and so does a log that was scrolled back. */
static void columns_are_asked_for_when_they_settle(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;

	board_show(b);
	settle(f);
	board_hold_log(b, true);
	settle(f);
	int64_t bucket_us = b->answer.graphs->bucket_us;
	for (int columns = 100; columns >= 20; columns -= 20) {
		board_set_columns(b, columns);
		assert_false(b->is_loading || b->is_stale);
	}
	settle(f);
	assert_true(b->answer.graphs->bucket_us > bucket_us);
	assert_true(b->answer.graphs->n_buckets <= 20);
	assert_true(b->is_held);
}

struct waiting {
	struct fixture *f;
	bool is_over;
	ev_timer patience;
};

static void see_change(void *ctx)
{
	struct waiting *w = ctx;

	w->is_over = w->f->board->answer.n_log == 3;
}

static void lose_patience(struct ev_loop *ev, ev_timer *timer, int revents)
{
	(void)ev;
	(void)revents;
	((struct waiting *)timer->data)->is_over = true;
}

/* Nobody calls the board: the store's watch does. */
static void what_is_written_is_shown(void **state)
{
	struct fixture *f = *state;
	struct waiting w = { .f = f };

	board_show(f->board);
	settle(f);
	assert_int_equal(f->board->answer.n_log, 2);
	f->app->on_change = see_change;
	f->app->on_change_ctx = &w;
	ev_timer_init(&w.patience, lose_patience, 60., 0.);
	w.patience.data = &w;
	ev_timer_start(f->loop->ev, &w.patience);
	(void)put(f, 3);
	loop_run_until(f->loop, &w.is_over);
	ev_timer_stop(f->loop->ev, &w.patience);
	assert_int_equal(f->board->answer.n_log, 3);
	assert_int_equal(f->board->answer.table->total.calls, 3);
	f->app->on_change = NULL;
}

/* What was there stays when the store cannot be read any more. */
static void a_failed_question_keeps_the_answer(void **state)
{
	struct fixture *f = *state;
	char *dir = f->app->data_dir;

	board_refresh_now(f->board, clock_wall_us());
	assert_int_equal(f->board->answer.n_log, 2);
	f->app->data_dir = x_strdup("/nonexistent/sonde");
	board_refresh_now(f->board, clock_wall_us());
	assert_int_not_equal(f->board->err.code, ERR_NONE);
	assert_int_equal(f->board->answer.n_log, 2);
	assert_int_equal(f->board->answer.table->total.calls, 2);
	free(f->app->data_dir);
	f->app->data_dir = dir;
	board_refresh_now(f->board, clock_wall_us());
	assert_int_equal(f->board->err.code, ERR_NONE);
}

/* Scrolled back, the log stays as it is while figures go on, and what comes is counted; following again it is there. */
static void held_log_stays_and_counts(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;

	board_show(b);
	settle(f);
	board_hold_log(b, true);
	for (uint64_t key = 10; key < 15; key++) {
		(void)put(f, key);
	}
	board_show(b);
	settle(f);
	assert_int_equal(b->answer.n_log, 2);
	assert_int_equal(b->answer.log_total, 2);
	assert_int_equal(b->newer, 5);
	assert_int_equal(b->answer.graphs->total.calls, 7);
	board_hold_log(b, false);
	settle(f);
	assert_int_equal(b->answer.n_log, 7);
	assert_int_equal(b->answer.log_total, 7);
	assert_int_equal(b->newer, 0);
	/* another question ends it */
	board_hold_log(b, true);
	board_set_key(b, "gpt-5.4-mini");
	assert_false(b->is_held);
	settle(f);
}

static void log_grows_by_pages(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;
	struct err e = { 0 };

	for (uint64_t key = 100; key < 100 + 450; key++) {
		struct call_row row;

		call_row_init(&row);
		row.id = (struct call_id){ .ts_us = clock_wall_us() - 60 * US_PER_S, .key = key };
		row.provider = "openai";
		row.operation = "chat";
		row.attempts = 1;
		store_put_call(f->app->store, &row, NULL);
	}
	assert_true(store_flush(f->app->store, 60000, &e));
	board_show(b);
	settle(f);
	assert_int_equal(b->answer.n_log, BOARD_LOG_ROWS);
	assert_int_equal(b->answer.log_total, 452);
	board_hold_log(b, true);
	for (size_t wanted = 2 * BOARD_LOG_ROWS; wanted <= 600; wanted += BOARD_LOG_ROWS) {
		board_more_log(b);
		settle(f);
		assert_int_equal(b->answer.n_log, wanted < 452 ? wanted : 452);
	}
	board_more_log(b); /* there is no more: nothing is asked */
	assert_false(b->is_loading);
}

/* A brush narrows table and log, not the graphs; compared with the same time before. */
static void brush_narrows_table_and_log(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;
	struct timeframe *t = &b->question.frame;

	put_failed(f);
	t->brush_from_us = clock_wall_us() - 90 * US_PER_S;
	t->brush_to_us = clock_wall_us();
	board_show(b);
	settle(f);
	assert_int_equal(b->answer.graphs->total.calls, 3);
	assert_int_equal(b->answer.table->total.calls, 2);
	assert_int_equal(b->answer.n_log, 2);
	assert_int_equal(b->answer.log_total, 2);
	assert_int_equal(b->answer.table->before.calls, 1); /* the 90 s before */
	board_set_key(b, "mistral-small");
	settle(f);
	assert_int_equal(b->answer.graphs->total.calls, 1);
	assert_int_equal(b->answer.log_total, 0);
	assert_int_equal(b->answer.n_log, 0);
}

/* Until the new question is answered what is shown says that it is of another one. */
static void old_figures_are_called_so(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;
	struct err e = { 0 };

	board_show(b);
	settle(f);
	assert_false(b->is_stale);
	assert_true(board_set_filter(b, "status=err", &e));
	assert_true(b->is_stale);
	settle(f);
	assert_false(b->is_stale);
	assert_int_equal(b->answer.table->total.calls, 0);
	assert_false(board_set_filter(b, "status=", &e)); /* no filter: no question */
	assert_false(b->is_stale);
	assert_string_equal(b->question.filter, "status=err");
	assert_non_null(strstr(e.text, "column 8"));
}

struct stages {
	struct board *b;
	bool has_seen_log_alone;
};

static void see_stage(void *ctx)
{
	struct stages *s = ctx;

	s->has_seen_log_alone |= s->b->is_stale && s->b->answer.n_log == 1 && !is_known(s->b->answer.log_total) && s->b->answer.graphs->total.calls == 3;
}

/* Under a filter the rows are shown while the figures are still counted, and called figures of the question before. */
static void log_of_a_filter_comes_first(void **state)
{
	struct fixture *f = *state;
	struct stages s = { .b = f->board };

	put_failed(f);
	board_show(f->board);
	settle(f);
	f->app->on_change = see_stage;
	f->app->on_change_ctx = &s;
	assert_true(board_set_filter(f->board, "status=err", NULL));
	settle(f);
	f->app->on_change = NULL;
	assert_true(s.has_seen_log_alone);
	assert_false(f->board->is_stale);
	assert_int_equal(f->board->answer.graphs->total.calls, 1);
	assert_int_equal(f->board->answer.log_total, 1);
	/* away and back in between: all of it is there */
	assert_true(board_set_filter(f->board, "status=ok", NULL));
	board_hide(f->board);
	settle(f);
	board_show(f->board);
	settle(f);
	assert_int_equal(f->board->answer.n_log, 2);
	assert_int_equal(f->board->answer.log_total, 2);
	assert_int_equal(f->board->answer.graphs->total.calls, 2);
	/* taken back in between */
	assert_true(board_set_filter(f->board, "status=err", NULL));
	assert_true(board_set_filter(f->board, NULL, NULL));
	settle(f);
	assert_int_equal(f->board->answer.n_log, 3);
	assert_int_equal(f->board->answer.log_total, 3);
}

/* Its rows have come, and nobody has asked for figures ever. */
static void hidden_before_the_first_figures(void **state)
{
	struct fixture *f = *state;

	put_failed(f);
	assert_true(board_set_filter(f->board, "status=err", NULL));
	settle(f);
	board_show(f->board);
	board_hide(f->board);
	settle(f);
	board_show(f->board);
	settle(f);
	assert_false(f->board->is_stale);
	assert_int_equal(f->board->answer.graphs->total.calls, 1);
	assert_int_equal(f->board->answer.log_total, 1);
}

static void call_is_read_with_its_neighbours(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;

	put_failed(f); /* a minute before: none */
	board_show(b);
	settle(f);
	board_open_call(b, f->second);
	settle(f);
	assert_true(b->has_call);
	assert_int_equal(b->call.n_near, 1);
	assert_int_equal(b->call.near[0].id.key, 1);
	assert_false(b->call.near_is_cut);
	assert_int_equal(b->call.model.calls, 2);
	assert_int_equal(b->call.model.p95_us, UNKNOWN); /* no latency is known */
}

/* The percentile of its model is of the stretch of time shown, also when that becomes another one, before or after the call was read. */
static void opened_call_follows_the_range(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;
	struct call_row row;
	struct err e = { 0 };

	call_row_init(&row);
	row.id = (struct call_id){ .ts_us = clock_wall_us() - 2 * 24 * 3600 * US_PER_S, .key = 77 };
	row.provider = "openai";
	row.model_req = "gpt-5.4-mini";
	row.operation = "chat";
	row.latency_us = 5 * US_PER_S;
	store_put_call(f->app->store, &row, NULL);
	assert_true(store_flush(f->app->store, 60000, &e));
	board_show(b);
	board_open_call(b, f->second);
	settle(f);
	assert_int_equal(b->call.model.calls, 2);
	b->question.frame.span_us = 7 * 24 * 3600 * US_PER_S;
	board_refresh(b);
	settle(f);
	assert_int_equal(b->call.model.calls, 3);
	assert_true(is_known(b->call.model.p95_us));
	b->question.frame.span_us = 3600 * US_PER_S;
	board_refresh(b);
	settle(f);
	assert_int_equal(b->call.model.calls, 2);
	board_open_call(b, f->first); /* and while it is read */
	b->question.frame.span_us = 7 * 24 * 3600 * US_PER_S;
	board_refresh(b);
	settle(f);
	job_pool_wait(f->loop->jobs);
	assert_int_equal(b->call.row.id.key, 1);
	assert_int_equal(b->call.model.calls, 3);
}

/* Under load the nearest are those that are shown, and what came before is not taken for nothing. */
static void the_nearest_of_many_neighbours(void **state)
{
	struct fixture *f = *state;
	struct board *b = f->board;
	struct err e = { 0 };
	bool has_before = false, has_after = false;

	for (int i = 1; i <= 600; i++) {
		struct call_row row;

		call_row_init(&row);
		row.id = (struct call_id){ .ts_us = f->second.ts_us + (i % 2 != 0 ? i : -i) * 1000, .key = 1000 + (uint64_t)i };
		row.provider = "openai";
		row.model_req = "gpt-5.4-mini";
		row.operation = "chat";
		store_put_call(f->app->store, &row, NULL);
	}
	assert_true(store_flush(f->app->store, 60000, &e));
	board_show(b);
	settle(f);
	board_open_call(b, f->second);
	settle(f);
	assert_true(b->has_call && b->call.near_is_cut);
	for (size_t i = 0; i < b->call.n_near; i++) {
		has_after |= b->call.near[i].id.key == 1001;
		has_before |= b->call.near[i].id.key == 1002;
		assert_true(i == 0 || b->call.near[i].id.ts_us <= b->call.near[i - 1].id.ts_us);
	}
	assert_true(has_before && has_after);
}

static void names_come_for_completion(void **state)
{
	struct fixture *f = *state;
	bool has_model = false;

	board_show(f->board);
	board_ask_names(f->board);
	settle(f);
	for (size_t i = 0; i < f->board->n_names; i++) {
		has_model |= f->board->names[i].kind == DIM_MODEL && strcmp(f->board->names[i].name, "gpt-5.4-mini") == 0;
	}
	assert_true(has_model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_questions, setup, teardown),
		cmocka_unit_test_setup_teardown(versions_are_groups_and_none_is_one, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_in_the_brush, setup, teardown),
		cmocka_unit_test_setup_teardown(last_question_is_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(ranges_end_now, setup, teardown),
		cmocka_unit_test_setup_teardown(hidden_it_asks_for_today_only, setup, teardown),
		cmocka_unit_test_setup_teardown(shown_again_the_answer_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(columns_are_asked_for_when_they_settle, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_written_is_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(a_failed_question_keeps_the_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(held_log_stays_and_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(log_grows_by_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(brush_narrows_table_and_log, setup, teardown),
		cmocka_unit_test_setup_teardown(old_figures_are_called_so, setup, teardown),
		cmocka_unit_test_setup_teardown(log_of_a_filter_comes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(hidden_before_the_first_figures, setup, teardown),
		cmocka_unit_test_setup_teardown(call_is_read_with_its_neighbours, setup, teardown),
		cmocka_unit_test_setup_teardown(opened_call_follows_the_range, setup, teardown),
		cmocka_unit_test_setup_teardown(the_nearest_of_many_neighbours, setup, teardown),
		cmocka_unit_test_setup_teardown(names_come_for_completion, setup, teardown),
		cmocka_unit_test_setup_teardown(call_is_opened_off_the_loop, setup, teardown),
		cmocka_unit_test_setup_teardown(closed_call_does_not_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(last_opened_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(missing_call_ends_the_opening, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_asked_before_it_is_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(pause_holds_what_is_written_but_not_a_new_question, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
