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
#include "tests/term/pty.h"

#define F5 "\x1b[15~"
#define CTRL_C "\x03"

static const char *const demo[] = { "demo", NULL };
static struct place place;
static struct pty p;

static int setup(void **state)
{
	(void)state;
	place_make(&place);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pty_free(&p);
	place_remove(&place);
	return 0;
}

static void start(void)
{
	pty_start(&p, &place, demo, 100, 30, false);
	pty_wait(&p, "READY");
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
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0);
	pty_check_clean(&p);
	assert_false(has_leftover());
}

static void test_quit_while_streaming(void **state)
{
	(void)state;
	start();
	pty_key(&p, F5, "streaming");
	pty_key(&p, "q", "q again");
	pty_send(&p, "j"); /* another key takes the question back */
	pty_wait_gone(&p, "q again");
	pty_key(&p, "q", "q again");
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0);
	pty_check_clean(&p);
	assert_false(has_leftover());
}

static void test_ctrl_c(void **state)
{
	(void)state;
	start();
	pty_key(&p, CTRL_C, "Nothing to stop here. q quits");
	pty_key(&p, F5, "streaming");
	pty_key(&p, CTRL_C, "1 stopped");
	pty_send(&p, "qq");
	assert_int_equal(pty_wait_end(&p), 0);
	pty_check_clean(&p);
}

/* -- signals ------------------------------------------------------------------------------------------------------------------------ */

static void end_by(int sig)
{
	start();
	pty_key(&p, F5, "streaming");
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
	pty_key(&p, F5, "streaming");
	pty_hang_up(&p);
	int status = pty_wait_end(&p);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
	assert_false(has_leftover());
}

/* Nothing may be left on even by a crash; who waits for the program learns of the signal. */
static void crash_by(int sig)
{
	start();
	pty_key(&p, F5, "streaming");
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_quit), TEST(test_quit_while_streaming), TEST(test_ctrl_c),
		TEST(test_sigterm), TEST(test_sighup), TEST(test_sigint), TEST(test_sigquit), TEST(test_hang_up), TEST(test_sigsegv), TEST(test_sigabrt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
