/* cmd_demo - the console on four simulated providers and thirty days of simulated traffic, in a directory that is removed at the end.
 * The requests are real HTTP to a simulator on loopback; every answer and every row says SIMULATED. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/board.h"
#include "app/play.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "data/embedded.h"
#include "sim/history.h"
#include "sim/sim.h"
#include "ui/commands.h"
#include "ui/format.h"
#include "ui/run.h"
#include "ui/shot.h"

#define HISTORY_DAYS 30
#define HISTORY_CALLS 60000
#define SEED 7

static const struct {
	const char *provider, *model, *path; /* path: below the simulator's address */
} demo_targets[] = {
	{ "openai", "gpt-5.4-mini", "/v1" },
	{ "anthropic", "claude-haiku-4-5", "" },
	{ "gemini", "gemini-2.5-flash", "" },
	{ "ollama", "llama3.1:8b", "" },
};

struct demo {
	char *dir; /* NULL: none was made */
	struct loop *loop;
	struct sim *sim;
	struct config *config;
	struct app *app;
	struct err history_err;
	bool is_interrupted; /* headless */
};

static bool make_dir(struct demo *d, struct err *e)
{
	const char *tmp = getenv("TMPDIR");

	d->dir = x_asprintf("%s/sonde-demo-XXXXXX", tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
	if (mkdtemp(d->dir) == NULL) {
		err_set(e, ERR_INTERNAL, "cannot make a directory for the demo (%s): %s", d->dir, strerror(errno));
		free(d->dir);
		d->dir = NULL;
		return err_hint(e, "set TMPDIR to a directory that can be written");
	}
	return true;
}

static void remove_dir(const char *path)
{
	DIR *dir = path != NULL ? opendir(path) : NULL;
	const struct dirent *entry;

	if (dir == NULL) {
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
		}
	}
	closedir(dir);
	(void)rmdir(path);
}

static void add_providers(struct demo *d)
{
	for (size_t i = 0; i < COUNT_OF(demo_targets); i++) {
		char *url = x_asprintf("http://127.0.0.1:%d%s", sim_port(d->sim), demo_targets[i].path);

		(void)config_add_provider(d->config, demo_targets[i].provider, demo_targets[i].provider, url, "simulated", "the demo's simulator");
		free(url);
	}
}

static void set_prompt(struct play *p)
{
	size_t len;
	char *system = x_strdup(embedded_find("demo/system.txt", &len)), *user = x_strdup(embedded_find("demo/user.txt", &len));

	system[strcspn(system, "\n")] = '\0';
	play_set_prompt(p, system, user);
	free(system);
	free(user);
	for (size_t i = 0; i < COUNT_OF(demo_targets); i++) {
		char *name = x_asprintf("%s/%s", demo_targets[i].provider, demo_targets[i].model);

		play_add(p, name);
		free(name);
	}
}

static bool start(struct demo *d, struct err *e)
{
	struct sim_options o;

	if (!make_dir(d, e)) {
		return false;
	}
	sim_options_init(&o);
	o.seed = SEED;
	d->loop = loop_new();
	d->sim = sim_new(d->loop, &o, e);
	if (d->sim == NULL) {
		return false;
	}
	d->config = config_new();
	add_providers(d);
	d->app = app_new(d->loop, d->config, d->dir, true);
	d->app->is_demo = true;
	set_prompt(d->app->play);
	return true;
}

static void stop(struct demo *d)
{
	app_free(d->app);
	if (d->app == NULL) {
		config_free(d->config);
	}
	sim_free(d->sim);
	loop_free(d->loop);
	remove_dir(d->dir);
	free(d->dir);
}

/* The past is written while the first frame is already there. */
static void write_history(void *arg)
{
	struct demo *d = arg;

	if (!history_write(d->dir, d->config->prices, clock_wall_us(), HISTORY_DAYS, HISTORY_CALLS, SEED, &d->history_err)) {
		err_prefix(&d->history_err, "no simulated history");
	}
}

