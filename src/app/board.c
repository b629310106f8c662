/* One job at a time runs on a worker with the board's reader. A question that comes meanwhile is remembered and asked when the answer is
 * there: so results never arrive out of order, and a busy writer costs at most one query at once. */
#include "app/board.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "metrics/filter.h"

/* A burst of commits becomes one query. With the writer's 50 ms this keeps well under the promised 250 ms. */
#define SETTLE_S 0.06

#define HOUR_US (3600 * US_PER_S)

const struct board_range board_ranges[] = {
	{ "15m", HOUR_US / 4 }, { "1h", HOUR_US }, { "6h", 6 * HOUR_US }, { "24h", 24 * HOUR_US }, { "7d", 168 * HOUR_US },
	{ "30d", 720 * HOUR_US }, { "90d", 2160 * HOUR_US },
};
const size_t n_board_ranges = COUNT_OF(board_ranges);

struct question {
	char *dir;
	int64_t now_us, span_us;
	bool is_whole; /* else only today's cost */
	enum metrics_by by;
	char *key, *text;
	bool errors_only;
	int columns;
	size_t log_limit;
};

struct answer_set {
	struct metrics *metrics, *focus;
	struct call_row *log;
	size_t n_log;
	int64_t today_nano;
	bool today_has_simulated;
	struct err err;
	bool ok;
};

struct board_work {
	struct board *board;
	struct reader *reader;
	int watch_fd;
	ev_io watch;
	ev_timer settle;
	bool is_shown, is_running, asks_again;
	bool is_new_question; /* else the same one at a later time, which a pause holds back */
	uint64_t openings;    /* counts board_open_call and board_close_call: an answer of an earlier one is late */
	struct question question;
	struct answer_set result;
};

int64_t board_midnight_us(int64_t now_us)
{
	time_t s = (time_t)(now_us / US_PER_S);
	struct tm tm;

	if (localtime_r(&s, &tm) == NULL) {
		return now_us;
	}
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * US_PER_S;
}

static void rows_free(struct call_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		call_row_free(&rows[i]);
	}
	free(rows);
}

static void question_free(struct question *q)
{
	free(q->dir);
	free(q->key);
	free(q->text);
	*q = (struct question){ 0 };
}

static struct question question_of(const struct board *b, bool is_whole, int64_t now_us)
{
	return (struct question){
		.dir = x_strdup(b->app->data_dir), .now_us = now_us, .span_us = board_ranges[b->range].span_us, .is_whole = is_whole, .by = b->by,
		.key = x_strdup(b->key_filter), .text = x_strdup(b->text_filter), .errors_only = b->errors_only, .columns = b->columns,
		.log_limit = b->log_limit,
	};
}

static bool ask_metrics(struct reader *r, const struct question *q, struct answer_set *a)
{
	struct metrics_query m = {
		.from_us = q->now_us - q->span_us, .to_us = q->now_us, .by = q->by, .columns = q->columns, .before_us = q->span_us,
	};

	a->metrics = metrics_query(r, &m, &a->err);
	if (a->metrics == NULL) {
		return false;
	}
	if (q->key == NULL) {
		a->focus = a->metrics;
		return true;
	}
	*(q->by == BY_PROVIDER ? &m.provider : q->by == BY_MODEL ? &m.model : &m.operation) = q->key;
	a->focus = metrics_query(r, &m, &a->err);
	return a->focus != NULL;
}

static bool ask_log(struct reader *r, const struct question *q, struct answer_set *a)
{
	static const char *const fields[BY_COUNT] = { [BY_PROVIDER] = "provider", [BY_MODEL] = "model", [BY_OPERATION] = "op" };
	struct condition where;
	struct call_filter f = { .from_us = q->now_us - q->span_us, .to_us = INT64_MAX, .where = &where };
	struct buf text = { 0 };

	filter_add(&text, q->errors_only ? "status=err" : NULL);
	filter_add(&text, q->text);
	if (q->key != NULL) {
		filter_add_name(&text, fields[q->by], q->key);
	}
	bool ok = filter_compile(buf_str(&text), q->now_us, &where, NULL, &a->err) && calls_list(r, &f, q->log_limit, &a->log, &a->n_log, &a->err);

	condition_free(&where);
	buf_free(&text);
	return ok;
}

