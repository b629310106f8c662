/* An index is a header, a hash table of slots with open addressing, what is known of each token, filters, and the bytes of the tokens. A slot holds the
 * first eight bytes of its token, so that a short one (most) is found or refused without another look at memory. The table is at most half full.
 * Most lookups are of bytes that are no token, and most texts go on otherwise than a token does: filters that fit a processor's cache tell so before the
 * table is touched. They may say yes wrongly, never no. */
#include "token/ranks.h"

#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "text/base64.h"

#define MAGIC "sonde bpe 2\n"
#define BYTE_ORDER_MARK 0x01020304u
#define TOKEN_MOST 255 /* bytes; so that length and place share a word */
#define TOKENS_MOST ((size_t)1 << 21)
#define BYTES_MOST ((size_t)1 << 24)
#define START_LEN 3 /* bytes by which the lengths of tokens are known */
#define STARTS ((size_t)1 << 16)
#define PAIRS ((size_t)1 << 16)
#define STEM_LEN 6  /* a token of so many bytes or more has its begin in a filter */

struct header {
	char magic[12];
	uint32_t byte_order;
	unsigned char hash[SHA256_SIZE];
	uint32_t slot_bits, longest, bytes, tokens;
	uint64_t checksum; /* of all before and after it */
};

struct slot {
	uint64_t head;  /* the first eight bytes, little-endian, padded with 0 */
	uint32_t rank;
	uint32_t place; /* of the token's bytes << 8 | their number; 0: empty */
};

/* Bits of the filters: by the hash of a token four a slot, by that of a stem two. */
#define FOUND_BITS(slot_bits) ((size_t)4 << (slot_bits))
#define STEM_BITS(slot_bits) ((size_t)2 << (slot_bits))

struct ranks {
	const struct slot *slots;
	const struct rank_token *tokens;
	const uint64_t *starts; /* by the hash of the first bytes: bit n - 1 for tokens of n bytes, the last for all of 64 and more */
	const uint64_t *found, *stems;
	const uint32_t *pairs; /* ranks of two bytes */
	size_t n_tokens;
	const char *bytes;
	uint64_t mask; /* slots - 1 */
	size_t n_bytes, longest;
	const struct header *header;
	size_t len; /* of all of it */
	bool is_mapped;
};

/* ---- lookup ---- */

static inline uint64_t load8(const char *s)
{
	uint64_t v;

	memcpy(&v, s, sizeof(v));
	return le64toh(v);
}

static inline uint64_t load4(const char *s)
{
	uint32_t v;

	memcpy(&v, s, sizeof(v));
	return le32toh(v);
}

/* The first eight bytes, without a read past the end: loads that overlap. */
static inline uint64_t head_of(const char *s, size_t len)
{
	if (len >= 8) {
		return load8(s);
	}
	if (len >= 4) {
		return load4(s) | load4(s + len - 4) << 8 * (len - 4);
	}
	uint64_t v = (unsigned char)s[0];

	return len == 1 ? v : v | (uint64_t)(unsigned char)s[len / 2] << 8 * (len / 2) | (uint64_t)(unsigned char)s[len - 1] << 8 * (len - 1);
}

static inline uint64_t stir(uint64_t h)
{
	h *= 0x9E3779B97F4A7C15u;
	return h ^ h >> 32;
}

static inline uint64_t hash_of(uint64_t head, const char *s, size_t len)
{
	uint64_t h = stir(head + len);

	for (size_t i = 8; i < len; i += 8) {
		h = stir(h ^ head_of(s + i, len - i));
	}
	return h;
}

static inline bool bit(const uint64_t *bits, uint64_t at)
{
	return (bits[at >> 6] >> (at & 63) & 1) != 0;
}

static inline uint64_t start_of(const char *s)
{
	return stir((uint64_t)(unsigned char)s[0] | (uint64_t)(unsigned char)s[1] << 8 | (uint64_t)(unsigned char)s[2] << 16) & (STARTS - 1);
}

