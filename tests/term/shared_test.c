/* Two consoles on one data directory, one of which loses its terminal in the middle: the store stays whole. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>

#include "tests/term/console.h"

#define PROMPT PASTED("Say what there is to say.")

static const char *const console[] = { NULL };
static const char *const fast[] = { "--ttft", "5", "--rate", "2000", NULL };
static const char *const slow[] = { "--ttft", "5", "--rate", "2", NULL };

static void test_two_consoles(void **state)
{
	struct pty a, b;

	(void)state;
	pid_t sim = place_simulate(&place, fast);
	pty_start(&a, &place, console, 120, 40, false);
	pty_start(&b, &place, console, 80, 24, false);
	pty_wait(&a, "READY  4 targets");
	pty_wait(&b, "READY  4 targets");
	pty_send(&a, PROMPT F5);
	pty_send(&b, PROMPT F5);
	pty_wait(&a, "4 done");
	pty_wait(&b, "4 done");
	pty_key(&a, "4", "8 calls");
	pty_send(&b, F5);
	pty_wait(&a, "12 calls"); /* the other's */
	pty_send(&b, F5);
	pty_wait(&a, "16 calls");
	pty_send(&a, "q");
	assert_int_equal(pty_wait_end(&a), 0);
	pty_send(&b, "q");
	assert_int_equal(pty_wait_end(&b), 0);
	pty_free(&a);
	pty_free(&b);
	place_end(sim);
	assert_int_equal(place_check_store(&place), 16);
}

/* One is closed, one is killed, one goes on. */
static void test_lost_in_mid_stream(void **state)
{
	struct pty a, b, c;

	(void)state;
	pid_t sim = place_simulate(&place, slow);
	pty_start(&a, &place, console, 120, 40, false);
	pty_start(&b, &place, console, 80, 24, false);
	pty_start(&c, &place, console, 80, 24, false);
	pty_wait(&c, "READY  4 targets");
	pty_wait(&a, "READY  4 targets");
	pty_wait(&b, "READY  4 targets");
	pty_key(&a, PROMPT F5, "4 streaming");
	pty_key(&b, PROMPT F5, "4 streaming");
	pty_hang_up(&a);
	pty_kill(&b, SIGKILL);
	(void)pty_wait_end(&a);
	(void)pty_wait_end(&b);
	pty_key(&c, PROMPT F5, "4 streaming");
	pty_key(&c, "X", "4 stopped");
	pty_key(&c, "4", "8 calls"); /* those of the closed one too; the killed one's are lost */
	pty_send(&c, "q");
	assert_int_equal(pty_wait_end(&c), 0);
	pty_free(&a);
	pty_free(&b);
	pty_free(&c);
	place_end(sim);
	assert_int_equal(place_check_store(&place), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_two_consoles),
		CONSOLE_TEST(test_lost_in_mid_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
