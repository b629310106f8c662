/* snippet - a finished call as code that sends the same request again, without sonde. Secrets are named, never written: the key and the
 * values of configured headers are variables of the environment. */
#ifndef SONDE_GATEWAY_SNIPPET_H
#define SONDE_GATEWAY_SNIPPET_H

#include "gateway/call.h"

/* Where it was sent, without a key; the caller's. NULL when it never was. */
char *snippet_url(const struct call *c);
/* A command for the shell. False when the call was never sent, with what to do. */
bool snippet_curl(const struct call *c, struct buf *out, struct err *e);
/* The same for Python, with its standard library alone. */
bool snippet_python(const struct call *c, struct buf *out, struct err *e);

#endif
