/* run_prompt - what `sonde run -t` sends: a version of the registry, filled in, with its parameters, tools and schema. */
#ifndef SONDE_CLI_RUN_PROMPT_H
#define SONDE_CLI_RUN_PROMPT_H

#include "cli/vars.h"
#include "gateway/config.h"
#include "prompt/render.h"

struct run_prompt {
	struct version_row version;
	struct rendered rendered;
	struct message *messages; /* texts are those of rendered */
	size_t n_messages;
	char *schema_json, *tools_json; /* NULL: none */
	char *tags; /* for the record: {"prompt_label":"production","prompt_arm":"v4"}; NULL: asked by number or hash */
};

/* From the registry; key NULL: no user. False: e says why, and place (a line and a caret for an error of the template) may follow it. */
bool run_prompt_load(struct run_prompt *p, const char *ref, const char *key, const struct cli_vars *vars, struct err *e, struct buf *place) SONDE_MUST_CHECK;
void run_prompt_free(struct run_prompt *p);
/* Where params (set ones stay) are not set, those of the version for a provider: its overrides, then its params. Names of others that sonde does not
 * send are appended to `unsent`. ERR_TEMPLATE for a value out of range. */
bool run_prompt_params(const struct run_prompt *p, const struct provider_entry *provider, struct chat_params *params, struct buf *unsent, struct err *e)
    SONDE_MUST_CHECK;
/* The target the version names in its params ("model"); NULL: none. */
const char *run_prompt_target(const struct run_prompt *p);

#endif
