/* repair - reading JSON that a strict parser refuses for its spelling alone, so that one bad byte does not lose a whole answer.
 * Mended: invalid UTF-8 and lone surrogates become U+FFFD, raw control characters in strings are taken as escaped, integers past 64 bits
 * are read as floats, a byte order mark is passed over. Not mended: anything about the structure. */
#ifndef SONDE_TEXT_REPAIR_H
#define SONDE_TEXT_REPAIR_H

#include <jansson.h>

/* Parses one object or array; strings keep their NULs. The caller owns the value. NULL: e (if not NULL) has jansson's reason. */
json_t *json_parse(const char *s, size_t len, json_error_t *e);

#endif
