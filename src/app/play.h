/* play - the model of the Play screen: one prompt, several targets side by side, their answers as they stream, and past runs.
 * Owns the columns and a reference to each one's call. Text it shows is clean (text/clean.h); the call keeps the exact bytes. */
#ifndef SONDE_APP_PLAY_H
#define SONDE_APP_PLAY_H

#include "app/app.h"
#include "text/clean.h"

struct play_column {
	char *name;             /* the target as it was given */
	struct target *target;  /* NULL: cannot be used; err says why */
	struct err err;         /* why it cannot be used or failed; text and hint clean */
	bool has_run;           /* something was sent in this column since the prompt was opened */
	enum call_state state;  /* when has_run */
	struct call *call;      /* a reference; NULL before the first run and for a run out of the history */
	struct call_row row;    /* out of the history only; owned */
	struct buf text;        /* the answer; only grows while it streams */
	struct buf reasoning;   /* what the model thought aloud */
	struct cleaner cleaner, reasoning_cleaner;
	unsigned generation;    /* of text and reasoning: no two beginnings in one play have the same, whatever the column */
	unsigned n_deltas;      /* pieces so far: about one token each */
	bool is_simulated, is_cached;
	int64_t start_us;       /* monotonic, when it was last sent */
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

/* What the head of a column and a row of the race say. UNKNOWN where not known; tokens_are_estimated while no usage has come. */
struct play_figures {
	int64_t ttft_us, total_us, gen_us;
	int64_t wait_us;        /* from when it was sent with the others to the first token, or so far: for the timeline */
	int64_t in_tok, out_tok, cost_nano;
	int64_t streamed_tok;   /* out_tok without the reasoning that was not shown */
	double tokens_per_s;    /* of what was streamed; NAN when not known */
	bool tokens_are_estimated, is_running;
};

struct play *play_new(struct app *app);
void play_free(struct play *p);
void play_set_prompt(struct play *p, const char *system, const char *user);

/* Adds a column. A target that cannot be used gets a column that says why; the same name twice is fine. */
void play_add(struct play *p, const char *target);
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
bool play_column_is_running(const struct play_column *c);
void play_column_figures(const struct play_column *c, int64_t mono_us, struct play_figures *out);

/* Loads the list of past runs off the loop; app->on_change tells when it is there. */
void play_load_history(struct play *p);
/* Puts a past run with its answers on the screen (off the loop); what runs is stopped. */
void play_open_run(struct play *p, size_t run);

#endif
