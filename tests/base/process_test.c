#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

/* Starts a process that waits to be killed, and reads the mark it makes of itself. */
static pid_t start(char mark[PROCESS_MARK_SIZE])
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();

	if (pid == 0) {
		char own[PROCESS_MARK_SIZE] = "";

		process_mark(own);
		(void)!write(fds[1], own, sizeof(own));
		for (;;) {
			pause();
		}
	}
	assert_int_equal(read(fds[0], mark, PROCESS_MARK_SIZE), PROCESS_MARK_SIZE);
	close(fds[0]);
	close(fds[1]);
	return pid;
}

static void one_that_has_ended_does_not_run(void **state)
{
	char mark[PROCESS_MARK_SIZE];
	siginfo_t info;

	(void)state;
	pid_t pid = start(mark);
	assert_true(process_runs(mark));
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(kill(pid, 0), 0); /* the number is still taken */
	assert_false(process_runs(mark));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(process_runs(mark));
}

/* The number is that of this test, which began at another time. */
static void another_of_the_same_number_does_not_count(void **state)
{
	char own[PROCESS_MARK_SIZE], other[PROCESS_MARK_SIZE + 1];

	(void)state;
	process_mark(own);
	assert_true(process_runs(own));
	(void)snprintf(other, sizeof(other), "%s1", own);
	assert_false(process_runs(other));
}

static void a_number_alone_is_any_process(void **state)
{
	char number[PROCESS_MARK_SIZE];

	(void)state;
	(void)snprintf(number, sizeof(number), "%ld", (long)getpid());
	assert_true(process_runs(number));
	assert_false(process_runs(""));
	assert_false(process_runs("-1"));
	assert_false(process_runs("nobody"));
	assert_false(process_runs("999999999"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_has_ended_does_not_run),
		cmocka_unit_test(another_of_the_same_number_does_not_count),
		cmocka_unit_test(a_number_alone_is_any_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
