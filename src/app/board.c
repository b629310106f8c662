/* One job at a time runs on a worker with the board's reader. A question that comes meanwhile is remembered and asked when the answer is
 * there: so results never arrive out of order, and a busy writer costs at most one query at once. A changed question breaks off the one
 * that is asked; the same one again waits for it. */
#include "app/board.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/board_work.h"
#include "base/clock.h"
#include "base/mem.h"

/* A burst of commits becomes one query. With the writer's 50 ms this keeps well under the promised 250 ms. */
#define SETTLE_US 60000
/* Questions that take long (a filter over many rows) leave the machine to others for most of the time. */
#define SETTLE_TIMES 3
/* Figures of a store in which nothing was written are looked at again after so long: the shortest time that any are kept of. */
#define FRESH_US (10 * US_PER_S)

static void take_log(struct board *b, struct asking *q)
{
	call_rows_free(b->answer.log, b->answer.n_log);
	b->answer.log = q->a.log;
	b->answer.n_log = q->a.n_log;
	q->a.log = NULL;
	q->a.n_log = 0;
}

static void take_figures(struct board *b, struct asking *q)
{
	struct board_answer old = b->answer;

	b->answer.table = q->a.table;
	b->answer.by = q->q.by;
	b->answer.graphs = q->a.graphs;
	b->answer.forecast = q->a.forecast;
	b->answer.at_us = q->now_us;
	q->a.table = q->a.graphs = NULL;
	old.log = NULL; /* stays in the board */
	old.n_log = 0;
	board_answer_free(&old);
}

static void take(struct board *b, struct asking *q)
{
	struct board_work *w = b->work;
	unsigned whole = ASK_FIGURES | ASK_LOG;

	w->took_us = q->took_us;
	if (!q->ok) {
		b->err = q->err;
		return;
	}
	b->err = (struct err){ 0 };
	if (q->what & ASK_TODAY) {
		b->today_nano = q->today_nano;
		b->today_has_simulated = q->today_has_simulated;
	}
	if (q->what & ASK_NAMES) {
		names_free(b->names, b->n_names);
		b->names = q->names;
		b->n_names = q->n_names;
		q->names = NULL;
		q->n_names = 0;
	}
	if (q->what & ASK_NEWER) {
		b->newer = b->is_paused || b->is_held ? q->newer : 0;
	}
	if (q->what & ASK_LOG) {
		take_log(b, q);
	}
	if (q->what & ASK_FIGURES) {
		take_figures(b, q);
		if (q->model != NULL && b->has_call && call_id_is_same(q->opened, b->call.row.id)) {
			b->call.model = q->latency;
		}
		b->is_stale = false;
	}
	if ((q->what & whole) == ASK_LOG && b->is_stale) {
		b->answer.log_total = UNKNOWN; /* the figures will tell */
	}
	if (((q->what & whole) == whole || q->completes_log) && q->log_to_us == INT64_MAX) {
		const struct timeframe *f = &q->q.frame;

		b->newer = 0;
		b->answer.log_total = board_answer_log_total(&b->answer, &q->q);
		w->count = b->answer.log_total;
		w->log_at_us = q->now_us;
		w->count_from_us = timeframe_has_brush(f) ? f->brush_from_us : timeframe_start(f, q->now_us);
		w->log_to_us = b->answer.n_log > 0 ? b->answer.log[0].id.ts_us + 1 : q->now_us;
	}
}

void asking_init_shown(struct asking *q, const struct board *b, bool is_of_log)
{
	const struct board_work *w = b->work;
	bool is_answered = b->answer.at_us != 0 && !b->is_stale;

	asking_init(q, b, ASK_FIGURES, !is_answered ? clock_wall_us() : is_of_log ? w->log_at_us : b->answer.at_us);
	q->log_to_us = is_answered ? w->log_to_us : INT64_MAX;
}

static void start(struct board_work *w);

