/* The patterns, alternatives in the order in which they are tried:
 *
 * o200k_base   [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 *              [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 *              \p{N}{1,3}|  ?[^\s\p{L}\p{N}]+[\r\n/]*|  \s*[\r\n]+|  \s+(?!\S)|  \s+
 * cl100k_base  (?i:'s|'t|'re|'ve|'m|'ll|'d)|  [^\r\n\p{L}\p{N}]?\p{L}+|  \p{N}{1,3}|  ?[^\s\p{L}\p{N}]+[\r\n]*|  \s*[\r\n]+|  \s+(?!\S)|  \s+
 *
 * Source: tiktoken_ext/openai_public.py. A run is looked at twice at most, so a text takes time linear in its length. */
#include "token/split.h"

#include "token/char_class.h"
#include "token/class_table.h"

#define SIGNS (CLASS_BIT(CLASS_OTHER) | CLASS_BIT(CLASS_MARK))
#define BLANKS (CLASS_BIT(CLASS_SPACE) | CLASS_BIT(CLASS_NEWLINE))
#define UNCASED (CLASS_BIT(CLASS_BOTH) | CLASS_BIT(CLASS_MARK))
#define NO_PREFIX (CLASS_LETTERS | CLASS_BIT(CLASS_NUMBER) | CLASS_BIT(CLASS_NEWLINE))
#define NUMBER_MOST 3

const unsigned char *const char_cell_ascii = class_cells[0]; /* block 0 comes first */

static inline bool goes_on(const unsigned char *s, size_t len, size_t at)
{
	return at < len && (s[at] & 0xC0) == 0x80;
}

