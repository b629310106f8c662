/* audit - whether the sums kept beside the rows (store/rollup.h) are those of the rows, and mending them where not. An hour at a time, each
 * as of one moment, so it may run while others write. Only where rows are still there can it be told: not where they were removed for their
 * age; days are compared with their hours for ever. For worker threads and commands. */
#ifndef SONDE_STORE_AUDIT_H
#define SONDE_STORE_AUDIT_H

#include "store/writer.h"

struct audit {
	uint64_t calls, slots; /* looked at */
	uint64_t wrong;        /* slots whose sums are not those of their rows, or that are missing or too many */
	int64_t *days_us;      /* UTC days with such slots, ascending; owned (audit_free) */
	size_t n_days, cap_days;
};

/* False: it cannot be read. What is wrong is no failure. */
bool audit_run(struct writer *w, struct audit *out, struct err *e) SONDE_MUST_CHECK;
void audit_free(struct audit *a);
/* Makes the sums of a day anew from its rows, an hour in a transaction; others wait for what it writes, and while it reads only when they write
 * all the time. *is_mended false: its rows are not all there any more. */
bool audit_mend(struct writer *w, int64_t day_us, bool *is_mended, struct err *e) SONDE_MUST_CHECK;

#endif
