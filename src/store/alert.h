/* alert - which alerts are on, in the file of the store: shared by all consoles on it and kept over restarts. For worker threads. */
#ifndef SONDE_STORE_ALERT_H
#define SONDE_STORE_ALERT_H

#include "store/store.h"

struct alert_row {
	bool is_on;
	int64_t since_us; /* when it turned so; UNKNOWN: it never was on */
};
bool alert_row_read(struct reader *r, const char *key, struct alert_row *out, struct err *e) SONDE_MUST_CHECK;
/* Turns it on or off; *is_mine: it was the other way until now. Of several that do the same at once one has *is_mine. Opens a connection of
 * its own. */
bool alert_row_turn(const char *dir, const char *key, bool on, int64_t now_us, bool *is_mine, struct err *e) SONDE_MUST_CHECK;

#endif
