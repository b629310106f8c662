#include "sim/term.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>

#include "base/mem.h"
#include "text/utf8.h"

/* Terms, that is: after stemming. Sorted. */
static const char *const common[] = { "a", "about", "all", "an", "and", "answer", "any", "are", "as", "at", "au", "aus", "be", "been",
	"but", "by", "can", "ce", "could", "da", "das", "de", "dem", "den", "der", "des", "describ", "did", "die", "do", "doe", "du", "e",
	"ein", "el", "en", "est", "et", "explain", "follow", "for", "from", "giv", "has", "hav", "her", "his", "how", "i", "ich", "if",
	"im", "in", "is", "ist", "it", "its", "la", "las", "le", "les", "list", "los", "mak", "many", "me", "mit", "much", "my", "nam",
	"nicht", "no", "not", "of", "on", "or", "our", "pleas", "que", "quel", "quell", "question", "qui", "reply", "respond", "se",
	"shall", "should", "show", "sich", "sie", "so", "som", "summaris", "summariz", "tell", "text", "that", "the", "their", "them",
	"then", "ther", "thes", "they", "thi", "thos", "to", "translat", "un", "una", "und", "une", "us", "von", "was", "we", "wer", "what",
	"when", "wher", "which", "who", "why", "wie", "will", "with", "worden", "would", "writ", "you", "your", "zu" };

static int compare_names(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

bool term_is_common(const char *term)
{
	return bsearch(term, common, COUNT_OF(common), sizeof(common[0]), compare_names) != NULL;
}

/* Ideographs and kana: words are not set apart by blanks. */
static bool is_wordless_script(uint32_t cp)
{
	return (cp >= 0x3041 && cp <= 0x30FF) || (cp >= 0x3400 && cp <= 0x9FFF) || (cp >= 0xF900 && cp <= 0xFAFF) ||
	       (cp >= 0x20000 && cp <= 0x3FFFF);
}

static bool is_word(uint32_t cp)
{
	if (cp < 0x80) {
		return (cp >= '0' && cp <= '9') || ((cp | 0x20) >= 'a' && (cp | 0x20) <= 'z');
	}
	return cp != CODE_POINT_BAD &&
	       (uc_is_property_alphabetic(cp) || uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_M));
}

/* Endings of English inflection, enough that "charges" meets "charged". */
static void stem(char *term, size_t len)
{
	static const char *const endings[] = { "ing", "ed", "es", "s", "e" };

	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		size_t n = strlen(endings[i]);

		if (len >= n + 3 && strcmp(term + len - n, endings[i]) == 0 && (unsigned char)term[len - n - 1] < 0x80) {
			term[len - n] = '\0';
			return;
		}
	}
}

static size_t decode(const char *s, size_t len, uint32_t *cp)
{
	size_t n = utf8_decode(s, len, cp);

	if (n == 0) {
		*cp = CODE_POINT_BAD;
		return len;
	}
	return n;
}

bool term_next(const char *s, size_t len, size_t *at, char term[TERM_SIZE], struct span *raw)
{
	size_t n = 0, start;
	uint32_t cp = 0;

	while (*at < len) {
		size_t step = decode(s + *at, len - *at, &cp);

		if (is_word(cp)) {
			break;
		}
		*at += step;
	}
	if (*at >= len) {
		return false;
	}
	start = *at;
	while (*at < len) {
		size_t step = decode(s + *at, len - *at, &cp);
		char folded[4];

		if (!is_word(cp) || (is_wordless_script(cp) && *at > start)) {
			break;
		}
		size_t w = utf8_encode(uc_tolower(cp), folded);
		if (n + w < TERM_SIZE) {
			memcpy(term + n, folded, w);
			n += w;
		}
		*at += step;
		if (is_wordless_script(cp)) {
			break;
		}
	}
	term[n] = '\0';
	*raw = (struct span){ s + start, *at - start };
	stem(term, n);
	return true;
}

bool term_byte(char c)
{
	return (unsigned char)c >= 0x80 || is_word((unsigned char)c);
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

const char *span_find(struct span s, const char *needle)
{
	size_t n = strlen(needle);

	for (size_t i = 0; i + n <= s.len; i++) {
		size_t k = 0;

		if (i > 0 && term_byte(s.s[i - 1]) && term_byte(needle[0]) && (unsigned char)needle[0] < 0x80) {
			continue;
		}
		while (k < n && fold(s.s[i + k]) == needle[k]) {
			k++;
		}
		if (k == n) {
			return s.s + i;
		}
	}
	return NULL;
}

void span_squeeze(struct span s, struct buf *out)
{
	bool is_blank = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.s[i] == ' ' || s.s[i] == '\n' || s.s[i] == '\t' || s.s[i] == '\r') {
			is_blank = true;
			continue;
		}
		if (is_blank && out->len > 0) {
			(void)buf_add_char(out, ' ');
		}
		is_blank = false;
		(void)buf_add_char(out, s.s[i]);
	}
}
