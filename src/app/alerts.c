/* One job at a time; what happens meanwhile (the store is written to, options change) is done when it is back. */
#include "app/alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/alert_command.h"
#include "base/clock.h"
#include "base/mem.h"
#include "text/clean.h"

#define SETTLE_S 0.5 /* a burst of commits is one question */

static const enum option_id used_options[] = { OPTION_ALERT_ERR, OPTION_ALERT_P95, OPTION_ALERT_TTFT, OPTION_ALERT_COST, OPTION_ALERT_OVER };

struct alerts_work {
	struct alerts *alerts;
	struct alert_rule **own; /* of options */
	size_t n_own, cap_own;
	char options[COUNT_OF(used_options)][OPTION_TEXT_SIZE]; /* that made them; "" at first */
	int watch_fd;            /* -1: nothing is watched */
	ev_io watch;
	ev_timer settle, recheck;
	bool is_running, asks_again, configures_again;
	struct alert_commands *commands;
	/* the job's, while it runs */
	char *dir;
	struct alert_view *views;
	size_t n;
	int64_t now_us;
};

/* -- rules ---------------------------------------------------------------------------------------------------------------------------- */

static const struct {
	enum option_id id;
	const char *figure, *unit;
} option_rules[] = {
	{ OPTION_ALERT_ERR, "err", "%" },
	{ OPTION_ALERT_P95, "p95", "s" },
	{ OPTION_ALERT_TTFT, "ttft_p95", "s" },
	{ OPTION_ALERT_COST, "cost/h", "" },
};

static struct alert_rule *rule_of_option(const struct option_values *o, size_t i)
{
	struct alert_rule *rule = x_calloc(1, sizeof(*rule));
	char *when = x_asprintf("%s > %.9g%s", option_rules[i].figure, option_number(o, option_rules[i].id), option_rules[i].unit);
	struct err e;

	rule->over_us = (int64_t)(option_number(o, OPTION_ALERT_OVER) * 60.) * US_PER_S;
	rule->min_calls = LIMIT_CALLS;
	if (!alert_rule_set_when(rule, when, &e)) { /* finer than the limit can be */
		alert_rule_free(rule);
		rule = NULL;
	} else {
		struct buf text = { 0 };

		alert_rule_text(rule, &text);
		rule->name = buf_take(&text);
	}
	free(when);
	return rule;
}

/* Whether the options that make rules are others than those known; they are known then. */
static bool take_options(struct alerts_work *w, const struct option_values *o)
{
	bool has_changed = false;

	for (size_t i = 0; i < COUNT_OF(used_options); i++) {
		const char *text = option_text(o, used_options[i]);

		has_changed = has_changed || strcmp(w->options[i], text) != 0;
		(void)snprintf(w->options[i], sizeof(w->options[i]), "%s", text);
	}
	return has_changed;
}

static void make_own_rules(struct alerts_work *w, const struct option_values *o)
{
	for (size_t i = 0; i < w->n_own; i++) {
		alert_rule_free(w->own[i]);
	}
	w->n_own = 0;
	for (size_t i = 0; i < COUNT_OF(option_rules); i++) {
		struct alert_rule *rule = option_is(o, option_rules[i].id, "off") ? NULL : rule_of_option(o, i);

		if (rule != NULL) {
			*array_push(w->own, w->n_own, w->cap_own) = rule;
		}
	}
}

static void make_views(struct alerts *a)
{
	const struct config *config = a->app->config;
	struct alerts_work *w = a->work;

	free(a->views);
	a->n = config->n_alerts + w->n_own;
	a->n_on = 0;
	a->views = x_calloc(a->n + 1, sizeof(*a->views));
	for (size_t i = 0; i < a->n; i++) {
		a->views[i].rule = i < config->n_alerts ? config->alerts[i] : w->own[i - config->n_alerts];
		a->views[i].state = (struct alert_state){ .since_us = UNKNOWN, .value = UNKNOWN };
	}
}

/* -- telling -------------------------------------------------------------------------------------------------------------------------- */

