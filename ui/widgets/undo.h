/* undo - the changes of a text, back and forth. A change replaces some bytes at a place by others; runs of typing and of deleting
 * are joined into one. Owns copies of the bytes; the oldest changes are forgotten above 8 MiB. */
#ifndef SONDE_UI_WIDGETS_UNDO_H
#define SONDE_UI_WIDGETS_UNDO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum change_kind { CHANGE_OTHER, CHANGE_TYPED, CHANGE_ERASED };

struct change {
	enum change_kind kind;
	size_t at;
	struct buf removed, inserted;
	size_t cursor_before;
	bool is_closed; /* nothing joins it any more */
};

struct undo {
	struct change *changes;
	size_t n, cap;
	size_t done;  /* changes[0..done) are in the text, the others were taken back */
	size_t bytes;
};

void undo_free(struct undo *u);
/* Forgets everything. */
void undo_clear(struct undo *u);
void undo_record(struct undo *u, const struct change *c);
/* The next change starts a step of its own. */
void undo_close(struct undo *u);
/* The change to take back or to make again; NULL when there is none. Borrowed until the next call. */
const struct change *undo_back(struct undo *u);
const struct change *undo_forth(struct undo *u);

#endif
