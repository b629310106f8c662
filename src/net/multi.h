/* multi - libcurl's multi handle driven by the loop: an ev_io for each socket libcurl watches, one ev_timer for its next deadline.
 * Owns those watchers. Nothing is armed while no transfer runs. */
#ifndef SONDE_NET_MULTI_H
#define SONDE_NET_MULTI_H

#include "net/curl.h"
#include "net/loop.h"

struct multi;

struct multi_handler {
	/* Each time libcurl has returned: what had to wait for it can be done now. */
	void (*on_returned)(void *ctx);
	/* A transfer is over; its handle is still in the multi. */
	void (*on_over)(void *ctx, CURL *easy, CURLcode code);
};

/* NULL when libcurl gives none. curl is borrowed. */
struct multi *multi_new(const struct curl *curl, struct loop *l, const struct multi_handler *handler, void *ctx);
/* All handles must have been removed. Closes the kept connections. */
void multi_free(struct multi *m);
/* libcurl is on the stack: it refuses handles to be added and removed from its own callbacks. */
bool multi_is_inside(const struct multi *m);
bool multi_add(struct multi *m, CURL *easy, struct err *e) SONDE_MUST_CHECK;
/* Closes the connection when the transfer is not over. */
void multi_remove(struct multi *m, CURL *easy);

#endif
