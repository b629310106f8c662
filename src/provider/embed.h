/* embed - texts to vectors, documents to an order, texts to a judgement: the other calls of model providers, as pure as provider.h. Each
 * wire format builds the request and reads the answer of those it has; the checks that are the same for all are here. No retries, no I/O. */
#ifndef SONDE_PROVIDER_EMBED_H
#define SONDE_PROVIDER_EMBED_H

#include "provider/provider.h"

struct embed_request {
	const char *model;
	const char *const *texts;
	size_t n;
	int64_t dimensions; /* UNKNOWN: those of the model */
	bool is_query;      /* the texts are questions, not documents: some models embed the two differently */
};

struct embed_reply {
	float *values;      /* n rows of dim, all finite */
	size_t n, dim;
	struct usage usage;
};
void embed_reply_free(struct embed_reply *r);

/* Whether a row can, and the most texts one request may hold. */
bool embed_is_known(const struct provider *p);
size_t embed_most(const struct provider *p);
/* Fills out, which was zeroed; wire_request_free is due even when it fails. */
bool embed_build(const struct provider *p, const struct endpoint *ep, const struct embed_request *r, struct wire_request *out,
    struct err *e) SONDE_MUST_CHECK;
/* From the whole body of the answer. `out` is filled only when it holds one vector for each text; all of one length. */
bool embed_read(const struct provider *p, const struct embed_request *r, int status, const char *body, size_t len, struct embed_reply *out,
    struct err *e) SONDE_MUST_CHECK;

struct rerank_request {
	const char *model, *query;
	const char *const *documents;
	size_t n;
	int64_t top; /* UNKNOWN: all */
};

struct rerank_hit {
	size_t index; /* of the document */
	double score;
};

struct rerank_reply {
	struct rerank_hit *hits; /* best first, each document at most once */
	size_t n;
	struct usage usage;
};
void rerank_reply_free(struct rerank_reply *r);

bool rerank_is_known(const struct provider *p);
bool rerank_build(const struct provider *p, const struct endpoint *ep, const struct rerank_request *r, struct wire_request *out,
    struct err *e) SONDE_MUST_CHECK;
bool rerank_read(const struct provider *p, const struct rerank_request *r, int status, const char *body, size_t len,
    struct rerank_reply *out, struct err *e) SONDE_MUST_CHECK;

/* What a moderation says of one text. */
struct moderation {
	bool is_flagged;
	char category[64]; /* the one with the highest score, "" when none was told */
	double score;      /* of it, 0 to 1 */
};

bool moderate_is_known(const struct provider *p);
/* model NULL: the provider's usual one. */
bool moderate_build(const struct provider *p, const struct endpoint *ep, const char *model, const char *const *texts, size_t n,
    struct wire_request *out, struct err *e) SONDE_MUST_CHECK;
/* Fills out[n]; false when not each text has its judgement. */
bool moderate_read(const struct provider *p, size_t n, int status, const char *body, size_t len, struct moderation *out, struct err *e)
    SONDE_MUST_CHECK;

/* ---- for the wire formats ---- */

/* A row points to its calls here; NULL functions: it has none. */
struct side_calls {
	size_t embed_most;
	bool (*build_embed)(const struct endpoint *ep, const struct embed_request *r, struct wire_request *out, struct err *e);
	/* The list of vectors (each a list of numbers, or base64 of little-endian floats), and the usage. For lists of objects, `member` names
	 * the vector in each. */
	const char *vectors;  /* path of the list in the answer */
	const char *member;   /* NULL: the items are the vectors */
	void (*read_usage)(const struct json_t *v, struct usage *u);
	bool (*build_rerank)(const struct endpoint *ep, const struct rerank_request *r, struct wire_request *out, struct err *e);
	bool (*build_moderate)(const struct endpoint *ep, const char *model, const char *const *texts, size_t n, struct wire_request *out,
	    struct err *e);
};

#endif
