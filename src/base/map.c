#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct slot {
	char *key; /* NULL: free */
	size_t len;
	uint64_t hash;
	void *value;
};

struct map {
	struct slot *slots;
	size_t n, cap; /* cap is 0 or a power of two; at most three quarters full */
};

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++) {
		hash = (hash ^ p[i]) * 0x100000001b3ULL;
	}
	return hash;
}

uint64_t hash_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

struct map *map_new(void)
{
	return x_calloc(1, sizeof(struct map));
}

void map_free(struct map *m, void (*free_value)(void *))
{
	if (m == NULL) {
		return;
	}
	for (size_t i = 0; i < m->cap; i++) {
		if (m->slots[i].key != NULL && free_value != NULL) {
			free_value(m->slots[i].value);
		}
		free(m->slots[i].key);
	}
	free(m->slots);
	free(m);
}

static struct slot *find(struct slot *slots, size_t cap, const char *key, size_t len, uint64_t hash)
{
	size_t i = (size_t)hash & (cap - 1);

	while (slots[i].key != NULL &&
	    !(slots[i].hash == hash && slots[i].len == len && memcmp(slots[i].key, key, len) == 0)) {
		i = (i + 1) & (cap - 1);
	}
	return &slots[i];
}

void *map_get(const struct map *m, const char *key, size_t len)
{
	if (m->cap == 0) {
		return NULL;
	}
	const struct slot *s = find(m->slots, m->cap, key, len, hash_mix(hash_bytes(HASH_START, key, len)));
	return s->key != NULL ? s->value : NULL;
}

static void grow(struct map *m)
{
	size_t cap = m->cap > 0 ? m->cap * 2 : 16;
	struct slot *slots = x_calloc(cap, sizeof(*slots));

	for (size_t i = 0; i < m->cap; i++) {
		struct slot *s = &m->slots[i];

		if (s->key != NULL) {
			*find(slots, cap, s->key, s->len, s->hash) = *s;
		}
	}
	free(m->slots);
	m->slots = slots;
	m->cap = cap;
}

void *map_put(struct map *m, const char *key, size_t len, void *value)
{
	if ((m->n + 1) * 4 > m->cap * 3) {
		grow(m);
	}
	uint64_t hash = hash_mix(hash_bytes(HASH_START, key, len));
	struct slot *s = find(m->slots, m->cap, key, len, hash);
	void *old = s->key != NULL ? s->value : NULL;

	if (s->key == NULL) {
		*s = (struct slot){ .key = x_strndup(key, len), .len = len, .hash = hash };
		m->n++;
	}
	s->value = value;
	return old;
}

size_t map_count(const struct map *m)
{
	return m->n;
}
