/* Small terminals, and pastes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/term/console.h"

static const char *const demo[] = { "demo", NULL };

static void test_card(void **state)
{
	(void)state;
	pty_start(&p, &place, demo, 38, 8, false);
	pty_wait(&p, "needs 60\u00d716 (now 38\u00d78)");
	pty_wait(&p, "q quit");
	pty_wait(&p, "SIMULATED");
	pty_wait(&p, "gpt-5.4-mini");
	size_t before = p.raw.len;
	pty_send(&p, F5 CTRL_L); /* the first sends nothing, as nothing of it could be seen; the second shows that both were read */
	while (p.raw.len == before) {
		assert_true(pty_pump(&p, WAIT_MS) > 0);
	}
	pty_resize(&p, 60, 16);
	pty_wait(&p, "READY");
	pty_resize(&p, 1, 1);
	(void)pty_pump(&p, 200);
	pty_resize(&p, 59, 16);
	pty_wait(&p, "(now 59\u00d716)");
	pty_resize(&p, 60, 15);
	pty_wait(&p, "(now 60\u00d715)");
	console_quit();
}

static void test_one_cell(void **state)
{
	(void)state;
	pty_start(&p, &place, demo, 1, 1, false);
	assert_true(pty_pump(&p, WAIT_MS) > 0);
	console_quit();
}

/* A stream goes on behind the card. */
static void test_card_while_streaming(void **state)
{
	(void)state;
	console_demo(60, 16);
	pty_key(&p, F5, IS_RUNNING);
	pty_resize(&p, 38, 8);
	pty_wait(&p, "\u2713");
	pty_resize(&p, 60, 16);
	pty_wait(&p, "4 done");
	console_quit();
}

static void test_quit_on_the_card(void **state)
{
	(void)state;
	console_simulated("2", 60, 16);
	pty_key(&p, F5, IS_RUNNING);
	pty_resize(&p, 38, 8);
	pty_wait(&p, "(now 38\u00d78)");
	pty_key(&p, "q", "q again");
	console_quit();
}

static void test_smallest(void **state)
{
	(void)state;
	console_demo(60, 16);
	pty_wait(&p, "F5 run");
	pty_key(&p, F5, "RUN  4 done");
	pty_wait(&p, "1 of 4");
	pty_key(&p, "ll", "3 of 4");
	pty_key(&p, "4", "live \u00b7 as of");
	pty_wait(&p, "Requests");
	pty_key(&p, "?", "\u250c");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "\u250c");
	console_quit();
}

/* -- pastes ------------------------------------------------------------------------------------------------------------------------- */

static void test_paste(void **state)
{
	static const char paste[] = "\x1b[200~first pasted line\nsecond \x1b]52;c;aGFjaw==\x07 \x1b[31mred \xc2\x9b" "31m \xe2\x80\xae"
				    "bidi\rq\x1b[5n third\x1b[201~";

	(void)state;
	console_demo(120, 40);
	pty_key(&p, "e", "EDIT");
	size_t from = p.raw.len;
	pty_send(&p, paste);
	pty_wait(&p, "first pasted line");
	pty_wait(&p, "second");
	pty_wait(&p, "third");
	assert_null(pty_foreign(&p, from));
	assert_null(memmem(p.raw.s + from, p.raw.len - from, "aGFjaw==\x07", 9));
	pty_send(&p, UNDO);
	pty_wait_gone(&p, "pasted");
	pty_wait_gone(&p, "second");
	pty_wait_gone(&p, "third");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "EDIT");
	console_quit();
}

/* Outside the field a paste is a prompt, never keys. (Cut into pieces: tests/ui/keys_test.) */
static void test_paste_is_no_command(void **state)
{
	(void)state;
	console_demo(120, 40);
	pty_send(&p, PASTED("qqXqq pasted"));
	pty_wait(&p, "qqXqq pasted");
	pty_wait(&p, "EDIT");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "EDIT");
	console_quit();
}

static void test_large_paste(void **state)
{
	char line[81];

	(void)state;
	console_demo(120, 40);
	pty_send(&p, "\x1b[200~");
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(line, sizeof(line), "%-79d\n", i);
		pty_send(&p, line);
	}
	pty_send(&p, "last of all\x1b[201~");
	pty_wait(&p, "last of all");
	pty_send(&p, UNDO);
	pty_wait_gone(&p, "last of all");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "EDIT");
	console_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_card), CONSOLE_TEST(test_one_cell), CONSOLE_TEST(test_card_while_streaming), CONSOLE_TEST(test_quit_on_the_card), CONSOLE_TEST(test_smallest),
		CONSOLE_TEST(test_paste), CONSOLE_TEST(test_paste_is_no_command), CONSOLE_TEST(test_large_paste),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
