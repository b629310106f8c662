#include "metrics/scan.h"

#include <endian.h>
#include <string.h>

#include "text/utf8.h"

#define DEPTH_MAX 32
#define ONES 0x0101010101010101ULL
#define HIGHS 0x8080808080808080ULL

void scan_init(struct scan *s, const char *text, size_t len)
{
	*s = (struct scan){ .p = text, .end = text + len };
}

static bool fail(struct scan *s, const char *why)
{
	s->why = why;
	return false;
}

static void skip_blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n')) {
		s->p++;
	}
}

static bool take(struct scan *s, char c)
{
	if (s->p < s->end && *s->p == c) {
		s->p++;
		return true;
	}
	return false;
}

/* Marks bytes that are a control character, a quote, a backslash or not ASCII: the first mark is right, those after it may not be. */
static uint64_t specials(uint64_t v)
{
	uint64_t quote = v ^ (ONES * '"'), backslash = v ^ (ONES * '\\');

	return ((v - ONES * 0x20) | (quote - ONES) | (backslash - ONES) | v) & HIGHS;
}

static int hex4(const char *p)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i];
		int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;

		if (digit < 0) {
			return -1;
		}
		v = v * 16 + digit;
	}
	return v;
}

/* At the backslash. */
static bool skip_escape(struct scan *s)
{
	if (s->end - s->p < 2) {
		return fail(s, "it ends inside a string");
	}
	if (s->p[1] == 'u') {
		if (s->end - s->p < 6 || hex4(s->p + 2) < 0) {
			return fail(s, "a \\u escape is not four hex digits");
		}
		s->p += 6;
		return true;
	}
	if (strchr("\"\\/bfnrt", s->p[1]) == NULL || s->p[1] == '\0') {
		return fail(s, "an unknown escape in a string");
	}
	s->p += 2;
	return true;
}

static bool skip_character(struct scan *s)
{
	uint32_t cp;
	size_t n = utf8_decode(s->p, (size_t)(s->end - s->p), &cp);

	if (n == 0 || (cp == CODE_POINT_BAD && (n != 3 || memcmp(s->p, "\xEF\xBF\xBD", 3) != 0))) {
		return fail(s, "it is not UTF-8 text");
	}
	s->p += n;
	return true;
}

/* After the opening quote. */
static bool scan_string(struct scan *s, struct scan_slice *out)
{
	*out = (struct scan_slice){ .type = SCAN_STRING, .s = s->p };
	for (;;) {
		uint64_t word, marks = 0;

		while (marks == 0 && s->end - s->p >= 8) {
			memcpy(&word, s->p, 8);
			marks = specials(le64toh(word));
			s->p += marks != 0 ? __builtin_ctzll(marks) / 8 : 8;
		}
		if (s->p == s->end) {
			return fail(s, "it ends inside a string");
		}
		unsigned char c = (unsigned char)*s->p;

		if (c == '"') {
			out->len = (size_t)(s->p++ - out->s);
			return true;
		}
		if (c < 0x20) {
			return fail(s, "a control character inside a string");
		}
		if (c == '\\') {
			out->has_escapes = true;
			if (!skip_escape(s)) {
				return false;
			}
		} else if (c < 0x80) {
			s->p++;
		} else if (!skip_character(s)) {
			return false;
		}
	}
}

static bool skip_digits(const char **p, const char *end)
{
	const char *start = *p;

	while (*p < end && **p >= '0' && **p <= '9') {
		(*p)++;
	}
	return *p > start;
}

/* Moves over a number as JSON writes them; false when there is none. */
static bool skip_number(const char **p, const char *end)
{
	if (*p < end && **p == '-') {
		(*p)++;
	}
	if (*p < end && **p == '0') {
		(*p)++;
	} else if (!skip_digits(p, end)) {
		return false;
	}
	if (*p < end && **p == '.') {
		(*p)++;
		if (!skip_digits(p, end)) {
			return false;
		}
	}
	if (*p < end && (**p | 0x20) == 'e') {
		(*p)++;
		if (*p < end && (**p == '+' || **p == '-')) {
			(*p)++;
		}
		return skip_digits(p, end);
	}
	return true;
}

