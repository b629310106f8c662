/* side - the calls of a provider that are no chat: texts to vectors, documents to an order, texts to a judgement; as pure as provider.h. Each
 * wire format builds the request and names where the answer stands; what is the same for all is here. No retries, no I/O. */
#ifndef SONDE_PROVIDER_SIDE_H
#define SONDE_PROVIDER_SIDE_H

#include "provider/provider.h"

enum side_kind { SIDE_EMBED, SIDE_RERANK, SIDE_MODERATE, SIDE_KINDS };
/* As recorded: "embeddings", "rerank", "moderation". */
const char *side_name(enum side_kind k);

struct side_request {
	enum side_kind kind;
	const char *model;
	const char *const *texts; /* to embed, to rank, to judge */
	size_t n;
	const char *query;        /* rerank: what the texts are ranked by */
	bool is_query;            /* embed: the texts are questions, not documents; some models embed the two differently */
	int64_t dimensions;       /* embed; UNKNOWN: those of the model */
	int64_t top;              /* rerank: the best so many; UNKNOWN: all */
};
void side_request_init(struct side_request *r, enum side_kind k);
/* A deep copy, and its release. */
struct side_request *side_request_copy(const struct side_request *r);
void side_request_free(struct side_request *r);

struct side_rank {
	size_t index; /* of the text */
	double score;
};

/* What a moderation says of one text. */
struct side_judgement {
	bool is_flagged;
	char category[64]; /* the one with the highest score, "" when none was told */
	double score;      /* of it, 0 to 1 */
};

struct side_reply {
	size_t n;          /* rows of one of these: */
	float *vectors;    /* embed: rows of dim in the order of the texts, all finite */
	size_t dim;
	struct side_rank *ranking; /* rerank: best first, each text at most once */
	struct side_judgement *judgements; /* moderate: in the order of the texts */
};
void side_reply_free(struct side_reply *r);

/* The most texts one request may hold; 0: the provider has no such call. */
size_t side_most(const struct provider *p, enum side_kind k);
/* Fills out, which was zeroed; wire_request_free is due even when it fails. */
bool side_build(const struct provider *p, const struct endpoint *ep, const struct side_request *r, struct wire_request *out,
    struct err *e) SONDE_MUST_CHECK;
/* Reads the whole body of the answer. `a` was initialised and gets usage, model and finish, or the error; then false, and `out` is empty. */
bool side_read(const struct provider *p, const struct side_request *r, int status, const char *body, size_t len, struct answer *a,
    struct side_reply *out);

/* ---- for the wire formats ---- */

/* A row points to its calls here. */
struct side_calls {
	struct {
		size_t most; /* 0: it has none */
		bool (*build)(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e);
	} of[SIDE_KINDS];
	/* Where the list of vectors stands in the answer: each a list of numbers, or base64 of little-endian floats, or an object with one of these
	 * in `member`, and its place in `index`. */
	const char *vectors;
	const char *member; /* NULL: no objects */
	void (*read_usage)(const struct json_t *v, struct answer *a); /* and the cost, where it is told */
};

#endif
