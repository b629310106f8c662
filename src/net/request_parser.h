/* request_parser - HTTP/1.x requests from bytes cut anywhere (RFC 9112, strict where laxness lets requests be smuggled).
 * Pure: no sockets, no time. Owns the request it hands out, until request_parser_reset or _free. */
#ifndef SONDE_NET_REQUEST_PARSER_H
#define SONDE_NET_REQUEST_PARSER_H

#include <stddef.h>

#include "base/err.h"

enum request_state {
	REQUEST_OPEN, /* more bytes are needed */
	REQUEST_WHOLE,
	REQUEST_BAD, /* answer request.refusal and close: where the next request starts is unknown */
};

struct request_field {
	const char *name, *value;
};

struct request { /* valid when REQUEST_WHOLE; method and is_http10 also once the head is read; refusal and reason when REQUEST_BAD */
	const char *method;
	const char *path;  /* percent-decoded; "*" for OPTIONS * */
	const char *query; /* as sent, "" when none */
	const struct request_field *fields;
	size_t n_fields;
	const char *body; /* NUL-terminated */
	size_t body_len;
	bool is_http10, is_kept_alive;
	int refusal; /* 400, 413, 417, 431, 501, 505; 0: none */
	const char *reason;
};

struct request_parser;

/* max_head: bytes of the request line and headers, and of chunk lines and trailers. max_body: bytes of the decoded body. */
struct request_parser *request_parser_new(size_t max_head, size_t max_body);
void request_parser_free(struct request_parser *p);
/* For the next request of the same connection. */
void request_parser_reset(struct request_parser *p);
/* Returns how many bytes it used: all, unless the request became whole or bad. */
size_t request_parser_feed(struct request_parser *p, const char *bytes, size_t len);
enum request_state request_parser_state(const struct request_parser *p);
/* A byte of this request has come. */
bool request_parser_has_begun(const struct request_parser *p);
/* The head is read, the body is not. */
bool request_parser_is_in_body(const struct request_parser *p);
/* True once, when the client waits for "100 Continue" before it sends the body. */
bool request_parser_take_continue(struct request_parser *p);
const struct request *request_parser_request(const struct request_parser *p);
/* The first value of a header, name in any case; NULL when absent. */
const char *request_field(const struct request *r, const char *name);

#endif
