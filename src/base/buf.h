/* buf - growable byte buffer with a limit, always NUL-terminated after the bytes.
 * Owns its bytes; buf_free releases them. Reaching the limit is a state (is_full), never a silent cut:
 * the append that would pass the limit adds nothing and returns false, and so do all later ones. */
#ifndef SONDE_BASE_BUF_H
#define SONDE_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"

struct buf {
	char *s;    /* NULL while empty and never grown; else NUL-terminated */
	size_t len; /* bytes without the NUL */
	size_t cap;
	size_t limit; /* most bytes; 0 means 1 GiB */
	bool is_full; /* an append was refused */
};

/* Also `struct buf b = {0};` is a valid empty buffer. */
void buf_init(struct buf *b, size_t limit);
void buf_free(struct buf *b);
/* Empties it, keeps the memory, clears is_full. */
void buf_clear(struct buf *b);
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_add_str(struct buf *b, const char *s);
bool buf_add_char(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *fmt, ...) SONDE_PRINTF(2, 3);
bool buf_addv(struct buf *b, const char *fmt, va_list ap) SONDE_PRINTF(2, 0);
/* Drops the first n bytes (n <= len). O(len). */
void buf_drop(struct buf *b, size_t n);
/* The text as a C string, "" when empty; borrowed. */
const char *buf_str(const struct buf *b);
/* Hands the string to the caller (never NULL) and leaves the buffer empty. */
char *buf_take(struct buf *b);

#endif