void alerts_figure(const struct alert_view *v, struct buf *out)
{
	const struct alert_state *s = &v->state;
	if (s->err.code != ERR_NONE) {
		char *why = clean_line(s->err.text, strlen(s->err.text), 0);

		(void)buf_add_str(out, why);
		free(why);
	} else if (!v->is_known) {
		(void)buf_add_str(out, "reading\u2026");
	} else if (!s->is_judged) {
		(void)buf_addf(out, "too few calls: %llu", (unsigned long long)s->sample);
	} else {
		limit_add_value(&v->rule->limit, s->value, s->sample, out);
	}
	if (s->has_simulated) {
		(void)buf_add_str(out, " SIMULATED");
	}
}

static void tell(struct alerts *a, const struct alert_view *v)
{
	struct buf rule = { 0 }, figure = { 0 };

	alert_rule_text(v->rule, &rule);
	if (strcmp(buf_str(&rule), v->rule->name) != 0) {
		buf_clear(&rule);
		(void)buf_addf(&rule, "%s, ", v->rule->name);
		alert_rule_text(v->rule, &rule);
	}
	char *text = clean_line(buf_str(&rule), rule.len, 0);

	alerts_figure(v, &figure);
	app_say(a->app, v->state.is_on ? NEWS_ALERT : NEWS_GOOD, "%s: %s: %s", v->state.is_on ? "Alert" : "Alert is over", text, buf_str(&figure));
	free(text);
	buf_free(&figure);
	buf_free(&rule);
}

/* Ends first: of several, what began is what is read. views: has_turned where there is something to tell. */
static void tell_all(struct alerts *a, const struct alert_view *views)
{
	for (int begins = 0; begins <= 1; begins++) {
		for (size_t i = 0; i < a->n; i++) {
			if (views[i].state.has_turned && views[i].state.is_on == (begins == 1)) {
				tell(a, &views[i]);
			}
		}
	}
}

static void run_command(struct alerts *a, struct alert_view *v)
{
	struct err e = { 0 };

	if (v->rule->command != NULL && !alert_command_run(a->work->commands, v->rule, &v->state, &e)) {
		v->state.err = e;
	}
}

/* -- judging -------------------------------------------------------------------------------------------------------------------------- */

static void judge(struct alerts_work *w)
{
	struct err e = { 0 };
	struct reader *r = reader_open(w->dir, &e);

	for (size_t i = 0; i < w->n; i++) {
		if (r != NULL) {
			w->views[i].is_known = alert_evaluate(w->dir, r, w->views[i].rule, w->now_us, &w->views[i].state) || w->views[i].is_known;
		} else {
			w->views[i].state.err = e;
			w->views[i].state.recheck_us = INT64_MAX; /* the next write is waited for */
		}
	}
	reader_close(r);
}

static void prepare(struct alerts *a, int64_t now_us)
{
	struct alerts_work *w = a->work;

	w->dir = a->app->data_dir;
	w->n = a->n;
	w->now_us = now_us;
	w->views = x_calloc(a->n + 1, sizeof(*w->views));
	memcpy(w->views, a->views, a->n * sizeof(*w->views));
}

/* Returns whether something that is shown has changed. */
static bool take(struct alerts *a)
{
	struct alerts_work *w = a->work;
	bool has_changed = false;

	a->n_on = 0;
	for (size_t i = 0; i < a->n; i++) {
		struct alert_view before = a->views[i], *v = &a->views[i];

		*v = w->views[i];
		a->n_on += v->state.is_on;
		has_changed = has_changed || before.is_known != v->is_known || before.state.is_on != v->state.is_on || before.state.value != v->state.value ||
		    before.state.sample != v->state.sample || before.state.err.code != v->state.err.code;
		w->views[i].state.has_turned = v->state.has_turned || (before.is_known && before.state.is_on != v->state.is_on);
		if (v->state.has_turned) {
			run_command(a, v);
		}
	}
	tell_all(a, w->views);
	free(w->views);
	w->views = NULL;
	return has_changed;
}

