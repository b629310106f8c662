#include "app/demo.h"

#include <assert.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/board.h"
#include "app/demo_prompts.h"
#include "app/play.h"
#include "app/prompts.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/temp.h"
#include "data/embedded.h"
#include "sim/history.h"
#include "sim/sim.h"

#define PAST_DAYS 30
#define PAST_CALLS 60000
#define SEED 7
#define ALERT_CALLS 50 /* in the small hours a failure or two are nothing */

static const struct {
	const char *provider, *model, *path; /* path: below the simulator's address */
} demo_targets[] = {
	{ "openai", "gpt-5.4-mini", "/v1" },
	{ "anthropic", "claude-haiku-4-5", "" },
	{ "gemini", "gemini-2.5-flash", "" },
	{ "ollama", "llama3.1:8b", "" },
};

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

static void add_providers(struct config *config, int port)
{
	for (size_t i = 0; i < COUNT_OF(demo_targets); i++) {
		char *url = x_asprintf("http://127.0.0.1:%d%s", port, demo_targets[i].path);

		(void)config_add_provider(config, demo_targets[i].provider, demo_targets[i].provider, url, "simulated", "the demo's simulator");
		free(url);
	}
}

/* Off over the invented past, so that the first screen is quiet; stopping a few runs turns it on. */
static void add_alert(struct config *config)
{
	struct alert_rule *rule = x_calloc(1, sizeof(*rule));
	struct err e;

	rule->name = x_strdup("many failures");
	rule->min_calls = ALERT_CALLS;
	if (!alert_rule_set_when(rule, "err > 5%", &e) || !alert_rule_set_over(rule, "1h", &e)) {
		assert(false);
	}
	*array_push(config->alerts, config->n_alerts, config->cap_alerts) = rule;
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

/* What its prompts are rendered with. */
static void set_values(struct prompts *p)
{
	static const char *const values[] = {
		"product=Atlas", "lang=fr", "sentences=3", "notes=[\"Refunds take five working days.\", \"Order 4411 was charged twice.\"]",
		"question=When do refunds reach the customers?", "ticket={\"id\": \"T-8812\", \"body\": \"Bonjour, j\u2019ai \u00e9t\u00e9 "
		"d\u00e9bit\u00e9 deux fois pour la commande 4411.\"}",
	};
	struct err e;

	for (size_t i = 0; i < COUNT_OF(values); i++) {
		if (!prompts_set_value(p, values[i], &e)) {
			assert(false);
		}
	}
}

static bool start(struct demo *d, struct loop *l, struct err *e)
{
	struct sim_options o;
	struct config *config;

	d->dir = temp_dir("demo", e);
	if (d->dir == NULL) {
		return false;
	}
	sim_options_init(&o);
	o.seed = SEED;
	d->sim = sim_new(l, &o, e);
	if (d->sim == NULL) {
		return false;
	}
	config = config_new();
	add_providers(config, sim_port(d->sim));
	add_alert(config);
	*array_push(config->protected_labels, config->n_protected, config->cap_protected) = x_strdup(PROMPT_PRODUCTION);
	d->app = app_new(l, config, d->dir, true);
	d->app->is_demo = true;
	set_prompt(d->app->play);
	set_values(d->app->prompts);
	return true;
}

struct demo *demo_new(struct loop *l, struct err *e)
{
	struct demo *d = x_calloc(1, sizeof(*d));

	if (!start(d, l, e)) {
		demo_free(d);
		return NULL;
	}
	return d;
}

void demo_free(struct demo *d)
{
	if (d == NULL) {
		return;
	}
	app_free(d->app);
	sim_free(d->sim);
	remove_dir(d->dir);
	free(d->dir);
	free(d);
}

bool demo_write_past(struct demo *d, struct err *e)
{
	struct history_version *versions = NULL;
	int64_t now_us = clock_wall_us();
	size_t n = 0;
	bool ok = demo_write_prompts(d->dir, now_us, &versions, &n, e) &&
	    history_write(d->dir, d->app->config->prices, now_us, PAST_DAYS, PAST_CALLS, SEED, versions, n, e);

	demo_versions_free(versions, n);
	return ok;
}

static void write_past(void *arg)
{
	struct demo *d = arg;

	if (!demo_write_past(d, &d->past_err)) {
		err_prefix(&d->past_err, "no simulated history");
	}
}

static void past_written(void *arg)
{
	struct demo *d = arg;

	if (d->past_err.code != ERR_NONE) {
		app_say(d->app, NEWS_BAD, "%s%s%s", d->past_err.text, d->past_err.hint[0] != '\0' ? ": " : "", d->past_err.hint);
	}
	board_wait(d->app->board, NULL);
	prompts_load(d->app->prompts);
	play_load_sizes(d->app->play); /* the estimates have a past now */
	app_changed(d->app);
}

void demo_begin_past(struct demo *d)
{
	board_wait(d->app->board, "the SIMULATED past is being written\u2026"); /* sums of a part of it would be none of anything */
	job_submit(d->app->loop->jobs, write_past, past_written, d);
}
