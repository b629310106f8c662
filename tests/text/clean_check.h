/* clean_check - what every clean text must hold, judged by libunistring's tables rather than by those of the cleaner; and hostile input. */
#ifndef SONDE_TESTS_TEXT_CLEAN_CHECK_H
#define SONDE_TESTS_TEXT_CLEAN_CHECK_H

#include <stdint.h>
#include <string.h>

#include <unictype.h>

#include "base/map.h"
#include "base/mem.h"
#include "text/clean.h"
#include "text/utf8.h"
#include "text/width.h"

/* NULL, or what is wrong with a code point in clean text. */
static inline const char *clean_check_code_point(uint32_t cp)
{
	if (cp == '\n' || cp == '\t') {
		return NULL;
	}
	if (cp < 0x20) {
		return "C0 control";
	}
	if (cp >= 0x7F && cp <= 0x9F) {
		return "DEL or C1 control";
	}
	if (uc_is_property_bidi_control(cp)) {
		return "bidi control";
	}
	if (uc_is_property_default_ignorable_code_point(cp)) {
		return "invisible character";
	}
	if (cp >= 0xFFF9 && cp <= 0xFFFB) {
		return "interlinear mark";
	}
	if (width_code_point(cp) < 0) {
		return "not drawable";
	}
	return NULL;
}

/* NULL, or what is wrong with a clean text. */
static inline const char *clean_check(const char *s, size_t len)
{
	int marks = -1; /* -1: no base yet */

	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (n == 0 || (cp == CODE_POINT_BAD && n != 3)) {
			return "not UTF-8";
		}
		const char *wrong = clean_check_code_point(cp);
		if (wrong != NULL) {
			return wrong;
		}
		if (width_code_point(cp) != 0) {
			marks = cp == '\n' || cp == '\t' ? -1 : 0;
		} else if (marks < 0) {
			return "mark without a base";
		} else if (++marks > 4) {
			return "too many marks";
		}
		i += n;
	}
	return NULL;
}

/* The clean form when the input comes in pieces of `piece` bytes, the first of them `first` bytes long. */
static inline struct buf clean_in_pieces(const char *s, size_t len, size_t first, size_t piece, bool shows, unsigned long *dropped)
{
	struct cleaner c;
	struct buf out = { 0 };

	cleaner_init(&c);
	c.shows_invisible = shows;
	for (size_t at = 0, n = first; at < len; at += n, n = piece) {
		if (n > len - at) {
			n = len - at;
		}
		cleaner_feed(&c, s + at, n, &out);
	}
	cleaner_end(&c, &out);
	*dropped = c.dropped;
	return out;
}

/* Whether two buffers and counts are the same. */
static inline bool clean_same(const struct buf *a, unsigned long dropped_a, const struct buf *b, unsigned long dropped_b)
{
	return a->len == b->len && dropped_a == dropped_b && memcmp(buf_str(a), buf_str(b), a->len) == 0;
}

/* Random text in which what matters is frequent. Returns its length, at most size. */
static inline size_t clean_hostile(uint64_t *seed, char *out, size_t size)
{
	static const char *const pieces[] = {
		"a", "word ", "\n", "\r", "\r\n", "\t", "\x1b", "\x1b[", "\x1b[31m", "\x1b]", "\x1b]0;title\a", "\x1bP", "\x1b\\",
		"\x1b_", "\x1b^", "\x1bX", "\x1b(", "\x1b(B", "\x18", "\x1a", "\a", "\x7f", "\xC2\x9b", "\xC2\x9d", "\xC2\x9c",
		"\xC2\x85", "\x9b", "\xc2", "\xe2", "\xe2\x80", "\xf0\x9f", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf", "\xff",
		"\u202e", "\u2066", "\u200b", "\u200d", "\ufe0f", "\ufe0e", "\U000e0041", "\U000e0100", "\u00ad", "\u0301", "\u0323",
		"\u20e3", "e\u0301", "\U0001f469", "\U0001f680", "\U0001f44d", "\U0001f3fd", "\U0001f1e9", "\u6f22",
		"\u1100\u1161\u11a8", "\u0378", "\u2028", "\ufffd", "\ufeff", "1;31", ";", "m", "\\", "[", "]",
	};
	size_t len = 0;

	for (;;) {
		uint64_t r = hash_mix((*seed)++);
		char byte = (char)(r >> 32);
		const char *piece = pieces[r % COUNT_OF(pieces)];
		size_t n = strlen(piece);

		if (r >> 60 == 0) {
			piece = &byte;
			n = 1;
		}
		if (len + n > size) {
			return len;
		}
		memcpy(out + len, piece, n);
		len += n;
	}
}

#endif
