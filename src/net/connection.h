/* connection - one client of the server: bytes in through the request parser, bytes out with back-pressure, time limits, and the ways to
 * end. Owns its socket and parser; frees itself after on_closed. Knows nothing of what an answer looks like. */
#ifndef SONDE_NET_CONNECTION_H
#define SONDE_NET_CONNECTION_H

#include <stddef.h>

#include "net/loop.h"
#include "net/request_parser.h"

struct connection;

struct connection_handler {
	/* A request is whole: answer it and call connection_next or connection_finish; until then no further one is read. */
	void (*on_request)(void *ctx, const struct request *r);
	/* No request but noise, too much of it, or too slow (408): answer status and call connection_finish. */
	void (*on_refusal)(void *ctx, int status, const char *reason);
	/* Last of all, and from the loop or connection_close only. */
	void (*on_closed)(void *ctx);
};

/* Takes over fd, which must be non-blocking. */
struct connection *connection_new(struct loop *l, int fd, int patience_ms, const struct connection_handler *handler, void *ctx);
/* Sends what the socket takes and keeps the rest. A broken connection shows from the loop, by on_closed. */
void connection_write(struct connection *c, const char *bytes, size_t len);
/* The answer is whole: on to the next request. */
void connection_next(struct connection *c);
/* The answer was the last: sends what is left, ends the stream, and closes when the client has closed too. */
void connection_finish(struct connection *c);
/* Ends by RST, at once, from the loop. */
void connection_reset(struct connection *c);
/* Closes now. Not from inside a callback. */
void connection_close(struct connection *c);

#endif
