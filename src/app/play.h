/* play - the model of the Play screen: one prompt, several targets side by side, their answers as they stream, and past runs.
 * Owns the columns and their answers (app/play_answer.h). */
#ifndef SONDE_APP_PLAY_H
#define SONDE_APP_PLAY_H

#include "app/app.h"
#include "app/play_answer.h"

struct play_column {
	char *name;             /* the target as it was given */
	struct target *target;  /* NULL: cannot be used; err says why */
	struct err err;
	struct play_answer *answer; /* never NULL */
	int run_column;         /* its place in the run as recorded; -1: not in it */
};

struct play {
	struct app *app;
	char *system, *user;       /* never NULL */
	struct chat_params params;
	struct play_column **columns;
	size_t n_columns, cap_columns;
	int64_t run_us;            /* of the run shown; 0: none */
	char *question;            /* prompt and parameters of the run as recorded; NULL: none was sent from here */
	int64_t start_us;          /* monotonic time of its start; 0 for one out of the history */
	unsigned opened;           /* grows each time a past run replaced the prompt */
	unsigned generations;      /* given out so far */
	/* history, newest first; loaded by play_load_history */
	struct run_row *runs;
	size_t n_runs;
	struct err history_err;
	bool is_loading;
	int64_t asked_at_run_us;   /* run_us when a past run was asked for */
};

/* Why the column shows no answer: its target cannot be used, or its call failed or waits. ERR_NONE: nothing is wrong. */
static inline const struct err *play_column_err(const struct play_column *c)
{
	return c->answer->has_run ? &c->answer->err : &c->err;
}

struct play *play_new(struct app *app);
void play_free(struct play *p);
void play_set_prompt(struct play *p, const char *system, const char *user);

/* Adds a column. A target that cannot be used gets a column that says why; the same name twice is fine. The result is the play's. */
struct play_column *play_add(struct play *p, const char *target);
void play_drop(struct play *p, size_t i);
/* Swaps column i with its neighbour; by is -1 or 1. False at the edge. */
bool play_move(struct play *p, size_t i, int by);

/* Sends the prompt to every column whose target can be used; stops what still runs. False: nothing was sent, e says why. */
bool play_send(struct play *p, struct err *e);
/* One column again: in the same run as long as prompt and parameters are the same and the column is part of it, else a run of its own
 * begins. At once when it waits to retry. */
bool play_retry(struct play *p, size_t i, struct err *e);
void play_stop(struct play *p, size_t i);
void play_stop_all(struct play *p);
size_t play_running(const struct play *p);

/* Loads the list of past runs off the loop; app->on_change tells when it is there. */
void play_load_history(struct play *p);
/* Puts a past run with its answers on the screen (off the loop); what runs is stopped. */
void play_open_run(struct play *p, size_t run);

#endif
