/* facts - what is to be known of a draft: its tokens, what changed against another text, its variables, how it renders, what is wrong with it.
 * Made of copies, on any thread. */
#ifndef SONDE_APP_PROMPTS_FACTS_H
#define SONDE_APP_PROMPTS_FACTS_H

#include <jansson.h>

#include "base/buf.h"
#include "diff/diff.h"
#include "prompt/prefix.h"
#include "token/counter.h"

struct facts_var {
	char *path;          /* "ticket.body" */
	char *type;          /* as in JSON Schema: declared, else by its use; NULL: not known */
	bool is_declared;
	bool is_certain;     /* each rendering needs it; else some branch or loop does */
	bool may_be_missing; /* it is only asked whether it is there */
};

struct facts_lint {
	char *text;          /* to be cleaned before it is shown */
	size_t line;         /* of the script, from 1 */
	bool is_warning;     /* else only to be known */
};

struct facts {
	/* what they are of */
	struct bundle base;       /* what the draft has besides its text: declared variables, locked includes */
	bool is_saved;            /* it is that, as it was saved */
	struct buf text, against;
	int against_number;       /* 0: there is nothing to compare with, unless a proposal is */
	struct buf after;         /* the version, or the proposal, that is compared instead of the text */
	int after_number;         /* 0: the text is, or the proposal */
	unsigned proposal;        /* its round: against is the text itself; 0: none is compared */
	json_t *values;
	char *dir;                /* where partials are */
	struct counter counter;   /* of the model it is for */
	/* what was found */
	struct diff diff;
	struct input_size tokens, against_tokens, after_tokens; /* as they are, sent as their messages */
	bool has_prefix;                /* both texts are prompts */
	struct prefix prefix;           /* of what providers keep of `against`, what stays; its place is in the script */
	struct facts_var *vars;         /* by their first place */
	size_t n_vars;
	size_t n_missing;               /* of them without a value that they need */
	struct facts_lint *lints;       /* by their place */
	size_t n_lints, n_warnings;
	struct buf rendered;            /* as text of script form */
	struct input_size rendered_tokens;
	char *render_error;             /* a sentence; NULL: it renders */
};

/* Whether two texts are compared. */
bool facts_has_pair(const struct facts *f);
/* Of a text in script form, sent as its messages. On any thread. */
struct input_size facts_tokens(const struct counter *c, const struct buf *script);
/* What `against` is compared with: the draft, a version, or a proposal. */
const struct buf *facts_after(const struct facts *f);
/* prompts_render.c: how it renders; prompts_check.c: variables and lints, and the prefix. r: where partials are; NULL: nothing is included. */
void facts_render(struct facts *f, struct registry *r);
void facts_check(struct facts *f, const struct bundle *b, struct registry *r);
void facts_prefix(struct facts *f, struct registry *r);
/* Fills in what is found. */
void facts_find(struct facts *f);
void facts_free(struct facts *f);
/* The value of a variable; "ticket.body" looks into "ticket". Borrowed; NULL: it has none. */
const json_t *facts_value(const json_t *values, const char *var);

#endif
