#include "gateway/limit.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define USD INT64_C(1000000000)

static void texts(void **state)
{
	/* What is meant, or where and what is wrong. */
	static const struct {
		const char *text, *means;
		size_t column;
	} cases[] = {
		{ "err<2%", "err < 2%", 0 },
		{ "  ERR  <=  0.5% ", "err <= 0.5%", 0 },
		{ "err<2% p95<3s cost<5", "err < 2%; p95 < 3s; cost < $5.00", 0 },
		{ "err<2%,p95<800ms,cost/h<$0.50", "err < 2%; p95 < 0.8s; cost/h < $0.5000", 0 },
		{ "calls>=100 and cost/day < 20 AND ttft_p95 < 1.5s", "calls >= 100; cost/day < $20.00; ttft_p95 < 1.5s", 0 },
		{ "p50>2m p99>100us ttft_p50>1s ttft_p99>30s", "p50 > 2m00s; p99 > 0.1ms; ttft_p50 > 1s; ttft_p99 > 30s", 0 },
		{ "calls>10k", "calls > 10.0k", 0 },
		{ "", "begins with the name", 1 },
		{ "   ", "begins with the name", 4 },
		{ "and", "no figure \"and\"", 1 },
		{ "<2%", "begins with the name", 1 },
		{ "errr<2%", "no figure \"errr\"", 1 },
		{ "p95<3s latency<2s", "no figure \"latency\"", 8 },
		{ "err 2%", "compared by <", 5 },
		{ "err=2%", "compared by <", 4 },
		{ "err<2", "a percentage such as 2%, not \"2\"", 5 },
		{ "err< -1%", "not \"-1%\"", 6 },
		{ "err<", "not \"\"", 5 },
		{ "p95<3", "a time with its unit", 5 },
		{ "p95<3s<4s", "begins with the name", 7 },
		{ "cost<5%", "US dollars", 6 },
		{ "cost<$", "US dollars", 6 },
		{ "calls>$5", "a number", 7 },
		{ "err<2% or p95<3s", "no figure \"or\"", 8 },
		{ "err<2%\001", "not \"2%?\"", 5 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct limit limits[LIMITS_MOST];
		struct buf all = { 0 };
		struct err e = { 0 };
		size_t n, column = 77;
		bool ok = limits_parse(cases[i].text, limits, &n, &column, &e);

		for (size_t k = 0; ok && k < n; k++) {
			char text[LIMIT_TEXT_SIZE];

			limit_text(&limits[k], text);
			(void)buf_addf(&all, "%s%s", k > 0 ? "; " : "", text);
		}
		if (ok != (cases[i].column == 0) || column != cases[i].column || (ok ? strcmp(buf_str(&all), cases[i].means) != 0 :
		    strstr(e.text, cases[i].means) == NULL || e.code != ERR_USAGE)) {
			fail_msg("\"%s\": %s, %s, column %zu", cases[i].text, buf_str(&all), e.text, column);
		}
		buf_free(&all);
	}
}

static void too_many(void **state)
{
	struct limit limits[LIMITS_MOST];
	struct buf text = { 0 };
	struct err e;
	size_t n;

	(void)state;
	for (int i = 0; i < LIMITS_MOST; i++) {
		(void)buf_add_str(&text, "err<2% ");
	}
	assert_true(limits_parse(buf_str(&text), limits, &n, NULL, &e));
	assert_int_equal(n, LIMITS_MOST);
	(void)buf_add_str(&text, "p95<3s");
	assert_false(limits_parse(buf_str(&text), limits, &n, NULL, &e));
	assert_string_equal(e.text, "more than 16 limits");
	buf_free(&text);
}

static struct limit one(const char *text)
{
	struct limit limits[LIMITS_MOST];
	struct err e;
	size_t n;

	assert_true(limits_parse(text, limits, &n, NULL, &e));
	assert_int_equal(n, 1);
	return limits[0];
}

/* 200 calls in two hours, 9 of them failed without latency, $3 known; 191 with 10 ms to 1910 ms. */
static struct figures some(void)
{
	struct figures f = { 0 };

	for (int i = 0; i < 200; i++) {
		struct call_row row;

		call_row_init(&row);
		row.error_class = i < 9 ? CLASS_TIMEOUT : CLASS_NONE;
		row.cost_nano = i < 9 ? UNKNOWN : i == 9 ? 3 * USD : 0;
		row.latency_us = i < 9 ? UNKNOWN : (i - 8) * 10 * US_PER_MS;
		row.ttft_us = i == 100 ? 5 * US_PER_MS : UNKNOWN;
		figures_add_row(&f, &row);
	}
	return f;
}

static void values(void **state)
{
	static const struct {
		const char *limit;
		int64_t value, off; /* at most so far off */
		uint64_t sample, least;
		const char *shown, *plain;
	} cases[] = {
		{ "calls>1", 250, 0, 250, 0, "250", "250" },
		{ "err>1%", 45000, 0, 200, 20, "4.5%", "0.045" },
		{ "cost>1", 3 * USD, 0, 250, 0, "$3.00", "3" },
		{ "cost/h>1", 3 * USD / 2, 0, 250, 0, "$1.50", "1.5" },
		{ "cost/day>1", 36 * USD, 0, 250, 0, "$36.00", "36" },
		{ "p95>1s", 1820 * US_PER_MS, 18 * US_PER_MS, 191, 20, NULL, NULL },
		{ "ttft_p95>1s", 5 * US_PER_MS, 50, 1, 20, NULL, NULL },
	};
	struct figures f = some(), none = { 0 };

	(void)state;
	f.calls += 50; /* that were not sent: no figure of the others is told by them */
	f.by_class[CLASS_BUDGET] = 50;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct limit l = one(cases[i].limit);
		int64_t value = limit_value(&l, &f, 2 * 3600 * US_PER_S);
		char shown[FIGURE_SIZE];

		assert_in_range(value, cases[i].value - cases[i].off, cases[i].value + cases[i].off);
		assert_int_equal(limit_sample(&l, &f), cases[i].sample);
		assert_int_equal(limit_least(&l, 20), cases[i].least);
		if (cases[i].shown != NULL) {
			limit_format(&l, value, shown);
			assert_string_equal(shown, cases[i].shown);
			limit_format_plain(&l, value, shown);
			assert_string_equal(shown, cases[i].plain);
		}
		value = limit_value(&l, &none, US_PER_S);
		assert_int_equal(value, limit_only_falls(&l) ? 0 : UNKNOWN);
	}
	struct limit l = one("err<2%");
	char shown[FIGURE_SIZE];
	struct buf told = { 0 };

	limit_add_value(&l, 45000, 1, &told);
	assert_string_equal(buf_str(&told), "4.5% in 1 call");
	buf_clear(&told);
	l = one("calls<2");
	limit_add_value(&l, 12000, 12000, &told);
	assert_string_equal(buf_str(&told), "12.0k calls");
	buf_free(&told);
	l = one("err<2%");

	limit_format(&l, UNKNOWN, shown);
	assert_string_equal(shown, "\u2013");
	limit_format_plain(&l, UNKNOWN, shown);
	assert_string_equal(shown, "null");
	figures_free(&f);
}

