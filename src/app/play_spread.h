/* play_spread - how the answers of one column differ: their times, and which of them say the same. Pure. */
#ifndef SONDE_APP_PLAY_SPREAD_H
#define SONDE_APP_PLAY_SPREAD_H

#include "app/play.h"

struct play_spread {
	size_t n_asked, n_done, n_failed; /* asked: done, failed and those that run */
	int64_t min_us, median_us, max_us; /* total time of those that are done; UNKNOWN without any */
	int64_t cost_nano;        /* of all; UNKNOWN without any known one */
	size_t n_distinct;        /* texts among those that are done */
	int group[RUN_REPEAT_MAX]; /* by answer: the number, from 0, of the first answer with the same text; -1: not done */
};

void play_spread(const struct play_column *c, struct play_spread *out);
/* "1=3=4 · 2 · 5": answers with one text joined, in the order of their first; "" below two done ones. */
void play_spread_groups(const struct play_column *c, const struct play_spread *s, struct buf *out);

#endif
