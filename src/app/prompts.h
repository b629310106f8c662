/* prompts - the model of the Prompts screen: the library, one opened prompt with its history and labels, the draft that is being written, and
 * what is known of it. All that reads or writes runs off the loop; app->on_change tells when it has come.
 * The draft is the script form of a bundle (prompt/bundle.h) on top of a version, its base. */
#ifndef SONDE_APP_PROMPTS_H
#define SONDE_APP_PROMPTS_H

#include "app/app.h"
#include "app/prompts_facts.h"
#include "app/prompts_proposal.h"
#include "app/prompts_results.h"
#include "prompt/registry.h"

struct prompts {
	struct app *app;
	/* the library, by name; n_versions 0: there is only a draft of it */
	struct prompt_row *rows;
	size_t n_rows;
	char **drafts;             /* names of those that have one */
	size_t n_drafts;
	bool is_loaded;
	struct err err;            /* why it could not be read */
	/* the opened prompt */
	char *name;                /* NULL: none is */
	struct version_row *versions; /* newest first, without bundles; none: it is new */
	size_t n_versions;
	struct label_row *labels;
	size_t n_labels;
	struct move_row *moves;    /* newest first */
	size_t n_moves;
	/* the draft */
	int base;                  /* the version it began as, and the parent of the next one; 0: none */
	struct bundle base_bundle; /* .json NULL: none */
	bool has_other_parts;      /* base_bundle differs from the base in what the text does not show */
	struct buf base_text, text;
	unsigned opened;           /* grows each time something else than typing changed the text */
	const struct prompts_task *opening; /* reads the opened prompt; NULL: that is there */
	char *saves_as;            /* the message of a save that waits for it; NULL: none does */
	size_t n_ahead;            /* bytes of the text that were typed before the rest was read */
	struct buf kept;           /* as it was kept last */
	bool is_kept;              /* something is kept for this prompt */
	size_t n_keeping;          /* times that it is being kept */
	struct err keep_err;       /* why it could not be kept last; .code ERR_NONE: it could */
	bool was_found;            /* the draft was there when it was opened: what was written before is back */
	bool is_elsewhere;         /* another console has a draft of this prompt */
	ev_timer pause;
	/* what it is compared with */
	int against;               /* a version; 0: nothing */
	struct buf against_text;
	int after;                 /* the version that is compared with it instead of the draft; 0: the draft is */
	struct buf after_text;
	struct prompts_proposal proposal; /* where there is one, the draft is compared with it instead */
	/* values to render with: typed ones go before those of the row */
	json_t *typed, *set;       /* objects; set: array of objects */
	char *set_name;            /* of the file; NULL: there is none */
	size_t set_row;
	unsigned rows_ticket;      /* of the file asked for last */
	struct target *target;     /* tokens and costs are for it: the one the prompt names, else the first of Play; NULL: none is known */
	struct facts *facts;       /* of the text as it was when they were made; NULL: not yet */
	unsigned n_facts;          /* times that they changed */
	unsigned n_openings;       /* of a prompt, so far: facts of the one before are none of this */
	bool is_thinking, thinks_again;
	struct prompts_results *results; /* of its calls */
	/* a move that waits for its second confirmation */
	char *asked_label, *asked_to;
	size_t n_tasks;            /* that read or write now, one after the other */
	struct prompts_task *first_task, *last_task;
};

struct prompts *prompts_new(struct app *app);
void prompts_free(struct prompts *p);

