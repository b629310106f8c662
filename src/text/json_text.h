/* json_text - values as JSON text, byte by byte the same on every machine; reading is base/json.h. */
#ifndef SONDE_TEXT_JSON_TEXT_H
#define SONDE_TEXT_JSON_TEXT_H

#include <stdint.h>

#include "base/buf.h"

/* JSON values appended to out: a string literal with its quotes (invalid UTF-8 becomes U+FFFD; NULL: null), a number or null for UNKNOWN,
 * milliseconds of microseconds, and dollars of nano-dollars, both as exact decimals. */
void json_text_bytes(struct buf *out, const char *s, size_t len);
void json_text_string(struct buf *out, const char *s);
void json_text_int(struct buf *out, int64_t v);
void json_text_ms(struct buf *out, int64_t us);
void json_text_usd(struct buf *out, int64_t nano);

#endif
