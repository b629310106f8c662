/* Any bytes as one log line: no crash, and a row that is taken holds what it promises. Build with clang -fsanitize=fuzzer,address,undefined. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ingest_scanner *scanner;
	char why[INGEST_WHY_SIZE] = "";
	struct call_row row;

	if (scanner == NULL) {
		scanner = ingest_scanner_new();
	}
	/* Exactly as long as the line, so that a read past its end is seen. */
	char *line = malloc(size > 0 ? size : 1);

	if (line == NULL) {
		return 0;
	}
	if (size > 0) {
		memcpy(line, data, size);
	}
	if (ingest_line(scanner, line, size, &row, why)) {
		if (row.id.ts_us <= 0 || row.provider == NULL || row.provider[0] == '\0' || row.operation == NULL || row.error_class >= CLASS_COUNT ||
		    (is_known(row.cost_nano) && row.cost_nano < 0) || (is_known(row.latency_us) && row.latency_us < 0)) {
			abort();
		}
	} else if (why[0] == '\0') {
		abort();
	}
	free(line);
	return 0;
}
