/* ref - NAME[@VERSION] of a command line, filled in with the variables that stand there: for `render -t`, `prompt render` and `run -t`. */
#ifndef SONDE_CLI_REF_H
#define SONDE_CLI_REF_H

#include "cli/vars.h"
#include "prompt/render.h"

struct ref {
	struct version_row version;
	char *label;     /* that was followed; "" when it was asked by number or hash */
	struct rendered rendered;
};

/* key NULL: no user. False: *why, when its kind is not TEMPLATE_OK, is what e was made of. */
bool ref_fill(struct ref *out, struct registry *r, const char *ref, const char *key, const struct cli_vars *vars, bool is_lenient,
    struct template_error *why, struct err *e) SONDE_MUST_CHECK;
void ref_free(struct ref *r);
/* The registry of the data directory, for reading. */
struct registry *ref_registry(struct err *e) SONDE_MUST_CHECK;

#endif
