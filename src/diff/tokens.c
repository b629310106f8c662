#include "diff/tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

#define FIRST_SLOTS 256

struct interner_slot {
	uint32_t round; /* not the present one: free */
	uint32_t id;
};

struct interner_text {
	const char *s;
	uint32_t len, hash;
};

void tokens_put(struct tokens *t, size_t start, enum token_kind kind, uint32_t id)
{
	if (t->n == t->cap) {
		t->cap = t->cap > 0 ? t->cap * 2 : 64;
		t->starts = x_reallocarray(t->starts, t->cap, sizeof(*t->starts));
		t->ids = x_reallocarray(t->ids, t->cap, sizeof(*t->ids));
		t->kinds = x_realloc(t->kinds, t->cap);
		t->changed = x_realloc(t->changed, t->cap);
	}
	t->starts[t->n] = (uint32_t)start;
	t->kinds[t->n] = (unsigned char)kind;
	t->ids[t->n++] = id;
}

void tokens_end(struct tokens *t, size_t end)
{
	tokens_put(t, end, TOKEN_LINE_END, 0);
	t->n--;
}

void tokens_clear(struct tokens *t)
{
	t->n = 0;
}

void tokens_free(struct tokens *t)
{
	free(t->starts);
	free(t->ids);
	free(t->kinds);
	free(t->changed);
}

size_t tokens_words(const struct tokens *t, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++) {
		n += t->kinds[i] == TOKEN_WORD;
	}
	return n;
}

uint64_t tokens_hash(const char *s, size_t len)
{
	uint64_t hash = HASH_START ^ len, piece = 0;

	for (; len >= 8; s += 8, len -= 8) {
		memcpy(&piece, s, 8);
		hash = (hash ^ piece) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	piece = 0;
	for (size_t i = 0; i < len; i++) {
		piece = piece << 8 | (unsigned char)s[i];
	}
	return hash_mix(hash ^ piece);
}

/* The slot of a text, or the free one where it belongs. */
static struct interner_slot *find(const struct interner *in, const char *s, size_t len, uint32_t hash)
{
	for (size_t i = hash & (in->n_slots - 1);; i = (i + 1) & (in->n_slots - 1)) {
		struct interner_slot *slot = &in->slots[i];

		if (slot->round != in->round) {
			return slot;
		}
		const struct interner_text *t = &in->texts[slot->id];
		if (t->hash == hash && t->len == len && memcmp(t->s, s, len) == 0) {
			return slot;
		}
	}
}

static void grow(struct interner *in)
{
	in->round = in->round > 0 ? in->round : 1; /* slots begin in round 0: free */
	in->n_slots = in->n_slots > 0 ? in->n_slots * 2 : FIRST_SLOTS;
	free(in->slots);
	in->slots = x_calloc(in->n_slots, sizeof(*in->slots));
	for (size_t id = 0; id < in->n; id++) {
		const struct interner_text *t = &in->texts[id];

		*find(in, t->s, t->len, t->hash) = (struct interner_slot){ in->round, (uint32_t)id };
	}
}

uint32_t intern(struct interner *in, const char *s, size_t len)
{
	uint32_t hash = (uint32_t)tokens_hash(s, len);

	if ((in->n + 1) * 4 > in->n_slots * 3) {
		grow(in);
	}
	struct interner_slot *slot = find(in, s, len, hash);
	if (slot->round != in->round) {
		*slot = (struct interner_slot){ in->round, (uint32_t)in->n };
		*array_push(in->texts, in->n, in->cap) = (struct interner_text){ s, (uint32_t)len, hash };
	}
	return slot->id;
}

void interner_clear(struct interner *in)
{
	in->round++;
	in->n = 0;
}

void interner_free(struct interner *in)
{
	free(in->slots);
	free(in->texts);
}
