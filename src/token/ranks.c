/* An index is a header, a hash table of slots with open addressing, and the bytes of the tokens. A slot holds the first eight bytes of its
 * token, so that a short one (most) is found or refused without another look at memory. The table is at most half full. */
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

#define MAGIC "sonde bpe 1\n"
#define BYTE_ORDER_MARK 0x01020304u
#define TOKEN_MOST 255 /* bytes; so that length and place share a word */
#define TOKENS_MOST ((size_t)1 << 21)
#define BYTES_MOST ((size_t)1 << 24)

struct header {
	char magic[12];
	uint32_t byte_order;
	unsigned char hash[SHA256_SIZE];
	uint32_t slot_bits, longest, bytes, zero;
	uint64_t checksum; /* of all before and after it */
};

struct slot {
	uint64_t head;  /* the first eight bytes, little-endian, padded with 0 */
	uint32_t rank;
	uint32_t place; /* of the token's bytes << 8 | their number; 0: empty */
};

struct ranks {
	const struct slot *slots;
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

static inline bool holds(const struct ranks *r, const struct slot *slot, const char *s, size_t len)
{
	size_t at = slot->place >> 8;

	return (slot->place & 0xFF) == len && (len <= 8 || (at + len <= r->n_bytes && memcmp(r->bytes + at + 8, s + 8, len - 8) == 0));
}

uint32_t ranks_find(const struct ranks *r, const char *bytes, size_t len)
{
	if (len > r->longest) {
		return RANK_NONE;
	}
	uint64_t head = head_of(bytes, len), at = hash_of(head, bytes, len);

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

/* Points into bytes that hold a header whose numbers fit their length. */
static struct ranks *view(const char *bytes, size_t len, bool is_mapped)
{
	const struct header *h = (const struct header *)bytes;
	struct ranks *r = x_calloc(1, sizeof(*r));

	r->header = h;
	r->slots = (const struct slot *)(bytes + sizeof(*h));
	r->mask = ((uint64_t)1 << h->slot_bits) - 1;
	r->bytes = bytes + sizeof(*h) + (sizeof(struct slot) << h->slot_bits);
	r->n_bytes = h->bytes;
	r->longest = h->longest;
	r->len = len;
	r->is_mapped = is_mapped;
	return r;
}

/* False: the token is there already. */
static bool put(const struct ranks *r, struct slot *slots, const struct slot *token, size_t len)
{
	const char *s = r->bytes + (token->place >> 8);

	if (ranks_find(r, s, len) != RANK_NONE) {
		return false;
	}
	uint64_t at = hash_of(token->head, s, len);

	while (slots[at & r->mask].place != 0) {
		at++;
	}
	slots[at & r->mask] = *token;
	return true;
}

static bool fill(const struct ranks *r, struct slot *slots, struct draft *d, struct err *e)
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
	return true;
}

static struct ranks *lay_out(struct draft *d, const unsigned char hash[SHA256_SIZE], struct err *e)
{
	struct header h = { .magic = MAGIC, .byte_order = BYTE_ORDER_MARK, .slot_bits = 9, .bytes = (uint32_t)d->tokens.len };

	memcpy(h.hash, hash, sizeof(h.hash));
	while ((size_t)1 << h.slot_bits < 2 * d->n) {
		h.slot_bits++;
	}
	for (size_t i = 0, at = 0; i < d->n; at = d->ends[i], i++) {
		uint32_t len = d->ends[i] - (uint32_t)at;

		h.longest = len > h.longest ? len : h.longest;
	}
	size_t slots_len = sizeof(struct slot) << h.slot_bits, len = sizeof(h) + slots_len + d->tokens.len;
	char *bytes = x_calloc(1, len);
	struct slot *slots = (struct slot *)(bytes + sizeof(h));

	memcpy(bytes, &h, sizeof(h));
	memcpy(bytes + sizeof(h) + slots_len, buf_str(&d->tokens), d->tokens.len);
	struct ranks *r = view(bytes, len, false);
	if (!fill(r, slots, d, e)) {
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
	       memcmp(h->hash, hash, SHA256_SIZE) == 0 && h->slot_bits < 24 && h->zero == 0 && h->longest <= TOKEN_MOST &&
	       len == sizeof(*h) + (sizeof(struct slot) << h->slot_bits) + h->bytes &&
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
