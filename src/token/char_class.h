/* char_class - what the patterns of the encodings ask of a character, and its script, both from one generated table (class_table.h). Pure. */
#ifndef SONDE_TOKEN_CHAR_CLASS_H
#define SONDE_TOKEN_CHAR_CLASS_H

#include <stddef.h>

/* Letters by General_Category: UPPER Lu Lt, LOWER Ll, BOTH Lm Lo. SPACE is White_Space without CR and LF. */
enum char_class { CLASS_OTHER, CLASS_UPPER, CLASS_LOWER, CLASS_BOTH, CLASS_MARK, CLASS_NUMBER, CLASS_SPACE, CLASS_NEWLINE };
/* PLAIN is ASCII, LATIN the letters beyond it; WIDE is CJK punctuation and full-width signs, JOINER what joins or varies emoji. */
enum char_script {
	SCRIPT_PLAIN, SCRIPT_LATIN, SCRIPT_HAN, SCRIPT_HIRAGANA, SCRIPT_KATAKANA, SCRIPT_HANGUL, SCRIPT_CYRILLIC, SCRIPT_GREEK, SCRIPT_ARABIC,
	SCRIPT_HEBREW, SCRIPT_DEVANAGARI, SCRIPT_THAI, SCRIPT_OTHER, SCRIPT_WIDE, SCRIPT_EMOJI, SCRIPT_JOINER, SCRIPT_SYMBOL, SCRIPT_COUNT
};

/* A set of classes is a bit mask. */
#define CLASS_BIT(c) (1u << (c))
#define CLASS_LETTERS (CLASS_BIT(CLASS_UPPER) | CLASS_BIT(CLASS_LOWER) | CLASS_BIT(CLASS_BOTH))

/* Class and script of one character: CLASS_OF and SCRIPT_OF tell them apart. */
#define CLASS_OF(cell) ((cell) & 7u)
#define SCRIPT_OF(cell) ((cell) >> 3)

/* Of the character at s (len > 0); *n gets its bytes. A byte that is part of none stands alone, as CLASS_OTHER and SCRIPT_SYMBOL. */
unsigned char_cell_beyond_ascii(const unsigned char *s, size_t len, size_t *n);
extern const unsigned char *const char_cell_ascii; /* of 128 */

static inline unsigned char_cell(const unsigned char *s, size_t len, size_t *n)
{
	if (s[0] < 0x80) {
		*n = 1;
		return char_cell_ascii[s[0]];
	}
	return char_cell_beyond_ascii(s, len, n);
}

#endif
