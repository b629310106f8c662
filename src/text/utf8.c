#include "text/utf8.h"

#include <string.h>

#include <unictype.h>

/* What may follow a lead byte: bytes of the whole character, and the range of the second byte, which is where RFC 3629 forbids overlong
 * forms (E0, F0), surrogates (ED) and values past 10FFFF (F4). Later bytes are always 80 to BF. */
struct lead {
	unsigned char len, low, high;
};

static struct lead lead_of(unsigned char b)
{
	if (b < 0xC2 || b > 0xF4) {
		return (struct lead){ 0, 0, 0 };
	}
	if (b < 0xE0) {
		return (struct lead){ 2, 0x80, 0xBF };
	}
	if (b < 0xF0) {
		return (struct lead){ 3, b == 0xE0 ? 0xA0 : 0x80, b == 0xED ? 0x9F : 0xBF };
	}
	return (struct lead){ 4, b == 0xF0 ? 0x90 : 0x80, b == 0xF4 ? 0x8F : 0xBF };
}

size_t utf8_decode(const char *s, size_t len, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	struct lead lead = lead_of(p[0]);
	*cp = CODE_POINT_BAD;
	if (lead.len == 0) {
		return 1;
	}
	uint32_t value = p[0] & (0x7Fu >> lead.len);
	for (size_t i = 1; i < lead.len; i++) {
		if (i >= len) {
			return 0;
		}
		if (p[i] < (i == 1 ? lead.low : 0x80) || p[i] > (i == 1 ? lead.high : 0xBF)) {
			return i;
		}
		value = value << 6 | (p[i] & 0x3Fu);
	}
	*cp = value;
	return lead.len;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) {
		cp = CODE_POINT_BAD;
	}
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3F));
		cp >>= 6;
	}
	out[0] = (char)((0xF00u >> len & 0xF0) | cp);
	return len;
}

size_t utf8_first_bad(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		uint64_t word;

		if (len - i >= sizeof(word)) {
			memcpy(&word, s + i, sizeof(word));
			if ((word & 0x8080808080808080u) == 0) {
				i += sizeof(word);
				continue;
			}
		}
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		/* U+FFFD itself is well-formed: EF BF BD. An ill-formed part has three bytes only after F0 to F4. */
		if (n == 0 || (cp == CODE_POINT_BAD && !(n == 3 && s[i] == '\xEF'))) {
			return i;
		}
		i += n;
	}
	return len;
}

bool utf8_valid(const char *s, size_t len)
{
	return utf8_first_bad(s, len) == len;
}

bool utf8_is_word(uint32_t cp)
{
	return uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
}
