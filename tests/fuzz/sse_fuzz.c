/* Framing of arbitrary bytes: the frames must not depend on where the reads are cut.
 * First byte: framing (lowest bit) and the length of a read (the other bits). */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "net/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static bool note(void *ctx, const char *name, const char *data, size_t len)
{
	if (data[len] != '\0') {
		abort();
	}
	(void)buf_addf(ctx, "<%s>%zu:", name, len);
	(void)buf_add(ctx, data, len);
	return true;
}

static bool is_same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(buf_str(a), buf_str(b), a->len) == 0;
}

static void frame(enum framing framing, const char *bytes, size_t len, size_t step, struct buf *out)
{
	struct frames *f = frames_new(framing, note, out);
	struct err e;

	for (size_t at = 0; at < len; at += step) {
		if (!frames_feed(f, bytes + at, len - at < step ? len - at : step, &e)) {
			abort(); /* inputs are far below the limit */
		}
	}
	if (!frames_end(f, &e)) {
		abort();
	}
	frames_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct buf whole = { 0 }, cut = { 0 }, single = { 0 };

	if (len < 2) {
		return 0;
	}
	enum framing framing = (bytes[0] & 1) != 0 ? FRAMING_NDJSON : FRAMING_SSE;
	const char *rest = (const char *)bytes + 1;

	frame(framing, rest, len - 1, len - 1, &whole);
	frame(framing, rest, len - 1, (size_t)(bytes[0] >> 1) + 1, &cut);
	frame(framing, rest, len - 1, 1, &single);
	if (!is_same(&whole, &cut) || !is_same(&whole, &single)) {
		abort();
	}
	buf_free(&whole);
	buf_free(&cut);
	buf_free(&single);
	return 0;
}
