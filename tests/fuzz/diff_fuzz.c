/* Any two texts, parted by the first NUL byte, after a byte that says what is looked for: the diff gives back both, in order, and splits no
 * grapheme. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/diff/diff_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	unsigned how = size > 0 ? bytes[0] % 8 : 0;
	const uint8_t *nul = size > 1 ? memchr(bytes + 1, 0, size - 1) : NULL;
	struct diff d;

	if (nul == NULL) {
		return 0;
	}
	bytes++;
	size--;
	/* In memory of their own, so that the sanitiser sees a read past the end. */
	size_t a_len = (size_t)(nul - bytes), b_len = size - a_len - 1;
	char *a = x_malloc(a_len), *b = x_malloc(b_len);

	memcpy(a, bytes, a_len);
	memcpy(b, nul + 1, b_len);
	diff_make(&d, a, a_len, b, b_len, how);
	if (diff_check((struct diff_text){ a, a_len }, (struct diff_text){ b, b_len }, &d) != NULL) {
		abort();
	}
	diff_free(&d);
	free(a);
	free(b);
	return 0;
}
