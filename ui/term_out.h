/* term_out - the way of bytes to the terminal. Curses writes to a file in memory, and from there the bytes go to the terminal as fast as
 * it takes them: a terminal that stalls (a network, a stopped multiplexer) holds up neither the streams nor the end of the program. At
 * most one frame waits. Knows nothing of what the bytes mean but the brackets of a frame. */
#ifndef SONDE_UI_TERM_OUT_H
#define SONDE_UI_TERM_OUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

enum term_output { TERM_READY, TERM_SLOW, TERM_GONE };

/* A frame is shown when it is whole. Only sent where the terminal knows it: others may show the bytes. */
#define SYNC_ON "\x1b[?2026h"
#define SYNC_OFF "\x1b[?2026l"

struct term_out {
	FILE *frame;        /* in memory: what curses wrote since the last collect; NULL: it could not be made */
	int fd;             /* the terminal, not blocking */
	struct buf waiting; /* bytes for it, of which sent are gone already */
	size_t sent;
};

void term_out_open(struct term_out *o);
/* What waits is lost. */
void term_out_close(struct term_out *o);
void term_out_add(struct term_out *o, const char *bytes);
/* Takes over what curses wrote; is_synced: a frame that does not come in one piece anyhow is put in brackets. */
void term_out_collect(struct term_out *o, bool is_synced);
/* Sends what the terminal takes without waiting. */
enum term_output term_out_send(struct term_out *o);
/* Sends everything. A terminal that takes nothing for a while loses what it has not taken, but must get the bytes that reset it. */
void term_out_send_all(struct term_out *o);

#endif
