/* arrivals - when the bytes of an answer came, in bounded memory: for the times of its events.
 * Past ARRIVALS_MAX notes every second one is forgotten, so that a time is then at most a few pieces late. A zeroed struct is ready. */
#ifndef SONDE_GATEWAY_ARRIVALS_H
#define SONDE_GATEWAY_ARRIVALS_H

#include <stddef.h>
#include <stdint.h>

#define ARRIVALS_MAX 4096

struct arrivals {
	struct arrival {
		size_t len;    /* bytes that had come ... */
		int64_t at_us; /* ... by then, monotonic */
	} *at;
	size_t n, cap;
	unsigned stride;       /* pieces a note stands for; 0 as 1 */
	unsigned n_in_last;    /* pieces that the last note stands for so far */
};

void arrivals_free(struct arrivals *a);
/* Forgets all, keeps the memory. */
void arrivals_clear(struct arrivals *a);
/* From now on len bytes are there. */
void arrivals_note(struct arrivals *a, size_t len, int64_t now_us);
/* When the first len bytes were there; 0 when that is not known. */
int64_t arrivals_time(const struct arrivals *a, size_t len);

#endif
