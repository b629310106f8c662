/* pretty - JSON text laid out with a member a line, as it streams. Tokens stay byte for byte as they are; only blanks between them are others.
 * For looking at only: it checks no more than it must to tell JSON from other text. The output for a text begins with the output for each of
 * its beginnings, so that what shows it only appends. Cutting the input anywhere gives the same. */
#ifndef SONDE_TEXT_PRETTY_H
#define SONDE_TEXT_PRETTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum pretty_state {
	PRETTY_START,  /* blanks so far, or the beginning of a code fence */
	PRETTY_INSIDE, /* an object or array that is not closed yet */
	PRETTY_DONE,   /* it is closed */
	PRETTY_NOT     /* not one object or array, with a ``` fence around it or not: the output is not to be used */
};

struct pretty { /* zeroed is ready */
	enum pretty_state state;
	/* private */
	unsigned depth;
	bool is_string, is_escape, is_opened, wants_line, is_word;
	char fence;       /* which part of a code fence is being read */
	char word[8];     /* the beginning of true, false, null */
	unsigned char n_word, n_ticks;
};

/* Appends the layout of the next bytes to out. */
void pretty_feed(struct pretty *p, const char *bytes, size_t len, struct buf *out);
/* The bytes of a line's member name with its quotes, when the line, after its indentation, begins with one; 0: it does not. *start: where. */
size_t pretty_key(const char *line, size_t len, size_t *start);

#endif
