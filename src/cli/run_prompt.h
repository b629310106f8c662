/* run_prompt - what `sonde run -t` sends: a version of the registry, filled in. */
#ifndef SONDE_CLI_RUN_PROMPT_H
#define SONDE_CLI_RUN_PROMPT_H

#include "app/play_prompt.h"
#include "cli/ref.h"

struct run_prompt {
	struct ref ref;
	struct filled filled;
	char *tags; /* for the record; NULL: asked by number or hash */
};

/* From the registry; key NULL: no user. False: e says why, and place (a line and a caret for an error of the template) may follow it. */
bool run_prompt_load(struct run_prompt *p, const char *ref, const char *key, const struct cli_vars *vars, struct err *e, struct buf *place) SONDE_MUST_CHECK;
void run_prompt_free(struct run_prompt *p);
/* What is kept of it with the run, so that Play can take it up again, with a further text of the user ("": none). NULL: there is no prompt. */
struct play_prompt *run_prompt_kept(const struct run_prompt *p, const char *more) SONDE_MUST_CHECK;

#endif
