/* cache - answers to the same request again, without sending it: the jobs around store/cache.h.
 * Looks and keeps on worker threads. A cache that cannot be read or written costs nothing but its use: the request is sent.
 * The hash stands for the kind of provider, the URL (its address and, for some, the model), the entry's own headers and the body. The
 * key of the provider is not part of it: what was asked is. */
#ifndef SONDE_GATEWAY_CACHE_H
#define SONDE_GATEWAY_CACHE_H

#include "gateway/call.h"
#include "store/cache.h"

/* hit: the answer, whose members become the callee's; NULL: there is none. key: the hash of the request. */
typedef void cache_found_fn(void *ctx, struct cached_answer *hit, const unsigned char key[SHA256_SIZE]);
/* Looks for the answer of a request; takes what is in w, which was built without a key. fn runs on the loop, once, also when the
 * pool is freed before. */
void cache_look_up(struct job_pool *jobs, const char *dir, const struct provider_entry *p, struct wire_request *w, cache_found_fn *fn,
    void *ctx);
/* Whether a finished call's answer may be given again. */
bool cache_may_keep(const struct call *c);
/* Keeps the answer of a call under the key, unless one of the patterns (NULL: none) is in it. *n_running counts the jobs on their way. */
void cache_keep(struct job_pool *jobs, const char *dir, const struct redact *redact, const unsigned char key[SHA256_SIZE], const struct call *c,
    int *n_running);

#endif
