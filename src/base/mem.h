/* mem - allocation that aborts when memory is out, and typed growable arrays.
 * Everything returned is the caller's, to be freed with free(). */
#ifndef SONDE_BASE_MEM_H
#define SONDE_BASE_MEM_H

#include <stddef.h>

#include "base/err.h"

/* Says so and aborts: for a library with memory of its own. */
_Noreturn void x_out_of_memory(void);
void *x_malloc(size_t len) __attribute__((malloc, returns_nonnull));
void *x_calloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *x_realloc(void *p, size_t len) __attribute__((returns_nonnull));
/* n * size bytes; aborts when the product overflows. */
void *x_reallocarray(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
/* NULL in, NULL out. */
char *x_strdup(const char *s);
/* The first len bytes of s and a NUL. */
char *x_strndup(const char *s, size_t len) __attribute__((returns_nonnull));
char *x_asprintf(const char *fmt, ...) SONDE_PRINTF(1, 2) __attribute__((returns_nonnull));

/* A growable array is three fields of the owner: T *items; size_t n; size_t cap.
 * array_push(items, n, cap) makes room for one more and yields a pointer to the new, zeroed item. */
#define array_push(items, n, cap) \
	((items) = array_grow_one((items), &(n), &(cap), sizeof(*(items))), &(items)[(n) - 1])
void *array_grow_one(void *items, size_t *n, size_t *cap, size_t size) __attribute__((returns_nonnull));

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#endif
