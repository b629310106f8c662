/* prompts_proposal - a shorter text of the draft, by rules or by a model: made off the loop, compared with the draft (prompts.h: facts), taken or
 * dropped. Nothing of the draft changes before it is taken; a draft that changes meanwhile drops it. */
#ifndef SONDE_APP_PROMPTS_PROPOSAL_H
#define SONDE_APP_PROMPTS_PROPOSAL_H

#include "base/buf.h"
#include "base/err.h"

struct prompts;
struct call;

struct prompts_proposal {
	struct buf text;         /* in script form; empty: there is none */
	struct buf reasons;      /* clean: "filler 2, repeat 1", "rewritten by openai/gpt-5.4-mini" */
	bool is_simulated;
	bool is_asked;           /* it is being made */
	char *target;            /* the model that is asked for it; NULL: rules make it */
	struct call *call;       /* that runs now; NULL */
	unsigned round;          /* grows with each that is begun or dropped */
};

/* Begins one in place of any other. target "": by rules. What came of it is told by app_say when it is no proposal. False: nothing was begun. */
bool prompts_proposal_begin(struct prompts *p, const char *target, struct err *e) SONDE_MUST_CHECK;
/* Whether one is compared with the draft by now. */
bool prompts_proposal_stands(const struct prompts *p);
/* The proposal becomes the text of the draft. */
void prompts_proposal_take(struct prompts *p);
/* Drops it, or stops what is asked for. */
void prompts_proposal_drop(struct prompts *p);

#endif
