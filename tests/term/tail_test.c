/* The log while another process writes as fast as it can: none is lost, and what comes while it is held or paused is counted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "tests/term/pty.h"

#define BATCH 10000
#define BATCHES 5

static const char *const console[] = { NULL };
static const char *const import[] = { "import", "-", NULL };
static struct place place;
static struct pty p;

static int setup(void **state)
{
	(void)state;
	place_make(&place);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pty_free(&p);
	place_remove(&place);
	return 0;
}

/* So many calls of the last seconds, each with a session of its own, so that no two lines are the same. */
static void write_calls(int from, int n)
{
	time_t now = time(NULL);
	struct buf lines = { 0 };
	char when[40];
	double start = now_ms();

	(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", gmtime(&now));
	for (int i = from; i < from + n; i++) {
		(void)buf_addf(&lines, "{\"timestamp\":\"%s.%06dZ\",\"provider\":\"openai\",\"model\":\"m\",\"prompt_tokens\":%d,\"completion_tokens\":1,"
		    "\"latency_ms\":10,\"cost_usd\":0.0001}\n", when, i, i);
	}
	assert_int_equal(place_run(&place, import, buf_str(&lines), NULL, NULL), 0);
	print_message("%d calls in %.0f ms\n", n, now_ms() - start);
	buf_free(&lines);
}

static void test_every_call_is_counted(void **state)
{
	char total[40];

	(void)state;
	write_calls(0, 1);
	pty_start(&p, &place, console, 120, 40, false);
	pty_wait(&p, "4 Metrics");
	pty_key(&p, "4", "1 \u00b7 / filter");
	for (int i = 0; i < BATCHES; i++) {
		write_calls(1 + i * BATCH, BATCH);
	}
	(void)snprintf(total, sizeof(total), "%d 001 \u00b7 / filter", BATCH * BATCHES / 1000);
	pty_wait(&p, total);
	pty_wait(&p, "50 001 calls");
	/* scrolled back: the list stays, what comes is counted */
	pty_key(&p, "\tj", "log held, 0 newer");
	write_calls(60000, BATCH);
	pty_wait(&p, "10 000 newer");
	assert_true(pty_has(&p, total));
	pty_send(&p, "\x1b[H");
	pty_wait(&p, "60 001 \u00b7 / filter");
	/* paused: all stays, what comes is counted */
	pty_key(&p, "p", "paused: the figures stay");
	write_calls(80000, BATCH);
	pty_key(&p, "j", "10 000 came meanwhile");
	assert_true(pty_has(&p, "60 001 \u00b7 / filter"));
	pty_key(&p, "p", "70 001 calls");
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0);
	assert_int_equal(place_check_store(&place), 70001);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_every_call_is_counted, setup, teardown) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
