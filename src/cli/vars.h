/* vars - the variables of a prompt from the command line: -p name=value, -p name=@file, and a file with a JSON object. */
#ifndef SONDE_CLI_VARS_H
#define SONDE_CLI_VARS_H

#include <jansson.h>

#include "base/err.h"
#include "prompt/bundle.h"

struct cli_vars {
	const char *file; /* NULL: none */
	const char **params;
	size_t n, cap;
};

/* An object, the caller's: the file, then the parameters over it. A parameter is a text, or what its text is as JSON where the bundle has the
 * variable as a number, boolean, list or object. NULL and e. */
json_t *cli_vars_read(const struct cli_vars *v, const struct bundle *b, struct err *e) SONDE_MUST_CHECK;

#endif
