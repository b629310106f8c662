/* clean - makes text from outside safe for a terminal: no escape sequence, no control, no invisible or bidirectional trick survives.
 * The stored text stays byte-exact; only display copies pass through here.
 * Rules: UTF-8 strictly decoded, bad bytes to U+FFFD; ESC/CSI/OSC/DCS/APC/PM/SOS sequences and C0/C1 dropped but \n and \t; CR LF and CR to LF;
 * bidi controls, zero-width characters, tags, soft hyphens, variation selectors dropped (or shown as ⟨202E⟩); emoji clusters to their first base;
 * at most 4 marks a base; what cannot be drawn to U+FFFD. Result: valid UTF-8, no byte under 0x20 but \n and \t, no C1.
 * Cutting the input anywhere gives the same result. */
#ifndef SONDE_TEXT_CLEAN_H
#define SONDE_TEXT_CLEAN_H

#include "base/buf.h"

struct cleaner {
	bool shows_invisible;   /* set by the owner before the first feed */
	unsigned long dropped;  /* sequences and characters removed so far */
	/* private */
	unsigned char pending[4]; unsigned char n_pending;
	unsigned char state, marks, after;
	unsigned long in_sequence;
};

void cleaner_init(struct cleaner *c);
/* Appends the clean form of the next bytes to out; keeps what is not decided yet. */
void cleaner_feed(struct cleaner *c, const char *bytes, size_t len, struct buf *out);
/* End of the text: an unfinished character becomes U+FFFD, an unfinished sequence vanishes. */
void cleaner_end(struct cleaner *c, struct buf *out);

/* Whole text at once; the result is the caller's. */
char *clean_text(const char *bytes, size_t len);
/* One line for labels, names and error texts: newlines and tabs become blanks; at most `cells` cells, an ellipsis when cut. cells 0: no limit. */
char *clean_line(const char *bytes, size_t len, size_t cells);
/* Into a fixed buffer, always NUL-terminated, cut at a cluster. */
void clean_line_into(const char *text, char *out, size_t size);

#endif