static void ask_today(struct reader *r, const struct question *q, struct answer_set *a)
{
	struct metrics_query m = { .from_us = board_midnight_us(q->now_us), .to_us = q->now_us, .by = BY_NONE };
	struct metrics *today = metrics_query(r, &m, &a->err);

	a->today_nano = today != NULL ? today->total.cost_nano : UNKNOWN;
	a->today_has_simulated = today != NULL && today->has_simulated;
	metrics_free(today);
}

static void ask(struct reader **reader, const struct question *q, struct answer_set *a)
{
	*a = (struct answer_set){ .today_nano = UNKNOWN };
	if (*reader == NULL) {
		*reader = reader_open(q->dir, &a->err);
	}
	if (*reader == NULL) {
		return;
	}
	a->ok = !q->is_whole || (ask_metrics(*reader, q, a) && ask_log(*reader, q, a));
	if (a->ok) {
		ask_today(*reader, q, a);
	}
}

static void metrics_pair_free(struct metrics *all, struct metrics *focus)
{
	if (focus != all) {
		metrics_free(focus);
	}
	metrics_free(all);
}

static void take(struct board *b, const struct question *q, struct answer_set *a)
{
	b->err = a->err;
	b->is_loading = false;
	if (!a->ok) {
		metrics_pair_free(a->metrics, a->focus);
		rows_free(a->log, a->n_log);
		return;
	}
	b->err = (struct err){ 0 };
	b->today_nano = a->today_nano;
	b->today_has_simulated = a->today_has_simulated;
	if (q->is_whole) {
		metrics_pair_free(b->metrics, b->focus);
		rows_free(b->log, b->n_log);
		b->metrics = a->metrics;
		b->focus = a->focus;
		b->log = a->log;
		b->n_log = a->n_log;
		b->updated_us = q->now_us;
	}
}

static void start(struct board_work *w);

static void run_job(void *arg)
{
	struct board_work *w = arg;

	ask(&w->reader, &w->question, &w->result);
}

static void job_done(void *arg)
{
	struct board_work *w = arg;
	struct board *b = w->board;

	w->is_running = false;
	take(b, &w->question, &w->result);
	question_free(&w->question);
	app_changed(b->app);
	if (w->asks_again) {
		start(w);
	}
}

static void start(struct board_work *w)
{
	struct board *b = w->board;

	if (w->is_running) {
		w->asks_again = true;
		return;
	}
	w->asks_again = false;
	w->is_running = true;
	b->is_loading = true;
	bool is_held = b->is_paused && b->metrics != NULL && !w->is_new_question;

	w->question = question_of(b, w->is_shown && !is_held, clock_wall_us());
	w->is_new_question = w->is_new_question && !w->is_shown;
	job_submit(b->app->loop->jobs, run_job, job_done, w);
}

static void on_settled(struct ev_loop *ev, ev_timer *timer, int revents)
{
	(void)ev;
	(void)revents;
	start(timer->data);
}

static void on_written(struct ev_loop *ev, ev_io *io, int revents)
{
	struct board_work *w = io->data;

	(void)revents;
	store_watch_drain(w->watch_fd);
	if (!ev_is_active(&w->settle)) {
		ev_timer_set(&w->settle, SETTLE_S, 0.);
		ev_timer_start(ev, &w->settle);
	}
}

struct board *board_new(struct app *app)
{
	struct board *b = x_calloc(1, sizeof(*b));
	struct board_work *w = x_calloc(1, sizeof(*w));

