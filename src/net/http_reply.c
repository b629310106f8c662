#include "net/http_reply.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

#define LONGEST_VALUE 512 /* none of the headers read here is longer in earnest */
#define LONGEST_WAIT_S 1e9

static void copy_word(char *out, size_t size, const char *value)
{
	(void)snprintf(out, size, "%s", value);
}

/* Digits, with or without a fraction. Not strtod, whose point follows the locale. */
static bool read_number(const char *s, double *out)
{
	double v = 0, unit = 1;
	size_t digits = strspn(s, "0123456789");

	for (size_t i = 0; i < digits; i++) {
		v = v * 10 + (s[i] - '0');
	}
	s += digits;
	if (digits > 0 && *s == '.') {
		for (s++; *s >= '0' && *s <= '9'; s++) {
			unit /= 10;
			v += unit * (*s - '0');
		}
	}
	*out = v;
	return digits > 0 && *s == '\0';
}

static int month_number(const char *name)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++) {
		if (strncasecmp(months + (ptrdiff_t)i * 3, name, 3) == 0) {
			return i;
		}
	}
	return -1;
}

static bool read_date(const char *s, int64_t *us)
{
	struct tm tm = { 0 };
	char month[4] = "";
	int year = 0;

	if (sscanf(s, "%*[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT", &tm.tm_mday, month, &year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6 &&
	    sscanf(s, "%*[A-Za-z], %2d-%3[A-Za-z]-%4d %2d:%2d:%2d GMT", &tm.tm_mday, month, &year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) !=
		6 &&
	    sscanf(s, "%*3s %3s %2d %2d:%2d:%2d %4d", month, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &year) != 6) {
		return false;
	}
	tm.tm_mon = month_number(month);
	tm.tm_year = (year < 100 ? year + (year < 70 ? 2000 : 1900) : year) - 1900;
	if (tm.tm_mon < 0) {
		return false;
	}
	*us = (int64_t)timegm(&tm) * US_PER_S;
	return true;
}

int64_t http_reply_retry_after_ms(const char *value, int64_t now_us)
{
	double s;
	int64_t at_us;

	if (read_number(value, &s)) {
		return (int64_t)ceil((s < LONGEST_WAIT_S ? s : LONGEST_WAIT_S) * 1000);
	}
	if (!read_date(value, &at_us)) {
		return -1;
	}
	return at_us > now_us ? (at_us - now_us + 999) / 1000 : 0;
}

static void read_content_type(struct http_reply *r, const char *value, int64_t now_us)
{
	size_t n = strcspn(value, "; \t");

	(void)now_us;
	n = n < sizeof(r->content_type) ? n : sizeof(r->content_type) - 1;
	for (size_t i = 0; i < n; i++) {
		r->content_type[i] = (char)(value[i] >= 'A' && value[i] <= 'Z' ? value[i] - 'A' + 'a' : value[i]);
	}
	r->content_type[n] = '\0';
}

static void read_retry_after_ms(struct http_reply *r, const char *value, int64_t now_us)
{
	double ms;

	(void)now_us;
	if (read_number(value, &ms)) {
		r->retry_after_ms = (int64_t)ceil(ms < LONGEST_WAIT_S ? ms : LONGEST_WAIT_S);
		r->has_retry_after_ms = true;
	}
}

static void read_retry_after(struct http_reply *r, const char *value, int64_t now_us)
{
	if (!r->has_retry_after_ms) {
		r->retry_after_ms = http_reply_retry_after_ms(value, now_us);
	}
}

static void read_should_retry(struct http_reply *r, const char *value, int64_t now_us)
{
	(void)now_us;
	r->should_retry = strcasecmp(value, "true") == 0 ? 1 : strcasecmp(value, "false") == 0 ? 0 : -1;
}

static void read_request_id(struct http_reply *r, const char *value, int64_t now_us)
{
	(void)now_us;
	copy_word(r->request_id, sizeof(r->request_id), value);
}

static void read_server(struct http_reply *r, const char *value, int64_t now_us)
{
	(void)now_us;
	copy_word(r->server, sizeof(r->server), value);
}

static const struct {
	const char *name;
	void (*read)(struct http_reply *r, const char *value, int64_t now_us);
} fields[] = {
	{ "content-type", read_content_type },
	{ "retry-after", read_retry_after },
	{ "retry-after-ms", read_retry_after_ms },
	{ "x-should-retry", read_should_retry },
	{ "x-request-id", read_request_id },
	{ "request-id", read_request_id },
	{ "server", read_server },
};

static void read_field(struct http_reply *r, const char *line, size_t len, int64_t now_us)
{
	char value[LONGEST_VALUE];
	const char *colon = memchr(line, ':', len), *end = line + len;

	if (colon == NULL) {
		return;
	}
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		size_t n = strlen(fields[i].name);

		if (n != (size_t)(colon - line) || strncasecmp(line, fields[i].name, n) != 0) {
			continue;
		}
		const char *s = colon + 1;
		while (s < end && (*s == ' ' || *s == '\t')) {
			s++;
		}
		while (end > s && (end[-1] == ' ' || end[-1] == '\t')) {
			end--;
		}
		n = (size_t)(end - s) < sizeof(value) ? (size_t)(end - s) : sizeof(value) - 1;
		memcpy(value, s, n);
		value[n] = '\0';
		fields[i].read(r, value, now_us);
		return;
	}
}

void http_reply_init(struct http_reply *r)
{
	*r = (struct http_reply){ .retry_after_ms = -1, .should_retry = -1 };
}

static void read_status_line(struct http_reply *r, const char *line, size_t len)
{
	char text[32];
	int major = 0, minor = 0, status = 0;
	size_t n = len < sizeof(text) ? len : sizeof(text) - 1;

	memcpy(text, line, n);
	text[n] = '\0';
	http_reply_init(r);
	if (sscanf(text, "HTTP/%1d.%1d %3d", &major, &minor, &status) == 3 || sscanf(text, "HTTP/%1d %3d", &major, &status) == 2) {
		r->http_version = major * 10 + minor;
		r->status = status;
	}
}

bool http_reply_line(struct http_reply *r, const char *line, size_t len, int64_t now_us)
{
	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r')) {
		len--;
	}
	if (len == 0) {
		return r->status >= 200;
	}
	if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {
		read_status_line(r, line, len);
	} else {
		read_field(r, line, len, now_us);
	}
	return false;
}
