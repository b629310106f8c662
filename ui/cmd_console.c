/* cmd_console - `sonde` without a command: the console on the user's own configuration and store. */
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>

#include "app/app.h"
#include "app/play.h"
#include "app/welcome.h"
#include "base/mem.h"
#include "ui/commands.h"
#include "ui/run.h"
#include "ui/shot.h"

#define FIRST_TARGETS 4

/* The first columns: the user's aliases, else one usual model of each provider that was found. */
static void add_targets(struct play *p, const struct config *config)
{
	for (size_t i = 0; i < config->n_aliases && p->n_columns < FIRST_TARGETS; i++) {
		play_add(p, config->aliases[i]->name);
	}
	for (size_t i = 0; i < config->n_providers && config->n_aliases == 0 && p->n_columns < FIRST_TARGETS; i++) {
		const struct provider_entry *e = config->providers[i];
		char *name = x_asprintf("%s/%s", e->name, e->kind->usual_model);

		play_add(p, name);
		free(name);
	}
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "no-bodies", no_argument, NULL, 'B' }, { "plain", no_argument, NULL, 'P' }, { NULL, 0, NULL, 0 },
	};
	struct err e = { 0 };
	bool no_bodies = false, is_plain = false;
	int opt;

	while ((opt = cli_option(argc, argv, "", long_options)) != -1) {
		if (opt != 'B' && opt != 'P') {
			return cli_bad_option(&ui_console, argv);
		}
		no_bodies |= opt == 'B';
		is_plain |= opt == 'P';
	}
	if (optind < argc) {
		return cli_usage(&ui_console, "the console takes no words");
	}
	struct config *config = config_load(NULL);

	config->store.no_bodies |= no_bodies;

	int status = cli_check_config(config);
	char *dir = status == 0 ? cli_data_dir(&e) : NULL;

	if (dir == NULL) {
		config_free(config);
		return status != 0 ? status : cli_fail(&e);
	}
	struct session *session = session_new();
	bool is_fine = session_load(session, dir, &e);

	session_take_options(session, &config->options);
	if (is_plain) {
		option_force(&config->options, OPTION_PLAIN, "on");
	}
	struct loop *loop = loop_new();
	struct app *app = app_new(loop, config, dir, true);

	bool is_first_start = welcome_is_due(app) && session_number(session, "play.targets", 0, LONG_MAX, 0) == 0;

	if (!is_first_start) {
		add_targets(app->play, config); /* those of the last session come in their place */
	}
	status = console_run(app, all_screens, n_all_screens, is_first_start ? "welcome" : NULL, session, is_fine ? NULL : e.text);

	app_free(app);
	session_free(session);
	loop_free(loop);
	free(dir);
	return status;
}

const struct cli_command ui_console = {
	.name = "console",
	.summary = "open the console (the default)",
	.usage = "sonde [console] [--no-bodies] [--plain]",
	.help = "  --no-bodies      record calls without prompts, requests and answers\n"
		"  --plain          for screen readers: words and figures instead of rules, boxes, signs and graphs\n"
		"  Screens: 1 Prompts, 2 Play, 4 Metrics. Inside, ? shows all keys and : all commands. Where nothing is set up, it begins\n"
		"  with what it found to talk to: keys in the environment, a local Ollama, a demo.\n",
	.run = run,
};
