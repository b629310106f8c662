/* sonde --plain on a terminal: words only, from the first byte to the last, and a cursor that is seen where one reads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "tests/term/console.h"

/* A character of U+2500 to U+25FF or U+2800 to U+28FF, or a sign of state, in what was sent. */
static bool has_drawing(void)
{
	static const char *const signs[] = { "\u2713", "\u2717", "\u21bb", "\u26a0" };

	for (size_t i = 0; i + 2 < p.raw.len; i++) {
		unsigned char a = (unsigned char)p.raw.s[i], b = (unsigned char)p.raw.s[i + 1];

		if (a == 0xe2 && ((b >= 0x94 && b <= 0x97) || (b >= 0xa0 && b <= 0xa3))) {
			return true;
		}
	}
	for (size_t i = 0; i < COUNT_OF(signs); i++) {
		if (console_sent(signs[i])) {
			return true;
		}
	}
	return false;
}

static void expect_cursor(int row)
{
	VTermPos at;

	vterm_state_get_cursorpos(vterm_obtain_state(p.vt), &at);
	assert_int_equal(at.row, row);
}

static void test_demo(void **state)
{
	static const char *const demo[] = { "demo", "--plain", NULL };

	(void)state;
	pty_start(&p, &place, demo, 80, 24, false);
	pty_wait(&p, "READY  4 targets, nothing is sent before F5");
	pty_wait(&p, "? help");
	assert_true(pty_has(&p, "2 Play, shown  4 Metrics") && pty_has(&p, "SIMULATED"));
	pty_key(&p, F5, "RUN  4 done");
	pty_wait(&p, "done gpt-5.4-mini, openai");
	assert_true(pty_has(&p, "first token ") && pty_has(&p, "302 tokens in, ") && pty_has(&p, " All targets"));
	expect_cursor(6);
	pty_key(&p, TAB, "done claude-haiku-4-5, anthropic");
	pty_key(&p, "4", "4 Metrics, shown");
	pty_wait(&p, "Latency p95: now ");
	pty_wait(&p, "claude-haiku-4-5,");
	pty_key(&p, ":", " :");
	pty_key(&p, "gro", "group [BY]");
	assert_false(pty_has(&p, "Latency")); /* the whole of the screen is the list's */
	pty_send(&p, ESC);
	pty_wait(&p, "Latency");
	pty_key(&p, "?", "Help, Metrics");
	pty_send(&p, ESC);
	pty_wait(&p, "Latency");
	console_quit();
	assert_false(has_drawing());
}

static void test_set(void **state)
{
	(void)state;
	console_demo(80, 24);
	pty_wait(&p, "\u2501 1 ");
	pty_key(&p, ":set plain on" ENTER, "2 Play, shown");
	pty_wait_gone(&p, "\u2501");
	pty_key(&p, ":set plain off" ENTER, "\u2501 1 ");
	assert_true(pty_has(&p, "[2 Play]"));
	console_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_demo),
		CONSOLE_TEST(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
