/* http - HTTP client on the loop: libcurl multi, one request = one struct http_call. HTTP/2 over TLS where the server takes it, else 1.1.
 * libcurl is loaded at the first request, so that commands without network start without it.
 * TLS is always verified (against $SSL_CERT_FILE when set); proxies come from the environment, never for loopback; redirects are not
 * followed (a key never goes to another host). Content-Encoding gzip/deflate is decoded. */
#ifndef SONDE_NET_HTTP_H
#define SONDE_NET_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/loop.h"

struct http;
struct http_call;

struct http_request {
	const char *method; /* "POST", "GET" */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated */
	const char *body;
	size_t body_len;
	/* Time limits; 0: none. connect: until TCP and TLS stand. first_byte: from the start of the request to the first byte of the
	 * body (headers alone do not count: many servers send them before they start to think). idle: between two body bytes. */
	int connect_ms, first_byte_ms, idle_ms;
};

enum http_outcome {
	HTTP_OK,       /* a whole answer, whatever its status */
	HTTP_NETWORK,  /* no connection, name not found, TLS, reset, cut short */
	HTTP_TIMEOUT,  /* one of the three limits */
};

struct http_reply { /* what is known once the headers have come */
	int status;
	char content_type[64]; /* without parameters, lower case; "" when absent */
	int64_t retry_after_ms; /* from retry-after-ms, else Retry-After (seconds or HTTP date); -1 when absent */
	bool has_retry_after_ms; /* it came from retry-after-ms, which goes first whatever the order */
	int should_retry;       /* x-should-retry: 1 true, 0 false, -1 absent */
	char request_id[80];    /* x-request-id or request-id */
	char server[64];        /* the Server header: sonde's simulator says "sonde-simulator" */
	int http_version;       /* 10, 11, 20, 30 */
};

struct http_result {
	enum http_outcome outcome;
	struct err err; /* filled when outcome is not HTTP_OK; its hint says what to do */
	struct http_reply reply; /* status 0 when no headers came */
	bool body_started;
	bool is_permanent; /* a failure that trying again cannot mend: certificate, URL, no libcurl */
	/* From the start; -1 when not reached. first_byte: of the headers. */
	int64_t dns_us, connect_us, tls_us, first_byte_us, total_us;
};

struct http_handler {
	void (*on_reply)(void *ctx, const struct http_reply *reply); /* once, when the headers are complete; may be NULL */
	void (*on_data)(void *ctx, const char *bytes, size_t len);   /* decoded body bytes as they come */
	void (*on_done)(void *ctx, const struct http_result *result); /* once, last; the call is gone afterwards */
};

struct http *http_new(struct loop *l);
/* Cancels what runs, without callbacks. Not from inside a callback of h. */
void http_free(struct http *h);
/* Loads libcurl on a worker, so that the loop does not pay for it at the first request. */
void http_warm_up(struct loop *l);
/* The same on this thread, for whoever has one to spare. */
void http_preload(void);
/* Never NULL: what cannot even start reports through on_done from the loop. Everything in r is copied. */
struct http_call *http_send(struct http *h, const struct http_request *r, const struct http_handler *handler, void *ctx);
/* Closes the connection at once, or its stream where several share one; no callback comes any more. May be called inside a callback of this call. */
void http_cancel(struct http_call *c);

#endif
