/* play - the model of the Play screen: one prompt, several targets side by side, their answers as they stream, and past runs.
 * Owns the columns and their answers (app/play_answer.h). */
#ifndef SONDE_APP_PLAY_H
#define SONDE_APP_PLAY_H

#include "app/app.h"
#include "app/estimate.h"
#include "app/live_count.h"
#include "app/play_answer.h"
#include "app/play_prompt.h"

/* What becomes of a past run: see play_open_run. */
enum open_how { OPEN_SHOW, OPEN_SEND, OPEN_BESIDE };

/* A version of a prompt that was asked for. */
struct play_slot {
	char *ref;                  /* as it was asked for: "support-triage@v13"; NULL: none was */
	struct play_prompt *prompt; /* NULL: it is being filled in, or cannot be */
	struct err err;             /* why it cannot */
	unsigned ticket;            /* of the filling in that goes on; 0: none does */
};

struct play_column {
	char *name;             /* the target as it was given */
	struct target *target;  /* NULL: cannot be used; err says why. Of auto: the one for the prompt there is now */
	char *route;            /* why auto is that one; NULL for a target that was named */
	struct err err;
	struct play_slot own;   /* the prompt of this column alone: sent in place of that of all */
	struct chat_params params;  /* of its own: set ones win over those of all columns */
	struct play_answer **answers; /* one, or as many as the prompt was repeated; never none */
	size_t n_answers;
	struct play_answer *answer; /* the one shown */
	int64_t past_us;        /* of the past run that its answer is from, put beside the others; 0: it is of the run shown */
	int run_column;         /* its place in the run as recorded; -1: not in it */
	char *question;         /* prompt and parameters in that run; NULL: nothing was asked from here */
};

struct play {
	struct app *app;
	char *system, *user;       /* as one sees and edits them; never NULL */
	struct play_slot all;      /* the prompt that they came from, with its other turns, tools, form and parameters */
	bool is_edited;            /* they are others than those of that prompt */
	struct chat_params params;  /* of all columns */
	struct attachments *attachments; /* files that go with the prompt; NULL: none */
	int64_t files_tok;         /* estimated, of those that are texts */
	bool has_pictures;         /* and whether some are not */
	char *lost_files;          /* names of those that a past run had: sonde keeps no file; NULL */
	struct live_count *system_tok, *user_tok;
	struct past_sizes sizes;   /* of answers before; loaded by play_load_sizes */
	bool is_sizing;
	int repeat;                /* times each target is asked, 1 to RUN_REPEAT_MAX */
	struct play_column **columns;
	size_t n_columns, cap_columns;
	int64_t run_us;            /* of the run shown; 0: none */
	int64_t start_us;          /* monotonic time of its start; 0 for one out of the history */
	unsigned opened;           /* grows each time a past run replaced the prompt */
	unsigned generations, tickets; /* given out so far */
	size_t n_filling;          /* prompts that are being filled in; a send waits for them */
	bool sends_when_filled;
	/* history, newest first; loaded by play_load_history */
	struct run_row *runs;
	size_t n_runs;
	struct err history_err;    /* why the list or a run could not be read, or a past run not sent again */
	bool is_loading;
	enum open_how opens;       /* the run that is being read */
	int64_t asked_at_run_us;   /* run_us when a past run was asked for */
};

/* Whether it could be asked: there is its target, and the prompt of its own when it has one. */
static inline bool play_column_is_usable(const struct play_column *c)
{
	return c->target != NULL && c->err.code == ERR_NONE && c->own.err.code == ERR_NONE;
}

/* Why the column shows no answer: it cannot be asked, or its call failed or waits. ERR_NONE: nothing is wrong. */
static inline const struct err *play_column_err(const struct play_column *c)
{
	return c->answer->has_run ? &c->answer->err : c->err.code != ERR_NONE ? &c->err : &c->own.err;
}

struct play *play_new(struct app *app);
void play_free(struct play *p);
/* The two parts as they were written; what else the prompt has stays. */
void play_set_prompt(struct play *p, const char *system, const char *user);
/* Another prompt for all columns: takes the reference over. ref: by which it is filled in anew when values change; NULL: it is not. NULL for
 * both: none, only the two parts as they are. */
void play_take_prompt(struct play *p, struct play_prompt *prompt, const char *ref);
/* The same by name, "NAME[@REF]"; what keeps it from that is told by app_say, and nothing changes. */
void play_ask_prompt(struct play *p, const char *ref);
/* What a column sends: the prompt of its own, or that of all; NULL: the two parts alone. */
const struct play_prompt *play_prompt_of(const struct play *p, const struct play_column *c);
/* The turns it sends; the texts are borrowed, the list is the caller's. c NULL: of the prompt of all. */
struct message *play_messages(const struct play *p, const struct play_column *c, size_t *n);

