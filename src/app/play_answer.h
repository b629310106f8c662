/* play_answer - one answer in a column of Play: of a call as it streams, or out of the history; and its figures.
 * Owns a reference to its call. Text it shows is clean (text/clean.h); the call keeps the exact bytes. */
#ifndef SONDE_APP_PLAY_ANSWER_H
#define SONDE_APP_PLAY_ANSWER_H

#include "app/past.h"
#include "gateway/snippet.h"
#include "text/clean.h"

struct play_answer {
	bool has_run;           /* it was asked for; else all the rest is empty */
	enum call_state state;  /* when has_run */
	struct call *call;      /* a reference; NULL before it was asked for and for one out of the history */
	struct call_row row;    /* out of the history only; owned */
	struct call_body body;  /* the same */
	struct err err;         /* why it failed or waits; text and hint clean */
	struct buf text;        /* the answer; only grows while it streams */
	struct buf reasoning;   /* what the model thought aloud */
	struct cleaner cleaner, reasoning_cleaner;
	bool shows_invisible;   /* set by the owner before a text begins */
	unsigned generation;    /* of text and reasoning: no two beginnings in one play have the same, whatever the column */
	unsigned n_deltas;      /* pieces so far: about one token each */
	bool is_simulated, is_cached;
	bool is_free;           /* set by the owner: while it runs it is known to cost nothing */
	int64_t start_us;       /* monotonic, when it was last asked for */
	/* what its request had that its column alone has: as it was sent, whatever the column has by now */
	struct play_prompt *own; /* a reference; NULL: none */
	struct chat_params params;
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

/* Its text and hint as they may be drawn. */
void play_clean_err(const struct err *e, struct err *out);

struct play_answer *play_answer_new(unsigned generation);
void play_answer_free(struct play_answer *a);
/* Empty and queued; what it was before is let go, a call of it cancelled. The caller sets call. */
void play_answer_begin(struct play_answer *a, unsigned generation);
/* It is asked with the prompt and parameters of its column; own: NULL for none. */
void play_answer_asked(struct play_answer *a, struct play_prompt *own, const struct chat_params *params);
/* What the listener of its call was told. */
void play_answer_event(struct play_answer *a, const struct call_event *ev);
/* Becomes what was recorded. */
void play_answer_recall(struct play_answer *a, unsigned generation, const struct past_call *past);
/* What its call was or is: figures and names; the bytes as received, and the time at which the first len of them were there after it was sent
 * (UNKNOWN when that was not kept). */
const struct call_row *play_answer_row(const struct play_answer *a);
/* What was sent for it; target: of its column, for one out of the history. */
struct sent_request play_answer_request(const struct play_answer *a, const struct target *target);
const char *play_answer_response(const struct play_answer *a, size_t *len);
int64_t play_answer_arrival_us(const struct play_answer *a, size_t len);
/* Nano-dollars; UNKNOWN, too, while it runs and is not free. */
int64_t play_answer_cost(const struct play_answer *a);
bool play_answer_is_running(const struct play_answer *a);
void play_answer_figures(const struct play_answer *a, int64_t mono_us, struct play_figures *out);

#endif
