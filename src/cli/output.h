/* output - where a command's export goes: standard output, or a file that appears whole or not at all. */
#ifndef SONDE_CLI_OUTPUT_H
#define SONDE_CLI_OUTPUT_H

#include "base/outfile.h"
#include "metrics/export.h"

struct output {
	struct outfile *file; /* NULL: standard output */
};

/* path NULL: standard output. False: e says why. */
bool output_open(struct output *o, const char *path, bool replaces, struct err *e) SONDE_MUST_CHECK;
/* An export_sink; ctx is the output. A closed pipe ends it without an error. */
bool output_take(void *ctx, const char *bytes, size_t len, struct err *e);
/* Ends it and gives the exit status: ok false, with e when there is something to say, throws a file away. */
int output_end(struct output *o, bool ok, struct err *e);

#endif
