#include "diff/move.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "diff/lines.h"

#define LINES_MIN 3
#define TOKENS_MIN 20
#define CANDIDATES_MAX 16
#define SHINGLE 8
#define JACCARD_MIN 70 /* percent */

struct text {
	const char *s;
	size_t len;
};

static struct text lines_of(const struct diff *d, int side, size_t line, size_t n)
{
	const struct diff_side *s = &d->side[side];

	return (struct text){ s->text + s->starts[line], s->starts[line + n] - s->starts[line] };
}

/* The next word or mark at *s, roughly: what a block is measured by need not be exact. False: there is none. */
static bool next_token(const char **s, const char *end, struct text *token)
{
	while (*s < end && lines_is_blank(**s)) {
		(*s)++;
	}
	token->s = *s;
	while (*s < end && ((unsigned char)**s >= 0x80 || (**s >= '0' && **s <= '9') || ((**s | 0x20) >= 'a' && (**s | 0x20) <= 'z'))) {
		(*s)++;
	}
	*s += *s == token->s && *s < end;
	token->len = (size_t)(*s - token->s);
	return token->len > 0;
}

static size_t count_tokens(struct text t)
{
	struct text token;
	size_t n = 0;

	for (const char *s = t.s; next_token(&s, t.s + t.len, &token);) {
		n++;
	}
	return n;
}

/* Hash of a line with its blanks left out; 0: there is nothing else. Equal lines but for blanks have equal hashes. */
static uint32_t folded_hash(struct text t)
{
	uint64_t hash = HASH_START;
	bool has_any = false;

	for (size_t i = 0; i < t.len; i++) {
		if (!lines_is_blank(t.s[i])) {
			hash = (hash ^ (unsigned char)t.s[i]) * 0x9e3779b97f4a7c15ULL;
			has_any = true;
		}
	}
	uint32_t folded = (uint32_t)(hash_mix(hash) >> 32);
	return !has_any ? 0 : folded > 0 ? folded : 1;
}

/* The lines that are on one side only, in order. */
struct only {
	struct only_line {
		uint32_t line, hunk, hash;
		uint32_t next; /* 1 + the next one with a hash of the same slot; 0: none */
	} *lines;
	size_t n, cap;
};

struct finder {
	struct diff *d;
	uint32_t **moved;
	struct only only[2];
	uint32_t *slots; /* 1 + the first line of b by hash */
	size_t n_slots;  /* a power of two */
};

static void list_lines(struct finder *f, int side)
{
	struct only *o = &f->only[side];

	for (uint32_t h = 0; h < f->d->n_hunks; h++) {
		const struct diff_hunk *hunk = &f->d->hunks[h];

		for (uint32_t i = hunk->line[side]; i < hunk->line[side] + hunk->n_lines[side]; i++) {
			*array_push(o->lines, o->n, o->cap) = (struct only_line){ i, h, folded_hash(lines_of(f->d, side, i, 1)), 0 };
		}
	}
}

static void index_lines(struct finder *f)
{
	struct only *o = &f->only[1];

	for (f->n_slots = 64; f->n_slots < o->n; f->n_slots *= 2) {
	}
	f->slots = x_calloc(f->n_slots, sizeof(*f->slots));
	for (size_t i = o->n; i-- > 0;) {
		uint32_t *slot = &f->slots[o->lines[i].hash & (f->n_slots - 1)];

		o->lines[i].next = *slot;
		*slot = (uint32_t)i + 1;
	}
}

/* How many lines from a's i and b's j on are the same and not yet moved, without blank ones at the end. */
static uint32_t run_length(const struct finder *f, size_t i, size_t j)
{
	const struct only *a = &f->only[0], *b = &f->only[1];
	uint32_t hunk_a = a->lines[i].hunk, hunk_b = b->lines[j].hunk, n = 0;

	for (uint32_t k = 0; i + k < a->n && j + k < b->n; k++) {
		const struct only_line *x = &a->lines[i + k], *y = &b->lines[j + k];

		if (x->hunk != hunk_a || y->hunk != hunk_b || x->hash != y->hash || f->moved[1][y->line] > 0) {
			break;
		}
		struct text s = lines_of(f->d, 0, x->line, 1), t = lines_of(f->d, 1, y->line, 1);
		if (!lines_same_but_blanks(s.s, s.len, t.s, t.len)) {
			break;
		}
		n = x->hash > 0 ? k + 1 : n;
	}
	return n;
}

static bool is_block(const struct finder *f, int side, size_t i, size_t n)
{
	size_t n_full = 0;

	for (size_t k = i; k < i + n; k++) {
		n_full += f->only[side].lines[k].hash > 0;
	}
	return n_full >= LINES_MIN || count_tokens(lines_of(f->d, side, f->only[side].lines[i].line, n)) >= TOKENS_MIN;
}

static void add_move(struct finder *f, const uint32_t line[2], uint32_t n_a, uint32_t n_b, bool is_edited)
{
	struct diff *d = f->d;
	uint32_t n[2] = { n_a, n_b };

	*array_push(d->moves, d->n_moves, d->cap_moves) = (struct diff_move){ { line[0], line[1] }, { n_a, n_b }, is_edited };
	for (int side = 0; side < 2; side++) {
		for (uint32_t i = line[side]; i < line[side] + n[side]; i++) {
			f->moved[side][i] = (uint32_t)d->n_moves;
		}
	}
}

