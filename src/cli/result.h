/* result - a finished call as JSON and as one line for people. */
#ifndef SONDE_CLI_RESULT_H
#define SONDE_CLI_RESULT_H

#include <stdio.h>

#include "gateway/call.h"

/* {"target","provider","model","status",...}: the object of one target in `sonde run --json`. */
void result_json(struct buf *out, const struct call *c);
/* {"run","results":[...]} and a newline. */
void result_run_json(struct buf *out, int64_t run_us, const struct call *const *calls, size_t n);
/* "openai/gpt-5.4-mini  ttft 0.34s  1.2s  71 tok/s  412→58 tok  $0.0001" and a newline. */
void result_summary(FILE *f, const struct call *c);

#endif
