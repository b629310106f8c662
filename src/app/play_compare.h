/* play_compare - what changed between answers: between the first one and each of the others, and how many of those have each of its sentences.
 * Owns copies of the texts; made off the loop. */
#ifndef SONDE_APP_PLAY_COMPARE_H
#define SONDE_APP_PLAY_COMPARE_H

#include "base/buf.h"
#include "diff/consensus.h"
#include "diff/diff.h"

struct app;

struct compared {
	char *label;    /* clean */
	struct buf text, laid_out; /* laid_out: with a member a line, when it is JSON; else empty */
	/* of all but the first: what makes it of the first one, of the laid out texts when both are JSON */
	struct diff diff;
	bool is_json;
};

struct comparison {
	struct compared *answers;
	size_t n, cap;
	struct consensus consensus; /* of the first one's text with the others */
	/* private */
	struct app *app;
	void (*fn)(void *ctx);
	void *ctx;
	bool is_running, is_unwanted;
};

struct comparison *comparison_new(void);
void comparison_add(struct comparison *c, const char *label, const struct buf *text);
/* Calls fn(ctx) on the loop when diffs and consensus are there. At least two answers. */
void comparison_start(struct comparison *c, struct app *app, void (*fn)(void *ctx), void *ctx);
/* At any time; while it runs fn will not be called any more. */
void comparison_free(struct comparison *c);

#endif