static void arm_recheck(struct alerts *a)
{
	struct alerts_work *w = a->work;
	int64_t at_us = INT64_MAX, now_us = clock_wall_us();

	for (size_t i = 0; i < a->n; i++) {
		at_us = a->views[i].state.recheck_us < at_us ? a->views[i].state.recheck_us : at_us;
	}
	ev_timer_stop(a->app->loop->ev, &w->recheck);
	if (at_us < INT64_MAX) {
		ev_now_update(a->app->loop->ev);
		ev_timer_set(&w->recheck, at_us > now_us ? (double)(at_us - now_us) / (double)US_PER_S : 0., 0.);
		ev_timer_start(a->app->loop->ev, &w->recheck);
	}
}

static void run_job(void *arg)
{
	judge(arg);
}

static void start(struct alerts_work *w);

static void job_done(void *arg)
{
	struct alerts_work *w = arg;
	struct alerts *a = w->alerts;

	w->is_running = false;
	if (take(a)) {
		app_changed(a->app);
	}
	if (w->configures_again) {
		alerts_configure(a);
	}
	if (w->asks_again) {
		start(w);
	} else if (!w->is_running) {
		arm_recheck(a);
	}
}

static void start(struct alerts_work *w)
{
	if (w->is_running || w->alerts->n == 0) {
		w->asks_again = w->is_running;
		return;
	}
	w->asks_again = false;
	w->is_running = true;
	prepare(w->alerts, clock_wall_us());
	job_submit(w->alerts->app->loop->jobs, run_job, job_done, w);
}

static void on_timer(struct ev_loop *ev, ev_timer *timer, int revents)
{
	(void)ev;
	(void)revents;
	start(timer->data);
}

static void on_written(struct ev_loop *ev, ev_io *io, int revents)
{
	struct alerts_work *w = io->data;

	(void)revents;
	if (store_watch_drain(w->watch_fd) && !ev_is_active(&w->settle)) {
		ev_timer_set(&w->settle, SETTLE_S, 0.);
		ev_timer_start(ev, &w->settle);
	}
}

static void watch(struct alerts *a)
{
	struct alerts_work *w = a->work;

	if (a->n > 0 && w->watch_fd < 0) {
		w->watch_fd = store_watch_open(a->app->data_dir);
		if (w->watch_fd >= 0) {
			ev_io_init(&w->watch, on_written, w->watch_fd, EV_READ);
			w->watch.data = w;
			ev_io_start(a->app->loop->ev, &w->watch);
		}
	} else if (a->n == 0 && w->watch_fd >= 0) {
		ev_io_stop(a->app->loop->ev, &w->watch);
		(void)close(w->watch_fd);
		w->watch_fd = -1;
	}
	if (a->n == 0) {
		ev_timer_stop(a->app->loop->ev, &w->settle);
		ev_timer_stop(a->app->loop->ev, &w->recheck);
	}
}

void alerts_configure(struct alerts *a)
{
	struct alerts_work *w = a->work;

	w->configures_again = w->is_running; /* the job holds the rules */
	if (w->is_running || !take_options(w, &a->app->config->options)) {
		return;
	}
	make_own_rules(w, &a->app->config->options);
	make_views(a);
	watch(a);
	start(w);
	app_changed(a->app);
}

void alerts_judge_now(struct alerts *a, int64_t now_us)
{
	prepare(a, now_us);
	judge(a->work);
	(void)take(a);
}

struct alerts *alerts_new(struct app *app)
{
	struct alerts *a = x_calloc(1, sizeof(*a));
	struct alerts_work *w = x_calloc(1, sizeof(*w));

	a->app = app;
	a->work = w;
	w->alerts = a;
	w->watch_fd = -1;
	w->commands = alert_commands_new(app->loop, ALERT_COMMAND_S);
	ev_timer_init(&w->settle, on_timer, 0., 0.);
	ev_timer_init(&w->recheck, on_timer, 0., 0.);
	w->settle.data = w->recheck.data = w;
	alerts_configure(a);
	return a;
}

void alerts_free(struct alerts *a)
{
	if (a == NULL) {
		return;
	}
	struct alerts_work *w = a->work;

	a->n = 0;
	watch(a);
	alert_commands_free(w->commands);
	for (size_t i = 0; i < w->n_own; i++) {
		alert_rule_free(w->own[i]);
	}
	free(w->own);
	free(w);
	free(a->views);
	free(a);
}
