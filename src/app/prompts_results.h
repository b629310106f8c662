/* prompts_results - what the calls of a prompt come to, version by version, and the newest calls of one of its versions. Asked off the loop while
 * they are shown; a change of the store by any process asks again, less often when that takes long. While nothing is written nothing wakes. */
#ifndef SONDE_APP_PROMPTS_RESULTS_H
#define SONDE_APP_PROMPTS_RESULTS_H

#include "metrics/prompt_figures.h"
#include "net/loop.h"

struct app;

#define PROMPTS_CALLS 20 /* of one version */

struct prompts_results {
	struct app *app;
	char *name, *version;        /* what is asked for; version: a hash, "" for none */
	/* what was found, of which name and version */
	char *found_name, *found_version;
	struct prompt_figures *rows;
	size_t n_rows;
	struct prompt_call *calls;   /* newest first */
	size_t n_calls;
	struct err err;              /* why nothing could be read */
	/* private */
	struct reader *reader;       /* the running job's */
	int watch_fd;
	ev_io watch;
	ev_timer settle;
	int64_t took_us;
	bool is_shown, is_running, asks_again;
	bool is_behind;              /* the store was written to, or nothing was read yet: the figures, too, are asked for */
};

struct prompts_results *prompts_results_new(struct app *app);
/* No job of it may run. */
void prompts_results_free(struct prompts_results *r);
void prompts_results_show(struct prompts_results *r, bool is_shown);
/* Which are wanted from now on; the same as before asks nothing. */
void prompts_results_ask(struct prompts_results *r, const char *name, const char *version);
/* The figures of a version by its hash; NULL: no call of it is recorded, or they are not read yet. */
const struct prompt_figures *prompts_results_of(const struct prompts_results *r, const char *name, const char *version);
/* The calls are those of that version. */
bool prompts_results_has_calls(const struct prompts_results *r, const char *name, const char *version);

#endif
