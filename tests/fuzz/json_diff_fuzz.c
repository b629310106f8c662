/* Two JSON values made of the bytes, the second one much like the first: the changes that diff/json.h finds make the second of the first. */
#include "tests/diff/json_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct json_source in = { bytes, size };
	json_t *a = json_made(&in, NULL, 5), *b = json_made(&in, a, 5);
	struct json_diff d;

	json_diff_make(&d, a, b);
	if (json_diff_check(a, b, &d) != NULL) {
		abort();
	}
	json_diff_free(&d);
	json_decref(a);
	json_decref(b);
	return 0;
}
