/* handoff - a text given to the person's own editor ($VISUAL, else $EDITOR) in a file that only the person can read, and taken back.
 * The terminal is the editor's meanwhile; the program goes on. */
#ifndef SONDE_UI_HANDOFF_H
#define SONDE_UI_HANDOFF_H

#include <sys/types.h>
#include <time.h>

#include "base/buf.h"

struct handoff {
	char *path;
	pid_t pid;
	int fd;      /* can be read when the editor has ended */
	bool ends_in_newline;
	struct timespec written; /* when the file was, by this program */
};

/* Whether an editor is named; else e says how to name one. */
bool handoff_has_editor(struct err *e);
/* Writes the file and starts the editor on it. False: nothing was started, e says why. */
bool handoff_start(struct handoff *h, const char *text, size_t len, struct err *e);
/* After the end: the text as it is now. False: the editor failed, out is empty and e says how. The file is removed,
 * but for one that a failed editor had saved something in: e then says where. */
bool handoff_end(struct handoff *h, struct buf *out, struct err *e);
/* The program ends first: so does the editor. The file stays, with what was saved in it. */
void handoff_abandon(struct handoff *h);

#endif
