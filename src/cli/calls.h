/* calls - recorded calls as JSON, for other commands and the console. */
#ifndef SONDE_CLI_CALLS_H
#define SONDE_CLI_CALLS_H

#include "base/buf.h"
#include "store/record.h"

/* The object of one call as `sonde calls show --json` prints it, and a newline; body NULL: without the bodies. */
void calls_json(struct buf *out, const struct call_row *row, const struct call_body *body);

#endif
