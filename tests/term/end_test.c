/* However the console ends, the terminal is as it was: modes, line settings, margins. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "tests/term/console.h"

static void start(void)
{
	console_demo(100, 30);
	assert_string_not_equal(pty_modes_on(&p), ""); /* what follows can fail */
	assert_false(pty_is_line_same(&p));
}

static bool has_leftover(void)
{
	char *command = x_asprintf("test -n \"$(ls -A %s/tmp)\"", place.dir);
	bool yes = system(command) == 0;

	free(command);
	return yes;
}

/* -- q and Ctrl-C ------------------------------------------------------------------------------------------------------------------- */

static void test_quit(void **state)
{
	(void)state;
	start();
	console_quit();
	assert_false(has_leftover());
}

static void test_quit_while_streaming(void **state)
{
	(void)state;
	console_simulated("2", 100, 30);
	pty_key(&p, F5, IS_RUNNING);
	pty_key(&p, "q", "q again");
	pty_send(&p, "j"); /* another key takes the question back */
	pty_wait_gone(&p, "q again");
	pty_key(&p, "q", "q again");
	console_quit();
}

static void test_ctrl_c(void **state)
{
	(void)state;
	console_simulated("2", 100, 30);
	pty_key(&p, CTRL_C, "Nothing to stop here. q quits");
	pty_key(&p, F5, IS_RUNNING);
	pty_key(&p, CTRL_C, "1 stopped");
	pty_key(&p, "q", "q again");
	console_quit();
}

/* -- signals ------------------------------------------------------------------------------------------------------------------------ */

static void end_by(int sig)
{
	start();
	pty_key(&p, F5, IS_RUNNING);
	pty_kill(&p, sig);
	int status = pty_wait_end(&p);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
	pty_check_clean(&p);
	assert_false(has_leftover());
}

static void test_sigterm(void **state)
{
	(void)state;
	end_by(SIGTERM);
}

static void test_sighup(void **state)
{
	(void)state;
	end_by(SIGHUP);
}

static void test_sigint(void **state)
{
	(void)state;
	end_by(SIGINT);
}

static void test_sigquit(void **state)
{
	(void)state;
	end_by(SIGQUIT);
}

static void test_hang_up(void **state)
{
	(void)state;
	start();
	pty_key(&p, F5, IS_RUNNING);
	pty_hang_up(&p);
	int status = pty_wait_end(&p);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
	assert_false(has_leftover());
}

/* Nothing may be left on even by a crash; who waits for the program learns of the signal. */
static void crash_by(int sig)
{
	start();
	pty_key(&p, F5, IS_RUNNING);
	pty_kill(&p, sig);
	int status = pty_wait_end(&p);
#ifdef __SANITIZE_ADDRESS__ /* ends a program in its own way */
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
#else
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == sig);
#endif
	pty_check_clean(&p);
}

static void test_sigsegv(void **state)
{
	(void)state;
	crash_by(SIGSEGV);
}

static void test_sigabrt(void **state)
{
	(void)state;
	crash_by(SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_quit), CONSOLE_TEST(test_quit_while_streaming), CONSOLE_TEST(test_ctrl_c),
		CONSOLE_TEST(test_sigterm), CONSOLE_TEST(test_sighup), CONSOLE_TEST(test_sigint), CONSOLE_TEST(test_sigquit), CONSOLE_TEST(test_hang_up), CONSOLE_TEST(test_sigsegv), CONSOLE_TEST(test_sigabrt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