static inline uint64_t stem_of(const char *s)
{
	return stir(load4(s) | (uint64_t)(unsigned char)s[4] << 32 | (uint64_t)(unsigned char)s[5] << 40);
}

static inline bool holds(const struct ranks *r, const struct slot *slot, const char *s, size_t len)
{
	size_t at = slot->place >> 8;

	return (slot->place & 0xFF) == len && (len <= 8 || (at + len <= r->n_bytes && memcmp(r->bytes + at + 8, s + 8, len - 8) == 0));
}

static inline size_t pair_of(const char *s)
{
	return (size_t)(unsigned char)s[0] << 8 | (unsigned char)s[1];
}

uint32_t ranks_find(const struct ranks *r, const char *bytes, size_t len)
{
	if (len > r->longest) {
		return RANK_NONE;
	}
	if (len == 2) {
		return r->pairs[pair_of(bytes)];
	}
	uint64_t head = head_of(bytes, len), at = hash_of(head, bytes, len);

	if (!bit(r->found, at & (4 * r->mask + 3))) {
		return RANK_NONE;
	}
	for (uint64_t i = 0; i <= r->mask; i++) { /* ends for a forged table without an empty slot too */
		const struct slot *slot = &r->slots[(at + i) & r->mask];

		if (slot->place == 0) {
			return RANK_NONE;
		}
		if (slot->head == head && holds(r, slot, bytes, len)) {
			return slot->rank;
		}
	}
	return RANK_NONE;
}

const struct rank_token *ranks_token(const struct ranks *r, uint32_t rank)
{
	static const struct rank_token none = { RANK_NONE, RANK_NONE, RANK_NONE, 1 };

	return rank < r->n_tokens ? &r->tokens[rank] : &none;
}

/* A token of n bytes at s that merging can make. */
static uint32_t made_of(const struct ranks *r, const char *s, size_t n)
{
	uint32_t rank = ranks_find(r, s, n);
	const struct rank_token *t = ranks_token(r, rank);

	return t->left != RANK_NONE && t->len == n ? rank : RANK_NONE;
}

uint32_t ranks_longest(const struct ranks *r, const char *s, size_t len)
{
	uint64_t lengths = 3; /* one and two bytes */
	uint32_t rank = RANK_NONE;

	if (len >= START_LEN) {
		lengths |= r->starts[start_of(s)];
		lengths &= len >= STEM_LEN && bit(r->stems, stem_of(s) & (2 * r->mask + 1)) ? ~(uint64_t)0 : ((uint64_t)1 << (STEM_LEN - 1)) - 1;
	}
	for (size_t n = len < r->longest ? len : r->longest; n >= 64 && lengths >> 63 != 0 && rank == RANK_NONE; n--) {
		rank = made_of(r, s, n);
	}
	lengths &= ((uint64_t)1 << (len < 63 ? len : 63)) - 1;
	while (rank == RANK_NONE && lengths != 0) {
		size_t n = 64 - (size_t)__builtin_clzll(lengths);

		rank = made_of(r, s, n);
		lengths &= ~((uint64_t)1 << (n - 1));
	}
	return rank;
}

uint32_t ranks_shorter(const struct ranks *r, uint32_t rank)
{
	const struct rank_token *t = ranks_token(r, rank);

	while (t->shorter != RANK_NONE && ranks_token(r, t->shorter)->len < t->len) {
		const struct rank_token *shorter = ranks_token(r, t->shorter);

		if (shorter->left != RANK_NONE) {
			return t->shorter;
		}
		t = shorter;
	}
	return RANK_NONE;
}

/* ---- compiling ---- */

struct draft {
	struct buf tokens; /* the bytes of all */
	uint32_t *ends;    /* of each in them */
	size_t n, cap;
	size_t line;
	uint64_t last_rank;
};

