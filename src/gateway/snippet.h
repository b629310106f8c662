/* snippet - a finished call as code that sends the same request again, without sonde. Secrets are named, never written: the key and the
 * values of configured headers are variables of the environment. */
#ifndef SONDE_GATEWAY_SNIPPET_H
#define SONDE_GATEWAY_SNIPPET_H

#include "gateway/call.h"

/* What was sent: by a call of this session, or as it was recorded. Borrowed. */
struct sent_request {
	const struct target *target; /* that it went to */
	bool is_streamed;
	const char *body;
	size_t body_len; /* 0: nothing was sent yet */
	const struct side_request *side; /* NULL: a chat */
};
static inline struct sent_request sent_by_call(const struct call *c)
{
	return (struct sent_request){ c->target, c->is_streamed, c->request_body.s, c->request_body.len, c->side };
}

/* Where it was sent, without a key; the caller's. NULL when it never was. */
char *snippet_url(const struct sent_request *r);
/* A command for the shell. False when nothing was sent, with what to do. */
bool snippet_curl(const struct sent_request *r, struct buf *out, struct err *e);
/* The same for Python, with its standard library alone. */
bool snippet_python(const struct sent_request *r, struct buf *out, struct err *e);

#endif
