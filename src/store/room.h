/* room - what is left of the disk of the store. Bodies stop first, then rows: the rest is kept for what makes room again (removal, checkpoints),
 * which has to write before it can free anything. A plain look, no state. For store/ only. */
#ifndef SONDE_STORE_ROOM_H
#define SONDE_STORE_ROOM_H

#include "base/err.h"

enum room {
	ROOM_PLENTY,    /* also where it cannot be told */
	ROOM_NO_BODIES, /* below 5 % of the disk, 2 GiB at most: rows and their sums only */
	ROOM_NO_ROWS,   /* below 1 %, 256 MiB at most: rows wait for better times with their sums, which never disagree */
};
/* why may be NULL; a sentence unless there is plenty. */
enum room room_left(const char *dir, struct err *why);

#endif
