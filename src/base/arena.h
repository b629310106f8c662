/* arena - memory that is freed all at once: blocks that only grow, with a limit.
 * Out of memory aborts as x_malloc does; the limit is a state the caller meets. */
#ifndef SONDE_BASE_ARENA_H
#define SONDE_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena { /* zeroed is ready and without a limit */
	struct arena_block *blocks;
	size_t used, cap; /* of the newest block */
	size_t total;     /* bytes of all blocks */
	size_t limit;     /* most of `total`; 0: none */
};

/* Zeroed bytes, aligned for any type. NULL when the limit would be passed, and only then. */
void *arena_alloc(struct arena *a, size_t len);
/* n * size bytes likewise; a product that overflows passes any limit and aborts without one. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* Counts memory held elsewhere against the limit; false when it would be passed. */
bool arena_charge(struct arena *a, size_t len);
/* The bytes and a NUL. */
char *arena_copy(struct arena *a, const char *s, size_t len);
void arena_free(struct arena *a);

#endif
