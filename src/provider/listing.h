/* listing - the models that a provider itself lists: the request, and what its answer says. As pure as provider.h. */
#ifndef SONDE_PROVIDER_LISTING_H
#define SONDE_PROVIDER_LISTING_H

#include "provider/provider.h"

struct listed_model {
	char *name;          /* as a target is written: without "models/" and the like */
	int64_t context_tok; /* UNKNOWN: not told */
};

struct listing {
	struct listed_model *models; /* in the provider's order */
	size_t n, cap;
	bool is_cut;         /* there are more than one answer holds */
};
void listing_add(struct listing *l, const char *name, int64_t context_tok);
void listing_free(struct listing *l);

/* Fills out, which was zeroed, with what a GET needs; wire_request_free is due even when it fails. */
bool listing_build(const struct provider *p, const struct endpoint *ep, struct wire_request *out, struct err *e) SONDE_MUST_CHECK;
/* From the whole body of the answer; `out` was zeroed. */
bool listing_read(const struct provider *p, int status, const char *body, size_t len, struct listing *out, struct err *e) SONDE_MUST_CHECK;

/* ---- for the wire formats ---- */

/* A row points to its way here. */
struct list_call {
	const char *path;       /* after the base URL */
	const char *key_header; /* as in wire_headers */
	const char *header[2];  /* one more: name and value; NULL */
	const char *list;       /* the member that is the list */
	const char *name;       /* of a model, the member that names it */
	const char *prefix;     /* left out at the start of a name; NULL */
	const char *context;    /* the member that tells the size of its context; NULL */
	const char *more;       /* a member of the answer that is true or a text when it is not all; NULL */
};

#endif
