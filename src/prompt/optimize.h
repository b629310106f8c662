/* optimize - a shorter prompt that says the same: a proposal with its reasons, never a change by itself.
 * Rules, each by its row: examples that stand twice or are empty, instructions that are repeated, filler phrases (data/fillers.txt), blanks and
 * empty lines in a row. Never touched: template tags, code (fences and `spans`), quoted text, lines of quotes (>), and what stands in blocks of the
 * template, of which not every one is rendered. Parameters, tools, variables and tests stay. Pure. */
#ifndef SONDE_PROMPT_OPTIMIZE_H
#define SONDE_PROMPT_OPTIMIZE_H

#include "prompt/bundle.h"

struct optimize_change {
	const char *rule;  /* "filler" */
	size_t part;       /* of the bundle, from 0 */
	size_t at;         /* byte of the part */
	int line;          /* of the part, from 1; 0: all of the prompt */
	size_t bytes;      /* how many fewer */
	char *text;        /* a sentence; from the prompt, so to be cleaned before it is shown */
};

struct optimize {
	struct bundle bundle; /* the proposal; the same hash when there is none */
	struct optimize_change *changes; /* in the order of the prompt */
	size_t n, cap;
};

/* False with ERR_TEMPLATE when what is left is no prompt. */
bool optimize_bundle(const struct bundle *b, struct optimize *out, struct err *e) SONDE_MUST_CHECK;
void optimize_free(struct optimize *o);

#endif
