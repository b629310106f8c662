/* compose - the simulated answer: follows from (model, request, seed) alone and is shaped by what is asked.
 * JSON where a schema or the prompt asks for it, one of the labels named, a greeting, an echo, a summary, or prose from the sentences of
 * the prompt that fit the question best. Also counts the tokens. */
#ifndef SONDE_SIM_COMPOSE_H
#define SONDE_SIM_COMPOSE_H

#include "sim/ask.h"

enum said_stop { SAID_STOP, SAID_LENGTH, SAID_SEQUENCE };

struct said {
	char *text; /* valid UTF-8 when the request was */
	size_t len;
	char *reasoning; /* shown reasoning, "" for none */
	enum said_stop stop;
	const char *sequence;                    /* the stop string that was met; belongs to the ask */
	int64_t in_tok;                          /* all of the prompt */
	int64_t cache_read_tok, cache_write_tok; /* of in_tok */
	int64_t out_tok;                         /* reasoning included */
	int64_t reason_tok;
	uint64_t hash; /* of the request: names the answer */
};

/* The ask must have a model and outlive `out`. */
void compose(const struct ask *a, uint64_t sim_seed, struct said *out);
void said_free(struct said *s);
/* Puts another text in place and counts it anew. */
void said_replace(struct said *s, const char *text, size_t len);

#endif