	b->app = app;
	b->work = w;
	b->range = 3; /* 24h */
	b->by = BY_MODEL;
	b->columns = 120;
	b->log_limit = 200;
	b->today_nano = UNKNOWN;
	w->board = b;
	ev_timer_init(&w->settle, on_settled, 0., 0.);
	w->settle.data = w;
	w->watch_fd = store_watch_open(app->data_dir);
	if (w->watch_fd >= 0) {
		ev_io_init(&w->watch, on_written, w->watch_fd, EV_READ);
		w->watch.data = w;
		ev_io_start(app->loop->ev, &w->watch);
	}
	start(w); /* today's cost, before anything is written */
	return b;
}

void board_free(struct board *b)
{
	if (b == NULL) {
		return;
	}
	struct board_work *w = b->work;

	ev_timer_stop(b->app->loop->ev, &w->settle);
	if (w->watch_fd >= 0) {
		ev_io_stop(b->app->loop->ev, &w->watch);
		close(w->watch_fd);
	}
	reader_close(w->reader);
	metrics_pair_free(b->metrics, b->focus);
	rows_free(b->log, b->n_log);
	board_close_call(b);
	free(w);
	free(b->key_filter);
	free(b->text_filter);
	free(b);
}

void board_show(struct board *b)
{
	b->work->is_shown = true;
	start(b->work);
}

void board_hide(struct board *b)
{
	b->work->is_shown = false;
}

void board_refresh(struct board *b)
{
	b->work->is_new_question = true;
	start(b->work);
}

static void set(struct board *b, char **field, const char *value)
{
	char *copy = value != NULL && value[0] != '\0' ? x_strdup(value) : NULL;

	free(*field);
	*field = copy;
	board_refresh(b);
}

void board_set_key(struct board *b, const char *key)
{
	set(b, &b->key_filter, key);
}

void board_set_text(struct board *b, const char *text)
{
	set(b, &b->text_filter, text);
}

void board_refresh_now(struct board *b, int64_t now_us)
{
	struct question q = question_of(b, true, now_us);
	struct reader *r = NULL;
	struct answer_set a;

	ask(&r, &q, &a);
	take(b, &q, &a);
	reader_close(r);
	question_free(&q);
}

/* -- one call --------------------------------------------------------------------------------------------------------------------- */

struct detail_job {
	struct board *board;
	uint64_t opening;
	char *dir;
	struct call_id id;
	struct call_row row;
	struct call_body body;
	struct err err;
	bool ok;
};

static void read_call(void *arg)
{
	struct detail_job *j = arg;
	struct reader *r = reader_open(j->dir, &j->err);

	if (r != NULL) {
		j->ok = calls_get(r, j->id, &j->row, &j->body, &j->err);
		reader_close(r);
	}
}

static void call_read(void *arg)
{
	struct detail_job *j = arg;
	struct board *b = j->board;

	bool is_late = j->opening != b->work->openings; /* closed or another one opened meanwhile */

	if (is_late && j->ok) {
		call_row_free(&j->row);
		call_body_free(&j->body);
	} else if (j->ok) {
		board_close_call(b);
		b->has_detail = true;
		b->detail = j->row;
		b->detail_body = j->body;
	} else if (!is_late) {
		b->is_opening = false;
		b->detail_err = j->err;
	}
	app_changed(b->app);
	free(j->dir);
	free(j);
}

void board_open_call(struct board *b, struct call_id id)
{
	struct detail_job *j = x_calloc(1, sizeof(*j));

	b->is_opening = true;
	b->detail_err = (struct err){ 0 };
	*j = (struct detail_job){ .board = b, .opening = ++b->work->openings, .dir = x_strdup(b->app->data_dir), .id = id };
	job_submit(b->app->loop->jobs, read_call, call_read, j);
}

void board_close_call(struct board *b)
{
	b->is_opening = false;
	b->work->openings++;
	if (b->has_detail) {
		call_row_free(&b->detail);
		call_body_free(&b->detail_body);
		b->has_detail = false;
	}
}
