/* Nothing happens, nothing runs; something happens elsewhere, and it shows soon. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "tests/term/console.h"

#define IDLE_MS 3000
#define MOST_WAKEUPS 2

static const char *const console[] = { NULL };
static const char *const demo[] = { "demo", NULL };

/* Until nothing has come for as long as any of its timers could take. */
static void settle(void)
{
	while (pty_pump(&p, 400) > 0) {
	}
}

/* Nothing sent and hardly a wake-up in IDLE_MS. */
static bool is_idle(void)
{
	settle();
	size_t bytes = p.raw.len;
	long wakeups = pty_wakeups(&p);

	assert_true(wakeups > 0);
	for (double end = now_ms() + IDLE_MS; now_ms() < end;) {
		(void)pty_pump(&p, (int)(end - now_ms()) + 1);
	}
	return p.raw.len == bytes && pty_wakeups(&p) - wakeups <= MOST_WAKEUPS;
}

/* Soon, at least: a busy machine may take long to come to rest, and what never rests is never idle. */
static void check_idle(void)
{
	int tries = 0;

	while (tries < 10 && !is_idle()) {
		tries++;
	}
	assert_in_range(tries, 0, 9);
}

static void test_metrics_of_demo(void **state)
{
	(void)state;
	pty_start(&p, &place, demo, 120, 40, false);
	pty_key(&p, "4", "live \u00b7 as of");
	pty_wait(&p, "claude-haiku-4-5 ");
	check_idle();
}

static void import(const char *model)
{
	static const char *const args[] = { "import", "-", NULL };
	time_t now = time(NULL);
	char line[300], when[40];

	(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	(void)snprintf(line, sizeof(line), "{\"timestamp\":\"%s\",\"provider\":\"openai\",\"model\":\"%s\",\"prompt_tokens\":412,"
	    "\"completion_tokens\":58,\"latency_ms\":812.5,\"cost_usd\":0.0005}\n", when, model);
	assert_int_equal(place_run(&place, args, line, NULL, NULL), 0);
}

/* A call that another process writes, first into a store that is not there yet. */
static void test_call_from_elsewhere(void **state)
{
	static const char *const models[] = { "model-one", "model-two", "model-three" };

	(void)state;
	place_set(&place, "OLLAMA_HOST", "127.0.0.1:1");
	pty_start(&p, &place, console, 120, 40, false);
	pty_wait(&p, "not on 127.0.0.1:1"); /* the first-start card, which has asked */
	check_idle();
	pty_key(&p, "4", "[4 Metrics]");
	settle();
	for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++) {
		import(models[i]);
		double written = now_ms();
		pty_wait(&p, models[i]);
		print_message("%s shows %.0f ms after it was written\n", models[i], now_ms() - written);
		settle();
	}
	check_idle();
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0);
	assert_int_equal(place_check_store(&place), 3);
}

/* Alerts are judged once; what cannot change them wakes nobody. */
static void test_alerts_at_rest(void **state)
{
	(void)state;
	place_configure(&place, "alerts: [{when: err > 2%%, over: 20s}, {when: cost > 5, over: 30s}, {when: calls > 0, over: 31d}]\n");
	import("model-one");
	pty_start(&p, &place, console, 120, 40, false);
	pty_wait(&p, "Alert: calls > 0 over 31d: 1 call");
	check_idle();
	pty_send(&p, "q");
	assert_int_equal(pty_wait_end(&p), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSOLE_TEST(test_metrics_of_demo),
		CONSOLE_TEST(test_call_from_elsewhere),
		CONSOLE_TEST(test_alerts_at_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
