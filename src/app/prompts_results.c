#include "app/prompts_results.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "base/clock.h"
#include "base/mem.h"

/* As the figures of Metrics (app/board.c): a burst of commits is one question, and one that takes long leaves the machine to others. */
#define SETTLE_US 60000
#define SETTLE_TIMES 3

struct asking {
	struct prompts_results *r;
	char *name, *version;
	bool wants_figures, ok;
	int64_t now_us, took_us;
	struct prompt_figures *rows;
	struct prompt_call *calls;
	size_t n_rows, n_calls;
	struct err err;
};

static void work(void *arg)
{
	struct asking *q = arg;
	struct prompts_results *r = q->r;
	int64_t start_us = clock_mono_us();
	char *dir = r->app->data_dir;

	if (r->reader == NULL) {
		r->reader = reader_open(dir, &q->err);
	}
	q->ok = r->reader != NULL && (!q->wants_figures || prompt_figures_list(r->reader, q->name, q->now_us, &q->rows, &q->n_rows, &q->err)) &&
	    prompt_calls_list(r->reader, q->name, q->version, PROMPTS_CALLS, &q->calls, &q->n_calls, &q->err);
	q->took_us = clock_mono_us() - start_us;
}

static void take_name(char **to, char **from)
{
	free(*to);
	*to = *from;
	*from = NULL;
}

static void take(struct prompts_results *r, struct asking *q)
{
	r->took_us = q->took_us;
	r->err = q->ok || q->err.code == ERR_CHECK ? (struct err){ 0 } : q->err; /* no store yet: no call */
	if (!q->ok) {
		return;
	}
	if (q->wants_figures) {
		prompt_figures_free(r->rows, r->n_rows);
		r->rows = q->rows;
		r->n_rows = q->n_rows;
		q->rows = NULL;
		q->n_rows = 0;
	}
	prompt_calls_free(r->calls, r->n_calls);
	r->calls = q->calls;
	r->n_calls = q->n_calls;
	q->calls = NULL;
	q->n_calls = 0;
	take_name(&r->found_name, &q->name);
	take_name(&r->found_version, &q->version);
}

static void start(struct prompts_results *r);

static void done(void *arg)
{
	struct asking *q = arg;
	struct prompts_results *r = q->r;

	r->is_running = false;
	take(r, q);
	prompt_figures_free(q->rows, q->n_rows);
	prompt_calls_free(q->calls, q->n_calls);
	free(q->name);
	free(q->version);
	free(q);
	app_changed(r->app);
	if (r->asks_again) {
		start(r);
	}
}

static void start(struct prompts_results *r)
{
	r->asks_again = r->is_running;
	if (r->is_running || r->name == NULL || !r->is_shown) {
		return;
	}
	struct asking *q = x_calloc(1, sizeof(*q));

	ev_timer_stop(r->app->loop->ev, &r->settle);
	*q = (struct asking){
		.r = r, .name = x_strdup(r->name), .version = x_strdup(r->version), .now_us = clock_wall_us(),
		.wants_figures = r->is_behind || r->found_name == NULL || strcmp(r->found_name, r->name) != 0,
	};
	r->is_behind = false;
	r->is_running = true;
	job_submit(r->app->loop->jobs, work, done, q);
}

static void on_settled(struct ev_loop *ev, ev_timer *timer, int revents)
{
	(void)ev;
	(void)revents;
	start(timer->data);
}

static void on_written(struct ev_loop *ev, ev_io *io, int revents)
{
	struct prompts_results *r = io->data;

	(void)revents;
	if (store_watch_drain(r->watch_fd)) {
		r->is_behind = true;
		if (!ev_is_active(&r->settle)) {
			int64_t wait_us = SETTLE_TIMES * r->took_us > SETTLE_US ? SETTLE_TIMES * r->took_us : SETTLE_US;

			ev_timer_set(&r->settle, (double)wait_us / US_PER_S, 0.);
			ev_timer_start(ev, &r->settle);
		}
	}
}

struct prompts_results *prompts_results_new(struct app *app)
{
	struct prompts_results *r = x_calloc(1, sizeof(*r));

	r->app = app;
	r->is_behind = true;
	ev_timer_init(&r->settle, on_settled, 0., 0.);
	r->settle.data = r;
	r->watch_fd = store_watch_open(app->data_dir);
	ev_io_init(&r->watch, on_written, r->watch_fd, EV_READ);
	r->watch.data = r;
	return r;
}

void prompts_results_free(struct prompts_results *r)
{
	prompts_results_show(r, false);
	if (r->watch_fd >= 0) {
		(void)close(r->watch_fd);
	}
	reader_close(r->reader);
	prompt_figures_free(r->rows, r->n_rows);
	prompt_calls_free(r->calls, r->n_calls);
	free(r->name);
	free(r->version);
	free(r->found_name);
	free(r->found_version);
	free(r);
}

/* Hidden, what is written waits in the watch. */
void prompts_results_show(struct prompts_results *r, bool is_shown)
{
	struct ev_loop *ev = r->app->loop->ev;

	r->is_shown = is_shown;
	if (!is_shown) {
		ev_timer_stop(ev, &r->settle);
		ev_io_stop(ev, &r->watch);
		return;
	}
	r->is_behind = r->watch_fd < 0 || store_watch_drain(r->watch_fd) || r->is_behind;
	if (r->watch_fd >= 0) {
		ev_io_start(ev, &r->watch);
	}
	if (r->is_behind) {
		start(r);
	}
}

void prompts_results_ask(struct prompts_results *r, const char *name, const char *version)
{
	if (r->name != NULL && strcmp(r->name, name) == 0 && strcmp(r->version, version) == 0) {
		return;
	}
	free(r->name);
	free(r->version);
	r->name = x_strdup(name);
	r->version = x_strdup(version);
	start(r);
}

const struct prompt_figures *prompts_results_of(const struct prompts_results *r, const char *name, const char *version)
{
	for (size_t i = 0; r->found_name != NULL && strcmp(r->found_name, name) == 0 && i < r->n_rows; i++) {
		if (strcmp(r->rows[i].version, version) == 0) {
			return &r->rows[i];
		}
	}
	return NULL;
}

bool prompts_results_has_calls(const struct prompts_results *r, const char *name, const char *version)
{
	return r->found_name != NULL && strcmp(r->found_name, name) == 0 && strcmp(r->found_version, version) == 0;
}
