/* attempt - one try of a call at one target: built, sent, read; and what its end means for the call. */
#ifndef SONDE_GATEWAY_ATTEMPT_H
#define SONDE_GATEWAY_ATTEMPT_H

#include "gateway/live_call.h"

/* Sends the next attempt. */
void attempt_send(struct live_call *lc);
/* The request to the target the call is aimed at; key NULL: without one; for the record: with names in place of what is attached. Fills w,
 * which was zeroed; wire_request_free is due even when it fails. */
bool attempt_build(const struct live_call *lc, const char *key, bool is_for_record, struct wire_request *w, struct err *e);
/* Keeps the body of a built request with the call, as it is recorded. */
void attempt_keep_request(struct live_call *lc, const struct wire_request *w);
/* Forgets what an earlier attempt brought. */
void attempt_reset(struct live_call *lc);
/* Breaks off, without a word. */
void attempt_drop(struct live_call *lc);
/* The answer as it comes: its head, bytes of its body, its end. Of the network, or of the cache. ctx is the live_call. */
void attempt_reply(void *ctx, const struct http_reply *reply);
void attempt_data(void *ctx, const char *bytes, size_t len);
void attempt_over(struct live_call *lc, const struct http_result *result);
/* The server has not ended an answer that said it was over. */
void attempt_end_grace(struct live_call *lc);

#endif
