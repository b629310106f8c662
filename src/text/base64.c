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
