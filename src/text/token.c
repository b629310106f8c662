/* Byte-pair encoders first cut a text at changes of the kind of character, much as done here; then a common word is one token, and a rare or
 * long one falls into pieces. */
#include "text/token.h"

#include <stdbool.h>

#include "base/mem.h"
#include "text/utf8.h"

#define LONG_WORD 6 /* letters that most words have at most */

enum kind { KIND_WORD, KIND_DIGIT, KIND_BLANK, KIND_NEWLINE, KIND_SIGN, KIND_CYRILLIC, KIND_INDIC, KIND_CJK, KIND_SYMBOL };

/* Tokens times 1000. */
enum { W_WORD = 1009, W_LONG = 239, W_DIGITS = 1649, W_SIGNS = 843, W_BLANKS = 802, W_ACCENT = 499 };
static const int per_character[] = { [KIND_CYRILLIC] = 470, [KIND_INDIC] = 808, [KIND_CJK] = 937, [KIND_SYMBOL] = 1123 };

static bool is_letter(uint32_t cp)
{
	return (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') || (cp >= 0x80 && cp < 0x250);
}

/* Blocks of Unicode, roughly: Latin; Greek to Arabic; the scripts of South Asia and others; signs; Chinese, Japanese, Korean. */
static enum kind kind_of(uint32_t cp)
{
	static const struct {
		uint32_t below;
		enum kind kind;
	} blocks[] = { { 0x80, KIND_SIGN }, { 0x900, KIND_CYRILLIC }, { 0x2000, KIND_INDIC }, { 0x2e80, KIND_SYMBOL },
		{ 0xd800, KIND_CJK }, { 0xf900, KIND_SYMBOL }, { 0x10000, KIND_CJK } };

	if (is_letter(cp)) {
		return KIND_WORD;
	}
	if (cp >= '0' && cp <= '9') {
		return KIND_DIGIT;
	}
	if (cp == ' ' || cp == '\t') {
		return KIND_BLANK;
	}
	if (cp == '\n' || cp == '\r') {
		return KIND_NEWLINE;
	}
	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		if (cp < blocks[i].below) {
			return blocks[i].kind;
		}
	}
	return KIND_SYMBOL;
}

/* Of a run of n characters of one kind. */
static int64_t weight(enum kind kind, int64_t n)
{
	switch (kind) {
	case KIND_WORD:
		return W_WORD + (n > LONG_WORD ? (n - LONG_WORD) * W_LONG : 0);
	case KIND_DIGIT:
		return (n + 2) / 3 * W_DIGITS;
	case KIND_SIGN:
		return (n + 1) / 2 * W_SIGNS;
	case KIND_BLANK:
		return n > 1 ? W_BLANKS : 0; /* one belongs to the word after it */
	case KIND_NEWLINE:
		return 0; /* likewise, to the signs before it */
	default:
		return n * per_character[kind];
	}
}

int64_t token_estimate(const char *text, size_t len)
{
	int64_t sum = 0, n = 0;
	enum kind kind = KIND_NEWLINE;

	for (size_t at = 0; at < len;) {
		uint32_t cp;
		size_t bytes = utf8_decode(text + at, len - at, &cp);
		enum kind next = kind_of(cp);

		if (bytes == 0) { /* cut in the middle of a character */
			break;
		}
		if (next != kind) {
			sum += n > 0 ? weight(kind, n) : 0;
			n = 0;
			kind = next;
		}
		sum += cp >= 0x80 && next == KIND_WORD ? W_ACCENT : 0;
		n++;
		at += bytes;
	}
	sum += n > 0 ? weight(kind, n) : 0;
	return (sum + 500) / 1000 + (sum > 0 && sum < 500);
}
