/* Every key of the hint rows does what it says, seen on the terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/term/pty.h"

#define F5 "\x1b[15~"
#define ESC "\x1b"

static const char *const demo[] = { "demo", NULL };

static struct place place;
static struct pty p;

static int start(void **state)
{
	(void)state;
	place_make(&place);
	pty_start(&p, &place, demo, 200, 60, false);
	pty_wait(&p, "READY");
	return 0;
}

static int end(void **state)
{
	(void)state;
	pty_free(&p);
	place_remove(&place);
	return 0;
}

/* A new hint asks for a new line in the tests below. */
static void check_hints(const char *row)
{
	char line[300];

	(void)snprintf(line, sizeof(line), "\n%s\n", row);
	pty_wait(&p, line);
}

static void quit(void)
{
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0);
	assert_null(pty_foreign(&p, 0));
}

static void test_play(void **state)
{
	(void)state;
	check_hints(" F5 run   e edit   a add   d diff   R retry   Space hold   p param   H history   y copy   z zoom   m mark   D drop"
		    "   : command   ? help");
	pty_key(&p, F5, "streaming");
	pty_wait(&p, "x stop   X stop all");
	pty_key(&p, "x", "1 stopped");
	pty_key(&p, "X", "4 stopped");
	pty_wait_gone(&p, "x stop");
	pty_key(&p, "R", "3 stopped");
	pty_wait(&p, "1 done");
	pty_key(&p, F5, "4 done");
	pty_key(&p, "m", "m\u2713");
	pty_key(&p, "l", "\u2501 2 \u2501");
	pty_key(&p, "d", "Diff");
	pty_send(&p, "d");
	pty_wait_gone(&p, "Diff");
	pty_key(&p, "z", "2 of 4");
	pty_send(&p, "z");
	pty_wait_gone(&p, "2 of 4");
	pty_key(&p, " ", "held: this column");
	pty_key(&p, " ", "following the end");
	pty_key(&p, "p", "param");
	pty_key(&p, "temperature=0.2\r", "temp 0.2");
	pty_key(&p, "H", "\u2501 Runs \u2501");
	pty_wait(&p, "\u2022 Notes");
	pty_key(&p, "j\r", "past run");
	pty_wait(&p, "3 stopped");
	pty_key(&p, "a", "add");
	pty_key(&p, "openai/gpt-5.4\r", "\u2501 5 \u2501");
	pty_key(&p, "D", "dropped openai/gpt-5.4");
	pty_wait_gone(&p, "\u2501 5 \u2501");
	pty_key(&p, "e", "EDIT");
	pty_key(&p, "A word more. q4", "A word more. q4");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "EDIT");
	pty_key(&p, ":", "send the prompt to all targets");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "send the prompt to all targets");
	pty_key(&p, "?", "keys and commands of this screen");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "keys and commands of this screen");
	quit();
}

static void test_metrics(void **state)
{
	(void)state;
	pty_key(&p, "4", "\u258cgpt-5.4 ");
	check_hints(" Enter drill   t range   g group   e errors only   / filter   s sort   p pause   y copy   Tab pane   : command   ? help");
	pty_key(&p, "\r", "only gpt-5.4");
	pty_key(&p, ESC, "all models");
	pty_key(&p, "t", "last 7d");
	pty_key(&p, "T", "last 24h");
	pty_key(&p, "g", "by operation");
	pty_key(&p, "g", "by provider");
	pty_key(&p, "g", "by model");
	pty_key(&p, "e", "errors only \u00b7");
	pty_send(&p, "e");
	pty_wait_gone(&p, "errors only \u00b7");
	pty_key(&p, "/", "filter");
	pty_key(&p, "gemini\r", "\u201cgemini\u201d");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "\u201cgemini\u201d");
	pty_key(&p, "s", "sort: calls");
	pty_key(&p, "p", "paused");
	pty_key(&p, "p", "live again");
	pty_key(&p, "ss", "sort: errors");
	pty_key(&p, "\t", "\u2501 Models");
	pty_key(&p, "\t", "\u2501 Requests");
	pty_key(&p, "\r", "\u2501 Request ");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "\u2501 Request ");
	pty_key(&p, "?", "keys and commands of this screen");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "keys and commands of this screen");
	pty_key(&p, ":range 30d\r", "last 30d");
	pty_key(&p, "2", "[2 Play]");
	quit();
}

static bool sent(const char *bytes)
{
	return memmem(p.raw.s, p.raw.len, bytes, strlen(bytes)) != NULL;
}

/* y and a letter: the answer itself, as letters of base64, and never a key. */
static void test_copy(void **state)
{
	(void)state;
	pty_key(&p, F5, "4 done");
	pty_key(&p, "y", "copy a curl command"); /* the list comes by itself */
	pty_send(&p, ESC);
	pty_wait_gone(&p, "copy a curl command");
	assert_false(sent("\x1b]52;"));
	pty_key(&p, "yy", "copied: answer");
	assert_true(sent("\x1b]52;c;"));
	pty_key(&p, "yr", "copied: raw response");
	pty_key(&p, "yj", "copied: JSON result");
	pty_key(&p, "yc", "copied: curl command");
	assert_true(sent("\x1b]52;c;Y3VybCAtTiAn")); /* curl -N ' */
	pty_key(&p, "yp", "copied: Python");
	assert_true(sent("\x1b]52;c;aW1wb3J0IG9z")); /* import os */
	pty_key(&p, "4", "\u258cgpt-5.4 ");
	pty_key(&p, "yy", "copied: row");
	pty_key(&p, "\t\r", "\u2501 Request ");
	pty_key(&p, "yr", "copied: response");
	pty_key(&p, "yj", "copied: JSON of the request");
	quit();
}

/* M gives the mouse to the terminal, and takes it back. */
static void test_mouse_off(void **state)
{
	(void)state;
	assert_non_null(strstr(pty_modes_on(&p), "1000 "));
	pty_key(&p, "M", "The mouse is the terminal's");
	assert_null(strstr(pty_modes_on(&p), "1000 "));
	pty_key(&p, "M", "The mouse is sonde's");
	assert_non_null(strstr(pty_modes_on(&p), "1000 "));
	pty_key(&p, "\x1b[<0;12;60M\x1b[<0;12;60m", "EDIT"); /* the hint "e edit" */
	pty_send(&p, ESC);
	pty_wait_gone(&p, "EDIT");
	quit();
}

/* Mouse: tabs, a column, the wheel. */
static void test_mouse(void **state)
{
	(void)state;
	pty_key(&p, "\x1b[<0;16;1M\x1b[<0;16;1m", "[4 Metrics]");
	pty_key(&p, "\x1b[<0;3;1M\x1b[<0;3;1m", "[2 Play]");
	pty_key(&p, "\x1b[<0;120;30M\x1b[<0;120;30m", "\u2501 3 \u2501");
	quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_play, start, end),
		cmocka_unit_test_setup_teardown(test_metrics, start, end),
		cmocka_unit_test_setup_teardown(test_copy, start, end), cmocka_unit_test_setup_teardown(test_mouse_off, start, end),
		cmocka_unit_test_setup_teardown(test_mouse, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
