#include "ui/format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/num.h"
#include "provider/price.h"

static const char unknown[] = "\u2013";

void format_duration(int64_t us, char out[FORMAT_SIZE])
{
	double s = (double)us / (double)US_PER_S;

	if (us == UNKNOWN) {
		memcpy(out, unknown, sizeof(unknown));
	} else if (s < 9.995) {
		(void)snprintf(out, FORMAT_SIZE, "%.2fs", s);
	} else if (s < 99.95) {
		(void)snprintf(out, FORMAT_SIZE, "%.1fs", s);
	} else {
		long long whole = (long long)(s + 0.5);

		(void)snprintf(out, FORMAT_SIZE, "%lldm%02llds", whole / 60, whole % 60);
	}
}

void format_running(int64_t us, char out[FORMAT_SIZE])
{
	if (us == UNKNOWN) {
		memcpy(out, unknown, sizeof(unknown));
		return;
	}
	long long tenths = (long long)(us / (US_PER_S / 10));

	(void)snprintf(out, FORMAT_SIZE, "%lld:%02lld.%lld", tenths / 600, tenths / 10 % 60, tenths % 10);
}

void format_count(int64_t n, char out[FORMAT_SIZE])
{
	if (n == UNKNOWN) {
		memcpy(out, unknown, sizeof(unknown));
	} else if (n >= 10000000) {
		(void)snprintf(out, FORMAT_SIZE, "%.1fM", (double)n / 1e6);
	} else if (n >= 1000000) {
		(void)snprintf(out, FORMAT_SIZE, "%.2fM", (double)n / 1e6);
	} else if (n >= 10000) {
		(void)snprintf(out, FORMAT_SIZE, "%lld %03lld", (long long)(n / 1000), (long long)(n % 1000));
	} else {
		(void)snprintf(out, FORMAT_SIZE, "%lld", (long long)n);
	}
}

void format_cost(int64_t nano, char out[FORMAT_SIZE])
{
	price_format(nano, out, FORMAT_SIZE);
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
