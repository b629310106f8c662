/* object - JSON answers: an object that follows a JSON schema, or has the keys that the prompt asks for in words.
 * Values are picked from the text of the prompt where they can be. */
#ifndef SONDE_SIM_OBJECT_H
#define SONDE_SIM_OBJECT_H

#include <jansson.h>

#include "sim/passage.h"

struct matter {
	const struct ask *ask;
	struct passages *passages;
	struct span subject; /* the text to judge: of the last user message what is not an instruction */
	uint64_t hash;
};

/* A value of the schema, never NULL; the caller's. */
json_t *object_from_schema(const struct matter *m, const json_t *schema);
/* NULL when the prompt asks for no JSON. */
json_t *object_from_plea(const struct matter *m);

#endif
