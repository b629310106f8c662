#include "text/base64.h"

#include <stdint.h>

void base64_add(struct buf *out, const char *bytes, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t bits = 0;
		char four[4] = { '=', '=', '=', '=' };

		for (size_t k = 0; k < 3; k++) {
			bits = bits << 8 | (k < n ? (unsigned char)bytes[i + k] : 0);
		}
		for (size_t k = 0; k <= n; k++) {
			four[k] = letters[bits >> (18 - 6 * k) & 63];
		}
		(void)buf_add(out, four, sizeof(four));
	}
}

static int value_of(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52
	     : c == '+'		    ? 62
	     : c == '/'		    ? 63
				    : -1;
}

bool base64_get(struct buf *out, const char *text, size_t len)
{
	uint32_t bits = 0;
	size_t n = len;

	for (int i = 0; i < 2 && n > 0 && text[n - 1] == '='; i++) {
		n--;
	}
	for (size_t i = 0; i < n; i++) {
		int v = value_of(text[i]);

		if (v < 0) {
			return false;
		}
		bits = bits << 6 | (uint32_t)v;
		if (i % 4 != 0 && !buf_add_char(out, (char)(bits >> (i % 4 == 1 ? 4 : i % 4 == 2 ? 2 : 0) & 0xff))) {
			return false;
		}
	}
	return n % 4 != 1;
}