static void history_written(void *arg)
{
	struct demo *d = arg;

	d->app->board->err = d->history_err;
	app_changed(d->app);
}

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
	const struct demo *d = ctx;

	if (play_running(d->app->play) == 0) {
		loop_stop(d->loop);
	}
}

static void on_signal(struct ev_loop *ev, ev_signal *w, int revents)
{
	struct demo *d = w->data;

	(void)ev;
	(void)revents;
	d->is_interrupted = true;
	loop_stop(d->loop);
}

/* An early end must not leave the directory behind. */
static void watch_signals(struct demo *d, ev_signal watchers[2])
{
	static const int signals[2] = { SIGINT, SIGTERM };

	for (size_t i = 0; i < 2; i++) {
		ev_signal_init(&watchers[i], on_signal, signals[i]);
		watchers[i].data = d;
		ev_signal_start(d->loop->ev, &watchers[i]);
	}
}

static int headless(struct demo *d)
{
	struct err e = { 0 };
	struct play *p = d->app->play;

	if (!history_write(d->dir, d->config->prices, clock_wall_us(), HISTORY_DAYS, HISTORY_CALLS, SEED, &e)) {
		return cli_fail(&e);
	}
	printf("sonde demo: SIMULATED providers, SIMULATED traffic\n\nOne prompt to four targets:\n  %.300s\n", strstr(p->user, "Question:"));
	d->app->on_change = stop_loop_when_done;
	d->app->on_change_ctx = d;
	if (!play_send(p, &e)) {
		return cli_fail(&e);
	}
	loop_run(d->loop);
	d->app->on_change = NULL;
	if (d->is_interrupted) {
		return err_exit_status(ERR_INTERRUPTED);
	}
	for (size_t i = 0; i < p->n_columns; i++) {
		print_column(p->columns[i]);
	}
	if (d->app->store == NULL || !store_flush(d->app->store, 5000, &e)) {
		return cli_fail(d->app->store == NULL ? &d->app->store_err : &e);
	}
	printf("\nThe last 30 days by model (SIMULATED):\n\n");
	char *arguments[] = { "metrics", "--since", "30d", "--by", "model", NULL };

	setenv("SONDE_DATA", d->dir, 1);
	int status = cli_metrics.run(5, arguments);
	struct shot shot = { .screen = "metrics", .w = 100, .h = 30, .theme = THEME_MONO, .glyphs = GLYPHS_BRAILLE, .env = shot_env_now() };
	struct buf out = { 0 };

	if (status == 0 && shot_draw(d->app, &shot, &out, &e)) {
		printf("\nThe Metrics screen of the console (SIMULATED):\n\n");
		(void)cli_out(buf_str(&out), out.len);
	}
	buf_free(&out);
	return cli_finish(e.code != ERR_NONE ? cli_fail(&e) : status);
}

static int run(int argc, char **argv)
{
	struct demo d = { 0 };
	struct err e = { 0 };
	int status;

	(void)argv;
	if (argc > 1) {
		return cli_usage(&ui_demo, "the demo takes no arguments");
	}
	if (!start(&d, &e)) {
		status = cli_fail(&e);
	} else if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)) {
		ev_signal watchers[2];

		watch_signals(&d, watchers);
		status = headless(&d);
		for (size_t i = 0; i < COUNT_OF(watchers); i++) {
			ev_signal_stop(d.loop->ev, &watchers[i]);
		}
	} else {
		job_submit(d.loop->jobs, write_history, history_written, &d);
		status = console_run(d.app, all_screens, n_all_screens, "play");
	}
	stop(&d);
	return status;
}

const struct cli_command ui_demo = {
	.name = "demo",
	.summary = "the console on simulated providers; needs no key and no network",
	.usage = "sonde demo",
	.help = "  Everything in it is SIMULATED and forgotten at the end. Without a terminal it prints one comparison, the\n"
		"  metrics table and one screen, and exits.\n",
	.run = run,
};
