/* stream - what a stream of bytes does to a terminal: modes left on, things that curses would never send, colours. For tests. */
#ifndef SONDE_TESTS_TERM_STREAM_H
#define SONDE_TESTS_TERM_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends the numbers of DEC private modes that are not as at the start (25 and 7 are on then: "no-25" for a hidden cursor), "keypad",
 * "colour" (an attribute is left set), "title" (pushed, not popped) and "margins" (of scrolling, other than the whole screen), each with a blank
 * after it. */
void stream_modes(const char *bytes, size_t len, struct buf *out);
/* True when something is not of curses' own repertoire (a string sequence, a query, a C1, a bidi control, bad UTF-8 …); out says what. */
bool stream_foreign(const char *bytes, size_t len, char *out, size_t size);
/* True when a colour is selected anywhere. */
bool stream_has_colour(const char *bytes, size_t len);
/* Appends the bytes with each "repeat the last character" (REP, which libvterm does not know) written out. last is kept between calls, ""
 * at first. Returns the bytes used; a sequence that is not whole yet is left for the next call. */
size_t stream_expand(const char *bytes, size_t len, char last[5], struct buf *out);

#endif
