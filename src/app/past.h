/* past - runs that were recorded: writing one, listing them, reading one with its answers.
 * Reading goes over a worker thread with a reader of its own; callbacks come from the loop. */
#ifndef SONDE_APP_PAST_H
#define SONDE_APP_PAST_H

#include "app/app.h"
#include "app/play_prompt.h"

struct past_call {
	struct call_row row;
	struct call_body body;
};

struct past_run {
	struct run_row row;
	struct chat_params params;
	struct play_prompt *prompt; /* that system and user came from; NULL: none, or its texts were not kept */
	char **names;            /* targets, by column ... */
	struct chat_params *own; /* ... what of their parameters was set for them alone */
	struct play_prompt **prompts; /* ... and the prompt they had for themselves; NULL: none, or its texts were not kept */
	size_t n_names;
	int repeat;              /* times each target was asked, from 1 */
	char *files;             /* names of what was attached, "a.png, b.txt"; NULL: nothing was */
	struct past_call *calls; /* newest first */
	size_t n_calls;
};

/* What a run asked. */
struct past_question {
	const char *system, *user;
	const struct play_prompt *prompt;     /* that they came from; NULL: none */
	const struct chat_params *params;     /* of all columns */
	const char *const *names;             /* targets by column */
	const struct chat_params *const *own; /* by column; NULL: none has any */
	const struct play_prompt *const *prompts; /* of their own, by column; NULL: none has one */
	size_t n;
	int repeat;                           /* 0 as 1 */
	const struct attachments *attachments; /* only their names are kept; NULL: none */
	bool is_simulated, no_texts;          /* no_texts: what prompts say is not kept */
};
#define RUN_REPEAT_MAX 20 /* times a target is asked in one run */

/* Queues the row of a run. */
void past_record_run(struct store *store, int64_t run_us, const struct past_question *q);

/* The newest 200 runs; the callback owns the rows (past_free_runs). e is ERR_NONE when it went well. */
typedef void past_list_fn(void *ctx, struct run_row *runs, size_t n, const struct err *e);
void past_list(struct app *app, past_list_fn *fn, void *ctx);
void past_free_runs(struct run_row *runs, size_t n);

/* run is borrowed for the callback; NULL when it could not be read. */
typedef void past_open_fn(void *ctx, const struct past_run *run, const struct err *e);
void past_open(struct app *app, int64_t run_us, past_open_fn *fn, void *ctx);

/* The same on this thread, for headless use: all of a run, to be freed by past_run_free. */
bool past_read(struct reader *r, int64_t run_us, struct past_run *out, struct err *e) SONDE_MUST_CHECK;
void past_run_free(struct past_run *run);

#endif
