/* Any bytes: the clean form is clean, and is the same when the input comes in pieces. The first byte chooses how it is cut. */
#include <stdint.h>
#include <stdlib.h>

#include "tests/text/clean_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size == 0) {
		return 0;
	}
	const char *s = (const char *)bytes + 1;
	size_t len = size - 1;
	bool shows = (bytes[0] & 1) != 0;
	size_t piece = 1 + (bytes[0] >> 1) % 16;
	unsigned long dropped, dropped_cut;
	struct buf whole = clean_in_pieces(s, len, len, len, shows, &dropped);

	if (clean_check(buf_str(&whole), whole.len) != NULL) {
		abort();
	}
	struct buf cut = clean_in_pieces(s, len, bytes[0] % (len + 1), piece, shows, &dropped_cut);
	if (!clean_same(&whole, dropped, &cut, dropped_cut)) {
		abort();
	}
	for (size_t first = 0; len <= 64 && first <= len; first++) {
		struct buf split = clean_in_pieces(s, len, first, len, shows, &dropped_cut);

		if (!clean_same(&whole, dropped, &split, dropped_cut)) {
			abort();
		}
		buf_free(&split);
	}
	/* Clean text stays as it is. */
	struct buf again = clean_in_pieces(buf_str(&whole), whole.len, whole.len, 1, shows, &dropped_cut);
	if (!clean_same(&whole, 0, &again, dropped_cut)) {
		abort();
	}
	buf_free(&again);
	buf_free(&cut);
	buf_free(&whole);
	return 0;
}
