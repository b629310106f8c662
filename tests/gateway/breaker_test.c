#include "gateway/breaker.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"

#define S INT64_C(1000000)

/* One step at a virtual time, and what holds after it. ask: whether a request may go; else how one ended. */
enum step { ASK_YES, ASK_NO, GOOD, SERVER, TIMEOUT, NETWORK, LIMITED, BAD_REQUEST, GAVE_UP, GAVE_UP_PROBE, END };
static const enum error_class classes[] = {
	[GOOD] = CLASS_NONE, [SERVER] = CLASS_SERVER_ERROR, [TIMEOUT] = CLASS_TIMEOUT, [NETWORK] = CLASS_NETWORK,
	[LIMITED] = CLASS_RATE_LIMITED, [BAD_REQUEST] = CLASS_BAD_REQUEST,
};

static const struct {
	const char *name;
	struct {
		enum step step;
		int64_t at_s; /* since the step before */
	} steps[20];
	enum breaker_state state;
} rows[] = {
	{ "fresh", { { ASK_YES, 0 }, { END, 0 } }, BREAKER_CLOSED },
	{ "four failures", { { SERVER, 0 }, { TIMEOUT, 1 }, { NETWORK, 1 }, { SERVER, 1 }, { ASK_YES, 0 }, { END, 0 } }, BREAKER_CLOSED },
	{ "five in a row", { { SERVER, 0 }, { TIMEOUT, 1 }, { NETWORK, 1 }, { SERVER, 1 }, { SERVER, 1 }, { ASK_NO, 0 }, { END, 0 } },
	  BREAKER_OPEN },
	{ "a success between", { { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { GOOD, 0 }, { SERVER, 0 }, { ASK_YES, 0 },
	    { END, 0 } },
	  BREAKER_CLOSED },
	{ "an answer between is none", { { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { BAD_REQUEST, 0 }, { SERVER, 0 },
	    { ASK_YES, 0 }, { END, 0 } }, BREAKER_CLOSED },
	{ "at the edge of the window", { { SERVER, 0 }, { SERVER, 10 }, { SERVER, 10 }, { SERVER, 5 }, { SERVER, 5 }, { ASK_NO, 0 }, { END, 0 } },
	  BREAKER_OPEN },
	{ "beyond the window", { { SERVER, 0 }, { SERVER, 10 }, { SERVER, 10 }, { SERVER, 5 }, { SERVER, 6 }, { ASK_YES, 0 }, { END, 0 } },
	  BREAKER_CLOSED },
	{ "the window slides", { { SERVER, 0 }, { SERVER, 40 }, { SERVER, 1 }, { SERVER, 1 }, { SERVER, 1 }, { ASK_YES, 0 }, { SERVER, 1 },
	    { ASK_NO, 0 }, { END, 0 } }, BREAKER_OPEN },
	{ "open for 15 s, then one probe", { { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { ASK_NO, 14 },
	    { ASK_YES, 1 }, { ASK_NO, 0 }, { ASK_NO, 60 }, { END, 0 } }, BREAKER_PROBING },
	{ "a good probe closes it", { { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { ASK_YES, 15 }, { GOOD, 1 },
	    { ASK_YES, 0 }, { SERVER, 0 }, { ASK_YES, 0 }, { END, 0 } }, BREAKER_CLOSED },
	{ "a bad probe opens it again", { { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { ASK_YES, 15 },
	    { NETWORK, 1 }, { ASK_NO, 14 }, { ASK_YES, 1 }, { END, 0 } }, BREAKER_PROBING },
	{ "a probe given up makes room", { { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { ASK_YES, 15 },
	    { GAVE_UP, 1 }, { ASK_NO, 0 }, { GAVE_UP_PROBE, 0 }, { ASK_YES, 0 }, { END, 0 } }, BREAKER_PROBING },
	{ "a late failure does not lengthen it", { { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 10 },
	    { ASK_YES, 5 }, { END, 0 } }, BREAKER_PROBING },
	{ "a late success closes it", { { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { GOOD, 1 }, { ASK_YES, 0 },
	    { END, 0 } }, BREAKER_CLOSED },
	{ "a 429 is an answer", { { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { SERVER, 0 }, { LIMITED, 0 }, { SERVER, 0 }, { ASK_YES, 0 },
	    { END, 0 } }, BREAKER_CLOSED },
};

static void states(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct breaker b = { 0 };
		int64_t now = 1000 * S;

		for (size_t k = 0; rows[i].steps[k].step != END; k++) {
			enum step step = rows[i].steps[k].step;

			now += rows[i].steps[k].at_s * S;
			if (step <= ASK_NO) {
				if (breaker_admits(&b, now) != (step == ASK_YES)) {
					fail_msg("%s: step %zu", rows[i].name, k);
				}
			} else if (step >= GAVE_UP) {
				breaker_gave_up(&b, step == GAVE_UP_PROBE);
			} else {
				breaker_ended(&b, classes[step], 1, 0, now);
			}
		}
		if (b.state != rows[i].state) {
			fail_msg("%s: state %d", rows[i].name, b.state);
		}
	}
}

static void waiting(void **state)
{
	struct breaker b = { 0 };

	(void)state;
	assert_int_equal(breaker_wait_us(&b, 5), 0);
	for (int i = 0; i < BREAKER_FAILURES; i++) {
		breaker_ended(&b, CLASS_TIMEOUT, 1, 0, S);
	}
	assert_int_equal(breaker_wait_us(&b, S), 15 * S);
	assert_int_equal(breaker_wait_us(&b, 10 * S), 6 * S);
	assert_int_equal(breaker_wait_us(&b, 16 * S), 0);
}

/* Limits after a 429 with so many in flight, and after so many successes then. */
static void limits(void **state)
{
	static const struct {
		int in_flight, configured, n_limited, n_good, limit;
	} cases[] = {
		{ 8, 0, 0, 100, 0 }, { 8, 6, 0, 100, 6 }, { 8, 0, 1, 0, 4 }, { 8, 0, 2, 0, 2 }, { 8, 0, 9, 0, 1 }, { 1, 0, 1, 0, 1 },
		{ 8, 0, 1, 9, 4 }, { 8, 0, 1, 10, 5 }, { 8, 0, 1, 39, 7 }, { 4, 4, 1, 0, 2 }, { 4, 4, 1, 10, 3 }, { 4, 4, 1, 20, 4 },
		{ 4, 4, 1, 500, 4 }, { 1000, 0, 1, 0, 32 }, { 1000, 0, 1, 310, 63 }, { 1000, 0, 1, 320, 0 }, { 3, 10, 1, 0, 1 },
		{ 1, 1, 1, 5, 1 }, { 1, 1, 1, 50, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct breaker b = { 0 };

		for (int k = 0; k < cases[i].n_limited; k++) {
			breaker_ended(&b, CLASS_RATE_LIMITED, cases[i].in_flight, cases[i].configured, 0);
		}
		for (int k = 0; k < cases[i].n_good; k++) {
			breaker_ended(&b, CLASS_NONE, cases[i].in_flight, cases[i].configured, 0);
		}
		if (breaker_limit(&b, cases[i].configured) != cases[i].limit) {
			fail_msg("case %zu: %d", i, breaker_limit(&b, cases[i].configured));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(states), cmocka_unit_test(waiting), cmocka_unit_test(limits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
