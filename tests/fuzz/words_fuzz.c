/* Any bytes as what people write for ids, times and spans: refused, or taken and written back as the same value. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "store/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check_id(const char *text)
{
	char written[CALL_ID_SIZE];
	struct call_id id, from, to;

	if (call_id_parse(text, &id)) {
		call_id_format(id, written);
		must(strcasecmp(text, written) == 0);
	}
	if (call_id_range(text, &from, &to)) {
		must(from.ts_us < to.ts_us || (from.ts_us == to.ts_us && from.key <= to.key));
		call_id_format(from, written);
		must(strncasecmp(text, written, strlen(text)) == 0);
		call_id_format(to, written);
		must(strncasecmp(text, written, strlen(text)) == 0);
	}
}

static void check_time(const char *text, size_t len)
{
	char written[CLOCK_ISO_SIZE];
	int64_t us, again;

	if (clock_parse_iso(text, len, &us)) {
		clock_format_iso(us, written);
		/* A zone can push the year 0 below 0 and 9999 above. */
		must(strlen(written) < sizeof(written));
		must(us < 0 || us >= 253402300800 * US_PER_S || (clock_parse_iso(written, strlen(written), &again) && again == us));
	}
	if (clock_parse_span(text, &us)) {
		must(us > 0 && us % US_PER_S == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	memcpy(text, bytes, size);
	text[size] = '\0';
	check_id(text);
	check_time(text, size);
	free(text);
	return 0;
}
