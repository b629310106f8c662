/* The strict parser goes first, since nearly all input is right and it is the fast path. Only when it fails for a reason that may be
 * spelling is a mended copy made and parsed again; the copy differs inside strings only, so what was broken otherwise stays broken. */
#include "text/repair.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "text/utf8.h"

#define ESCAPED_BAD "\\ufffd"

/* The four hex digits at s, or -1. */
static int hex4(const char *s, const char *end)
{
	int v = 0;

	if (end - s < 4) {
		return -1;
	}
	for (int i = 0; i < 4; i++) {
		char c = s[i];
		int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (digit < 0) {
			return -1;
		}
		v = v * 16 + digit;
	}
	return v;
}

static bool is_high(int unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(int unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* Copies the escape at p (which points to the backslash); returns its end. */
static const char *mend_escape(const char *p, const char *end, bool keeps_nul, struct buf *out)
{
	size_t len = end - p >= 2 ? 2 : 1;

	if (len == 2 && p[1] == 'u') {
		int unit = hex4(p + 2, end);

		if (unit >= 0) {
			len = 6;
		}
		if (is_high(unit) && end - p >= 12 && p[6] == '\\' && p[7] == 'u' && is_low(hex4(p + 8, end))) {
			len = 12;
		} else if (is_high(unit) || is_low(unit) || (unit == 0 && !keeps_nul)) {
			(void)buf_add_str(out, ESCAPED_BAD);
			return p + 6;
		}
	}
	(void)buf_add(out, p, len);
	return p + len;
}

/* Copies one character of a string; returns its end. */
static const char *mend_char(const char *p, const char *end, bool keeps_nul, struct buf *out)
{
	uint32_t cp;

	if (*p == '\\') {
		return mend_escape(p, end, keeps_nul, out);
	}
	if (*p == '\0' && !keeps_nul) {
		(void)buf_add_str(out, ESCAPED_BAD);
		return p + 1;
	}
	if ((unsigned char)*p < 0x20) {
		(void)buf_addf(out, "\\u%04x", (unsigned char)*p);
		return p + 1;
	}
	size_t n = utf8_decode(p, (size_t)(end - p), &cp);
	if (n == 0) { /* cut off in the middle of a character */
		n = (size_t)(end - p);
		cp = CODE_POINT_BAD;
	}
	if (cp == CODE_POINT_BAD) {
		(void)buf_add_str(out, ESCAPED_BAD);
	} else {
		(void)buf_add(out, p, n);
	}
	return p + n;
}

static void mend(const char *s, size_t len, bool keeps_nul, struct buf *out)
{
	const char *end = s + len;
	bool is_inside = false;

	for (const char *p = s; p < end;) {
		if (*p == '"') {
			is_inside = !is_inside;
		} else if (is_inside) {
			p = mend_char(p, end, keeps_nul, out);
			continue;
		}
		(void)buf_add_char(out, *p++);
	}
}

json_t *json_parse(const char *s, size_t len, json_error_t *e)
{
	json_error_t own;
	size_t flags = JSON_ALLOW_NUL;

	e = e != NULL ? e : &own;
	if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		len -= 3;
	}
	json_t *v = json_loadb(s, len, flags, e);
	if (v == NULL && json_error_code(e) == json_error_numeric_overflow) {
		flags |= JSON_DECODE_INT_AS_REAL;
		v = json_loadb(s, len, flags, e);
	}
	if (v != NULL) {
		return v;
	}
	enum json_error_code code = json_error_code(e);
	if (code == json_error_invalid_utf8 || code == json_error_invalid_syntax || code == json_error_null_byte_in_key) {
		struct buf mended = { 0 };
		json_error_t again;

		mend(s, len, code != json_error_null_byte_in_key, &mended);
		if (mended.len != len || memcmp(mended.s, s, len) != 0) {
			v = json_loadb(buf_str(&mended), mended.len, flags, &again);
			if (v == NULL && json_error_code(&again) == json_error_numeric_overflow) {
				v = json_loadb(buf_str(&mended), mended.len, flags | JSON_DECODE_INT_AS_REAL, &again);
			}
		}
		buf_free(&mended);
	}
	return v;
}