static bool scan_value(struct scan *s, struct scan_slice *out, int depth);

static bool scan_key(struct scan *s, struct scan_slice *key)
{
	skip_blanks(s);
	if (!take(s, '"')) {
		return fail(s, s->p == s->end ? "it ends too early" : "a name in quotes is missing");
	}
	if (!scan_string(s, key)) {
		return false;
	}
	skip_blanks(s);
	if (!take(s, ':')) {
		return fail(s, "a ':' is missing after a name");
	}
	return true;
}

/* After the opening bracket. */
static bool skip_members(struct scan *s, char close, int depth)
{
	struct scan_slice ignored;

	if (depth > DEPTH_MAX) {
		return fail(s, "it is nested too deeply");
	}
	skip_blanks(s);
	if (take(s, close)) {
		return true;
	}
	do {
		if (close == '}' && !scan_key(s, &ignored)) {
			return false;
		}
		if (!scan_value(s, &ignored, depth)) {
			return false;
		}
		skip_blanks(s);
	} while (take(s, ','));
	if (!take(s, close)) {
		return fail(s, s->p == s->end ? "it ends too early" : "a ',' is missing");
	}
	return true;
}

static bool scan_word(struct scan *s, struct scan_slice *out)
{
	static const struct {
		const char *text;
		enum scan_type type;
	} words[] = { { "null", SCAN_NULL }, { "true", SCAN_TRUE }, { "false", SCAN_FALSE } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i].text);

		if ((size_t)(s->end - s->p) >= len && memcmp(s->p, words[i].text, len) == 0) {
			*out = (struct scan_slice){ .type = words[i].type, .s = s->p, .len = len };
			s->p += len;
			return true;
		}
	}
	return fail(s, s->p == s->end ? "it ends too early" : "a value is not JSON");
}

static bool scan_value(struct scan *s, struct scan_slice *out, int depth)
{
	skip_blanks(s);
	const char *start = s->p;
	char c = s->p < s->end ? *s->p : '\0';

	if (c == '"') {
		s->p++;
		return scan_string(s, out);
	}
	if (c == '-' || (c >= '0' && c <= '9')) {
		if (!skip_number(&s->p, s->end)) {
			return fail(s, "a number is malformed");
		}
		*out = (struct scan_slice){ .type = SCAN_NUMBER, .s = start, .len = (size_t)(s->p - start) };
		return true;
	}
	if (c == '{' || c == '[') {
		s->p++;
		if (!skip_members(s, c == '{' ? '}' : ']', depth + 1)) {
			return false;
		}
		*out = (struct scan_slice){ .type = c == '{' ? SCAN_OBJECT : SCAN_ARRAY, .s = start, .len = (size_t)(s->p - start) };
		return true;
	}
	return scan_word(s, out);
}

static enum scan_step finish(struct scan *s)
{
	skip_blanks(s);
	if (s->p < s->end) {
		s->why = "something stands after the object";
		return SCAN_BAD;
	}
	return SCAN_END;
}

enum scan_step scan_next(struct scan *s, struct scan_slice *key, struct scan_slice *value)
{
	skip_blanks(s);
	if (!s->is_started) {
		s->is_started = true;
		if (!take(s, '{')) {
			s->why = "it is not a JSON object";
			return SCAN_BAD;
		}
		skip_blanks(s);
		if (take(s, '}')) {
			return finish(s);
		}
	} else if (take(s, '}')) {
		return finish(s);
	} else if (!take(s, ',')) {
		s->why = s->p == s->end ? "it ends too early" : "a ',' is missing";
		return SCAN_BAD;
	}
	return scan_key(s, key) && scan_value(s, value, 1) ? SCAN_MEMBER : SCAN_BAD;
}

