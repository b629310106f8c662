/* Stopped and continued, resized a hundred times: the terminal is the shell's meanwhile, and the screen comes back whole. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/term/console.h"

static const char *const demo[] = { "demo", NULL };

static void start(bool is_orphan)
{
	pty_start(&p, &place, demo, 100, 30, is_orphan);
	pty_wait(&p, "READY");
	assert_string_not_equal(pty_modes_on(&p), ""); /* what follows can fail */
	assert_false(pty_is_line_same(&p));
}

/* -- stop and go on ----------------------------------------------------------------------------------------------------------------- */

static void test_suspend(void **state)
{
	(void)state;
	start(false);
	pty_key(&p, F5, IS_RUNNING);
	for (int i = 0; i < 3; i++) {
		pty_send(&p, CTRL_Z);
		pty_wait_stopped(&p);
		pty_check_clean(&p);
		pty_continue(&p);
		pty_wait(&p, "F5 run");
		assert_false(pty_is_line_same(&p));
	}
	pty_wait(&p, "4 done");
	console_quit();
}

/* The shell's own kill -TSTP, and a resize while it slept. */
static void test_sigtstp(void **state)
{
	(void)state;
	start(false);
	pty_kill(&p, SIGTSTP);
	pty_wait_stopped(&p);
	pty_check_clean(&p);
	pty_resize(&p, 120, 40);
	pty_continue(&p);
	pty_wait(&p, "3 of 4");
	console_quit();
}

/* SIGSTOP cannot be caught: what happened to the terminal since is repaired on SIGCONT. */
static void test_sigstop(void **state)
{
	(void)state;
	start(false);
	pty_kill(&p, SIGSTOP);
	pty_wait_stopped(&p);
	vterm_screen_reset(p.screen, 1);
	vterm_screen_enable_altscreen(p.screen, 1);
	pty_continue(&p);
	pty_wait(&p, "F5 run");
	pty_key(&p, "4", "[4 Metrics]");
	console_quit();
}

static void test_suspend_orphaned(void **state)
{
	(void)state;
	start(true);
	pty_send(&p, CTRL_Z);
	pty_key(&p, "4", "[4 Metrics]"); /* not stopped, and not confused */
	assert_false(pty_is_line_same(&p));
	console_quit();
}

/* -- resize ------------------------------------------------------------------------------------------------------------------------- */

/* Without the estimate, which follows the store when it comes to it. The caller's. */
static char *settled_text(void)
{
	char *text = x_strdup(pty_text(&p));
	char *estimate = strstr(text, "F5 ~");

	if (estimate != NULL) {
		memset(estimate, ' ', strcspn(estimate, "\n"));
	}
	return text;
}

static void test_resize_storm(void **state)
{
	(void)state;
	unsigned seed = 7;

	start(false);
	pty_key(&p, F5, IS_RUNNING);
	for (int i = 0; i < 100; i++) {
		seed = seed * 1103515245u + 12345u;
		int w = (int)(seed >> 16) % 300 + 1;
		seed = seed * 1103515245u + 12345u;
		int h = (int)(seed >> 16) % 100 + 1;

		pty_resize(&p, i == 50 ? 1 : w, i == 50 ? 1 : h);
		pty_send(&p, i % 7 == 0 ? "4" : i % 7 == 3 ? "2" : "l");
		(void)pty_pump(&p, 3);
	}
	pty_resize(&p, 120, 40);
	pty_wait(&p, "? help");
	/* The card of small sizes takes few keys, and that one of them is gone is not to be seen from here: so until one is taken. */
	for (int i = 0; i < 50 && !pty_has(&p, "4 done"); i++) {
		pty_send(&p, "2");
		(void)pty_pump(&p, 100);
	}
	pty_wait(&p, "4 done");
	pty_key(&p, "hhhh", "\u2501 1 \u2501");
	pty_wait(&p, "3 of 4");
	char *seen = settled_text();
	size_t before = p.raw.len;
	pty_send(&p, CTRL_L); /* paints everything again: what curses thought was there, was */
	while (p.raw.len < before + 2000) {
		assert_true(pty_pump(&p, WAIT_MS) > 0);
	}
	pty_wait(&p, "? help");
	char *again = settled_text();

	assert_string_equal(again, seen);
	free(again);
	free(seen);
	console_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_suspend), CONSOLE_TEST(test_sigtstp), CONSOLE_TEST(test_sigstop), CONSOLE_TEST(test_suspend_orphaned), CONSOLE_TEST(test_resize_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