static bool refuse(const struct draft *d, const char *why, struct err *e)
{
	err_set(e, ERR_CONFIG, "the rank file is damaged: line %zu %s", d->line, why);
	return err_hint(e, "each line must be a token in base64, a space and its rank");
}

static bool read_rank(const char *s, size_t len, uint64_t *rank)
{
	*rank = 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9' || i == 9) {
			return false;
		}
		*rank = *rank * 10 + (uint64_t)(s[i] - '0');
	}
	return len > 0;
}

static bool read_line(struct draft *d, const char *line, size_t len, struct err *e)
{
	const char *space = memchr(line, ' ', len);
	size_t before = d->tokens.len;
	uint64_t rank;

	d->line++;
	if (space == NULL || !base64_get(&d->tokens, line, (size_t)(space - line)) ||
	    !read_rank(space + 1, len - (size_t)(space - line) - 1, &rank)) {
		return refuse(d, "is not a token and a rank", e);
	}
	if (d->tokens.len == before || d->tokens.len - before > TOKEN_MOST) {
		return refuse(d, "has a token of no or too many bytes", e);
	}
	if (d->n > 0 && rank <= d->last_rank) {
		return refuse(d, "has a rank that is not above the one before", e);
	}
	if (d->n == TOKENS_MOST || d->tokens.len >= BYTES_MOST) {
		return refuse(d, "is one too many", e);
	}
	d->last_rank = rank;
	*array_push(d->ends, d->n, d->cap) = (uint32_t)d->tokens.len;
	return true;
}

static bool read_lines(struct draft *d, const char *text, size_t len, struct err *e)
{
	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t end = newline != NULL ? (size_t)(newline - text) : len;

		if (!read_line(d, text + at, end - at, e)) {
			return false;
		}
		at = end + 1;
	}
	return true;
}

/* Each word times an odd number, in four lanes: it finds what a disk or a cut did, not what somebody forged. */
static uint64_t checksum(const char *bytes, size_t len)
{
	uint64_t lanes[4] = { 1, 2, 3, 4 };
	size_t i = 0;

	for (; i + 32 <= len; i += 32) {
		for (size_t k = 0; k < 4; k++) {
			lanes[k] = (lanes[k] ^ load8(bytes + i + 8 * k)) * 0x9E3779B97F4A7C15u;
			lanes[k] ^= lanes[k] >> 29;
		}
	}
	for (; i < len; i++) {
		lanes[0] = stir(lanes[0] ^ (unsigned char)bytes[i]);
	}
	return stir(lanes[0] ^ stir(lanes[1] ^ stir(lanes[2] ^ stir(lanes[3] ^ len))));
}

static uint64_t checksum_of(const char *index, size_t len)
{
	return checksum(index, offsetof(struct header, checksum)) ^ stir(checksum(index + sizeof(struct header), len - sizeof(struct header)));
}

void ranks_seal(char *index, size_t len)
{
	if (len >= sizeof(struct header)) {
		((struct header *)index)->checksum = checksum_of(index, len);
	}
}

/* Bytes of an index: all its parts have a length that eight divides, but for the last. */
static size_t whole_len(const struct header *h)
{
	return sizeof(*h) + (sizeof(struct slot) << h->slot_bits) + h->tokens * sizeof(struct rank_token) + STARTS * sizeof(uint64_t) +
	       FOUND_BITS(h->slot_bits) / 8 + STEM_BITS(h->slot_bits) / 8 + PAIRS * sizeof(uint32_t) + h->bytes;
}

/* Points into bytes that hold a header whose numbers fit their length. */
static struct ranks *view(const char *bytes, size_t len, bool is_mapped)
{
	const struct header *h = (const struct header *)bytes;
	struct ranks *r = x_calloc(1, sizeof(*r));

