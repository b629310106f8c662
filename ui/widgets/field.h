/* field - the bytes of a text field: what of a text from outside is kept, what is shown of it, and places in it.
 * Owns nothing. Not here: cursor, undo, lines, keys (ui/widgets/editor.h). Offsets are bytes. */
#ifndef SONDE_UI_WIDGETS_FIELD_H
#define SONDE_UI_WIDGETS_FIELD_H

#include "base/buf.h"

/* What of a text from outside is kept otherwise than it came, and what of it cannot be seen. */
struct field_told {
	size_t replaced; /* by U+FFFD */
	size_t blanked;  /* line ends and tabs that are blanks */
	size_t hidden;   /* drawn as dots */
};

/* Appends what is kept: CR LF as LF, NUL and bytes that are no UTF-8 as U+FFFD; for one line blanks instead of line ends and tabs. */
struct field_told field_import(bool is_single, const char *s, size_t len, struct buf *out);
/* Appends what is drawn of a kept text: dots, of the same length in bytes, instead of what must not be drawn. */
void field_add_shown(struct buf *out, const char *s, size_t len);
size_t field_newlines(const char *s, size_t len);
/* Replaces `removed` bytes at `at`; s is elsewhere. */
void field_splice(struct buf *b, size_t at, size_t removed, const char *s, size_t len);

/* End of the cluster at `at`, and start of the one before it; of a text as shown. */
size_t field_next_cluster(const struct buf *shown, size_t at);
size_t field_prev_cluster(const struct buf *shown, size_t at);
size_t field_next_word(const struct buf *text, size_t at);
size_t field_prev_word(const struct buf *text, size_t at);
/* Start and end of the line of the text, not of a line as drawn. */
size_t field_paragraph_start(const struct buf *text, size_t at);
size_t field_paragraph_end(const struct buf *text, size_t at);

#endif
