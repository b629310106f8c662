/* Fuzz target of text/pretty.c and text/repair.c, which read answers that ought to be JSON: the layout does not depend on where the text is
 * cut, that of a beginning is a beginning of it, and it has the same value; and what a strict parser takes is read as that takes it. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/pretty.h"
#include "text/repair.h"

static void check(bool holds)
{
	if (!holds) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *s = (const char *)bytes;
	struct pretty whole = { 0 }, cut = { 0 };
	struct buf out = { 0 }, pieces = { 0 };

	if (size == 0) {
		return 0;
	}
	pretty_feed(&whole, s, size, &out);
	for (size_t at = 0, n; at < size; at += n) {
		n = 1 + at * 7 % 5;
		n = n < size - at ? n : size - at;
		pretty_feed(&cut, s + at, n, &pieces);
		check(cut.state == PRETTY_NOT || (pieces.len <= out.len && memcmp(buf_str(&pieces), buf_str(&out), pieces.len) == 0));
	}
	check(whole.state == cut.state && (whole.state == PRETTY_NOT || out.len == pieces.len));
	json_t *strict = json_loadb(s, size, JSON_ALLOW_NUL, NULL), *read = json_parse(s, size, NULL);

	check(strict == NULL || (read != NULL && json_equal(strict, read)));
	if (strict != NULL) {
		json_t *laid_out = json_loadb(buf_str(&out), out.len, JSON_ALLOW_NUL, NULL);

		check(whole.state == PRETTY_DONE && laid_out != NULL && json_equal(laid_out, strict));
		json_decref(laid_out);
	}
	json_decref(strict);
	json_decref(read);
	buf_free(&out);
	buf_free(&pieces);
	return 0;
}
