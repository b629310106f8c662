/* base64 - bytes as letters (RFC 4648, section 4, with padding). */
#ifndef SONDE_TEXT_BASE64_H
#define SONDE_TEXT_BASE64_H

#include "base/buf.h"

#define BASE64_SIZE(len) (((len) + 2) / 3 * 4)

void base64_add(struct buf *out, const char *bytes, size_t len);
/* Appends the bytes of a text; padding may be missing. False when it is none. */
bool base64_get(struct buf *out, const char *text, size_t len);

#endif