unsigned char_cell_beyond_ascii(const unsigned char *s, size_t len, size_t *n)
{
	unsigned cp = 0x110000;

	*n = 1;
	if (s[0] >= 0xC2 && s[0] < 0xE0 && goes_on(s, len, 1)) {
		*n = 2;
		cp = (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
	} else if (s[0] >= 0xE0 && s[0] < 0xF0 && goes_on(s, len, 1) && goes_on(s, len, 2)) {
		*n = 3;
		cp = (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
	} else if (s[0] >= 0xF0 && s[0] < 0xF5 && goes_on(s, len, 1) && goes_on(s, len, 2) && goes_on(s, len, 3)) {
		*n = 4;
		cp = (s[0] & 0x07u) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
	}
	return cp < 0x110000 ? class_cells[class_block[cp >> 7]][cp & 0x7F] : CLASS_OTHER | SCRIPT_SYMBOL << 3;
}

static inline bool is_in(unsigned cell, unsigned set)
{
	return (CLASS_BIT(CLASS_OF(cell)) & set) != 0;
}

/* Where the run of characters of the set that begins at `at` ends. */
static inline size_t run_end(const unsigned char *s, size_t len, size_t at, unsigned set)
{
	size_t n;

	while (at < len && is_in(char_cell(s + at, len - at, &n), set)) {
		at += n;
	}
	return at;
}

/* Bytes of 's 't 're 've 'm 'll 'd at `at`, 0 for none. Without regard to case, in which the long s is an s. */
static size_t contraction(const unsigned char *s, size_t len, size_t at)
{
	static const char seconds[] = { ['r'] = 'e', ['v'] = 'e', ['l'] = 'l' };

	if (len - at < 2 || s[at] != '\'') {
		return 0;
	}
	unsigned char a = s[at + 1] | 0x20, b = len - at > 2 ? s[at + 2] : 0;

	if (s[at + 1] < 0x80 && (a == 's' || a == 't' || a == 'm' || a == 'd')) {
		return 2;
	}
	if (s[at + 1] < 0x80 && a < sizeof(seconds) && seconds[a] != '\0' && b < 0x80 && (b | 0x20) == seconds[a]) {
		return 3;
	}
	return s[at + 1] == 0xC5 && b == 0xBF ? 3 : 0;
}

/* The word that begins at `at` in o200k_base: what is upper case, then at least one that is lower case, where letters without case and
 * marks pass for both; else what is upper case alone. The end, or `at` when there is none. */
static inline size_t cased_word(const unsigned char *s, size_t len, size_t at)
{
	size_t uncased_end = 0, n = 0;
	unsigned cell = 0;

	for (; at < len; at += n) {
		cell = char_cell(s + at, len - at, &n);
		if (!is_in(cell, CLASS_BIT(CLASS_UPPER) | UNCASED)) {
			break;
		}
		if (is_in(cell, UNCASED)) {
			uncased_end = at + n;
		}
	}
	if (at < len && CLASS_OF(cell) == CLASS_LOWER) {
		return run_end(s, len, at + n, CLASS_BIT(CLASS_LOWER) | UNCASED);
	}
	return uncased_end > 0 ? uncased_end : at; /* stepped back to the last that passes for lower case */
}

/* Signs with the line ends behind them; also_slash: with slashes too. 0: none here. */
static size_t signs(const unsigned char *s, size_t len, bool also_slash)
{
	size_t start = s[0] == ' ', end = run_end(s, len, start, SIGNS);

	if (end == start) {
		return 0;
	}
	while (end < len && (s[end] == '\r' || s[end] == '\n' || (also_slash && s[end] == '/'))) {
		end++;
	}
	return end;
}

/* White space: up to the last line end in it; else without its last character, which goes with what follows. */
static size_t blanks(const unsigned char *s, size_t len)
{
	size_t end = 0, last = 0, newline = 0, n;

	while (end < len) {
		unsigned cell = char_cell(s + end, len - end, &n);

		if (!is_in(cell, BLANKS)) {
			break;
		}
		last = end;
		end += n;
		if (CLASS_OF(cell) == CLASS_NEWLINE) {
			newline = end;
		}
	}
	return newline > 0 ? newline : end < len && last > 0 ? last : end;
}

static size_t number(const unsigned char *s, size_t len, size_t n)
{
	size_t end = n;

	for (size_t i = 1; i < NUMBER_MOST && end < len && CLASS_OF(char_cell(s + end, len - end, &n)) == CLASS_NUMBER; i++) {
		end += n;
	}
	return end;
}

size_t split_o200k(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n, end;
	unsigned cell = char_cell(s, len, &n);

	if (CLASS_OF(cell) == CLASS_NUMBER) {
		return number(s, len, n);
	}
	if (!is_in(cell, NO_PREFIX) && (end = cased_word(s, len, n)) > n) {
		return end + contraction(s, len, end);
	}
	if (is_in(cell, CLASS_LETTERS | CLASS_BIT(CLASS_MARK))) {
		end = cased_word(s, len, 0);
		return end + contraction(s, len, end);
	}
	end = signs(s, len, true);
	return end > 0 ? end : blanks(s, len);
}

size_t split_cl100k(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n, end = contraction(s, len, 0);

	if (end > 0) {
		return end;
	}
	unsigned cell = char_cell(s, len, &n);

	if (CLASS_OF(cell) == CLASS_NUMBER) {
		return number(s, len, n);
	}
	if (is_in(cell, CLASS_LETTERS)) {
		return run_end(s, len, n, CLASS_LETTERS);
	}
	if (!is_in(cell, NO_PREFIX) && (end = run_end(s, len, n, CLASS_LETTERS)) > n) {
		return end;
	}
	end = signs(s, len, false);
	return end > 0 ? end : blanks(s, len);
}

bool split_is_edge(const char *text, size_t len, size_t at)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t before = at - 1, n;

	while (before > 0 && at - before < 4 && (s[before] & 0xC0) == 0x80) {
		before--;
	}
	return is_in(char_cell(s + before, len - before, &n), CLASS_LETTERS | CLASS_BIT(CLASS_NUMBER)) && before + n == at && s[at] != '\'' &&
	       !is_in(char_cell(s + at, len - at, &n), CLASS_LETTERS | CLASS_BIT(CLASS_MARK) | CLASS_BIT(CLASS_NUMBER));
}
