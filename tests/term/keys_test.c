/* Every key of the hint rows does what it says, seen on the terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/term/console.h"

/* A new hint asks for a new line in the tests below. */
static void check_hints(const char *row)
{
	char line[300];

	(void)snprintf(line, sizeof(line), "\n%s\n", row);
	pty_wait(&p, line);
}

static void test_stop(void **state)
{
	(void)state;
	console_simulated("2", 200, 60);
	pty_key(&p, F5, "x stop   X stop all");
	pty_key(&p, "x", "1 stopped");
	pty_key(&p, "X", "4 stopped");
	pty_wait_gone(&p, IS_RUNNING);
	pty_key(&p, "R", "x stop");
	pty_wait(&p, "3 stopped");
	pty_key(&p, "x", "4 stopped");
	pty_key(&p, "H", "\u2501 Runs \u2501");
	pty_wait(&p, "\u2022 Explain");
	pty_key(&p, "j" ENTER, "past run");
	pty_wait(&p, "4 stopped");
	console_quit();
}

static void test_play(void **state)
{
	(void)state;
	console_demo(200, 60);
	check_hints(" F5 run   e edit   a add   d diff   R retry   Space hold   p param   H history   y copy   i inspector"
		    "   J raw events   z zoom   m mark   D drop   s sort   t units   : command   ? help");
	pty_key(&p, F5, "4 done");
	pty_key(&p, "m", "m\u2713");
	pty_key(&p, "l", "\u2501 2 \u2501");
	pty_key(&p, "d", "Diff");
	pty_send(&p, "d");
	pty_wait_gone(&p, "Diff");
	pty_key(&p, "z", "2 of 4");
	pty_send(&p, "z");
	pty_wait_gone(&p, "2 of 4");
	pty_send(&p, "i");
	pty_wait_gone(&p, "Inspector");
	pty_key(&p, "i", "Inspector");
	pty_key(&p, "J", "\u2501 Raw events");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "\u2501 Raw events");
	pty_key(&p, " ", "held: this column");
	pty_key(&p, " ", "following the end");
	pty_key(&p, "p", "param");
	pty_key(&p, "temperature=0.2\r", "temp 0.2");
	pty_key(&p, "H", "\u2501 Runs \u2501");
	pty_wait(&p, "\u2022 Notes");
	pty_key(&p, ENTER, "past run");
	pty_key(&p, "a", "add");
	pty_key(&p, "openai/gpt-5.4\r", "\u2501 5 of 5 \u2501");
	pty_key(&p, "D", "dropped openai/gpt-5.4");
	pty_wait_gone(&p, "5 of 5");
	pty_key(&p, "e", "EDIT");
	pty_key(&p, "A word more. q4", "A word more. q4");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "EDIT");
	pty_key(&p, ":", "send the prompt to all targets");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "send the prompt to all targets");
	pty_key(&p, "?", "Help \u00b7 Play");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "Help \u00b7 Play");
	console_quit();
}

/* "only gpt-5.4": what Enter on the selected row of the table narrows to. Which model cost most is the chance of each start. */
static void only_selected(char out[60])
{
	const char *row = strstr(pty_text(&p), "\u258c");

	assert_non_null(row);
	row += strlen("\u258c");
	(void)snprintf(out, 60, "only %.*s", (int)strcspn(row, " "), row);
}

static void test_metrics(void **state)
{
	char only[60];

	(void)state;
	console_demo(200, 60);
	pty_key(&p, "4", "live \u00b7 as of"); /* its past is whole */
	check_hints(" Enter drill   t range   g group   e errors only   / filter   b brush   % percentile   s sort   p pause   x export   y copy   Tab pane   : command   ? help");
	only_selected(only);
	pty_key(&p, "\r", only);
	pty_key(&p, ESC, "all models");
	pty_key(&p, "t", "last 7d");
	pty_key(&p, "T", "last 24h");
	pty_key(&p, "g", "by operation");
	pty_key(&p, "g", "by prompt");
	pty_key(&p, "g", "by provider");
	pty_key(&p, "g", "by model");
	pty_key(&p, "e", "errors only \u00b7");
	pty_send(&p, "e");
	pty_wait_gone(&p, "errors only \u00b7");
	pty_key(&p, "/", "Tab completes");
	pty_key(&p, "gemini\r", "exact, from the calls themselves");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "/ gemini");
	pty_key(&p, "s", "sort: calls");
	pty_key(&p, "p", "paused");
	pty_key(&p, "p", "live again");
	pty_key(&p, "ss", "sort: errors");
	pty_key(&p, "\t", "\u2501 Request "); /* it stands beside */
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
	console_quit();
}

/* y and a letter: the answer itself, as letters of base64, and never a key. */
static void test_copy(void **state)
{
	(void)state;
	console_demo(200, 60);
	pty_key(&p, F5, "4 done");
	pty_key(&p, "y", "copy a curl command"); /* the list comes by itself */
	pty_send(&p, ESC);
	pty_wait_gone(&p, "copy a curl command");
	assert_false(console_sent("\x1b]52;"));
	pty_key(&p, "yy", "copied: answer");
	pty_wait_bytes(&p, "\x1b]52;c;");
	pty_key(&p, "yr", "copied: raw response");
	pty_key(&p, "yj", "copied: JSON result");
	pty_key(&p, "yc", "copied: curl command");
	pty_wait_bytes(&p, "\x1b]52;c;Y3VybCAtTiAn"); /* curl -N ' */
	pty_key(&p, "yp", "copied: Python");
	pty_wait_bytes(&p, "\x1b]52;c;aW1wb3J0IG9z"); /* import os */
	pty_key(&p, "4", "live \u00b7 as of");
	pty_key(&p, "yy", "copied: row");
	pty_key(&p, TAB, "\u2501 Requests");
	pty_key(&p, ENTER, "\u2501 Request ");
	pty_key(&p, "yr", "copied: response");
	pty_key(&p, "yj", "copied: JSON of the request");
	console_quit();
}

static void wait_mouse(bool is_on)
{
	while ((strstr(pty_modes_on(&p), "1002 ") != NULL) != is_on) {
		assert_true(pty_pump(&p, WAIT_MS) > 0);
	}
}

/* M gives the mouse to the terminal, and takes it back. */
static void test_mouse_off(void **state)
{
	(void)state;
	console_demo(200, 60);
	wait_mouse(true);
	pty_key(&p, "M", "The mouse is the terminal's");
	wait_mouse(false);
	pty_key(&p, "M", "The mouse is sonde's");
	wait_mouse(true);
	pty_key(&p, ESC "[<0;12;60M\x1b[<0;12;60m", "EDIT"); /* the hint "e edit" */
	pty_send(&p, ESC);
	pty_wait_gone(&p, "EDIT");
	console_quit();
}

/* Mouse: tabs, a column, the wheel. */
static void test_mouse(void **state)
{
	(void)state;
	console_demo(200, 60);
	pty_key(&p, ESC "[<0;27;1M\x1b[<0;27;1m", "[4 Metrics]");
	pty_key(&p, ESC "[<0;16;1M\x1b[<0;16;1m", "[2 Play]");
	pty_key(&p, ESC "[<0;100;30M\x1b[<0;100;30m", "\u2501 3 \u2501");
	console_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_stop), CONSOLE_TEST(test_play), CONSOLE_TEST(test_metrics), CONSOLE_TEST(test_copy), CONSOLE_TEST(test_mouse_off),
		CONSOLE_TEST(test_mouse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