	r->header = h;
	r->slots = (const struct slot *)(bytes + sizeof(*h));
	r->mask = ((uint64_t)1 << h->slot_bits) - 1;
	r->tokens = (const struct rank_token *)(r->slots + r->mask + 1);
	r->n_tokens = h->tokens;
	r->starts = (const uint64_t *)(r->tokens + h->tokens);
	r->found = r->starts + STARTS;
	r->stems = r->found + FOUND_BITS(h->slot_bits) / 64;
	r->pairs = (const uint32_t *)(r->stems + STEM_BITS(h->slot_bits) / 64);
	r->bytes = (const char *)(r->pairs + PAIRS);
	r->n_bytes = h->bytes;
	r->longest = h->longest;
	r->len = len;
	r->is_mapped = is_mapped;
	return r;
}

static void set_bit(const uint64_t *bits, uint64_t at)
{
	((uint64_t *)(uintptr_t)bits)[at >> 6] |= (uint64_t)1 << (at & 63);
}

/* False: the token is there already. */
static bool put(const struct ranks *r, struct slot *slots, const struct slot *token, size_t len)
{
	const char *s = r->bytes + (token->place >> 8);
	uint64_t at = hash_of(token->head, s, len);

	if (ranks_find(r, s, len) != RANK_NONE) {
		return false;
	}
	if (len == 2) {
		((uint32_t *)(uintptr_t)r->pairs)[pair_of(s)] = token->rank;
	}
	set_bit(r->found, at & (4 * r->mask + 3));
	if (len >= START_LEN) {
		((uint64_t *)(uintptr_t)r->starts)[start_of(s)] |= (uint64_t)1 << (len < 64 ? len - 1 : 63);
	}
	if (len >= STEM_LEN) {
		set_bit(r->stems, stem_of(s) & (2 * r->mask + 1));
	}
	while (slots[at & r->mask].place != 0) {
		at++;
	}
	slots[at & r->mask] = *token;
	return true;
}

/* How the bytes of a token come together: by the pair that is merged last. None when they do not. */
static void find_halves(const struct ranks *r, const char *s, size_t len, struct rank_token *out)
{
	unsigned char start[TOKEN_MOST + 1];
	size_t n = len, half = 0;

	for (size_t i = 0; i <= len; i++) {
		start[i] = (unsigned char)i;
	}
	while (n > 1) {
		uint32_t lowest = RANK_NONE;
		size_t at = 0;

		for (size_t i = 0; i + 1 < n; i++) {
			uint32_t rank = ranks_find(r, s + start[i], (size_t)(start[i + 2] - start[i]));

			if (rank < lowest) {
				lowest = rank;
				at = i;
			}
		}
		if (lowest == RANK_NONE) {
			return;
		}
		half = start[at + 1];
		memmove(start + at + 1, start + at + 2, n - at - 1);
		n--;
	}
	out->left = ranks_find(r, s, half);
	out->right = ranks_find(r, s + half, len - half);
}

static void fill_token(const struct ranks *r, const char *s, size_t len, uint32_t rank, struct rank_token *out)
{
	*out = (struct rank_token){ RANK_NONE, RANK_NONE, RANK_NONE, (uint32_t)len };
	if (len == 1) {
		out->left = out->right = rank;
		return;
	}
	find_halves(r, s, len, out);
	for (size_t n = len - 1; n > 0 && out->shorter == RANK_NONE; n--) {
		out->shorter = ranks_find(r, s, n);
	}
}

static bool fill(const struct ranks *r, struct slot *slots, struct rank_token *tokens, struct draft *d, struct err *e)
{
	for (size_t i = 0, at = 0; i < d->n; at = d->ends[i], i++) {
		size_t len = d->ends[i] - at;
		struct slot token = { head_of(r->bytes + at, len), (uint32_t)i, (uint32_t)(at << 8 | len) };

		d->line = i + 1;
		if (!put(r, slots, &token, len)) {
			return refuse(d, "has a token that was there before", e);
		}
	}
	for (int b = 0; b < 256; b++) {
		if (ranks_find(r, &(char){ (char)b }, 1) == RANK_NONE) {
			err_set(e, ERR_CONFIG, "the rank file is damaged: the byte %02x is no token", (unsigned)b);
			return err_hint(e, "each of the 256 bytes must be one");
		}
	}
	for (size_t i = 0, at = 0; i < d->n; at = d->ends[i], i++) {
		fill_token(r, r->bytes + at, d->ends[i] - at, (uint32_t)i, &tokens[i]);
	}
	return true;
}

