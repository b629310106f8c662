#include "app/timeframe.h"

#include "base/clock.h"
#include "base/mem.h"

#define HOUR_US (3600 * US_PER_S)

const struct timeframe_range timeframe_ranges[] = {
	{ "15m", HOUR_US / 4 }, { "1h", HOUR_US }, { "6h", 6 * HOUR_US }, { "24h", 24 * HOUR_US }, { "7d", 168 * HOUR_US },
	{ "30d", 720 * HOUR_US }, { "90d", 2160 * HOUR_US },
};
const size_t n_timeframe_ranges = COUNT_OF(timeframe_ranges);

const struct compare_row compares[COMPARE_COUNT] = {
	[COMPARE_PREVIOUS] = { "previous", "vs before", 0 },
	[COMPARE_YESTERDAY] = { "yesterday", "vs yesterday", 24 * HOUR_US },
	[COMPARE_WEEK] = { "week", "vs a week ago", 168 * HOUR_US },
	[COMPARE_OFF] = { "off", "", -1 },
};

int64_t timeframe_end(const struct timeframe *f, int64_t now_us)
{
	return f->end_us != 0 ? f->end_us : now_us;
}

const struct timeframe_range *timeframe_range_of(const struct timeframe *f)
{
	for (size_t i = 0; i < n_timeframe_ranges; i++) {
		if (timeframe_ranges[i].span_us == f->span_us) {
			return &timeframe_ranges[i];
		}
	}
	return NULL;
}

const struct timeframe_range *timeframe_next_range(const struct timeframe *f, int by, bool wraps)
{
	size_t longer = 0;

	while (longer < n_timeframe_ranges && timeframe_ranges[longer].span_us <= f->span_us) {
		longer++;
	}
	size_t shorter = longer - (longer > 0 && timeframe_ranges[longer - 1].span_us == f->span_us); /* one behind it */

	if (by > 0) {
		return &timeframe_ranges[longer < n_timeframe_ranges ? longer : wraps ? 0 : n_timeframe_ranges - 1];
	}
	return &timeframe_ranges[shorter > 0 ? shorter - 1 : wraps ? n_timeframe_ranges - 1 : 0];
}

static void set_end(struct timeframe *f, int64_t end_us, int64_t now_us)
{
	f->end_us = end_us >= now_us ? 0 : end_us;
	if (f->brush_from_us < timeframe_start(f, now_us) || f->brush_to_us > timeframe_end(f, now_us)) {
		f->brush_from_us = f->brush_to_us = 0;
	}
}

void timeframe_set_span(struct timeframe *f, int64_t span_us, int64_t now_us)
{
	f->span_us = span_us > TIMEFRAME_LEAST_US ? span_us : TIMEFRAME_LEAST_US;
	set_end(f, timeframe_end(f, now_us), now_us);
}

void timeframe_shift(struct timeframe *f, int by, int64_t now_us)
{
	set_end(f, timeframe_end(f, now_us) + by * (f->span_us / 2), now_us);
}

void timeframe_zoom(struct timeframe *f, int by, int64_t now_us)
{
	if (by < 0 && timeframe_has_brush(f)) {
		int64_t end_us = f->brush_to_us;

		timeframe_set_span(f, f->brush_to_us - f->brush_from_us, now_us);
		f->brush_from_us = f->brush_to_us = 0;
		set_end(f, end_us, now_us);
		return;
	}
	int64_t span_us = timeframe_next_range(f, by, false)->span_us;
	int64_t end_us = timeframe_is_live(f) ? now_us : f->end_us + (span_us - f->span_us) / 2;

	f->span_us = span_us;
	set_end(f, end_us, now_us);
}
