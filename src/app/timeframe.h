/* timeframe - the stretch of time that the Metrics screen shows, and a brushed part of it. A plain value; times in microseconds since the
 * epoch. Its end follows the clock until it is shifted or zoomed away from it. */
#ifndef SONDE_APP_TIMEFRAME_H
#define SONDE_APP_TIMEFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMEFRAME_LEAST_US INT64_C(60000000)

struct timeframe_range {
	const char *name; /* "15m", "1h", ... */
	int64_t span_us;
};
extern const struct timeframe_range timeframe_ranges[]; /* ascending */
extern const size_t n_timeframe_ranges;

/* What the figures are compared with. */
enum compare { COMPARE_PREVIOUS, COMPARE_YESTERDAY, COMPARE_WEEK, COMPARE_OFF, COMPARE_COUNT };
struct compare_row {
	const char *name;    /* as typed: "previous", "yesterday", "week", "off" */
	const char *against; /* behind a delta: "vs before", "vs yesterday", "vs a week ago" */
	int64_t before_us;   /* how much earlier it lies; 0: the length of the span; -1: nothing is compared */
};
extern const struct compare_row compares[COMPARE_COUNT];

struct timeframe {
	int64_t span_us;
	int64_t end_us;        /* 0: now */
	int64_t brush_from_us, brush_to_us; /* [from, to) of it; both 0: none */
};

static inline bool timeframe_is_live(const struct timeframe *f)
{
	return f->end_us == 0;
}
static inline bool timeframe_has_brush(const struct timeframe *f)
{
	return f->brush_to_us > f->brush_from_us;
}
int64_t timeframe_end(const struct timeframe *f, int64_t now_us);
static inline int64_t timeframe_start(const struct timeframe *f, int64_t now_us)
{
	return timeframe_end(f, now_us) - f->span_us;
}
/* The range of the table with this span; NULL for one that came out of a brush. */
const struct timeframe_range *timeframe_range_of(const struct timeframe *f);
/* The next longer (by > 0) or shorter range of the table, or the same at its end; around at the ends when wraps. */
const struct timeframe_range *timeframe_next_range(const struct timeframe *f, int by, bool wraps);
/* The end stays. These lift a brush that is not inside any more. */
void timeframe_set_span(struct timeframe *f, int64_t span_us, int64_t now_us);
/* By half a span; live again where the end would pass now. */
void timeframe_shift(struct timeframe *f, int by, int64_t now_us);
/* by < 0: closer, to the brush when there is one, else to the next shorter range around the middle, with a live end kept. */
void timeframe_zoom(struct timeframe *f, int by, int64_t now_us);

#endif
