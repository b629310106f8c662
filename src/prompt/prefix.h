/* prefix - what an edit does to the beginning that providers keep in their caches. A request is sent as tools, response schema, messages in their
 * order; all calls of a version begin with the same bytes up to the first thing that depends on a variable, and a provider that has seen them once
 * charges less for them. A first byte that differs ends that.
 * Pure but for the partials, which it reads; on any thread. */
#ifndef SONDE_PROMPT_PREFIX_H
#define SONDE_PROMPT_PREFIX_H

#include "prompt/registry.h"

#define PREFIX_LEAST 1024 /* tokens: shorter ones no provider caches (2026: OpenAI and Anthropic 1,024, some models 2,048 or 4,096) */

enum prefix_by { PREFIX_KEPT, PREFIX_BY_TEXT, PREFIX_BY_VARIABLE, PREFIX_BY_TOOLS, PREFIX_BY_SCHEMA };

struct prefix {
	int64_t tokens, kept; /* estimated: that all calls of `from` begin with; of those, that the calls of `to` begin with, too */
	enum prefix_by by;    /* what ends it: an edit; a variable where there was none; PREFIX_KEPT: nothing */
	size_t part;          /* of `to`, in which that is; 0 of tools and schema */
	size_t line, column;  /* in that part; bundle_script_place() has the place in the script */
};

/* r: where the partials are that the templates include; NULL: none is found, and an include ends the beginning. What cannot be parsed does too. */
void prefix_compare(struct registry *r, const struct bundle *from, const struct bundle *to, struct prefix *out);

#endif