static void find_same(struct finder *f)
{
	const struct only *a = &f->only[0], *b = &f->only[1];

	for (size_t i = 0; i < a->n;) {
		uint32_t best = 0, tried = 0;
		size_t at = 0;

		for (uint32_t j = a->lines[i].hash > 0 ? f->slots[a->lines[i].hash & (f->n_slots - 1)] : 0; j > 0 && tried < CANDIDATES_MAX;
		    j = b->lines[j - 1].next, tried++) {
			uint32_t n = b->lines[j - 1].hunk != a->lines[i].hunk ? run_length(f, i, j - 1) : 0;

			if (n > best) {
				best = n;
				at = j - 1;
			}
		}
		if (best > 0 && is_block(f, 0, i, best)) {
			add_move(f, (const uint32_t[]){ a->lines[i].line, b->lines[at].line }, best, best, false);
			i += best;
		} else {
			i++;
		}
	}
}

/* Lines without a blank one between them, in a hunk that is of one side only. */
struct block {
	uint32_t line, n_lines;
	uint64_t *shingles; /* hashes of its runs of words, sorted, each once */
	size_t n;
};

struct blocks {
	struct block *blocks;
	size_t n, cap;
};

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void add_shingles(struct block *b, struct text t)
{
	uint64_t last[SHINGLE] = { 0 };
	struct text token;
	size_t cap = 0, n = 0;

	for (const char *s = t.s; next_token(&s, t.s + t.len, &token);) {
		uint64_t hash = HASH_START;

		last[n++ % SHINGLE] = hash_bytes(HASH_START, token.s, token.len);
		if (n >= SHINGLE) {
			for (size_t k = 0; k < SHINGLE; k++) {
				hash = hash_mix(hash ^ last[(n + k) % SHINGLE]);
			}
			*array_push(b->shingles, b->n, cap) = hash;
		}
	}
	if (b->n == 0) {
		return;
	}
	qsort(b->shingles, b->n, sizeof(*b->shingles), by_hash);
	size_t kept = 1;
	for (size_t i = 1; i < b->n; i++) {
		if (b->shingles[i] != b->shingles[kept - 1]) {
			b->shingles[kept++] = b->shingles[i];
		}
	}
	b->n = kept;
}

/* Whether all lines that the hunk has on a side went elsewhere. */
static bool is_empty_side(const struct finder *f, const struct diff_hunk *h, int side)
{
	for (uint32_t i = h->line[side]; i < h->line[side] + h->n_lines[side]; i++) {
		if (f->moved[side][i] == 0) {
			return false;
		}
	}
	return true;
}

static void list_blocks(struct finder *f, int side, struct blocks *out)
{
	const struct only *o = &f->only[side];

	for (size_t i = 0; i < o->n;) {
		const struct only_line *first = &o->lines[i];
		size_t end = i + 1;

		if (first->hash == 0 || f->moved[side][first->line] > 0) {
			i++;
			continue;
		}
		while (end < o->n && o->lines[end].hunk == first->hunk && o->lines[end].hash > 0 && f->moved[side][o->lines[end].line] == 0) {
			end++;
		}
		struct text t = lines_of(f->d, side, first->line, end - i);
		if (count_tokens(t) >= TOKENS_MIN && is_empty_side(f, &f->d->hunks[first->hunk], !side)) {
			struct block *b = array_push(out->blocks, out->n, out->cap);

			*b = (struct block){ .line = first->line, .n_lines = (uint32_t)(end - i) };
			add_shingles(b, t);
		}
		i = end;
	}
}

/* What two blocks share of all they have, in percent. */
static size_t jaccard(const struct block *a, const struct block *b)
{
	size_t common = 0;

	for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
		common += a->shingles[i] == b->shingles[j];
		uint64_t x = a->shingles[i], y = b->shingles[j];
		i += x <= y;
		j += y <= x;
	}
	return common * 100 / (a->n + b->n - common > 0 ? a->n + b->n - common : 1);
}

/* Each block with each: as both are pure and have moved nowhere unchanged, there are few. Past BLOCKS_MAX pairs nothing is looked for. */
static void find_edited(struct finder *f)
{
	enum { BLOCKS_MAX = 10000 };
	struct blocks side[2] = { { 0 }, { 0 } };

	list_blocks(f, 0, &side[0]);
	list_blocks(f, 1, &side[1]);
	for (size_t i = 0; i < side[0].n && side[0].n * side[1].n <= BLOCKS_MAX; i++) {
		const struct block *a = &side[0].blocks[i];
		size_t best = 0, at = 0;

		for (size_t j = 0; j < side[1].n; j++) {
			size_t share = f->moved[1][side[1].blocks[j].line] == 0 ? jaccard(a, &side[1].blocks[j]) : 0;

			if (share > best) {
				best = share;
				at = j;
			}
		}
		if (best >= JACCARD_MIN) {
			const struct block *b = &side[1].blocks[at];

			add_move(f, (const uint32_t[]){ a->line, b->line }, a->n_lines, b->n_lines, true);
		}
	}
	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; i < side[k].n; i++) {
			free(side[k].blocks[i].shingles);
		}
		free(side[k].blocks);
	}
}

void moves_find(struct diff *d, uint32_t *moved[2])
{
	struct finder f = { .d = d, .moved = moved };

	moved[0] = moved[1] = NULL;
	if (d->n_hunks < 2) {
		return;
	}
	for (int side = 0; side < 2; side++) {
		moved[side] = x_calloc(d->side[side].n_lines + 1, sizeof(*moved[side]));
		list_lines(&f, side);
	}
	index_lines(&f);
	find_same(&f);
	find_edited(&f);
	free(f.slots);
	free(f.only[0].lines);
	free(f.only[1].lines);
}
