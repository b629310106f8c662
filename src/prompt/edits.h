/* edits - changes of one text that have not been made yet: which of its bytes may be touched, what goes in their place, and the text with all of
 * them. A change takes its bytes, so that no two meet; so the first to come has them. */
#ifndef SONDE_PROMPT_EDITS_H
#define SONDE_PROMPT_EDITS_H

#include "base/buf.h"

enum edit_mark {
	EDIT_FREE,
	EDIT_TAKEN,    /* by an edit */
	EDIT_QUOTED,   /* text in quotes, code, lines of quotes */
	EDIT_INSIDE,   /* between the tags of a block of the template */
	EDIT_TEMPLATE
};

struct edit {
	size_t start, len;
	const char *put; /* borrowed */
	bool is_capital; /* put, or the first letter behind it, begins the sentence */
};

struct edits {
	const char *s; /* borrowed */
	size_t len;
	unsigned char *marks;
	struct edit *edits;
	size_t n, cap;
	size_t counted; /* bytes that `line` newlines are in */
	int line;
};

/* Marks what is quoted or of the template. */
void edits_begin(struct edits *t, const char *s, size_t len);
void edits_free(struct edits *t);
/* Whether the bytes are not taken, and have no mark from `least` on. */
bool edits_may(const struct edits *t, size_t start, size_t len, enum edit_mark least);
/* Of a byte, from 1. Quick when each call goes on from the one before. */
int edits_line(struct edits *t, size_t at);
void edits_add(struct edits *t, const struct edit *e);
/* Appends the text with all of them made. */
void edits_apply(struct edits *t, struct buf *out);

#endif
