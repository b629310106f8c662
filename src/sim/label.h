/* label - lists of choices named in a prompt ("one of: billing, shipping, other", "answer with A, B or C", "yes or no"),
 * and the choice that fits a text. Labels point into the text they were found in. */
#ifndef SONDE_SIM_LABEL_H
#define SONDE_SIM_LABEL_H

#include "sim/passage.h"

#define LABELS_MOST 24
struct labels {
	struct span items[LABELS_MOST];
	size_t n;
	struct span where; /* the list, so that its words are not taken for the text to judge */
};

/* False when no list of at least two is asked for. */
bool labels_find(struct span text, struct labels *out);
/* The list given for one key: "team: billing, auth or search", "sev (1|2|3)". */
bool labels_find_for(struct span text, struct span key, struct labels *out);
/* A list without anything around it: "a|b|c", "a, b, c". */
bool labels_parse(struct span text, struct labels *out);
/* The index of the best label for the subject. `all`: where lines like "A) Paris" may say what a label means. */
size_t labels_pick(const struct labels *l, struct span subject, struct span all, uint64_t hash);
/* The best of the built-in topics ("billing", "shipping", ...), "other" when none fits. */
const char *label_topic(struct span subject, uint64_t hash);

#endif
