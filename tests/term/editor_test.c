/* The prompt in the person's own editor: the terminal is given away and comes back whole, and the text is never lost. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tests/term/console.h"

/* `editor` is a line of shell; the file is its "$1". */
static void start(const char *editor)
{
	char *path = place_write(&place, "ed", editor != NULL ? editor : "");
	char *command = x_asprintf("sh %s", path); /* with an argument of its own */
	place_set(&place, "PATH", "/usr/bin:/bin");
	place_set(&place, "EDITOR", editor != NULL ? command : NULL);
	free(command);
	free(path);
	console_demo(100, 30);
}

static void test_taken(void **state)
{
	(void)state;
	start("stat -c 'mode %a' \"$1\"; head -c 20 \"$1\"; printf 'from outside\\n' > \"$1\"; stty -a | grep -o ' icanon'; read x");
	pty_key(&p, "E", "mode 600");
	pty_wait(&p, "Notes of the night"); /* what was there */
	pty_wait(&p, "icanon");             /* the line is as in the shell */
	assert_string_equal(pty_modes_on(&p), "");
	pty_key(&p, "\r", "Taken from the editor: 13 bytes");
	pty_wait(&p, "from outside");
	pty_key(&p, "e", "EDIT");
	pty_key(&p, "!", "!from outside");
	pty_key(&p, "\x18\x05", "mode 600"); /* from the field, by its two keys */
	pty_wait(&p, "!from outside");
	pty_key(&p, "\r", "Taken from the editor");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "EDIT");
	console_quit();
}

static void test_unchanged(void **state)
{
	(void)state;
	start("exit 0");
	pty_key(&p, "E", "The editor changed nothing");
	pty_wait(&p, "Notes of the night");
	console_quit();
}

static void test_failed(void **state)
{
	(void)state;
	start("echo lost > \"$1\"; exit 3");
	pty_key(&p, "E", "as it was: the editor ended with status 3");
	pty_wait(&p, "what it saved is in");
	pty_wait(&p, "Notes of the night");
	console_quit();
}

static void test_missing(void **state)
{
	(void)state;
	start(NULL);
	pty_key(&p, "E", "no editor is named; set EDITOR");
	pty_wait(&p, "Notes of the night");
	console_quit();
}

static void test_not_found(void **state)
{
	(void)state;
	place_set(&place, "EDITOR", "no-such-editor");
	console_demo(100, 30);
	pty_key(&p, "E", "the editor was not found");
	console_quit();
}

/* The keys of the terminal are the editor's: Ctrl-C does not end sonde, not even when the editor ends before sonde has looked at it.
 * A resize meanwhile is looked at afterwards. */
static void test_signals(void **state)
{
	(void)state;
	start("trap 'echo caught' INT; echo ready; until [ \"$x\" = end ]; do read x; done");
	pty_key(&p, "E", "ready");
	pty_key(&p, "\x03", "caught");
	pty_resize(&p, 80, 24);
	pty_key(&p, "end\r", "The editor changed nothing");
	pty_key(&p, "4", "[4 Metrics]");
	pty_key(&p, "2", "[2 Play]");
	console_quit();
}

static void test_terminated(void **state)
{
	(void)state;
	start("echo ready; read x");
	pty_key(&p, "E", "ready");
	pty_kill(&p, SIGTERM);
	(void)pty_wait_end(&p);
	pty_check_clean(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_taken), CONSOLE_TEST(test_unchanged), CONSOLE_TEST(test_failed), CONSOLE_TEST(test_missing), CONSOLE_TEST(test_not_found), CONSOLE_TEST(test_signals),
		CONSOLE_TEST(test_terminated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
