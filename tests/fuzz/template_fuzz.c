/* Any bytes as a template, rendered with variables of every kind: a text within the limits, or an error with a place in the template. */
#include <stdint.h>
#include <stdlib.h>

#include "tests/template/template_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static json_t *vars;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (vars == NULL) {
		vars = json_loads("{\"x\": \"a \\u00e9 {{ y }}\\n<b>\", \"n\": 7, \"r\": 2.5, \"t\": true, \"z\": null, \"xs\": [3, \"b\", [1], {\"k\": 1}],"
				  " \"o\": {\"k\": \"v\", \"a b\": [1, 2]}, \"us\": [{\"n\": 1, \"ok\": true}, {\"n\": 2, \"ok\": false}]}", 0, NULL);
	}
	if (!template_check((const char *)bytes, size, vars)) {
		abort();
	}
	return 0;
}
