/* tags - what stands in the delimiters of a template: that which an edit of its words has to leave alone. */
#ifndef SONDE_TEMPLATE_TAGS_H
#define SONDE_TEMPLATE_TAGS_H

#include "template/template.h"

/* Each output and statement in the order of the text, as "{{ user.name }}": without the signs and blanks at its ends, which may differ. `raw` has
 * its body. Comments are none. Not NUL-terminated. */
typedef void template_tag(void *ctx, const char *tag, size_t len);
void template_tags(const struct template *t, template_tag *visit, void *ctx);

#endif
