/* passage - the prompt cut into sentences, and how well each fits a question: overlap of words, weighted by their rarity in the prompt.
 * Passages point into the texts of the ask and live no longer than it. */
#ifndef SONDE_SIM_PASSAGE_H
#define SONDE_SIM_PASSAGE_H

#include "base/map.h"
#include "sim/ask.h"
#include "sim/term.h"

struct passage {
	struct span text;
	size_t message; /* index into the ask */
	int mark;       /* number of the "[3]" it stands under, 0 for none */
	bool is_order;  /* tells the model what to do */
	double score;   /* of the last passages_score */
	size_t n_terms;
};

struct passages {
	struct passage *items; /* in the order of the prompt */
	size_t n, cap;
	struct map *seen;     /* term -> number of passages that hold it */
	struct span question; /* what is asked: a part of the last user message; empty when there is none */
	size_t last_user;     /* index of that message */
};

/* Reads all system and user messages, up to 1500 sentences. */
void passages_init(struct passages *p, const struct ask *a);
void passages_free(struct passages *p);
/* Sets every score to the fit with the words of `query`. */
void passages_score(struct passages *p, struct span query);
/* Sets every score to how typical the sentence is of the whole: for summaries. */
void passages_score_central(struct passages *p);
/* In how many passages the term stands. */
size_t passages_with(const struct passages *p, const char *term);
/* Whether the passage shares bytes with s. */
bool passage_meets(const struct passage *p, struct span s);
#endif
