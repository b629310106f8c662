/* lint - what is likely to be a mistake in a version of a prompt: the lints of its templates (template/check.h), variables judged over all its
 * messages and partials together, and what its edit does to the prefix that providers cache (prefix.h). Changes nothing; on any thread. */
#ifndef SONDE_PROMPT_LINT_H
#define SONDE_PROMPT_LINT_H

#include "prompt/prefix.h"

enum lint_level {
	LINT_ERROR,   /* it cannot be rendered */
	LINT_WARNING, /* likely a mistake */
	LINT_NOTE     /* to be known, and no mistake */
};

struct lint {
	enum lint_level level;
	const char *kind;    /* a name of check.h ("single_brace"), of an error of the template ("syntax"), or "cached_prefix" */
	size_t line, column; /* of the part; of what is about no place in it 1, 1 */
	size_t part;         /* of the bundle; bundle_script_place() has the place in the script */
	const char *message; /* one sentence; to be cleaned before it is shown */
};

struct lint_task {
	const struct bundle *bundle;
	const struct bundle *against; /* what it is an edit of; NULL: the prefix is not judged */
	const char *against_name;     /* "v3" */
	const json_t *given;          /* an object with the names of variables there will be beside its "vars"; may be NULL. With neither, none is
	                               * unused or missing */
	struct registry *r;           /* where partials are; NULL: variables that only they use cannot be told, and then none is unused */
};

const char *lint_level_name(enum lint_level level);
/* "cached_prefix" or any kind that lints have; not those of errors. */
bool lint_is_kind(const char *name);
/* In the order of the text. */
typedef void lint_visit(void *ctx, const struct lint *l);
void lint_bundle(const struct lint_task *t, lint_visit *visit, void *ctx);

#endif
