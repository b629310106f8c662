#include "tests/fuzz/answer_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	return answer_fuzz(&provider_cohere, bytes, size);
}
