/* main - arguments to a command. It stands in ui/ because it is the one file that knows both the engine's commands and the screens. */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/near.h"
#include "cli/commands.h"
#include "config.h"
#include "ui/commands.h"

static const struct cli_command *const commands[] = {
	&ui_console, &ui_demo, &cli_run, &cli_prompt, &cli_render, &cli_metrics, &cli_calls, &cli_diff, &cli_import, &cli_models, &cli_doctor, &cli_store,
	&cli_simulate, &cli_tokens, &ui_screen,
};

static const struct cli_command *find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0) {
			return commands[i];
		}
	}
	return NULL;
}

static int unknown(const char *name)
{
	struct err e = { 0 };
	struct near_best best = { 0 };

	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		near_offer(&best, name, commands[i]->name);
	}
	err_set(&e, ERR_USAGE, "there is no command '%.60s'", name);
	if (best.n > 0) {
		err_hint(&e, "did you mean 'sonde %s'? sonde help lists all", best.names[0]);
	} else {
		err_hint(&e, "sonde help lists all");
	}
	return cli_fail(&e);
}

static int help(const char *name)
{
	const struct cli_command *c = name != NULL ? find(name) : NULL;

	if (name != NULL && strcmp(name, "--markdown") == 0) {
		return manual_print(commands, COUNT_OF(commands));
	}
	if (c != NULL) {
		printf("usage: %s\n\n%s.\n\n%s", c->usage, c->summary, c->help);
		return 0;
	}
	if (name != NULL) {
		return unknown(name);
	}
	printf("sonde - a terminal operations console for systems built on large language models\n\n"
	       "usage: sonde [COMMAND]\n\n");
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	}
	printf("  %-10s %s\n\n", "help", "this list, or the help of one command");
	printf("Exit status: 0 ok, 1 internal, 2 usage, 3 template or variables, 4 configuration or auth, 5 check failed, 6 budget spent,\n"
	       "7 rate limit or retries used up, 8 provider or network, 9 refused or filtered, 10 some of several targets failed,\n"
	       "130 interrupted, 141 closed pipe.\n");
	return 0;
}

/* Started with a closed stdin, stdout or stderr, the next file opened would take its number: answers and errors would end in a connection
 * or in the store. The other direction of /dev/null keeps the number and fails with EBADF, as the closed one did. */
static void hold_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0) {
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
		}
	}
}

static bool asks_for_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

static int run_command(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "console";

	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
		printf("sonde %s\n", PACKAGE_VERSION);
		return 0;
	}
	(void)setlocale(LC_CTYPE, "");
	cli_begin();
	if (strcmp(name, "help") == 0 || asks_for_help(name)) {
		return help(argc > 2 && !asks_for_help(argv[2]) ? argv[2] : NULL);
	}
	bool is_option = name[0] == '-'; /* of the console, which needs no name */
	const struct cli_command *c = is_option ? &ui_console : find(name);

	if (c == NULL) {
		return unknown(name);
	}
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (asks_for_help(argv[i])) {
			return help(c->name);
		}
	}
	static char *console_arguments[] = { "console", NULL };

	if (is_option) {
		return c->run(argc, argv);
	}
	return argc > 1 ? c->run(argc - 1, argv + 1) : c->run(1, console_arguments);
}

int main(int argc, char **argv)
{
	hold_standard_files();
	return cli_finish(run_command(argc, argv));
}
