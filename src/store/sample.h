/* sample - of calls that were billed: how many input tokens their texts were estimated at, and how many the provider counted. The newest SAMPLE_MOST of each
 * model, SAMPLES_MOST in all; figures alone, no text. */
#ifndef SONDE_STORE_SAMPLE_H
#define SONDE_STORE_SAMPLE_H

#include "store/store.h"

#define SAMPLE_MOST 32
#define SAMPLES_MOST 4096

struct sql;

/* Puts that of a row which has one; inside a transaction of the writer. */
bool sample_put(struct sql *sql, const struct call_row *row, struct err *e) SONDE_MUST_CHECK;
/* Each one, newest first; strings are borrowed. */
typedef void sample_visit(void *ctx, const char *provider, const char *model, const struct input_sample *sample);
bool samples_each(struct reader *r, bool is_simulated, sample_visit *visit, void *ctx, struct err *e) SONDE_MUST_CHECK;

#endif
