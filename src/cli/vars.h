/* vars - the variables of a prompt from the command line: -p name=value, -p name=@file, and a file with a JSON object. */
#ifndef SONDE_CLI_VARS_H
#define SONDE_CLI_VARS_H

#include <jansson.h>

#include "prompt/bundle.h"
#include "template/template.h"

struct cli_vars {
	const char *file; /* NULL: none */
	const char **params;
	size_t n, cap;
};

/* An object, the caller's: the file, then the parameters over it. A parameter is a text, or what its text is as JSON where the bundle has the
 * variable as a number, boolean, list or object. b NULL: there is no bundle, each is a text, and texts may hold NUL.
 * NULL and e; *why is what e was made of when it is about what a file or parameter holds, else its kind is TEMPLATE_OK. */
json_t *cli_vars_read(const struct cli_vars *v, const struct bundle *b, struct template_error *why, struct err *e) SONDE_MUST_CHECK;

/* Tells of a template or its variables: as other errors with the line and a caret below, or for programs as {"error","template","line","column",
 * "message"} on standard output. Returns the status of ERR_TEMPLATE. */
int cli_template_fail(const struct template_error *why, bool is_json);

#endif
