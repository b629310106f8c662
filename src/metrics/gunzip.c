#include "metrics/gunzip.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "base/mem.h"

#define PACKED_BYTES ((size_t)64 << 10)

enum state {
	STATE_START, /* nothing read */
	STATE_PLAIN,
	STATE_MEMBER,
	STATE_BETWEEN, /* after a member: another one, padding, or the end */
	STATE_END,
};

struct gunzip {
	int fd;
	enum state state;
	z_stream z;
	bool has_z, is_at_end;
	unsigned char *packed;
};

struct gunzip *gunzip_new(int fd)
{
	struct gunzip *g = x_calloc(1, sizeof(*g));

	g->fd = fd;
	return g;
}

void gunzip_free(struct gunzip *g)
{
	if (g == NULL) {
		return;
	}
	if (g->has_z) {
		(void)inflateEnd(&g->z);
	}
	free(g->packed);
	free(g);
}

static bool read_some(struct gunzip *g, void *to, size_t cap, size_t *n, struct err *e)
{
	ssize_t got;

	do {
		got = read(g->fd, to, cap);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		return err_set(e, ERR_INTERNAL, "it cannot be read: %s", strerror(errno));
	}
	*n = (size_t)got;
	g->is_at_end = got == 0;
	return true;
}

static void start_unpacking(struct gunzip *g, const char *bytes, size_t n)
{
	g->packed = x_malloc(PACKED_BYTES);
	memcpy(g->packed, bytes, n);
	g->z.next_in = g->packed;
	g->z.avail_in = (uInt)n;
	/* 16: gzip and nothing else */
	if (inflateInit2(&g->z, 16 + MAX_WBITS) != Z_OK) {
		x_out_of_memory();
	}
	g->has_z = true;
	g->state = STATE_MEMBER;
}

/* The first two bytes tell; a pipe may give them one by one. */
static bool start(struct gunzip *g, char *to, size_t cap, size_t *n, struct err *e)
{
	size_t more = 1;

	for (*n = 0; *n < 2 && more > 0; *n += more) {
		if (!read_some(g, to + *n, (cap < PACKED_BYTES ? cap : PACKED_BYTES) - *n, &more, e)) {
			return false;
		}
	}
	g->state = STATE_PLAIN;
	if (*n >= 2 && memcmp(to, "\x1f\x8b", 2) == 0) {
		start_unpacking(g, to, *n);
		*n = 0;
	}
	return true;
}

static bool refill(struct gunzip *g, struct err *e)
{
	size_t n;

	if (g->z.avail_in > 0 || g->is_at_end) {
		return true;
	}
	if (!read_some(g, g->packed, PACKED_BYTES, &n, e)) {
		return false;
	}
	g->z.next_in = g->packed;
	g->z.avail_in = (uInt)n;
	return true;
}

/* Zeros fill up the last block of a tape; anything else than a member is not ours. */
static bool pass_padding(struct gunzip *g, struct err *e)
{
	while (g->z.avail_in > 0 && *g->z.next_in == 0) {
		g->z.next_in++;
		g->z.avail_in--;
	}
	if (g->z.avail_in == 0) {
		g->state = g->is_at_end ? STATE_END : STATE_BETWEEN;
		return true;
	}
	if (*g->z.next_in != 0x1f) {
		return err_set(e, ERR_INTERNAL, "something that is not gzip stands after the packed data; what is before it was taken");
	}
	(void)inflateReset(&g->z);
	g->state = STATE_MEMBER;
	return true;
}

static bool unpack(struct gunzip *g, struct err *e)
{
	if (g->z.avail_in == 0 && g->is_at_end) {
		return err_set(e, ERR_INTERNAL, "the gzip data ends too early; the lines before its end were taken");
	}
	int rc = inflate(&g->z, Z_NO_FLUSH);

	if (rc == Z_STREAM_END) {
		g->state = STATE_BETWEEN;
	} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
		return err_set(e, ERR_INTERNAL, "the gzip data is damaged; the lines before the damage were taken");
	}
	return true;
}

bool gunzip_read(struct gunzip *g, char *to, size_t cap, size_t *n, struct err *e)
{
	assert(cap > 1);
	if (g->state == STATE_PLAIN) {
		return read_some(g, to, cap, n, e);
	}
	if (g->state == STATE_START && (!start(g, to, cap, n, e) || g->state == STATE_PLAIN)) {
		return g->state == STATE_PLAIN;
	}
	g->z.next_out = (unsigned char *)to;
	g->z.avail_out = (uInt)cap;
	bool ok = true;

	while (ok && g->z.avail_out > 0 && g->state != STATE_END) {
		ok = refill(g, e) && (g->state == STATE_MEMBER ? unpack(g, e) : pass_padding(g, e));
	}
	*n = cap - g->z.avail_out;
	/* What was unpacked first; the same failure comes again with the next call. */
	return ok || *n > 0;
}
