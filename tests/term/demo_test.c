/* The demo at three sizes, from the first frame to the end: what a newcomer does first. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/term/console.h"

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
		n++;
	}
	return n;
}

/* "302→115" out of the first head: what the same call must say in the log. */
static void tokens_of_head(char out[40])
{
	const char *text = pty_text(&p), *arrow = strstr(text, "\u2192"), *start = arrow;

	assert_non_null(arrow);
	while (start[-1] >= '0' && start[-1] <= '9') {
		start--;
	}
	(void)snprintf(out, 40, "%.*s", (int)(strcspn(arrow, " ") + (size_t)(arrow - start)), start);
	assert_true(start < arrow && out[strlen(out) - 1] <= '9');
}

/* Heads, race and Metrics carry figures, and the new calls are in the log. */
static void walk(int w, int h, size_t columns)
{
	char tokens[40];

	console_demo(w, h);
	pty_wait(&p, "[2 Play]");
	pty_wait(&p, "SIMULATED");
	pty_wait(&p, "F5 run");
	pty_key(&p, F5, IS_RUNNING);
	pty_wait(&p, "RUN  4 done");
	pty_wait_gone(&p, IS_RUNNING); /* the last row of that frame */
	const char *text = pty_text(&p);
	assert_int_equal(count(text, "\u2713"), columns + 4); /* heads, and a row of the race or of All each */
	assert_int_equal(count(text, "\u2192"), columns);
	assert_int_equal(count(text, "ttft "), w >= 100 ? columns + 1 : columns);
	assert_null(strstr(text, "ttft \u2013"));
	assert_null(strstr(text, "\u2013\u2192"));
	assert_int_equal(count(text, "s $"), w >= 100 ? 0 : 4); /* "0.98s $0.0007" */
	assert_int_equal(count(text, "\u2713 done "), w >= 100 ? 4 : 0);
	tokens_of_head(tokens);
	pty_key(&p, "4", "live \u00b7 as of");
	pty_wait(&p, tokens);
	pty_wait(&p, "$");
	pty_wait(&p, "Latency p95");
	pty_wait(&p, "claude-haiku-4-5 "); /* the past, written in the background */
	pty_key(&p, "2", "RUN  4 done");
	console_quit();
}

static void test_80x24(void **state)
{
	(void)state;
	walk(80, 24, 2);
}

static void test_120x40(void **state)
{
	(void)state;
	walk(120, 40, 3);
}

static void test_200x60(void **state)
{
	(void)state;
	walk(200, 60, 4);
}

#define MOST_RUNS 25 /* of four calls each: more than the alert wants when the invented past has no calls at this hour */

/* Runs that were stopped are failures, and enough of them turn the alert on. */
static void test_alert(void **state)
{
	(void)state;
	console_demo(80, 24);
	pty_wait(&p, "READY");
	pty_key(&p, ":alerts" ENTER, " of 1 on");
	pty_wait(&p, "err > 5% over 1h");
	pty_wait(&p, " calls SIMULATED");
	pty_send(&p, ESC);
	pty_wait_gone(&p, " of 1 on");
	for (int i = 0; i < MOST_RUNS && !pty_has(&p, "1 alert"); i++) {
		pty_send(&p, F5 "X"); /* at once: on a busy machine some would have ended before a second look */
		pty_wait(&p, "RUN  4 stopped");
		pty_wait_gone(&p, IS_RUNNING);
	}
	pty_wait(&p, "\u25b2 1 alert");
	pty_key(&p, ":alerts" ENTER, "1 of 1 on");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "1 of 1 on");
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0); /* not console_quit: a bell is nothing that others send */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_80x24),
		CONSOLE_TEST(test_120x40),
		CONSOLE_TEST(test_200x60),
		CONSOLE_TEST(test_alert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
