#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_BLOCK 4096
#define LAST_BLOCK ((size_t)1 << 20)

struct arena_block {
	struct arena_block *next;
	alignas(max_align_t) char bytes[];
};

bool arena_charge(struct arena *a, size_t len)
{
	if (a->limit > 0 && (len > a->limit || a->total > a->limit - len)) {
		return false;
	}
	a->total += len;
	return true;
}

/* Each block is twice the one before, so that a small user stays small. */
static bool add_block(struct arena *a, size_t len)
{
	size_t cap = a->cap * 2 < FIRST_BLOCK ? FIRST_BLOCK : a->cap * 2 > LAST_BLOCK ? LAST_BLOCK : a->cap * 2;

	if (cap < len) {
		cap = len;
	}
	if (!arena_charge(a, cap)) {
		return false;
	}
	struct arena_block *block = x_malloc(sizeof(*block) + cap);
	block->next = a->blocks;
	a->blocks = block;
	a->cap = cap;
	a->used = 0;
	return true;
}

void *arena_alloc(struct arena *a, size_t len)
{
	size_t rounded = (len + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);

	if (rounded < len || ((a->blocks == NULL || a->cap - a->used < rounded) && !add_block(a, rounded))) {
		return NULL;
	}
	char *p = a->blocks->bytes + a->used;
	a->used += rounded;
	return memset(p, 0, len);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	if (size > 0 && n > SIZE_MAX / 2 / size) {
		return a->limit > 0 ? NULL : x_reallocarray(NULL, n, size);
	}
	return arena_alloc(a, n * size);
}

char *arena_copy(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (copy != NULL && len > 0) {
		memcpy(copy, s, len);
	}
	return copy;
}

void arena_free(struct arena *a)
{
	while (a->blocks != NULL) {
		struct arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	*a = (struct arena){ .limit = a->limit };
}
