/* cache - whole answers under the hash of their request, in the file of the store. Both functions open a connection of their own and
 * wait for the disk: for worker threads. Not here: what belongs to the hash, and what may be kept (gateway/cache.h). */
#ifndef SONDE_STORE_CACHE_H
#define SONDE_STORE_CACHE_H

#include "base/sha256.h"
#include "store/store.h"

struct cached_answer {
	unsigned char key[SHA256_SIZE];
	int64_t made_us; /* microseconds since the epoch */
	bool is_simulated;
	char *content_type, *model, *finish; /* NULL: unknown */
	int64_t in_tok, out_tok;
	char *response;  /* the body as received */
	size_t response_len;
};
void cached_answer_free(struct cached_answer *a); /* its members, not the struct */

/* The answer kept under key, the caller's (cached_answer_free). *found false, and true returned: there is none. */
bool cache_get(const char *dir, const unsigned char key[SHA256_SIZE], struct cached_answer *out, bool *found,
    struct err *e) SONDE_MUST_CHECK;
/* Keeps it; one of the same key is replaced. */
bool cache_put(const char *dir, const struct cached_answer *a, struct err *e) SONDE_MUST_CHECK;

#endif