static void a_cost_that_nobody_knows(void **state)
{
	struct figures f = { .calls = 3, .errors = 1, .by_class = { [CLASS_NONE] = 2, [CLASS_OTHER] = 1 }, .unpriced = 2 };
	struct limit l = one("cost<5");

	(void)state;
	assert_int_equal(limit_value(&l, &f, US_PER_S), UNKNOWN);
	f.unpriced = 1;
	f.cost_nano = 7;
	assert_int_equal(limit_value(&l, &f, US_PER_S), 7);
}

static void bounds(void **state)
{
	static const struct {
		const char *limit;
		int64_t value;
		bool holds, is_clear;
	} cases[] = {
		{ "err>2%", 20001, true, false }, { "err>2%", 20000, false, false }, { "err>2%", 18001, false, false }, { "err>2%", 18000, false, true },
		{ "err>=2%", 20000, true, false }, { "err>=2%", 17999, false, true }, { "calls<100", 99, true, false }, { "calls<100", 100, false, false },
		{ "calls<100", 109, false, false }, { "calls<100", 110, false, true }, { "calls<=100", 100, true, false }, { "calls<1", 0, true, false },
		{ "calls<1", 1, false, true }, { "cost>0", 0, false, true }, { "err>2%", UNKNOWN, false, false }, { "calls<100", UNKNOWN, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct limit l = one(cases[i].limit);

		if (limit_holds(&l, cases[i].value) != cases[i].holds || limit_is_clear(&l, cases[i].value) != cases[i].is_clear) {
			fail_msg("%s of %lld", cases[i].limit, (long long)cases[i].value);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(too_many),
		cmocka_unit_test(values),
		cmocka_unit_test(a_cost_that_nobody_knows),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
