#include "ui/format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/num.h"
#include "text/width.h"

static const char unknown[] = "\u2013";

void format_running(int64_t us, char out[FORMAT_SIZE])
{
	if (us == UNKNOWN) {
		memcpy(out, unknown, sizeof(unknown));
		return;
	}
	long long tenths = (long long)(us / (US_PER_S / 10));

	(void)snprintf(out, FORMAT_SIZE, "%lld:%02lld.%lld", tenths / 600, tenths / 10 % 60, tenths % 10);
}

void format_time(int64_t us, int64_t now_us, int64_t utc_offset_us, char out[FORMAT_SIZE])
{
	time_t s = (time_t)((us + utc_offset_us) / US_PER_S);
	int64_t day_us = 86400 * US_PER_S;
	struct tm tm;

	if (gmtime_r(&s, &tm) == NULL) {
		memcpy(out, unknown, sizeof(unknown));
	} else if ((us + utc_offset_us) / day_us == (now_us + utc_offset_us) / day_us) {
		(void)strftime(out, FORMAT_SIZE, "%H:%M:%S", &tm);
	} else {
		(void)strftime(out, FORMAT_SIZE, "%m-%d %H:%M", &tm);
	}
}

void format_rate(double per_s, char out[FORMAT_SIZE])
{
	if (isnan(per_s)) {
		memcpy(out, unknown, sizeof(unknown));
	} else {
		(void)snprintf(out, FORMAT_SIZE, "%.0f", per_s);
	}
}

void format_change(double now, double before, char out[FORMAT_SIZE])
{
	out[0] = '\0';
	if (before > 0. && isfinite(now) && now >= 10. * before) {
		(void)snprintf(out, FORMAT_SIZE, "\u00d7%.0f", now / before);
	} else if (before > 0. && isfinite(now)) {
		double change = 100. * (now / before - 1.);

		(void)snprintf(out, FORMAT_SIZE, "%+.0f%%", fabs(change) < 0.5 ? 0. : change); /* never "-0%" */
	}
}

bool format_item(struct buf *line, int room, const char *gap, const char *item)
{
	const char *between = line->len > 0 ? gap : "";

	return width_text(buf_str(line), line->len) + width_text(between, strlen(between)) + width_text(item, strlen(item)) <= (size_t)(room > 0 ? room : 0) &&
	    buf_addf(line, "%s%s", between, item);
}

const char *format_more(bool is_above, bool is_below)
{
	return is_above && is_below ? "\u25b4 \u25be more" : is_above ? "\u25b4 more" : is_below ? "\u25be more" : "";
}
