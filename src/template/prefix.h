/* prefix - what a template begins with whatever its variables are: its text up to the first thing that asks for one. That text is the same in each
 * rendering, which is what a provider can keep in its cache. */
#ifndef SONDE_TEMPLATE_PREFIX_H
#define SONDE_TEMPLATE_PREFIX_H

#include "template/template.h"

struct template_mark {
	size_t at, from; /* bytes: of the text, and of the template where that was printed from */
	bool is_text;    /* up to the next mark the one is a copy of the other */
};
struct template_prefix {
	struct buf text;
	bool is_whole; /* nothing asks for a variable: it is all of the text */
	struct template_mark *marks;
	size_t n, cap;
};

/* Of env the partials and limits; an error of the template ends the text as a variable does. */
void template_prefix(const struct template *t, const struct template_env *env, struct template_prefix *out);
void template_prefix_free(struct template_prefix *p);
/* Line and column of what printed a byte of the text; of its end: of what comes behind it. */
void template_prefix_place(const struct template *t, const struct template_prefix *p, size_t at, size_t *line, size_t *column);

#endif
