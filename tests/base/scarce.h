/* scarce - what a function does without memory, in a process of its own: its address space grows by no more than 16 MiB, and it is handed a
 * text of 64 MiB to make copies of. */
#ifndef SONDE_TESTS_BASE_SCARCE_H
#define SONDE_TESTS_BASE_SCARCE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

#define SCARCE_LEN ((size_t)64 << 20)
#define SCARCE_LEFT ((size_t)16 << 20)

static inline _Noreturn void scarce_become(void (*fn)(const char *large), const char *large, int words)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL || fscanf(f, "%lu", &pages) != 1) {
		_exit(98);
	}
	(void)fclose(f);
	rlim_t most = pages * (rlim_t)sysconf(_SC_PAGESIZE) + SCARCE_LEFT;

	(void)dup2(words, STDERR_FILENO);
	(void)signal(SIGABRT, SIG_DFL);
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	(void)setrlimit(RLIMIT_AS, &(struct rlimit){ most, most });
	fn(large);
	_exit(0);
}

/* Fails unless it ends as x_malloc ends a program. */
static inline void expect_out_of_memory(void (*fn)(const char *large))
{
	char *large = x_malloc(SCARCE_LEN + 1), words[200] = "";
	int fds[2], status;

#ifdef __SANITIZE_ADDRESS__ /* takes all the address space */
	free(large);
	skip();
#endif
	memset(large, 'a', SCARCE_LEN);
	large[SCARCE_LEN] = '\0';
	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	if (pid == 0) {
		scarce_become(fn, large, fds[1]);
	}
	(void)close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	(void)!read(fds[0], words, sizeof(words) - 1);
	(void)close(fds[0]);
	free(large);
	assert_string_equal(words, "sonde: out of memory\n");
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

#endif
