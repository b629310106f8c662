/* http_reply - what sonde reads from the headers of an answer, line by line. Pure. */
#ifndef SONDE_NET_HTTP_REPLY_H
#define SONDE_NET_HTTP_REPLY_H

#include "net/http.h"

void http_reply_init(struct http_reply *r);
/* One line of the head, with or without its line end. A status line starts over (after "100 Continue"). now_us: wall clock, for
 * Retry-After dates. True at the empty line that ends the head of the answer proper. */
bool http_reply_line(struct http_reply *r, const char *line, size_t len, int64_t now_us);
/* The value of Retry-After, seconds or one of the three HTTP dates (RFC 9110, 5.6.7), in ms from now; -1 when it is neither. */
int64_t http_reply_retry_after_ms(const char *value, int64_t now_us);

#endif