/* Reads the library again, and what belongs to the opened prompt. */
void prompts_load(struct prompts *p);
/* The one with the newest version; NULL: the library is empty, or not read yet. */
const struct prompt_row *prompts_newest(const struct prompts *p);
/* Opens a prompt at a version (0: the newest), or with the draft that was kept of it. A name that is not there begins a new one. */
void prompts_open(struct prompts *p, const char *name, int number);
/* The same with a bundle as its draft: a recorded call. Takes the bundle over. A draft that was kept goes before: then that is opened, and said. */
void prompts_open_bundle(struct prompts *p, const char *name, struct bundle *b);
/* The prompt of Play, and a recorded request with all its turns, parameters and tools, as bundles. */
bool prompts_bundle_of_play(const struct prompts *p, struct bundle *out, struct err *e) SONDE_MUST_CHECK;
bool prompts_bundle_of_call(const struct call_row *row, const struct call_body *body, struct bundle *out, struct err *e) SONDE_MUST_CHECK;
/* False: it is there, but what it says is still being read. */
bool prompts_is_read(const struct prompts *p, struct err *e);
/* What was typed: before the prompt is read it goes to its start. */
void prompts_set_text(struct prompts *p, const char *text, size_t len);
/* Whether a line of the script begins a message: "SYSTEM". */
bool prompts_is_role(const char *line, size_t len);
/* Whether a draft of it is kept. */
bool prompts_has_draft(const struct prompts *p, const char *name);
bool prompts_is_changed(const struct prompts *p);
/* The draft goes on from another version: with its text (is_text), or only as its parent. */
void prompts_branch(struct prompts *p, int number);
/* The text of a version as the draft, on the same base. */
void prompts_revert(struct prompts *p, int number);
/* The base as it is; what was kept is forgotten. */
void prompts_discard(struct prompts *p);
/* Keeps the draft now, when it was changed since. */
void prompts_keep(struct prompts *p);
/* Whether the text as it is now is what is kept. */
bool prompts_is_kept(const struct prompts *p);
/* False: the draft could not be kept, and would be lost with the prompt closed. */
bool prompts_can_leave(const struct prompts *p, struct err *e);
/* The draft with a version; with one that is the same as before nothing is done. */
void prompts_compare(struct prompts *p, int number);
/* A version (0: the draft) with the one that is compared with. */
void prompts_compare_after(struct prompts *p, int number);
/* Saves the draft as a version, once it is read. False: there is nothing to save, and why; how it went is told by app_say. */
bool prompts_save(struct prompts *p, const char *message, struct err *e) SONDE_MUST_CHECK;
/* The bundle of the draft as it would be saved. */
bool prompts_bundle(const struct prompts *p, struct bundle *out, struct err *e) SONDE_MUST_CHECK;

/* Moves a label to what the text says ("v4", "v3:90,v4:10"; NULL: back to where it was). A protected one is only asked for, unless it goes
 * back: prompts_confirm then does it. */
bool prompts_move(struct prompts *p, const char *label, const char *to, struct err *e) SONDE_MUST_CHECK;
bool prompts_is_asking(const struct prompts *p);
void prompts_confirm(struct prompts *p, bool does);
const struct label_row *prompts_label(const struct prompts *p, const char *label);

/* Looks at the draft anew, off the loop. */
void prompts_think(struct prompts *p);
/* The same when it would be counted otherwise by now: another target, a vocabulary that has come. */
void prompts_recount(struct prompts *p);
/* "NAME=VALUE": JSON where it is such, else text; no value takes it away. */
bool prompts_set_value(struct prompts *p, const char *assignment, struct err *e) SONDE_MUST_CHECK;
/* Rows to render with, of a file of JSON lines, a JSON array or CSV with a head, read off the loop; how it went is told by app_say. "" takes them
 * away. */
void prompts_set_rows(struct prompts *p, const char *path);
void prompts_next_row(struct prompts *p, int by);
/* Typed values over those of the row; the caller's. */
json_t *prompts_values(const struct prompts *p);

/* prompts_play.c: finds p->target. */
void prompts_aim(struct prompts *p);
/* What the input of one call costs before and after: the model; NULL: there is no price for it. */
const char *prompts_input_cost(const struct prompts *p, int64_t before_tok, int64_t after_tok, int64_t *before_nano, int64_t *after_nano);
/* Puts it into Play, filled in with its values: as the version it is, or as a draft of its name. False: it cannot be filled in. */
bool prompts_to_play(struct prompts *p, struct err *e) SONDE_MUST_CHECK;

#endif
