/* side - the simulator's other calls: embeddings, reranking and moderation, each wire format in a row. Pure: JSON in, JSON out.
 * A vector is the sum of a fixed direction for each word, made one long: texts that share words are near, and nothing else is. */
#ifndef SONDE_SIM_SIDE_H
#define SONDE_SIM_SIDE_H

#include "sim/dialect.h"

/* How a path answers a body: NULL with the sentence of a refusal. */
struct side_path {
	const char *end;  /* of the path */
	const struct dialect *dialect;
	json_t *(*answer)(const json_t *body, struct err *e);
};
/* The row a path ends with; NULL. */
const struct side_path *side_find(const char *path);

#define SIDE_DIM 256
/* A unit vector of `dim` numbers; all 0 for a text without a word. */
void side_vector(const char *text, float *out, size_t dim);

#endif
