/* Ranges, shifting, zooming and the brush, over plain values. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "app/timeframe.h"
#include "base/clock.h"
#include "base/mem.h"

#define NOW_US INT64_C(1790000000000000)
#define HOUR_US (3600 * US_PER_S)
#define DAY_US (24 * HOUR_US)

static void ranges_follow_each_other(void **state)
{
	struct timeframe f = { .span_us = DAY_US };

	(void)state;
	assert_string_equal(timeframe_range_of(&f)->name, "24h");
	assert_string_equal(timeframe_next_range(&f, 1, true)->name, "7d");
	assert_string_equal(timeframe_next_range(&f, -1, true)->name, "6h");
	f.span_us = 90 * DAY_US;
	assert_string_equal(timeframe_next_range(&f, 1, true)->name, "15m");
	assert_string_equal(timeframe_next_range(&f, 1, false)->name, "90d");
	f.span_us = HOUR_US / 4;
	assert_string_equal(timeframe_next_range(&f, -1, true)->name, "90d");
	assert_string_equal(timeframe_next_range(&f, -1, false)->name, "15m");
	f.span_us = 2 * HOUR_US; /* between two of them */
	assert_null(timeframe_range_of(&f));
	assert_string_equal(timeframe_next_range(&f, 1, true)->name, "6h");
	assert_string_equal(timeframe_next_range(&f, -1, true)->name, "1h");
	f.span_us = HOUR_US / 20;
	assert_string_equal(timeframe_next_range(&f, -1, false)->name, "15m");
}

static void shifted_back_and_forth_it_is_live_again(void **state)
{
	struct timeframe f = { .span_us = DAY_US };

	(void)state;
	timeframe_shift(&f, -1, NOW_US);
	assert_int_equal(f.end_us, NOW_US - DAY_US / 2);
	assert_int_equal(timeframe_start(&f, NOW_US), NOW_US - DAY_US * 3 / 2);
	timeframe_shift(&f, -1, NOW_US);
	assert_int_equal(timeframe_end(&f, NOW_US + HOUR_US), NOW_US - DAY_US); /* it stands still */
	timeframe_shift(&f, 1, NOW_US);
	assert_false(timeframe_is_live(&f));
	timeframe_shift(&f, 1, NOW_US);
	assert_true(timeframe_is_live(&f));
	timeframe_shift(&f, 1, NOW_US);
	assert_true(timeframe_is_live(&f));
}

static void zoom_keeps_the_middle_or_now(void **state)
{
	struct timeframe f = { .span_us = DAY_US };

	(void)state;
	timeframe_zoom(&f, -1, NOW_US);
	assert_int_equal(f.span_us, 6 * HOUR_US);
	assert_true(timeframe_is_live(&f));
	timeframe_shift(&f, -1, NOW_US);
	int64_t middle = timeframe_start(&f, NOW_US) + f.span_us / 2;

	timeframe_zoom(&f, -1, NOW_US);
	assert_int_equal(f.span_us, HOUR_US);
	assert_int_equal(timeframe_start(&f, NOW_US) + f.span_us / 2, middle);
	for (int i = 0; i < 10; i++) {
		timeframe_zoom(&f, 1, NOW_US);
	}
	assert_int_equal(f.span_us, 90 * DAY_US);
	assert_true(timeframe_is_live(&f)); /* its end would be in the future */
}

static void zoom_goes_into_the_brush(void **state)
{
	struct timeframe f = { .span_us = DAY_US, .brush_from_us = NOW_US - 5 * HOUR_US, .brush_to_us = NOW_US - 3 * HOUR_US };

	(void)state;
	assert_true(timeframe_has_brush(&f));
	timeframe_zoom(&f, -1, NOW_US);
	assert_int_equal(f.span_us, 2 * HOUR_US);
	assert_int_equal(f.end_us, NOW_US - 3 * HOUR_US);
	assert_false(timeframe_has_brush(&f));
	f = (struct timeframe){ .span_us = DAY_US, .brush_from_us = NOW_US - US_PER_S, .brush_to_us = NOW_US };
	timeframe_zoom(&f, -1, NOW_US);
	assert_int_equal(f.span_us, TIMEFRAME_LEAST_US);
	assert_true(timeframe_is_live(&f));
}

static void a_brush_outside_is_lifted(void **state)
{
	struct timeframe f = { .span_us = DAY_US, .brush_from_us = NOW_US - 5 * HOUR_US, .brush_to_us = NOW_US - 3 * HOUR_US };

	(void)state;
	timeframe_set_span(&f, 6 * HOUR_US, NOW_US);
	assert_true(timeframe_has_brush(&f));
	timeframe_set_span(&f, HOUR_US, NOW_US);
	assert_false(timeframe_has_brush(&f));
}

static void comparisons_have_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMPARE_COUNT; i++) {
		assert_true(compares[i].name[0] != '\0' && (compares[i].before_us < 0 || strncmp(compares[i].against, "vs ", 3) == 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_follow_each_other), cmocka_unit_test(shifted_back_and_forth_it_is_live_again),
		cmocka_unit_test(zoom_keeps_the_middle_or_now), cmocka_unit_test(zoom_goes_into_the_brush), cmocka_unit_test(a_brush_outside_is_lifted),
		cmocka_unit_test(comparisons_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
