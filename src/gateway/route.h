/* route - which target `auto` is: by the complexity of a request, with the reason. The rule is fixed, so that the same request always goes the same
 * way, and is in the manual word for word. Pure. */
#ifndef SONDE_GATEWAY_ROUTE_H
#define SONDE_GATEWAY_ROUTE_H

#include "gateway/config.h"

#define ROUTE_AUTO "auto"

struct route_choice {
	enum route_level level;
	const char *target; /* a name of the configuration's section `route`; borrowed from it */
	char reason[200];   /* "medium: 812 tokens, a schema" */
};

/* Whether a name is the target auto: the word, unless an alias has that name. */
bool route_is_auto(const struct config *c, const char *name);
/* messages: of the request; tools_json, schema_json: NULL for none. A level that is not configured goes to the next one above that is, else to the
 * next below. ERR_CONFIG when none is. */
bool route_choose(const struct config *c, const struct message *messages, size_t n, const char *tools_json, const char *schema_json,
    struct route_choice *out, struct err *e) SONDE_MUST_CHECK;

#endif
