#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void x_out_of_memory(void)
{
	static const char text[] = "sonde: out of memory\n";

	(void)fwrite(text, 1, sizeof(text) - 1, stderr);
	abort();
}

static void *checked(void *p)
{
	if (p == NULL) {
		x_out_of_memory();
	}
	return p;
}

void *x_malloc(size_t len)
{
	return checked(malloc(len > 0 ? len : 1));
}

void *x_calloc(size_t n, size_t size)
{
	return checked(calloc(n > 0 ? n : 1, size > 0 ? size : 1));
}

void *x_realloc(void *p, size_t len)
{
	return checked(realloc(p, len > 0 ? len : 1));
}

void *x_reallocarray(void *p, size_t n, size_t size)
{
	size_t len;

	if (__builtin_mul_overflow(n, size, &len)) {
		x_out_of_memory();
	}
	return x_realloc(p, len);
}

char *x_strdup(const char *s)
{
	return s != NULL ? x_strndup(s, strlen(s)) : NULL;
}

char *x_strndup(const char *s, size_t len)
{
	char *p = x_malloc(len + 1);

	if (len > 0) {
		memcpy(p, s, len);
	}
	p[len] = '\0';
	return p;
}

char *x_asprintf(const char *fmt, ...)
{
	va_list ap;
	char *p = NULL;

	va_start(ap, fmt);
	int n = vasprintf(&p, fmt, ap);
	va_end(ap);
	return checked(n >= 0 ? p : NULL);
}

void *array_grow_one(void *items, size_t *n, size_t *cap, size_t size)
{
	if (*n == *cap) {
		*cap = *cap > 0 ? *cap * 2 : 8;
		items = x_reallocarray(items, *cap, size);
	}
	memset((char *)items + *n * size, 0, size);
	(*n)++;
	return items;
}
