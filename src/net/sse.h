/* sse - framing of streamed answers: server-sent events and newline-delimited JSON, from bytes cut anywhere.
 * Source: WHATWG HTML, section 9.2 "Server-sent events"; deviations that the official clients of the providers make are marked in the .c
 * file. Owns the bytes of the unfinished line and event. Limit: 16 MiB a line and an event. */
#ifndef SONDE_NET_SSE_H
#define SONDE_NET_SSE_H

#include <stddef.h>

#include "base/buf.h"

enum framing { FRAMING_SSE, FRAMING_NDJSON };

struct frames;

/* on_frame: one event. name is "" when the event has none; data is NUL-terminated (len excludes it). Returning false stops: the rest is
 * ignored. It must not free the frames.
 * A line that starts with '{' or '[' where an event could start opens a bare JSON value (an error in place of events, possibly over several
 * lines): it is handed over whole, as a frame named "!bare", when its brackets are closed or the stream ends. */
typedef bool frame_fn(void *ctx, const char *name, const char *data, size_t len);

struct frames *frames_new(enum framing framing, frame_fn *on_frame, void *ctx);
void frames_free(struct frames *f);
/* False when a line or event passes the limit (e says so); later calls return false too. */
bool frames_feed(struct frames *f, const char *bytes, size_t len, struct err *e);
/* End of the stream: hands over a last frame that lacks its end. */
bool frames_end(struct frames *f, struct err *e);

#endif
