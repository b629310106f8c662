/* raw_events - where the events of a raw answer begin and end, found as it streams; and an event's name and data.
 * Owns places, not bytes. Bounded: of more than RAW_EVENTS_MAX the oldest are forgotten, and counted. A zeroed struct is ready. */
#ifndef SONDE_APP_RAW_EVENTS_H
#define SONDE_APP_RAW_EVENTS_H

#include "base/buf.h"
#include "net/sse.h"

#define RAW_EVENTS_MAX 20000

struct raw_event {
	size_t start, len; /* bytes of the body, without the line ends after it */
};

struct raw_events {
	struct raw_event *at;
	size_t n, cap;
	size_t n_forgotten;
	/* private */
	size_t read;  /* bytes looked at: whole lines */
	size_t start; /* of the event that is_begun and not over */
	bool is_begun;
};

void raw_events_free(struct raw_events *e);
void raw_events_clear(struct raw_events *e);
/* Up to date with the body, which has grown at its end since the last call, or begins anew when it is shorter. is_over: no more comes, so what lacks
 * its end is an event as well. */
void raw_events_update(struct raw_events *e, const char *body, size_t len, enum framing framing, bool is_over);
/* Appends the event's name ("" when it has none) and its data; what is neither name nor data (a comment, a bare JSON value) is data as it
 * stands. Bytes as received. */
void raw_event_parts(const char *event, size_t len, struct buf *name, struct buf *data);
/* The piece of text in an event's data, as it stands there between quotes; NULL when there is none. Borrowed of data. Only for a glance: it
 * knows the members in which the providers stream text, not the structure. */
const char *raw_event_piece(const char *data, size_t len, size_t *piece_len);

#endif
