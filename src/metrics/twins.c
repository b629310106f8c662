#include "metrics/twins.h"

#include <stdlib.h>

#include "base/mem.h"

/* Two generations: a line that is seen again moves to the young one; when that is full, the old one is forgotten. */

#define LINES_MOST ((size_t)1 << 19)
#define SLOTS_FIRST ((size_t)1 << 10)

struct slot {
	uint64_t key; /* 0: free */
	uint64_t count;
};

struct generation {
	struct slot *slots;
	size_t n, n_slots; /* a power of two, or 0 */
};

struct twins {
	struct generation young, old;
};

struct twins *twins_new(void)
{
	return x_calloc(1, sizeof(struct twins));
}

void twins_free(struct twins *t)
{
	if (t != NULL) {
		free(t->young.slots);
		free(t->old.slots);
		free(t);
	}
}

/* The slot of a key, free when it is not there. Keys are hashes. */
static struct slot *find(const struct generation *g, uint64_t key)
{
	for (size_t i = (size_t)key;; i++) {
		struct slot *s = &g->slots[i & (g->n_slots - 1)];

		if (s->key == key || s->key == 0) {
			return s;
		}
	}
}

static void grow(struct generation *g)
{
	struct generation bigger = { .n = g->n, .n_slots = g->n_slots > 0 ? g->n_slots * 2 : SLOTS_FIRST };

	bigger.slots = x_calloc(bigger.n_slots, sizeof(*bigger.slots));
	for (size_t i = 0; i < g->n_slots; i++) {
		if (g->slots[i].key != 0) {
			*find(&bigger, g->slots[i].key) = g->slots[i];
		}
	}
	free(g->slots);
	*g = bigger;
}

uint64_t twins_count(struct twins *t, uint64_t key)
{
	if (t->young.n >= LINES_MOST) {
		free(t->old.slots);
		t->old = t->young;
		t->young = (struct generation){ 0 };
	}
	if (t->young.n * 2 >= t->young.n_slots) {
		grow(&t->young);
	}
	struct slot *s = find(&t->young, key);

	if (s->key == 0) {
		s->key = key;
		s->count = t->old.n > 0 ? find(&t->old, key)->count : 0;
		t->young.n++;
	}
	return s->count++;
}