static struct ranks *lay_out(struct draft *d, const unsigned char hash[SHA256_SIZE], struct err *e)
{
	struct header h = { .magic = MAGIC, .byte_order = BYTE_ORDER_MARK, .slot_bits = 9, .bytes = (uint32_t)d->tokens.len, .tokens = (uint32_t)d->n };

	memcpy(h.hash, hash, sizeof(h.hash));
	while ((size_t)1 << h.slot_bits < 2 * d->n) {
		h.slot_bits++;
	}
	for (size_t i = 0, at = 0; i < d->n; at = d->ends[i], i++) {
		uint32_t len = d->ends[i] - (uint32_t)at;

		h.longest = len > h.longest ? len : h.longest;
	}
	size_t len = whole_len(&h);
	char *bytes = x_calloc(1, len);

	memcpy(bytes, &h, sizeof(h));
	memcpy(bytes + len - d->tokens.len, buf_str(&d->tokens), d->tokens.len);
	struct ranks *r = view(bytes, len, false);
	memset((void *)(uintptr_t)r->pairs, 0xFF, PAIRS * sizeof(*r->pairs));
	if (!fill(r, (struct slot *)(uintptr_t)r->slots, (struct rank_token *)(uintptr_t)r->tokens, d, e)) {
		ranks_free(r);
		return NULL;
	}
	ranks_seal(bytes, len);
	return r;
}

struct ranks *ranks_compile(const char *text, size_t len, const unsigned char hash[SHA256_SIZE], struct err *e)
{
	struct draft d = { 0 };
	struct ranks *r = read_lines(&d, text, len, e) ? lay_out(&d, hash, e) : NULL;

	buf_free(&d.tokens);
	free(d.ends);
	return r;
}

/* ---- files ---- */

bool ranks_save(const struct ranks *r, const char *path, struct err *e)
{
	return file_replace(path, (const char *)r->header, r->len, e);
}

static bool is_whole(const char *bytes, size_t len, const unsigned char hash[SHA256_SIZE])
{
	const struct header *h = (const struct header *)bytes;

	return len >= sizeof(*h) && memcmp(h->magic, MAGIC, sizeof(h->magic)) == 0 && h->byte_order == BYTE_ORDER_MARK &&
	       memcmp(h->hash, hash, SHA256_SIZE) == 0 && h->slot_bits >= 9 && h->slot_bits < 24 && h->tokens <= TOKENS_MOST && h->longest <= TOKEN_MOST &&
	       len == whole_len(h) &&
	       h->checksum == checksum_of(bytes, len);
}

struct ranks *ranks_map(const char *path, const unsigned char hash[SHA256_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	struct ranks *r = NULL;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		size_t len = (size_t)st.st_size;
		char *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);

		if (bytes != MAP_FAILED) {
			if (is_whole(bytes, len, hash)) {
				/* The checksum has read all of it; resident stays what is counted with. */
				(void)madvise(bytes, len, MADV_DONTNEED);
				r = view(bytes, len, true);
			} else {
				(void)munmap(bytes, len);
			}
		}
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return r;
}

void ranks_free(struct ranks *r)
{
	if (r != NULL) {
		void *bytes = (void *)(uintptr_t)r->header;

		if (r->is_mapped) {
			(void)munmap(bytes, r->len);
		} else {
			free(bytes);
		}
		free(r);
	}
}
