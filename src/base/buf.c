#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LIMIT_DEFAULT ((size_t)1 << 30)

void buf_init(struct buf *b, size_t limit)
{
	*b = (struct buf){ .limit = limit };
}

void buf_free(struct buf *b)
{
	free(b->s);
	b->s = NULL;
	b->len = b->cap = 0;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->is_full = false;
	if (b->s != NULL) {
		b->s[0] = '\0';
	}
}

static bool reserve(struct buf *b, size_t more)
{
	size_t limit = b->limit > 0 ? b->limit : LIMIT_DEFAULT;

	if (b->is_full || more > limit || b->len > limit - more) {
		b->is_full = true;
		return false;
	}
	if (b->len + more + 1 > b->cap) {
		size_t cap = b->cap > 0 ? b->cap : 64;

		while (cap < b->len + more + 1) {
			cap *= 2;
		}
		b->s = x_realloc(b->s, cap);
		b->cap = cap;
	}
	return true;
}

bool buf_add(struct buf *b, const void *bytes, size_t len)
{
	if (!reserve(b, len)) {
		return false;
	}
	if (len > 0) {
		memcpy(b->s + b->len, bytes, len);
	}
	b->len += len;
	b->s[b->len] = '\0';
	return true;
}

bool buf_add_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

bool buf_add_char(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

bool buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	bool ok = buf_addv(b, fmt, ap);
	va_end(ap);
	return ok;
}

bool buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || !reserve(b, (size_t)n)) {
		return false;
	}
	(void)vsnprintf(b->s + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
	return true;
}

void buf_drop(struct buf *b, size_t n)
{
	if (n == 0) {
		return;
	}
	memmove(b->s, b->s + n, b->len - n);
	b->len -= n;
	b->s[b->len] = '\0';
}

const char *buf_str(const struct buf *b)
{
	return b->s != NULL ? b->s : "";
}

char *buf_take(struct buf *b)
{
	char *s = b->s != NULL ? b->s : x_strndup("", 0);

	b->s = NULL;
	b->len = b->cap = 0;
	b->is_full = false;
	return s;
}
