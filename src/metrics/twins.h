/* twins - how often each line came so far, for lines that are equal byte for byte.
 * Remembers at least the last half million different lines, in at most some 32 MB; equal lines of a log stand near each other. */
#ifndef SONDE_METRICS_TWINS_H
#define SONDE_METRICS_TWINS_H

#include <stdint.h>

struct twins;
struct twins *twins_new(void);
void twins_free(struct twins *t);
/* How often the line with this key (not 0) came before; counts it. */
uint64_t twins_count(struct twins *t, uint64_t key);

#endif
