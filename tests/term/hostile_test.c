/* A model that answers with escape sequences: none of them reaches the terminal, and the reader is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "tests/term/console.h"

static const char *const console[] = { NULL };

static void test_hostile_answers(void **state)
{
	static const char *const simulator[] = { "--fail", "hostile=1", "--ttft", "5", "--rate", "2000", NULL };
	static const char *const poison[] = { "\x1b]0", "\x1b]1;", "\x1b]4", "\x1b]5", "\x1b]8", "\x1bP", "\x1b[6n", "\xc2\x9b", "\xc2\x9d", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\x8b",
		"\xef\xbb\xbf", "\x1b\x63" };

	(void)state;
	pid_t sim = place_simulate(&place, simulator);
	pty_start(&p, &place, console, 200, 60, false);
	pty_wait(&p, "READY  4 targets");
	pty_key(&p, PASTED("Say what there is to say.") F5, "RUN  4 done");
	pty_wait(&p, "Hostile text begins.");
	pty_wait(&p, "control characters removed");
	pty_send(&p, "i"); /* the inspector shows each piece as it came, cleaned */
	pty_wait_gone(&p, "Inspector");
	pty_wait_gone(&p, "owned");
	pty_key(&p, "d", "Diff");
	pty_send(&p, "d");
	pty_key(&p, "H", "\u2501 Runs");
	pty_wait(&p, "\u2022");
	pty_key(&p, "\r", "past run");
	pty_wait(&p, "control characters removed");
	pty_key(&p, "4", "live \u00b7 as of");
	pty_wait(&p, "SIMULATED");
	pty_key(&p, TAB, "\u2501 Requests");
	pty_key(&p, ENTER, "\u2501 Request ");
	pty_wait(&p, "Hostile text begins.");
	for (int i = 0; i < 5; i++) {
		pty_send(&p, PAGE_DOWN); /* all pages of it */
		(void)pty_pump(&p, 30);
	}
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0);
	const char *foreign = pty_foreign(&p, 0);
	assert_string_equal(foreign != NULL ? foreign : "", "");
	for (size_t i = 0; i < COUNT_OF(poison); i++) {
		assert_null(memmem(p.raw.s, p.raw.len, poison[i], strlen(poison[i])));
	}
	/* The one such sequence of the program's own is its title. */
	for (size_t i = 0; i + 1 < p.raw.len; i++) {
		if (p.raw.s[i] == '\x1b' && p.raw.s[i + 1] == ']') {
			assert_true(i + 9 <= p.raw.len && memcmp(p.raw.s + i, "\x1b]2;sonde", 9) == 0);
		}
	}
	assert_string_equal(pty_modes_on(&p), "");
	place_end(sim);
	assert_int_equal(place_check_store(&place), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_hostile_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
