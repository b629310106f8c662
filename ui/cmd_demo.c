/* cmd_demo - the console on the demo (app/demo.h), or without a terminal what one sees in it. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/demo.h"
#include "app/play.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "ui/commands.h"
#include "ui/format.h"
#include "ui/run.h"
#include "ui/shot.h"

struct headless {
	struct demo *demo;
	bool is_interrupted;
};

static void print_column(const struct play_column *c)
{
	struct play_figures f;
	char t[5][FORMAT_SIZE];

	play_answer_figures(c->answer, clock_mono_us(), &f);
	figure_duration(f.ttft_us, t[0]);
	format_rate(f.tokens_per_s, t[1]);
	figure_duration(f.total_us, t[2]);
	figure_count(f.in_tok, t[3]);
	price_format(f.cost_nano, t[4], FORMAT_SIZE);
	printf("\n%s  SIMULATED\n  ttft %s  %s tok/s  total %s  %s in  %lld out  %s\n  %s\n", c->name, t[0], t[1], t[2], t[3],
	    (long long)known_or(f.out_tok, 0), t[4], c->answer->state == CALL_DONE ? buf_str(&c->answer->text) : play_column_err(c)->text);
}

static void stop_loop_when_done(void *ctx)
{
	const struct app *app = ctx;

	if (play_running(app->play) == 0) {
		loop_stop(app->loop);
	}
}

static void on_signal(struct ev_loop *ev, ev_signal *w, int revents)
{
	struct headless *h = w->data;

	(void)ev;
	(void)revents;
	h->is_interrupted = true;
	loop_stop(h->demo->app->loop);
}

/* An early end must not leave the directory behind. */
static void watch_signals(struct headless *h, ev_signal watchers[2])
{
	static const int signals[2] = { SIGINT, SIGTERM };

	for (size_t i = 0; i < 2; i++) {
		ev_signal_init(&watchers[i], on_signal, signals[i]);
		watchers[i].data = h;
		ev_signal_start(h->demo->app->loop->ev, &watchers[i]);
	}
}

static int print_all(struct headless *h)
{
	struct err e = { 0 };
	struct app *app = h->demo->app;
	struct play *p = app->play;

	if (!demo_write_past(h->demo, &e)) {
		return cli_fail(&e);
	}
	printf("sonde demo: SIMULATED providers, SIMULATED traffic\n\nOne prompt to four targets:\n  %.300s\n", strstr(p->user, "Question:"));
	app->on_change = stop_loop_when_done;
	app->on_change_ctx = app;
	if (!play_send(p, &e)) {
		return cli_fail(&e);
	}
	loop_run(app->loop);
	app->on_change = NULL;
	if (h->is_interrupted) {
		return err_exit_status(ERR_INTERRUPTED);
	}
	for (size_t i = 0; i < p->n_columns; i++) {
		print_column(p->columns[i]);
	}
	if (app->store == NULL || !store_flush(app->store, 5000, &e)) {
		return cli_fail(app->store == NULL ? &app->store_err : &e);
	}
	printf("\nThe last 30 days by model (SIMULATED):\n\n");
	char *arguments[] = { "metrics", "--since", "30d", "--by", "model", NULL };

	setenv("SONDE_DATA", app->data_dir, 1);
	int status = cli_metrics.run(5, arguments);
	struct shot shot = { .screen = "metrics", .w = 100, .h = 30, .theme = THEME_MONO, .glyphs = GLYPHS_BRAILLE, .env = shot_env_now() };
	struct buf out = { 0 };

	if (status == 0 && shot_draw(app, &shot, &out, &e)) {
		printf("\nThe Metrics screen of the console (SIMULATED):\n\n");
		(void)cli_out(buf_str(&out), out.len);
	}
	buf_free(&out);
	return e.code != ERR_NONE ? cli_fail(&e) : status;
}

static int headless(struct demo *d)
{
	struct headless h = { .demo = d };
	ev_signal watchers[2];

	watch_signals(&h, watchers);
	int status = print_all(&h);
	for (size_t i = 0; i < COUNT_OF(watchers); i++) {
		ev_signal_stop(d->app->loop->ev, &watchers[i]);
	}
	return status;
}

static int run(int argc, char **argv)
{
	static const struct option longs[] = { { "plain", no_argument, NULL, 'P' }, { NULL, 0, NULL, 0 } };
	struct err e = { 0 };
	bool is_plain = false;
	int status, opt;

	while ((opt = cli_option(argc, argv, "", longs)) != -1) {
		if (opt != 'P') {
			return cli_bad_option(&ui_demo, argv);
		}
		is_plain = true;
	}
	if (optind < argc) {
		return cli_usage(&ui_demo, "the demo takes no arguments");
	}
	struct loop *loop = loop_new();
	struct demo *d = demo_new(loop, &e);

	if (d != NULL && is_plain) {
		option_force(&d->app->config->options, OPTION_PLAIN, "on");
	}
	if (d == NULL) {
		status = cli_fail(&e);
	} else if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)) {
		status = headless(d);
	} else {
		demo_begin_past(d);
		status = console_run(d->app, all_screens, n_all_screens, NULL, NULL, NULL);
	}
	demo_free(d);
	loop_free(loop);
	return status;
}

const struct cli_command ui_demo = {
	.name = "demo",
	.summary = "the console on simulated providers; needs no key and no network",
	.usage = "sonde demo [--plain]",
	.help =
	    "  --plain            for screen readers: words and figures instead of rules, boxes, signs and graphs\n"
	    "  Everything in it is SIMULATED and forgotten at the end. Without a terminal it prints one comparison, the\n"
	    "  metrics table and one screen, and exits.\n",
	.run = run,
};