/* The parameters of a column: its own, then those of all, then those of its prompt, then its target's. To be freed by chat_params_free. */
void play_column_params(const struct play *p, const struct play_column *c, struct chat_params *out);
/* The k-th answer is the one shown. */
void play_show_answer(struct play_column *c, size_t k);
size_t play_shown_answer(const struct play_column *c);

/* Adds a column. A target that cannot be used gets a column that says why; the same name twice is fine. The result is the play's. */
struct play_column *play_add(struct play *p, const char *target);
void play_drop(struct play *p, size_t i);
/* Swaps column i with its neighbour; by is -1 or 1. False at the edge. */
bool play_move(struct play *p, size_t i, int by);

/* A version of a prompt for one column, "NAME[@REF]"; NULL takes it away. It is read and filled in off the loop, with the values that Prompts has
 * (prompts_values); the column tells what keeps it from that. */
void play_ask_own(struct play *p, struct play_column *c, const char *ref);
/* The same with what was kept of it; takes the reference over, NULL takes it away. */
void play_take_own(struct play *p, struct play_column *c, struct play_prompt *prompt);
/* The prompt of another column. */
void play_twin_own(struct play *p, struct play_column *c, const struct play_column *of);
/* Values may be others now: prompts that were asked for by name are filled in anew; that of all not when it was edited since. */
void play_refill(struct play *p);

/* Sends the prompt to every column that can be asked; stops what still runs. Waits for prompts that are being filled in. False: nothing was sent,
 * e says why. */
bool play_send(struct play *p, struct err *e);
/* The shown answer of a column again: in the same run as long as prompt and parameters are the same and the column is part of it, else a
 * run of its own begins. At once when it waits to retry. */
bool play_retry(struct play *p, size_t i, struct err *e);
/* All answers of a column. */
void play_stop(struct play *p, size_t i);
void play_stop_all(struct play *p);
/* Answers that run. */
size_t play_column_running(const struct play_column *c);
size_t play_running(const struct play *p);

/* Reads a file ("~/" is the home) to go with the prompt; one of the same name is replaced. */
bool play_attach(struct play *p, const char *path, struct err *e) SONDE_MUST_CHECK;
/* Without the file of that name; "": without any. */
bool play_detach(struct play *p, const char *name, struct err *e) SONDE_MUST_CHECK;
/* Whether the column's target takes the files. */
bool play_check_files(const struct play *p, const struct play_column *c, struct err *e) SONDE_MUST_CHECK;

/* Input tokens of the prompt with its files, of the first target that can be used; exact where all of them count it exactly and the same. */
void play_input_size(const struct play *p, struct input_size *out);
/* Looks again at how long answers were, off the loop. */
void play_load_sizes(struct play *p);
/* What a column with a target would cost if sent once, and all of them with their repeats. */
void play_estimate_column(const struct play *p, const struct play_column *c, struct estimate *out);
void play_estimate(const struct play *p, struct estimate *out);
/* False with a sentence when even the least that is to be expected is more than the day's budget has left. The gateway refuses, whatever this
 * says, once the budget is spent. */
bool play_check_budget(const struct play *p, struct err *e) SONDE_MUST_CHECK;

/* Names of parameters that the prompt of a column has and sonde does not send: "logit_bias, user"; "" mostly. */
void play_unsent(const struct play *p, const struct play_column *c, struct buf *out);
/* The prompt of all with its parts as they stand now, and parameters: in the form of a bundle whose texts are no templates. The caller's. */
json_t *play_body(const struct play *p);

/* Inside app/play*.c: as many answers as there are to be, new ones empty; the first is shown. 0 only for a moment. */
void play_set_answers(struct play *p, struct play_column *c, size_t n);
/* The same: looks again whether a column can be asked, and of auto whom. */
void play_aim(struct play *p, struct play_column *c);
void play_slot_clear(struct play_slot *s);

/* Loads the list of past runs off the loop; app->on_change tells when it is there. */
void play_load_history(struct play *p);
/* Reads a past run off the loop. OPEN_SHOW: it replaces prompt, parameters and columns, and what runs is stopped. OPEN_SEND: then its question
 * is sent again, to the same targets with the same parameters; what keeps it from that is told by history_err. OPEN_BESIDE: its answers
 * become columns beside those there are; nothing else changes. */
void play_open_run(struct play *p, size_t run, enum open_how how);

#endif
