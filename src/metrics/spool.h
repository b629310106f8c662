/* spool - rows put in as they come, taken out ordered by time, in bounded memory however many there are.
 * Full runs are sorted and written to an unlinked temporary file ($TMPDIR, else /var/tmp), then merged.
 * Why: a store ordered by time takes shuffled rows several times slower than ordered ones, and equal lines come out side by side,
 * so counting them needs no memory either. */
#ifndef SONDE_METRICS_SPOOL_H
#define SONDE_METRICS_SPOOL_H

#include "base/err.h"
#include "store/record.h"

struct spool;

/* run_bytes: memory of one run; 0 for the default of 16 MiB. */
struct spool *spool_new(size_t run_bytes);
void spool_free(struct spool *s);
/* Copies a row, and a mark to come back with it: that it has an id of its own. */
bool spool_add(struct spool *s, const struct call_row *row, bool has_own_id, struct err *e) SONDE_MUST_CHECK;
/* Bytes of memory that the rows take; under the default limit, not more than a MiB of them comes out at once. */
size_t spool_bytes(const struct spool *s);
/* The next rows ordered by id, at most max; *n is 0 at the end. own gets their
 * marks. Their strings are valid until the next call. No spool_add after it. */
bool spool_take(struct spool *s, struct call_row *rows, bool *own, size_t max, size_t *n, struct err *e) SONDE_MUST_CHECK;

#endif
