/* render - a version filled in: its messages or text with variables, defaults and locked includes in place.
 * Not here: the language (template/template.h), sending (gateway/call.h). */
#ifndef SONDE_PROMPT_RENDER_H
#define SONDE_PROMPT_RENDER_H

#include "prompt/registry.h"
#include "template/template.h"

/* The partials of a version: a template_env's include, with one of these as its ctx. */
struct partials {
	struct registry *r; /* NULL: there are none */
	const json_t *lock; /* of the bundle; NULL: it has none */
	bool is_open;       /* what is not locked is what its name stands for now; else it is not found */
};
bool partials_find(void *ctx, const char *name, struct buf *text);

struct rendered_part {
	const char *role; /* as in bundle.h; borrowed from the version */
	char *text;
	size_t len;
};
struct rendered {
	struct rendered_part *parts;
	size_t n;
};
/* vars: an object or NULL. What is not given takes the default of the version's "vars"; what is given must be of its type. Includes are the
 * versions they were locked to, others are not found; of a draft (number 0) what their names stand for now. False: why has kind, place and
 * message. */
bool version_render(struct registry *r, const struct version_row *v, const json_t *vars, bool is_lenient, struct rendered *out,
    struct template_error *why) SONDE_MUST_CHECK;
void rendered_free(struct rendered *r);

/* All parts as a script (bundle.h), not escaped. */
void rendered_text(const struct rendered *r, struct buf *out);

/* Whether each part can be parsed. */
bool version_parses(const char *name, const struct bundle *b, struct template_error *why) SONDE_MUST_CHECK;

/* One of the version's tests: what it rendered in place of what was expected; the caller's. *got is NULL when it failed to render (why). */
bool version_test(struct registry *r, const struct version_row *v, size_t i, char **got, struct template_error *why) SONDE_MUST_CHECK;

#endif
