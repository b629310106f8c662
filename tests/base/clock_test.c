#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/clock.h"

#include "base/mem.h"

static void parses_iso(void **state)
{
	static const struct {
		const char *text;
		int64_t s, us;
	} cases[] = {
		{ "1970-01-01", 0, 0 },
		{ "1970-01-01T00:00:00Z", 0, 0 },
		{ "1969-12-31T23:59:59.5Z", -1, 500000 },
		{ "2026-11-23", 1795392000, 0 },
		{ "2026-11-23T10:00", 1795428000, 0 },
		{ "2026-11-23 10:00:01", 1795428001, 0 },
		{ "2026-11-23t10:00:00z", 1795428000, 0 },
		{ "2026-11-23T10:00:00 Z", 1795428000, 0 },
		{ "2026-11-23T10:00:00.1Z", 1795428000, 100000 },
		{ "2026-11-23T10:00:00.123456Z", 1795428000, 123456 },
		{ "2026-11-23T10:00:00.123456789Z", 1795428000, 123456 },
		{ "2026-11-23T10:00:00,25Z", 1795428000, 250000 },
		{ "2026-11-23T10:00:00+01:00", 1795424400, 0 },
		{ "2026-11-23T10:00:00-0530", 1795447800, 0 },
		{ "2026-11-23T10:00:00+02", 1795420800, 0 },
		{ "2026-11-23T10:00+01:00", 1795424400, 0 },
		{ "2026-11-23T00:00:00+23:59", 1795305660, 0 },
		{ "2024-02-29", 1709164800, 0 },
		{ "2000-02-29", 951782400, 0 },
		{ "2000-03-01", 951868800, 0 },
		{ "2100-03-01", 4107542400, 0 },
		{ "1900-03-01", -2203891200, 0 },
		{ "1600-02-29", -11670998400, 0 },
		{ "2016-12-31T23:59:60Z", 1483228800, 0 },
		{ "2038-01-19T03:14:08Z", 2147483648, 0 },
		{ "9999-12-31T23:59:59Z", 253402300799, 0 },
		{ "0001-01-01", -62135596800, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t us = -7;

		if (!clock_parse_iso(cases[i].text, strlen(cases[i].text), &us) || us != cases[i].s * US_PER_S + cases[i].us) {
			fail_msg("%s gave %lld", cases[i].text, (long long)us);
		}
	}
}

static void refuses_iso(void **state)
{
	static const char *const cases[] = {
		"", "2026", "2026-11", "2026-1-1", "2026-13-01", "2026-00-01", "2026-11-31", "2026-11-00", "2023-02-29", "1900-02-29",
		"2100-02-29",
		"2026-11-23T",
		"2026-11-23T10", "2026-11-23T10:", "2026-11-23T10:00:", "2026-11-23T24:00", "2026-11-23T10:60", "2026-11-23T10:00:61",
		"2026-11-23T10:00.5Z", "2026-11-23T10:00:00.Z", "2026-11-23T10:00:00.", "2026-11-23T10:00:00+", "2026-11-23T10:00:00+1",
		"2026-11-23T10:00:00+01:", "2026-11-23T10:00:00+01:6", "2026-11-23T10:00:00+24:00", "2026-11-23T10:00:00+01:60",
		"2026-11-23T10:00:00Zx", "2026-11-23T10:00:00 ", "2026-11-23x10:00:00", " 2026-11-23", "2026-11-23 ", "+026-11-23",
		"2026-11-23T-1:00",
		"20261123", "now", "2026-11-23T10:00:00 CET",
	};
	int64_t us;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (clock_parse_iso(cases[i], strlen(cases[i]), &us)) {
			fail_msg("\"%s\" was taken", cases[i]);
		}
	}
	/* The length decides, not a NUL. */
	assert_true(clock_parse_iso("2026-11-23T10:00:00", 10, &us));
	assert_true(us == 1795392000 * US_PER_S);
}

static void formats_iso(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00.000000Z" },
		{ -1, "1969-12-31T23:59:59.999999Z" },
		{ 1795428000123456, "2026-11-23T10:00:00.123456Z" },
		{ 1709164800000000, "2024-02-29T00:00:00.000000Z" },
		{ -62135596800000000, "0001-01-01T00:00:00.000000Z" },
	};
	char out[CLOCK_ISO_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t back;

		clock_format_iso(cases[i].us, out);
		assert_string_equal(out, cases[i].text);
		assert_true(clock_parse_iso(out, strlen(out), &back));
		assert_true(back == cases[i].us);
	}
	clock_format_iso(INT64_MAX, out);
	assert_true(strlen(out) < sizeof(out));
	clock_format_iso(INT64_MIN, out);
	assert_true(strlen(out) < sizeof(out));
}

/* Each day of 800 years there and back: the calendar repeats after 400. */
static void every_day(void **state)
{
	char out[CLOCK_ISO_SIZE];

	(void)state;
	for (int64_t day = -146097; day < 146097; day++) {
		int64_t us = day * 86400 * US_PER_S, back;

		clock_format_iso(us, out);
		assert_true(clock_parse_iso(out, 10, &back));
		assert_true(back == us);
	}
}

static void parses_spans(void **state)
{
	static const struct {
		const char *text;
		int64_t s; /* 0: refused */
	} cases[] = {
		{ "1s", 1 }, { "90s", 90 }, { "15m", 900 }, { "24h", 86400 }, { "7d", 604800 }, { "2w", 1209600 }, { "1000000w",
		    604800000000 },
		{ "", 0 }, { "s", 0 }, { "0s", 0 }, { "-1s", 0 }, { "+1s", 0 }, { " 1s", 0 }, { "1", 0 }, { "1 s", 0 }, { "1ss", 0 },
		    { "1y", 0 },
		{ "1.5h", 0 }, { "1000001s", 0 }, { "99999999999999999999s", 0 }, { "1S", 0 }, { "0x1s", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t us = 0;
		bool ok = clock_parse_span(cases[i].text, &us);

		if (ok != (cases[i].s > 0) || us != cases[i].s * US_PER_S) {
			fail_msg("\"%s\" gave %d, %lld", cases[i].text, ok, (long long)us);
		}
	}
}

static void clocks_run(void **state)
{
	int64_t a = clock_mono_us(), b = clock_mono_us();

	(void)state;
	assert_true(b >= a);
	assert_true(clock_wall_us() > 1577836800 * US_PER_S); /* 2020 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_iso), cmocka_unit_test(refuses_iso),  cmocka_unit_test(formats_iso),
		cmocka_unit_test(every_day),  cmocka_unit_test(parses_spans), cmocka_unit_test(clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
