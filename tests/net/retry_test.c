#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "net/retry.h"

static const struct {
	const char *name;
	enum http_outcome outcome;
	int status;
	int64_t retry_after_ms;
	int should_retry;
	bool body_started, is_permanent, is_quota;
	int attempt, max_attempts;
	double random;
	int64_t wait_ms;
} cases[] = {
	{ "success", HTTP_OK, 200, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "success, whatever the server says", HTTP_OK, 200, 100, 1, true, false, false, 1, 3, 1, -1 },
	{ "redirect", HTTP_OK, 302, -1, -1, false, false, false, 1, 3, 1, -1 },
	{ "400", HTTP_OK, 400, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "401", HTTP_OK, 401, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "402", HTTP_OK, 402, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "403", HTTP_OK, 403, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "404", HTTP_OK, 404, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "413", HTTP_OK, 413, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "422", HTTP_OK, 422, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "408", HTTP_OK, 408, -1, -1, true, false, false, 1, 3, 1, 500 },
	{ "409", HTTP_OK, 409, -1, -1, true, false, false, 1, 3, 1, 500 },
	{ "425", HTTP_OK, 425, -1, -1, true, false, false, 1, 3, 1, 500 },
	{ "429", HTTP_OK, 429, -1, -1, true, false, false, 1, 3, 1, 500 },
	{ "500", HTTP_OK, 500, -1, -1, true, false, false, 1, 3, 1, 500 },
	{ "501", HTTP_OK, 501, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "502", HTTP_OK, 502, -1, -1, true, false, false, 1, 3, 1, 500 },
	{ "503", HTTP_OK, 503, -1, -1, true, false, false, 1, 3, 1, 500 },
	{ "504", HTTP_OK, 504, -1, -1, true, false, false, 1, 3, 1, 500 },
	{ "529", HTTP_OK, 529, -1, -1, true, false, false, 1, 3, 1, 500 },
	{ "429 for an empty account", HTTP_OK, 429, -1, -1, true, false, true, 1, 3, 1, -1 },
	{ "429 for an empty account, whatever the server says", HTTP_OK, 429, 100, 1, true, false, true, 1, 3, 1, -1 },
	{ "the server says no", HTTP_OK, 503, -1, 0, true, false, false, 1, 3, 1, -1 },
	{ "the server says yes", HTTP_OK, 400, -1, 1, true, false, false, 1, 3, 1, 500 },
	{ "no connection", HTTP_NETWORK, 0, -1, -1, false, false, false, 1, 3, 1, 500 },
	{ "timeout", HTTP_TIMEOUT, 0, -1, -1, false, false, false, 1, 3, 1, 500 },
	{ "headers, then nothing", HTTP_TIMEOUT, 200, -1, -1, false, false, false, 1, 3, 1, 500 },
	{ "cut short after the first byte", HTTP_NETWORK, 200, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "silence after the first byte", HTTP_TIMEOUT, 200, -1, -1, true, false, false, 1, 3, 1, -1 },
	{ "an error whose body was cut short", HTTP_NETWORK, 503, -1, -1, true, false, false, 1, 3, 1, 500 },
	{ "a certificate", HTTP_NETWORK, 0, -1, -1, false, true, false, 1, 3, 1, -1 },
	{ "second", HTTP_OK, 503, -1, -1, true, false, false, 2, 9, 1, 1000 },
	{ "third", HTTP_OK, 503, -1, -1, true, false, false, 3, 9, 1, 2000 },
	{ "fifth", HTTP_OK, 503, -1, -1, true, false, false, 5, 9, 1, 8000 },
	{ "sixth: no longer doubled", HTTP_OK, 503, -1, -1, true, false, false, 6, 9, 1, 8000 },
	{ "the millionth", HTTP_OK, 503, -1, -1, true, false, false, 1000000, 2000000, 1, 8000 },
	{ "last but one", HTTP_OK, 503, -1, -1, true, false, false, 2, 3, 0, 750 },
	{ "used up", HTTP_OK, 503, -1, -1, true, false, false, 3, 3, 0, -1 },
	{ "only one allowed", HTTP_OK, 503, -1, -1, true, false, false, 1, 1, 0, -1 },
	{ "random low", HTTP_OK, 503, -1, -1, true, false, false, 1, 3, 0, 375 },
	{ "random in between", HTTP_OK, 503, -1, -1, true, false, false, 1, 3, 0.5, 437 },
	{ "Retry-After is longer", HTTP_OK, 429, 2500, -1, true, false, false, 1, 3, 1, 2500 },
	{ "Retry-After is shorter", HTTP_OK, 429, 20, -1, true, false, false, 1, 3, 1, 500 },
	{ "Retry-After is the longest waited for", HTTP_OK, 429, 60000, -1, true, false, false, 1, 3, 1, 60000 },
	{ "Retry-After is too long", HTTP_OK, 429, 60001, -1, true, false, false, 1, 3, 1, -1 },
	{ "Retry-After 0", HTTP_OK, 429, 0, -1, true, false, false, 1, 3, 0, 375 },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct http_result r = {
			.outcome = cases[i].outcome, .body_started = cases[i].body_started, .is_permanent = cases[i].is_permanent
		};

		r.reply.status = cases[i].status;
		r.reply.retry_after_ms = cases[i].retry_after_ms;
		r.reply.should_retry = cases[i].should_retry;
		int64_t wait = retry_wait_ms(&r, cases[i].attempt, cases[i].max_attempts, cases[i].is_quota, cases[i].random);

		if (wait != cases[i].wait_ms) {
			fail_msg("%s: %lld ms, expected %lld", cases[i].name, (long long)wait, (long long)cases[i].wait_ms);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
