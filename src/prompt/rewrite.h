/* rewrite - a shorter prompt by a model: what the model is asked, and whether its answer may be a proposal. Sending is the caller's.
 * Nothing that is filled in may get lost: an answer with other tags, variables or messages is refused. Pure. */
#ifndef SONDE_PROMPT_REWRITE_H
#define SONDE_PROMPT_REWRITE_H

#include "prompt/optimize.h"

/* What to ask: a system prompt (constant), and the text of the user, appended. False with ERR_CHECK: no answer to it could be a proposal. */
extern const char rewrite_system[];
bool rewrite_ask(const struct bundle *b, struct buf *user, struct err *e) SONDE_MUST_CHECK;
/* The proposal of an answer, as one change by `who`. ERR_CHECK with a sentence when it may not be one. The same hash when it changes nothing. */
bool rewrite_take(const struct bundle *b, const char *answer, size_t len, const char *who, struct optimize *out, struct err *e) SONDE_MUST_CHECK;

#endif
