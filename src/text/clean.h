/* clean - makes text from outside safe for a terminal: no escape sequence, no control, no invisible or bidirectional trick survives.
 * The stored text stays byte-exact; only display copies pass through here.
 * Rules: UTF-8 strictly decoded, bad bytes to U+FFFD; ESC/CSI/OSC/DCS/APC/PM/SOS sequences and C0/C1 dropped but \n and \t; CR LF, CR,
 * U+2028 and U+2029 to LF; bidi controls, zero-width characters, tags, soft hyphens, variation selectors and other invisible characters
 * dropped (or shown as ⟨202E⟩); emoji clusters to their first base; at most 4 marks a base, a mark without a base gets U+25CC; what cannot
 * be drawn to U+FFFD. Result: valid UTF-8, no byte under 0x20 but \n and \t, no C1. Cutting the input anywhere gives the same result.
 *
 * A sequence that never ends must not swallow the answer: whatever its kind it ends where its terminator stands, at CAN, SUB or BEL, before
 * the next LF or CR, or after CLEAN_SEQUENCE_MAX bytes; from there on text flows again. */
#ifndef SONDE_TEXT_CLEAN_H
#define SONDE_TEXT_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define CLEAN_SEQUENCE_MAX 4096

struct cleaner {
	bool shows_invisible;   /* set by the owner before the first feed */
	/* Sequences and characters removed so far. Not counted: the selector, joiners, modifiers and tails of an ordinary emoji cluster,
	 * because harmless text is full of them, and the LF of CR LF. */
	unsigned long dropped;
	/* private */
	unsigned char pending[4]; /* the start of a character that goes on in the next bytes */
	unsigned char n_pending;
	unsigned char state;      /* in which part of a sequence */
	unsigned char after;      /* what went before: bits */
	unsigned char marks;      /* combining marks on the last base */
	unsigned in_sequence;     /* bytes of the sequence so far */
};

void cleaner_init(struct cleaner *c);
/* Appends the clean form of the next bytes to out; keeps what is not decided yet. */
void cleaner_feed(struct cleaner *c, const char *bytes, size_t len, struct buf *out);
/* End of the text: an unfinished character becomes U+FFFD, an unfinished sequence vanishes. The cleaner is ready for another text. */
void cleaner_end(struct cleaner *c, struct buf *out);

/* Whole text at once; the result is the caller's. */
char *clean_text(const char *bytes, size_t len);
/* One line for labels, names and error texts: newlines and tabs become blanks; at most `cells` cells, an ellipsis when cut.
 * cells 0: no limit. The result is the caller's. */
char *clean_line(const char *bytes, size_t len, size_t cells);
/* The same into a fixed buffer of size > 0 bytes, always NUL-terminated, cut at a cluster, no ellipsis. */
void clean_line_into(const char *text, char *out, size_t size);

#endif
