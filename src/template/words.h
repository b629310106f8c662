/* words - what filters of texts and methods of strings have in common, as the function of a row. */
#ifndef SONDE_TEMPLATE_WORDS_H
#define SONDE_TEMPLATE_WORDS_H

#include "template/call.h"

bool words_is_space(uint32_t cp);
bool words_capitalize(struct render *r, const struct call *c, struct value *out);
bool words_lower(struct render *r, const struct call *c, struct value *out);
bool words_replace(struct render *r, const struct call *c, struct value *out);
bool words_split(struct render *r, const struct call *c, struct value *out);
bool words_title(struct render *r, const struct call *c, struct value *out);
bool words_trim(struct render *r, const struct call *c, struct value *out);
bool words_upper(struct render *r, const struct call *c, struct value *out);
/* The elements of self, of which `list` and `separator` are parts, as one text. */
bool words_join(struct render *r, const struct call *c, const struct value *list, struct span separator, const struct value *attribute,
    struct value *out);
/* The members of an object as lists of two. */
bool words_items(struct render *r, const struct call *c, struct value *out);

#endif
