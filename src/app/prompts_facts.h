/* facts - what is to be known of a draft: its tokens, what changed against another text, its variables, how it renders, what is wrong with it.
 * Made of copies, on any thread. */
#ifndef SONDE_APP_PROMPTS_FACTS_H
#define SONDE_APP_PROMPTS_FACTS_H

#include <jansson.h>

#include "base/buf.h"
#include "diff/diff.h"
#include "token/counter.h"

struct facts {
	/* what they are of */
	unsigned long version;
	struct buf text, against;
	int against_number;       /* 0: there is nothing to compare with */
	struct buf after;         /* the version that is compared instead of the text */
	int after_number;         /* 0: the text is */
	json_t *values;
	char *dir;                /* where partials are */
	struct counter counter;   /* of the model it is for */
	/* what was found */
	struct diff diff;
	struct input_size tokens, against_tokens, after_tokens; /* as they are, sent as their messages */
	size_t n_lines, kept_lines;     /* of what is compared; of those the first ones that `against` begins with, too */
	char **vars;                    /* by their first place: "ticket.body" */
	size_t n_vars;
	size_t n_missing;               /* of them without a value */
	struct buf rendered;            /* as text of script form */
	struct input_size rendered_tokens;
	char *render_error;             /* a sentence; NULL: it renders */
};

/* What `against` is compared with: the draft, or a version. */
const struct buf *facts_after(const struct facts *f);
/* Whether facts would come out otherwise by another counter. */
bool facts_are_by(const struct facts *f, const struct counter *c);
/* prompts_render.c: the part of it that is about the template. */
void facts_render(struct facts *f);
/* Fills in what is found. */
void facts_find(struct facts *f);
void facts_free(struct facts *f);
/* The value of a variable; "ticket.body" looks into "ticket". Borrowed; NULL: it has none. */
const json_t *facts_value(const json_t *values, const char *var);

#endif
