/* Any bytes as one log line, of any format (the first byte says which, or that it is to be found out): no crash, and a row that is taken holds
 * what it promises. The same bytes as a stream, cut anywhere: its records are whole and in bounds. Build with clang -fsanitize=fuzzer,address,undefined. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/line.h"
#include "metrics/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void one_line(int format, const uint8_t *data, size_t size)
{
	static struct ingest_scanner *scanners[INGEST_FORMATS + 1];
	struct ingest_scanner **s = &scanners[format + 1];
	char why[INGEST_WHY_SIZE] = "";
	struct call_row row;

	*s = *s != NULL ? *s : ingest_scanner_new(format);
	/* Exactly as long as the line, so that a read past its end is seen. */
	char *line = malloc(size > 0 ? size : 1);

	if (line == NULL) {
		return;
	}
	memcpy(line, data, size);
	enum line_kind kind = ingest_line(*s, line, size, &row, why);

	if (kind == LINE_CALL &&
	    (row.id.ts_us <= 0 || row.provider == NULL || row.provider[0] == '\0' || row.operation == NULL || row.error_class >= CLASS_COUNT ||
		(is_known(row.cost_nano) && row.cost_nano < 0) || (is_known(row.latency_us) && row.latency_us < 0) ||
		(is_known(row.gen_us) && row.gen_us < 0) || (is_known(row.usage.in_tok) && row.usage.in_tok < 0))) {
		abort();
	}
	if (kind == LINE_BAD && why[0] == '\0') {
		abort();
	}
	free(line);
}

static void one_stream(size_t step, const uint8_t *data, size_t size)
{
	struct records *r = records_new();
	const char *text;
	size_t len, sum = 0;

	for (size_t at = 0;; at += step) {
		size_t n = at >= size ? 0 : size - at < step ? size - at : step, room;

		if (n > 0) {
			memcpy(records_room(r, &room), data + at, n);
			records_filled(r, n);
		}
		while (records_next(r, n == 0, &text, &len) != RECORD_NONE) {
			sum += len;
			/* An element that ends with the stream may have LF behind it; a line never has. */
			if (len > 0 && text[0] != '{' && text[len - 1] == '\n') {
				abort();
			}
		}
		if (n == 0) {
			break;
		}
	}
	if (sum > size) {
		abort();
	}
	records_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int format = size > 0 && data[0] < INGEST_FORMATS ? data[0] : INGEST_AUTO;

	if (format == INGEST_AUTO) {
		one_line(format, data, size);
	} else {
		one_line(format, data + 1, size - 1);
	}
	if (size > 1) {
		one_stream(1 + data[0] % 64, data + 1, size - 1);
	}
	return 0;
}
