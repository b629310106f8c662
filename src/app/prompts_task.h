/* prompts_task - one piece of work on the registry off the loop: it opens it, does one thing, and reads what is shown anew. A few small queries, so
 * what is on the screen is always what stands in the store, whoever changed it. One at a time, in order: a draft that is kept must not be overtaken by
 * the next one, nor by being dropped or read. Work of one prompt that was left meanwhile changes nothing of the next. For app/prompts*.c only. */
#ifndef SONDE_APP_PROMPTS_TASK_H
#define SONDE_APP_PROMPTS_TASK_H

#include "app/prompts.h"
#include "prompt/draft.h"

struct prompts_task {
	struct prompts *p;
	struct prompts_task *next;
	char *dir;
	bool writes;
	bool (*act)(struct prompts_task *t, struct registry *r, struct err *e); /* NULL: only reads */
	void (*end)(struct prompts_task *t); /* on the loop, when it went well; NULL */
	void (*fail)(struct prompts_task *t); /* the same when it did not; NULL: the error is said */
	char *name;              /* of the prompt; NULL: the library alone */
	int number;              /* of a version */
	char *label, *text;      /* text: a message, or where the label is to point */
	int64_t expected;
	struct buf script;       /* of the draft that is kept, or saved; may have any bytes */
	struct bundle bundle;
	/* what came of it */
	bool ok, is_new, is_found;
	struct draft draft;
	size_t n_others;         /* consoles that write on the same prompt */
	struct err err;
	struct version_row version;
	struct prompt_row *rows;
	size_t n_rows;
	char **drafts;
	size_t n_drafts;
	struct version_row *versions;
	size_t n_versions;
	struct label_row *labels;
	size_t n_labels;
	struct move_row *moves;
	size_t n_moves;
};

/* name: of the prompt; NULL: the library alone. */
struct prompts_task *prompts_task_new(struct prompts *p, const char *name);
void prompts_task_submit(struct prompts_task *t);
/* One that was not submitted. */
void prompts_task_free(struct prompts_task *t);
/* Whether its prompt is the opened one still. */
bool prompts_task_is_of_opened(const struct prompts_task *t);
/* The version of t->number (0: the newest) into t->version. A prompt that is not there has none. */
bool prompts_task_read_version(struct prompts_task *t, struct registry *r, struct err *e) SONDE_MUST_CHECK;
void prompts_free_names(char **names, size_t n);
void prompts_say_err(struct app *app, const struct err *e);

/* prompts_draft.c: what opening a prompt does with the draft. */
void prompts_init_pause(struct prompts *p);
/* The draft is kept at the next pause. */
void prompts_keep_soon(struct prompts *p);
/* The version is what the draft begins from; one without a bundle: nothing is. */
void prompts_set_base(struct prompts *p, const struct version_row *v);
/* The text of the draft, by something else than typing. */
void prompts_put_text(struct prompts *p, const char *text, size_t len);

#endif