static void run_job(void *arg)
{
	struct board_work *w = arg;

	asking_run(&w->asking, &w->reader);
}

static void job_done(void *arg)
{
	struct board_work *w = arg;

	w->is_running = w->board->is_loading = false;
	if (w->asks_again && w->is_new_question) { /* nobody wants to know any more, but for the names */
		w->extra |= w->asking.what & ASK_NAMES;
	} else {
		take(w->board, &w->asking);
	}
	asking_free(&w->asking);
	app_changed(w->board->app);
	if (w->asks_again) {
		start(w);
	}
}

/* What to ask now, by what is shown and held back. Under a filter rows are soon found, while sums over all of them take their time: the log
 * of a new question comes first. */
static unsigned wanted(const struct board_work *w)
{
	const struct board *b = w->board;

	if (!w->is_shown) {
		return ASK_TODAY | (w->extra & ASK_NAMES);
	}
	if (w->is_new_question && b->question.filter != NULL) {
		return ASK_LOG | (w->extra & ASK_NAMES);
	}
	if (w->owes_figures && !w->is_new_question) {
		return ASK_TODAY | ASK_FIGURES | w->extra;
	}
	if (b->answer.at_us == 0 || w->is_new_question || !(b->is_paused || b->is_held)) {
		return ASK_WHOLE | w->extra;
	}
	return (b->is_paused ? ASK_TODAY | ASK_NEWER : ASK_TODAY | ASK_FIGURES | ASK_NEWER) | w->extra;
}

static void start(struct board_work *w)
{
	struct board *b = w->board;

	if (w->is_running || b->waits_for != NULL) {
		w->asks_again = true;
		return;
	}
	ev_timer_stop(b->app->loop->ev, &w->settle);
	w->asks_again = false;
	w->is_behind = w->is_behind && !w->is_shown;
	w->is_running = true;
	b->is_loading = true;
	asking_init(&w->asking, b, wanted(w), clock_wall_us());
	w->asking.completes_log = w->is_shown && w->owes_figures && !w->is_new_question;
	w->asking.count = w->count;
	w->asking.count_from_us = w->count_from_us;
	w->asking.log_to_us = !w->is_new_question && (b->is_paused || b->is_held) && b->answer.at_us != 0 ? w->log_to_us : INT64_MAX;
	w->extra = w->is_shown ? 0 : w->extra & ~(unsigned)ASK_NAMES;
	w->owes_figures = w->is_shown ? w->is_new_question && b->question.filter != NULL : w->owes_figures;
	w->asks_again = w->is_shown && w->owes_figures;
	w->is_new_question = w->is_new_question && !w->is_shown;
	w->can_interrupt = w->reader != NULL;
	if (w->can_interrupt) {
		reader_resume(w->reader);
	}
	job_submit(b->app->loop->jobs, run_job, job_done, w);
}

static void on_settled(struct ev_loop *ev, ev_timer *timer, int revents)
{
	(void)ev;
	(void)revents;
	start(timer->data);
}

static void start_in(struct board_work *w, int64_t wait_us)
{
	ev_timer_set(&w->settle, (double)wait_us / US_PER_S, 0.);
	ev_timer_start(w->board->app->loop->ev, &w->settle);
}

static void on_written(struct ev_loop *ev, ev_io *io, int revents)
{
	struct board_work *w = io->data;

	(void)ev;
	(void)revents;
	if (store_watch_drain(w->watch_fd)) {
		w->is_behind = true;
		if (!ev_is_active(&w->settle)) {
			start_in(w, SETTLE_TIMES * w->took_us > SETTLE_US ? SETTLE_TIMES * w->took_us : SETTLE_US);
		}
	}
}

struct board *board_new(struct app *app)
{
	struct board *b = x_calloc(1, sizeof(*b));
	struct board_work *w = x_calloc(1, sizeof(*w));

