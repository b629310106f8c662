/* filled - a prompt filled in, as the request of a chat takes it: turns, tools, the form of the answer, parameters.
 * Its body is the JSON of a bundle (bundle.h) whose texts are no templates any more: "messages", "params", "overrides", "tools",
 * "response_schema". Not here: filling in (render.h), sending (gateway/call.h). */
#ifndef SONDE_PROMPT_FILLED_H
#define SONDE_PROMPT_FILLED_H

#include "gateway/config.h"
#include "prompt/render.h"

struct filled {
	json_t *body;                   /* owned; never changed */
	struct message *messages;       /* texts and names are those of the body */
	size_t n_messages;
	char *tools_json, *schema_json; /* as a request takes them (provider/form.h); NULL: none */
};

/* Takes the body over, also when it fails. ERR_TEMPLATE and ERR_USAGE for what no request can have; `what` names it in the sentence. */
bool filled_from_body(json_t *body, const char *what, struct filled *out, struct err *e) SONDE_MUST_CHECK;
/* What version_render made of a version. */
bool filled_from_version(const struct version_row *v, const struct rendered *r, struct filled *out, struct err *e) SONDE_MUST_CHECK;
void filled_free(struct filled *f);

/* Where params (set ones stay) are not set, those of the prompt for a provider (NULL: for any): its overrides, then its params. Names of others that sonde does
 * not send are appended to `unsent`. ERR_TEMPLATE for a value out of range. */
bool filled_params(const struct filled *f, const struct provider_entry *provider, struct chat_params *params, struct buf *unsent, struct err *e)
    SONDE_MUST_CHECK;
/* The target the prompt names in its params ("model"); NULL: none. */
const char *filled_target(const struct filled *f);

/* For the record of a call: {"prompt_label":"production","prompt_arm":"v4"}; the caller's. NULL without a label. */
char *filled_tags(const char *label, int number);

#endif
