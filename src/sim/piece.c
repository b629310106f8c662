#include "sim/piece.h"

#include <stdbool.h>

/* Common words stay whole up to this many bytes; longer ones are cut into parts of WORD_PART. */
#define WORD_WHOLE 7
#define WORD_PART 4

enum kind { KIND_LETTER, KIND_DIGIT, KIND_BLANK, KIND_OTHER };

/* Length of the character at s, and its kind. Characters beyond U+0800 (three bytes and more) stand alone, as in scripts without blanks. */
static size_t character(const char *s, size_t len, enum kind *kind)
{
	unsigned char c = (unsigned char)s[0];
	size_t n = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 1;

	for (size_t i = 1; i < n; i++) {
		if (i >= len || ((unsigned char)s[i] & 0xC0) != 0x80) {
			n = 1;
			break;
		}
	}
	if (n == 2 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
		*kind = KIND_LETTER;
	} else if (c >= '0' && c <= '9') {
		*kind = KIND_DIGIT;
	} else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
		*kind = KIND_BLANK;
	} else {
		*kind = KIND_OTHER;
	}
	return n;
}

/* Bytes of the run of one kind at s, at most `most` bytes (but at least one character). */
static size_t run(const char *s, size_t len, enum kind want, size_t most)
{
	size_t at = 0;

	while (at < len) {
		enum kind kind;
		size_t n = character(s + at, len - at, &kind);

		if (kind != want || (at > 0 && at + n > most)) {
			break;
		}
		at += n;
	}
	return at;
}

size_t piece_next(const char *s, size_t len)
{
	enum kind kind;
	size_t blank = 0;

	if (len == 0) {
		return 0;
	}
	size_t n = character(s, len, &kind);
	if (kind == KIND_BLANK) {
		if (s[0] != ' ' || len == 1) {
			return run(s, len, KIND_BLANK, 16);
		}
		blank = 1;
		n = character(s + 1, len - 1, &kind);
	}
	switch (kind) {
	case KIND_LETTER: {
		size_t word = run(s + blank, len - blank, KIND_LETTER, 64);

		return blank + (word <= WORD_WHOLE ? word : run(s + blank, len - blank, KIND_LETTER, WORD_PART));
	}
	case KIND_DIGIT:
		return blank + run(s + blank, len - blank, KIND_DIGIT, 3);
	case KIND_BLANK:
		return run(s, len, KIND_BLANK, 16);
	case KIND_OTHER:
		break;
	}
	return blank + n;
}

int64_t piece_count(const char *s, size_t len)
{
	int64_t n = 0;

	for (size_t at = 0; at < len; at += piece_next(s + at, len - at)) {
		n++;
	}
	return n;
}

size_t piece_prefix(const char *s, size_t len, int64_t n)
{
	size_t at = 0;

	for (; n > 0 && at < len; n--) {
		at += piece_next(s + at, len - at);
	}
	return at;
}
