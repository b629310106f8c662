/* start_bench SONDE - wall time from the start of the program to its end, over 100 runs each taken in turn, against /bin/true. */
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "tests/bench/table.h"

#define RUNS 100
#define MOST_ARGUMENTS 8

extern char **environ;

static double run_once(const char *program, const char *const *arguments, posix_spawn_file_actions_t *files)
{
	char *argv[MOST_ARGUMENTS] = { x_strdup(program) };
	int status;
	pid_t pid;

	for (size_t i = 0; arguments[i] != NULL; i++) {
		argv[i + 1] = x_strdup(arguments[i]);
	}
	double start = table_now();
	if (posix_spawn(&pid, program, files, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "start_bench: %s %s failed\n", program, arguments[0] != NULL ? arguments[0] : "");
		exit(1);
	}
	double took = table_now() - start;
	for (size_t i = 0; argv[i] != NULL; i++) {
		free(argv[i]);
	}
	return took;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		const char *arguments[MOST_ARGUMENTS - 1];
	} commands[] = {
		{ "/bin/true", { NULL } },
		{ "sonde --version", { "--version" } },
		{ "sonde run --dry-run", { "run", "--dry-run", "-m", "openai/gpt-5.4-mini", "hello" } },
		{ "sonde metrics, no store", { "metrics", "--json" } },
	};
	double times[COUNT_OF(commands)][RUNS];
	posix_spawn_file_actions_t files;

	if (argc != 2) {
		fprintf(stderr, "usage: start_bench SONDE\n");
		return 2;
	}
	(void)setenv("OPENAI_API_KEY", "none", 1);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	for (size_t run = 0; run < RUNS; run++) {
		for (size_t i = 0; i < COUNT_OF(commands); i++) {
			times[i][run] = run_once(i == 0 ? "/bin/true" : argv[1], commands[i].arguments, &files);
		}
	}
	(void)posix_spawn_file_actions_destroy(&files);
	double nothing = table_quantile(times[0], RUNS, 0);
	double nothing_mid = table_quantile(times[0], RUNS, 0.5);
	for (size_t i = 1; i < COUNT_OF(commands); i++) {
		char measured[80], peer[80];
		double least = table_quantile(times[i], RUNS, 0);

		(void)snprintf(measured, sizeof(measured), "%.2f ms, median %.2f ms", least * 1e3, table_quantile(times[i], RUNS, 0.5) * 1e3);
		(void)snprintf(peer, sizeof(peer), "/bin/true %.2f ms, median %.2f ms", nothing * 1e3, nothing_mid * 1e3);
		table_row(commands[i].name, measured, peer, least / nothing, "");
	}
	return 0;
}
