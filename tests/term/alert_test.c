/* An alert in two consoles on one store: both say it and ring, one runs the command; at rest nothing wakes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/term/console.h"

static const char *const console[] = { NULL };

static void import(int n, const char *error)
{
	static const char *const args[] = { "import", "-", NULL };
	static int calls;
	time_t now = time(NULL);
	char when[40];
	struct buf lines = { 0 };

	(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	for (int i = 0; i < n; i++) {
		(void)buf_addf(&lines, "{\"timestamp\":\"%s\",\"provider\":\"openai\",\"model\":\"m\",\"latency_ms\":%d,\"error\":\"%s\"}\n", when, ++calls, error);
	}
	assert_int_equal(place_run(&place, args, buf_str(&lines), NULL, NULL), 0);
	buf_free(&lines);
}

/* Bells; the one that ends a title is none. */
static int bells(const struct pty *from)
{
	int n = 0;

	for (size_t i = 0; i < from->raw.len; i++) {
		if (from->raw.s[i] == '\033' && from->raw.s[i + 1] == ']') {
			while (i < from->raw.len && from->raw.s[i] != '\a') {
				i++;
			}
		} else if (from->raw.s[i] == '\a') {
			n++;
		}
	}
	return n;
}

static int lines_said(void)
{
	char *path = x_asprintf("%s/data/said", place.dir);
	FILE *f = fopen(path, "r");
	int n = 0;

	for (int c; f != NULL && (c = fgetc(f)) != EOF;) {
		n += c == '\n';
	}
	if (f != NULL) {
		(void)fclose(f);
	}
	free(path);
	return n;
}

static void test_two_consoles(void **state)
{
	struct pty a, b;

	(void)state;
	place_configure(&place, "alerts:\n%s", "  - {name: \"bad\\ttimes\", when: err > 10%, command: 'echo $SONDE_ALERT_STATE >>$SONDE_DATA/said'}\n"
		  "  - {when: p95 > 1h, over: 31d, model: m}\n");
	import(1, "timeout");
	pty_start(&a, &place, console, 120, 40, false);
	pty_start(&b, &place, console, 60, 16, false);
	pty_key(&a, "4", "[4 Metrics]");
	pty_key(&b, "4", "[4 Metrics]");
	pty_key(&b, ":alerts" ENTER, "Alerts \u00b7 0 of 2 on");
	pty_wait(&b, "too few calls: 1");
	import(30, "timeout");
	pty_wait(&a, "Alert: bad times, err > 10% over 10m: 100% in 31 calls");
	pty_wait(&a, "\u25b2 1 alert");
	pty_wait(&b, "Alerts \u00b7 1 of 2 on");
	pty_wait(&b, "100% in 31 calls");
	pty_wait(&b, "runs a com\u2026");
	pty_send(&b, ESC);
	pty_wait_gone(&b, "Alerts \u00b7");
	pty_wait(&b, "\u25b2 1 alert");
	assert_int_equal(bells(&a), 1);
	assert_int_equal(bells(&b), 1);
	import(400, "");
	pty_wait(&a, "Alert is over: bad times");
	pty_wait_gone(&a, "\u25b2 1 alert");
	pty_wait_gone(&b, "\u25b2 1 alert");
	pty_send(&a, "q");
	assert_int_equal(pty_wait_end(&a), 0);
	pty_send(&b, "q");
	assert_int_equal(pty_wait_end(&b), 0);
	assert_int_equal(bells(&a), 1); /* an end does not ring */
	assert_int_equal(lines_said(), 2);
	pty_free(&a);
	pty_free(&b);
	/* What was on stays on without a word. */
	import(400, "timeout");
	pty_start(&p, &place, console, 80, 24, false);
	pty_wait(&p, "Alert: bad times");
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0); /* not console_quit: a bell is nothing that others send */
	pty_free(&p);
	pty_start(&p, &place, console, 80, 24, false);
	pty_wait(&p, "\u25b2 1 alert");
	assert_false(pty_has(&p, "Alert: "));
	assert_int_equal(bells(&p), 0);
	console_quit();
	assert_int_equal(lines_said(), 3);
	assert_int_equal(place_check_store(&place), 831);
}

static void test_options(void **state)
{
	(void)state;
	import(30, "timeout");
	pty_start(&p, &place, console, 80, 24, false);
	pty_key(&p, "4", "[4 Metrics]");
	pty_key(&p, ":alerts" ENTER, "None. `alerts:`");
	pty_send(&p, ESC);
	pty_wait_gone(&p, "None. `alerts:`");
	pty_key(&p, ":set alert.bell off" ENTER, "alert.bell = off");
	pty_key(&p, ":set alert.err 5" ENTER, "Alert: err > 5% over 10m: 100% in 30 calls");
	pty_key(&p, ":set alert.err off" ENTER, "alert.err = off");
	pty_wait_gone(&p, "\u25b2 1 alert");
	assert_int_equal(bells(&p), 0);
	console_quit();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_two_consoles),
		CONSOLE_TEST(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
