/* server - small HTTP/1.1 server on the loop, for loopback: parses requests, answers whole or in chunks, can break off on purpose.
 * Owns its connections. Limits: 64 KiB of headers, 64 MiB of body, 256 connections. Keep-alive and pipelining are supported. */
#ifndef SONDE_NET_SERVER_H
#define SONDE_NET_SERVER_H

#include <stddef.h>

#include "base/err.h"
#include "net/loop.h"

struct server;
struct exchange; /* one request and its answer */

struct server_request {
	const char *method;
	const char *path;  /* decoded target without the query */
	const char *query; /* "" when none */
	const char *body;
	size_t body_len;
};

/* Called when a request is whole. It answers now, or keeps x and answers later. What r points to, and what exchange_header
 * returns, is valid until the answer is whole or the client is gone. The body of an answer to HEAD is dropped. */
typedef void server_fn(void *ctx, struct exchange *x, const struct server_request *r);

/* host must be an address of this machine ("127.0.0.1", "::1"); port 0 picks a free one. */
struct server *server_new(struct loop *l, const char *host, int port, server_fn *fn, void *ctx, struct err *e) SONDE_MUST_CHECK;
/* Closes all connections (on_gone is called for what is not answered yet). Not from inside a callback of s. */
void server_free(struct server *s);
int server_port(const struct server *s);
/* Every answer from now on, errors included, carries "Server: <name>". NULL (the start): no such header. name is copied. */
void server_set_name(struct server *s, const char *name);
/* How long a request may take to arrive, an idle connection stays open, and a client may refuse to read; 30000 at the start.
 * For connections made from now on. */
void server_set_patience(struct server *s, int ms);

/* NULL when absent. Name in any case. */
const char *exchange_header(const struct exchange *x, const char *name);
/* fn is called from the loop, never from inside an exchange function, when the client goes away before the answer is whole;
 * x is invalid after it returns. Without it x stays valid, and answering it does nothing. */
void exchange_on_gone(struct exchange *x, void (*fn)(void *ctx), void *ctx);
/* extra_headers: "Name: value\r\n..." or NULL. Whole answer in one go; x is invalid afterwards. */
void exchange_reply(struct exchange *x, int status, const char *content_type, const char *extra_headers, const char *body, size_t len);
/* Chunked answer: start, chunks, end (x is invalid after end). */
void exchange_start(struct exchange *x, int status, const char *content_type, const char *extra_headers);
void exchange_chunk(struct exchange *x, const char *bytes, size_t len);
void exchange_end(struct exchange *x);
/* Ends the connection without a proper end, after the bytes handed over so far: by RST, or by an early FIN when is_reset is false. x is
 * invalid afterwards. */
void exchange_break(struct exchange *x, bool is_reset);

#endif
