/* calibration - what a provider counts against what was estimated, learned from calls that it has billed: a factor for each script, and what it adds to
 * every request. No single figure can do much: what does not agree with most of the others counts for nothing, and factors are bounded. Pure. */
#ifndef SONDE_TOKEN_CALIBRATION_H
#define SONDE_TOKEN_CALIBRATION_H

#include "token/tokenizer.h"

#define CALIBRATION_LEAST 3  /* samples, before anything is learned */
#define CALIBRATION_MOST 32  /* the newest of a model; older ones are forgotten */

/* One call: its texts as they were estimated, and what the provider counted for them. */
struct calibration_sample {
	struct weight estimate;
	int64_t tok;
};

struct calibration {
	double factor[MIX_COUNT]; /* 0.4 to 4 */
	double extra;             /* tokens of each request, -8 to 1000 */
	size_t n;                 /* samples that it comes from; 0: nothing is learned, and the others mean nothing */
};

/* Whether a provider's figure may be true at all: a fifth to five times the estimate, of a text that is no mere word. */
bool calibration_may_learn(const struct weight *estimate, int64_t tok);
void calibration_fit(const struct calibration_sample *samples, size_t n, struct calibration *out);
/* Tokens of texts, with what is added to their request. */
double calibration_apply(const struct calibration *c, const struct weight *estimate);

#endif
