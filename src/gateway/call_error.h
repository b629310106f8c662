/* call_error - what an answer says went wrong, as a class and a sentence for people with what to do about it.
 * Not here: failures without an answer (net/http_error.h), whether to try again (net/retry.h). */
#ifndef SONDE_GATEWAY_CALL_ERROR_H
#define SONDE_GATEWAY_CALL_ERROR_H

#include "gateway/call.h"

/* The class of c->answer, with c->err filled; CLASS_NONE when it is a good one, and c->err is then as it was. A key of the
 * provider that its error repeats is hidden. */
enum error_class call_error_read(struct call *c);

#endif