	b->app = app;
	b->work = w;
	b->question = (struct board_question){ .by = BY_MODEL, .columns = 120, .log_limit = BOARD_LOG_ROWS };
	b->question.frame.span_us = 24 * 3600 * US_PER_S;
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
	reader_close(w->call_reader);
	board_answer_free(&b->answer);
	names_free(b->names, b->n_names);
	board_close_call(b);
	free(w);
	free(b->question.key);
	free(b->question.filter);
	free(b);
}

/* Without a watch nobody tells what is written. */
static bool is_fresh(const struct board_work *w)
{
	return w->watch_fd >= 0 && !w->is_behind && w->extra == 0 && w->board->err.code == ERR_NONE &&
	    clock_wall_us() - w->board->answer.at_us < FRESH_US;
}

void board_show(struct board *b)
{
	struct board_work *w = b->work;

	w->is_shown = true;
	w->is_new_question = w->is_new_question || w->owes_figures; /* hidden before it was wholly answered */
	w->owes_figures = false;
	w->is_behind = store_watch_drain(w->watch_fd) || w->is_behind;
	if (b->answer.at_us == 0 || w->is_new_question) {
		start(w);
	} else if (!is_fresh(w) && !ev_is_active(&w->settle)) { /* first the frame with the figures that there are */
		start_in(w, SETTLE_US);
	}
}

void board_hide(struct board *b)
{
	b->work->is_shown = false;
}

void board_wait(struct board *b, const char *for_what)
{
	b->waits_for = for_what;
	if (for_what == NULL) {
		start(b->work);
	}
}

void board_refresh(struct board *b)
{
	struct board_work *w = b->work;

	w->is_new_question = true;
	b->is_stale = true;
	b->is_held = false;
	b->question.log_limit = BOARD_LOG_ROWS;
	if (w->is_running && w->can_interrupt) {
		reader_interrupt(w->reader);
	}
	start(w);
}

void board_set_columns(struct board *b, int columns)
{
	struct board_work *w = b->work;

	if (columns == b->question.columns) {
		return;
	}
	b->question.columns = columns;
	if (b->answer.at_us == 0) {
		if (b->is_loading) { /* for the columns before */
			board_refresh(b);
		}
		return;
	}
	if (b->is_paused) {
		w->is_new_question = true; /* else what is paused is not asked for */
	} else {
		w->extra |= ASK_FIGURES;
	}
	ev_timer_stop(b->app->loop->ev, &w->settle);
	start_in(w, SETTLE_US);
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
	set(b, &b->question.key, key);
}

bool board_set_filter(struct board *b, const char *filter, struct err *e)
{
	struct condition where;
	const char *text = filter != NULL ? filter + strspn(filter, " ") : "";

	if (!filter_compile(text, clock_wall_us(), &where, NULL, e)) {
		return false;
	}
	condition_free(&where);
	set(b, &b->question.filter, text);
	return true;
}

void board_set_paused(struct board *b, bool is_paused)
{
	b->is_paused = is_paused;
	if (!is_paused) {
		b->newer = 0;
		start(b->work);
	}
}

void board_hold_log(struct board *b, bool is_held)
{
	if (b->is_held == is_held) {
		return;
	}
	b->is_held = is_held;
	if (!is_held) {
		b->newer = 0;
		b->question.log_limit = BOARD_LOG_ROWS;
		start(b->work);
	}
}

void board_more_log(struct board *b)
{
	if (b->answer.n_log >= b->question.log_limit && b->question.log_limit < BOARD_LOG_MOST) {
		b->question.log_limit += BOARD_LOG_ROWS;
		b->work->extra |= ASK_LOG;
		start(b->work);
	}
}

void board_ask_names(struct board *b)
{
	b->work->extra |= ASK_NAMES;
	start(b->work);
}

void board_refresh_now(struct board *b, int64_t now_us)
{
	struct reader *r = NULL;
	struct asking q;

	asking_init(&q, b, ASK_WHOLE, now_us);
	asking_run(&q, &r);
	take(b, &q);
	asking_free(&q);
	reader_close(r);
}
