/* encoding - the byte-pair encodings that are known: how each cuts a text, what an estimate weighs, how its rank file is recognised.
 * Which one a model has. Static tables. */
#ifndef SONDE_TOKEN_ENCODING_H
#define SONDE_TOKEN_ENCODING_H

#include "token/estimate.h"
#include "token/split.h"

struct encoding {
	const char *name;                    /* "o200k_base" */
	split_fn *split;
	const struct estimate_weights *weights;
	const char *sha256;                  /* of the rank file, in hexadecimal */
	const char *cache_name;              /* of the rank file where tiktoken keeps it: SHA-1 of its address */
};

enum { ENCODING_O200K, ENCODING_CL100K, ENCODING_COUNT };
extern const struct encoding encodings[ENCODING_COUNT];

/* NULL: there is none of that name. */
const struct encoding *encoding_find(const char *name);
/* Of a model by its name, which may have a provider before it ("openai/gpt-4o"). *is_its_own: whether the model has it; else its vendor tells nobody,
 * and it is the one nearest to the field. */
const struct encoding *encoding_of_model(const char *model, bool *is_its_own);

#endif