/* At "\uXXXX"; returns the bytes read. */
static size_t unescape_unicode(const char *p, const char *end, uint32_t *cp)
{
	uint32_t first = (uint32_t)hex4(p + 2);

	*cp = first;
	if (first >= 0xD800 && first < 0xDC00 && end - p >= 12 && p[6] == '\\' && p[7] == 'u') {
		uint32_t second = (uint32_t)hex4(p + 8);

		if (second >= 0xDC00 && second < 0xE000) {
			*cp = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
			return 12;
		}
	}
	if (first == 0 || (first >= 0xD800 && first < 0xE000)) {
		*cp = CODE_POINT_BAD;
	}
	return 6;
}

size_t scan_unescape(const struct scan_slice *value, char *out)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *p = value->s, *end = value->s + value->len;
	char *o = out;

	while (p < end) {
		if (*p != '\\') {
			*o++ = *p++;
		} else if (p[1] == 'u') {
			uint32_t cp;

			p += unescape_unicode(p, end, &cp);
			o += utf8_encode(cp, o);
		} else {
			*o++ = bytes[strchr(names, p[1]) - names];
			p += 2;
		}
	}
	return (size_t)(o - out);
}

/* Digits of the exponent at p, limited so that no sum with it overflows. */
static int64_t exponent(const char *p, const char *end)
{
	bool is_negative = *p == '-';
	int64_t v = 0;

	for (p += *p == '-' || *p == '+' ? 1 : 0; p < end; p++) {
		v = v < 100000000 ? v * 10 + (*p - '0') : v;
	}
	return is_negative ? -v : v;
}

/* What logs mostly have, in one pass: no sign, no exponent, no leading zero but "0.", nothing to round, and 18 digits at the most. */
static bool scan_plain(const char *s, size_t len, int scale, int64_t *out)
{
	int64_t value = 0;
	int n_past = -1; /* digits after the point; -1: none was seen */

	if (len == 0 || len + (size_t)scale > 18 || s[len - 1] == '.' || (s[0] == '0' && len > 1 && s[1] != '.')) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned)(s[i] - '0');

		if (digit < 10) {
			value = value * 10 + digit;
			n_past += n_past >= 0 ? 1 : 0;
		} else if (s[i] == '.' && i > 0 && n_past < 0) {
			n_past = 0;
		} else {
			return false;
		}
	}
	if (n_past > scale) {
		return false;
	}
	for (int i = n_past > 0 ? n_past : 0; i < scale; i++) {
		value *= 10;
	}
	*out = value;
	return true;
}

bool scan_decimal(const char *s, size_t len, int scale, int64_t *out)
{
	if (scan_plain(s, len, scale, out)) {
		return true;
	}
	const char *p = s, *end = s + len;
	bool is_negative = len > 0 && s[0] == '-';

	if (!skip_number(&p, end) || p != end) {
		return false;
	}
	/* n_whole: how many of the digits, first significant one first, stand before the point of the scaled number. */
	int64_t n_whole = scale, digits = 0, value = 0;
	bool is_past_point = false;
	const char *q = s + (is_negative ? 1 : 0);

	for (; q < end && (*q | 0x20) != 'e'; q++) {
		if (*q == '.') {
			is_past_point = true;
			continue;
		}
		digits += digits > 0 || *q != '0' ? 1 : 0;
		n_whole += is_past_point ? (digits == 0 ? -1 : 0) : (digits > 0 ? 1 : 0);
	}
	n_whole += q < end ? exponent(q + 1, end) : 0;
	*out = 0;
	if (digits == 0 || n_whole < 0) {
		return true;
	}
	if (n_whole > 18) {
		return false;
	}
	int64_t i = 0;
	char next = '0';

	for (q = s + (is_negative ? 1 : 0); q < end && (*q | 0x20) != 'e'; q++) {
		if (*q == '.' || (i == 0 && *q == '0')) {
			continue;
		}
		if (i == n_whole) {
			next = *q;
			break;
		}
		value = value * 10 + (*q - '0');
		i++;
	}
	for (; i < n_whole; i++) {
		value *= 10;
	}
	value += next >= '5' ? 1 : 0;
	*out = is_negative ? -value : value;
	return true;
}
