/* utf8 - strict incremental UTF-8 decoding (RFC 3629: no surrogates, no overlong forms) and encoding. */
#ifndef SONDE_TEXT_UTF8_H
#define SONDE_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODE_POINT_BAD 0xFFFDu

/* Decodes one code point at s (len > 0): returns its bytes, 1 to 4, and *cp; for bytes that are no character: the length of the maximal
 * ill-formed part and CODE_POINT_BAD. Returns 0 when the bytes are the start of a character that goes on after len. */
size_t utf8_decode(const char *s, size_t len, uint32_t *cp);
/* Writes 1 to 4 bytes; a value that is no code point is written as U+FFFD. */
size_t utf8_encode(uint32_t cp, char out[4]);
/* The place of the first byte that belongs to no character; len when all of it is well-formed. */
size_t utf8_first_bad(const char *s, size_t len);
bool utf8_valid(const char *s, size_t len);
/* Letters, digits and the marks on them, of any script. */
bool utf8_is_word(uint32_t cp);

#endif
