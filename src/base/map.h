/* map - hash map from byte strings to pointers: open addressing, FNV-1a mixed by splitmix64.
 * Owns copies of its keys; values are the caller's. */
#ifndef SONDE_BASE_MAP_H
#define SONDE_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map;

struct map *map_new(void);
/* free_value may be NULL. */
void map_free(struct map *m, void (*free_value)(void *));
/* NULL when absent. */
void *map_get(const struct map *m, const char *key, size_t len);
/* Inserts or replaces; returns the value that stood there, or NULL. The value must not be NULL. */
void *map_put(struct map *m, const char *key, size_t len, void *value);
size_t map_count(const struct map *m);

/* 64-bit FNV-1a of the bytes, going on from `hash` (start with HASH_START). */
#define HASH_START 0xcbf29ce484222325ULL
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len);
/* Well-mixed 64-bit value (splitmix64 finaliser). */
uint64_t hash_mix(uint64_t x);

#endif
