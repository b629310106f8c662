#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Reads exactly `digits` digits. */
static bool number(const char **p, const char *end, int digits, int *out)
{
	int v = 0;

	if (end - *p < digits) {
		return false;
	}
	for (int i = 0; i < digits; i++) {
		char c = (*p)[i];

		if (c < '0' || c > '9') {
			return false;
		}
		v = v * 10 + (c - '0');
	}
	*p += digits;
	*out = v;
	return true;
}

static bool literal(const char **p, const char *end, char c)
{
	if (*p < end && **p == c) {
		(*p)++;
		return true;
	}
	return false;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. Source: H. Hinnant, "chrono-compatible low-level date
 * algorithms", days_from_civil. */
static int64_t days_from_civil(int y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static int month_days(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m == 2 && is_leap ? 29 : days[m - 1];
}

/* At least one digit; what is below a microsecond is dropped. */
static bool fraction_us(const char **p, const char *end, int64_t *us)
{
	const char *start = *p;
	int64_t unit = 100000;

	while (*p < end && **p >= '0' && **p <= '9') {
		*us += (**p - '0') * unit;
		unit /= 10;
		(*p)++;
	}
	return *p > start;
}

static bool zone_offset_s(const char **p, const char *end, int *out)
{
	int sign, h, m = 0;

	*out = 0;
	if (*p == end || literal(p, end, 'Z') || literal(p, end, 'z')) {
		return true;
	}
	if (literal(p, end, '+')) {
		sign = 1;
	} else if (literal(p, end, '-')) {
		sign = -1;
	} else {
		return false;
	}
	if (!number(p, end, 2, &h)) {
		return false;
	}
	if ((literal(p, end, ':') || *p < end) && !number(p, end, 2, &m)) {
		return false;
	}
	*out = sign * (h * 3600 + m * 60);
	return h <= 23 && m <= 59;
}

struct time_of_day {
	int h, min, sec, offset_s;
	int64_t frac_us;
};

static bool time_of_day(const char **p, const char *end, struct time_of_day *t)
{
	if (!literal(p, end, 'T') && !literal(p, end, 't') && !literal(p, end, ' ')) {
		return false;
	}
	if (!number(p, end, 2, &t->h) || !literal(p, end, ':') || !number(p, end, 2, &t->min)) {
		return false;
	}
	if (literal(p, end, ':')) {
		if (!number(p, end, 2, &t->sec)) {
			return false;
		}
		if ((literal(p, end, '.') || literal(p, end, ',')) && !fraction_us(p, end, &t->frac_us)) {
			return false;
		}
	}
	if (literal(p, end, ' ') && *p == end) {
		return false;
	}
	return zone_offset_s(p, end, &t->offset_s);
}

bool clock_parse_iso(const char *s, size_t len, int64_t *us)
{
	const char *p = s, *end = s + len;
	int y, mon, d;
	struct time_of_day t = { 0 };

	if (!number(&p, end, 4, &y) || !literal(&p, end, '-') || !number(&p, end, 2, &mon) ||
	    !literal(&p, end, '-') || !number(&p, end, 2, &d)) {
		return false;
	}
	if (mon < 1 || mon > 12 || d < 1 || d > month_days(y, mon)) {
		return false;
	}
	if (p < end && !time_of_day(&p, end, &t)) {
		return false;
	}
	/* 60: a leap second, counted as the first of the next minute. */
	if (p != end || t.h > 23 || t.min > 59 || t.sec > 60) {
		return false;
	}
	*us = (days_from_civil(y, mon, d) * 86400 + t.h * 3600 + t.min * 60 + t.sec - t.offset_s) * US_PER_S + t.frac_us;
	return true;
}

void clock_format_iso(int64_t us, char out[CLOCK_ISO_SIZE])
{
	time_t s = (time_t)(us / US_PER_S);
	int64_t frac = us % US_PER_S;
	struct tm tm;

	if (frac < 0) {
		frac += US_PER_S;
		s--;
	}
	if (gmtime_r(&s, &tm) == NULL) {
		memcpy(out, "-", 2);
		return;
	}
	size_t n = strftime(out, CLOCK_ISO_SIZE, "%4Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(out + n, CLOCK_ISO_SIZE - n, ".%06dZ", (int)frac);
}

bool clock_parse_span(const char *s, int64_t *us)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	char *end;

	if (s[0] < '0' || s[0] > '9') { /* strtoll would take blanks and signs */
		return false;
	}
	errno = 0;
	long long n = strtoll(s, &end, 10);
	if (errno != 0 || n <= 0 || n > 1000000 || end[0] == '\0' || end[1] != '\0') {
		return false;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit == *end) {
			*us = n * units[i].seconds * US_PER_S;
			return true;
		}
	}
	return false;
}
