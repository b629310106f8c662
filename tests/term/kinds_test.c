/* Kinds of terminals: none, unknown ones, ones without colours, other locales. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "tests/term/console.h"
#include "tests/term/stream.h"

static const char *const console[] = { NULL };

static int setup(void **state)
{
	(void)console_setup(state);
	place_set(&place, "OPENAI_API_KEY", "none");
	place_set(&place, "OPENAI_BASE_URL", "http://127.0.0.1:9");
	return 0;
}

/* One sentence and a hint instead of a screen. */
static void refuses(const char *term, const char *sentence)
{
	place_set(&place, "TERM", term);
	pty_start(&p, &place, console, 80, 24, false);
	int status = pty_wait_end(&p);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
	assert_null(memchr(p.raw.s, 0x1b, p.raw.len));
	assert_true(pty_has(&p, sentence));
	assert_true(pty_has(&p, "TERM=xterm-256color"));
	assert_true(pty_is_line_same(&p));
}

static void test_no_term(void **state)
{
	(void)state;
	refuses(NULL, "sonde: TERM is not set");
}

static void test_unknown_term(void **state)
{
	(void)state;
	refuses("no-such-terminal", "sonde: the terminal type \"no-such-terminal\" is not known");
}

static void test_hostile_term(void **state)
{
	(void)state;
	refuses("a\x1b]52;c;eA==\x07z", "sonde: the terminal type \"az\"");
}

static void test_dumb_term(void **state)
{
	(void)state;
	refuses("dumb", "sonde: a terminal of type \"dumb\" cannot place its cursor");
}

static void test_no_terminal(void **state)
{
	struct buf out = { 0 }, err = { 0 };

	(void)state;
	assert_int_not_equal(place_run(&place, console, "", &out, &err), 0);
	assert_int_equal(out.len, 0);
	assert_non_null(strstr(buf_str(&err), "sonde: the console needs a terminal"));
	buf_free(&out);
	buf_free(&err);
}

/* A visit of both screens; returns whether it had colours. */
static bool visit(const char *term)
{
	place_set(&place, "TERM", term);
	pty_start(&p, &place, console, 80, 24, false);
	pty_wait(&p, "READY");
	pty_key(&p, "4", "[4 Metrics]");
	pty_key(&p, "2", "READY");
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0);
	assert_string_equal(pty_modes_on(&p), "");
	assert_true(pty_is_line_same(&p));
	return stream_has_colour(p.raw.s, p.raw.len);
}

static void test_colours(void **state)
{
	static const char *const terms[] = { "xterm-256color", "xterm", "screen-256color", "tmux-256color", "linux" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(terms); i++) {
		assert_true(visit(terms[i]));
		if (strcmp(terms[i], "linux") != 0) { /* whose cursor has sequences of its own */
			assert_null(pty_foreign(&p, 0));
		}
		pty_free(&p);
	}
}

static void test_no_color(void **state)
{
	(void)state;
	place_set(&place, "NO_COLOR", "1");
	assert_false(visit("xterm-256color"));
	assert_true(console_sent("\x1b[?2004h"));
}

static void test_vt100(void **state)
{
	static const char *const alien[] = { "\x1b[?1002", "\x1b[?2004", "\x1b[?1004", "$<" };

	(void)state;
	assert_false(visit("vt100"));
	for (size_t i = 0; i < COUNT_OF(alien); i++) {
		assert_false(console_sent(alien[i]));
	}
}

static void test_c_locale(void **state)
{
	(void)state;
	place_set(&place, "LC_ALL", "C");
	(void)visit("xterm-256color");
	for (size_t i = 0; i < p.raw.len; i++) {
		assert_true((unsigned char)p.raw.s[i] < 0x80);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, console_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_term), TEST(test_unknown_term), TEST(test_hostile_term), TEST(test_dumb_term), TEST(test_no_terminal),
		TEST(test_colours), TEST(test_no_color), TEST(test_vt100), TEST(test_c_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
