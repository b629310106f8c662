/* The title of the window and synchronized output: on where the terminal knows them, and off at the end, however it comes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "tests/term/console.h"

static size_t count(const char *bytes)
{
	size_t n = 0, len = strlen(bytes);

	for (size_t i = 0; i + len <= p.raw.len; i++) {
		n += memcmp(p.raw.s + i, bytes, len) == 0;
	}
	return n;
}

/* The title of the window says what goes on, and the former one comes back. */
static void test_title(void **state)
{
	(void)state;
	console_demo(100, 30);
	pty_wait_bytes(&p, "\x1b]2;sonde \u2013 Play \u00b7 SIMULATED\a");
	assert_non_null(strstr(pty_modes_on(&p), "title "));
	pty_send(&p, F5);
	pty_wait_bytes(&p, "\x1b]2;sonde \u2013 Play \u00b7 4 running \u00b7 SIMULATED\a");
	pty_key(&p, "4", "[4 Metrics]");
	pty_wait_bytes(&p, "\x1b]2;sonde \u2013 Metrics");
	pty_wait_gone(&p, "running");
	pty_send(&p, CTRL_Z);
	pty_wait_stopped(&p);
	pty_check_clean(&p);
	pty_continue(&p);
	pty_wait(&p, "[4 Metrics]");
	pty_kill(&p, SIGSTOP); /* not asked: nothing was put right before */
	pty_wait_stopped(&p);
	pty_continue(&p);
	pty_key(&p, "2", "[2 Play]");
	console_quit();
}

/* tmux has titles, too, and another mark of it; a plain screen has none. */
static void test_title_types(void **state)
{
	(void)state;
	place_set(&place, "TERM", "tmux-256color");
	console_demo(100, 30);
	pty_wait_bytes(&p, "\x1b]2;sonde \u2013 Play \u00b7 SIMULATED\a");
	console_quit();
	pty_free(&p);
	place_set(&place, "TERM", "screen-256color");
	console_demo(100, 30);
	assert_int_equal(count("\x1b]2;"), 0);
	console_quit();
}

/* Frames are wrapped only after the terminal has said that it knows how. */
static void test_synchronized(void **state)
{
	(void)state;
	console_demo(100, 30);
	pty_wait_bytes(&p, "\x1b[?2026$p");
	pty_key(&p, "4", "[4 Metrics]");
	assert_int_equal(count("\x1b[?2026h"), 0);
	pty_send(&p, "\x1b[?2026;0$y"); /* it does not know the mode */
	pty_key(&p, "2", "[2 Play]");
	assert_int_equal(count("\x1b[?2026h"), 0);
	pty_send(&p, "\x1b[?2026;2$y");
	pty_key(&p, "4", "[4 Metrics]");
	pty_key(&p, "2", "[2 Play]");
	pty_wait_bytes(&p, "\x1b[?2026h");
	console_quit();
	assert_true(count("\x1b[?2026l") >= count("\x1b[?2026h"));
}

static void test_synchronized_crash(void **state)
{
	(void)state;
	console_demo(100, 30);
	pty_send(&p, "\x1b[?2026;2$y");
	pty_key(&p, "4", "[4 Metrics]");
	pty_kill(&p, SIGABRT);
	(void)pty_wait_end(&p);
	pty_check_clean(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { CONSOLE_TEST(test_title), CONSOLE_TEST(test_title_types), CONSOLE_TEST(test_synchronized), CONSOLE_TEST(test_synchronized_crash) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
