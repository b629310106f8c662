/* request_read - a recorded request of a chat, whichever wire format it is in, in the form of prompt/filled.h: turns with their calls of tools and
 * results, tools, the form of the answer. Its parameters are those that Play has. */
#ifndef SONDE_APP_REQUEST_READ_H
#define SONDE_APP_REQUEST_READ_H

#include <jansson.h>

#include "provider/provider.h"

struct request_parts {
	json_t *body;              /* owned: "messages", "tools", "response_schema" */
	struct chat_params params; /* to be freed */
	size_t n_left_out;         /* parts that are no text: images, files; no bytes of them are kept */
};
/* False: it is not the request of a chat. */
bool request_read(const json_t *request, struct request_parts *out) SONDE_MUST_CHECK;
void request_parts_free(struct request_parts *p);

#endif
