#include "text/json_text.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "text/utf8.h"

void json_text_bytes(struct buf *out, const char *s, size_t len)
{
	if (s == NULL) {
		(void)buf_add_str(out, "null");
		return;
	}
	(void)buf_add_char(out, '"');
	while (len > 0) {
		uint32_t cp;
		size_t n = utf8_decode(s, len, &cp);

		if (n == 0) { /* cut in the middle of a character */
			n = len;
			cp = CODE_POINT_BAD;
		}
		if (cp == '"' || cp == '\\') {
			(void)buf_addf(out, "\\%c", (int)cp);
		} else if (cp == '\n') {
			(void)buf_add_str(out, "\\n");
		} else if (cp < 0x20 || cp == 0x7f) {
			(void)buf_addf(out, "\\u%04x", cp);
		} else {
			char bytes[4];

			(void)buf_add(out, bytes, utf8_encode(cp, bytes));
		}
		s += n;
		len -= n;
	}
	(void)buf_add_char(out, '"');
}

void json_text_string(struct buf *out, const char *s)
{
	json_text_bytes(out, s, s != NULL ? strlen(s) : 0);
}

void json_text_int(struct buf *out, int64_t v)
{
	if (v == UNKNOWN) {
		(void)buf_add_str(out, "null");
	} else {
		(void)buf_addf(out, "%lld", (long long)v);
	}
}

/* v / 10^digits without trailing zeros. */
static void decimal(struct buf *out, int64_t v, int digits)
{
	char text[40];

	if (v == UNKNOWN) {
		(void)buf_add_str(out, "null");
		return;
	}
	uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	uint64_t unit = digits == 9 ? 1000000000u : 1000u;
	int n = snprintf(text, sizeof(text), "%s%llu.%0*llu", v < 0 ? "-" : "", (unsigned long long)(magnitude / unit), digits,
	    (unsigned long long)(magnitude % unit));

	while (text[n - 1] == '0') {
		n--;
	}
	(void)buf_add(out, text, (size_t)(text[n - 1] == '.' ? n - 1 : n));
}

void json_text_ms(struct buf *out, int64_t us)
{
	decimal(out, us, 3);
}

void json_text_usd(struct buf *out, int64_t nano)
{
	decimal(out, nano, 9);
}
