/* value - single values that fit a name: "sev" a severity, "why" a sentence, "team" a topic of the text, and so on. */
#ifndef SONDE_SIM_VALUE_H
#define SONDE_SIM_VALUE_H

#include "sim/object.h"

enum value_kind {
	VALUE_SENTENCE,
	VALUE_TITLE,
	VALUE_TOPIC,
	VALUE_SEVERITY,
	VALUE_SCORE,
	VALUE_COUNT,
	VALUE_SENTIMENT,
	VALUE_PERSON,
	VALUE_LANGUAGE,
	VALUE_DATE,
	VALUE_EMAIL,
	VALUE_URL,
	VALUE_ID,
	VALUE_FLAG,
	VALUE_WORDS,
	VALUE_PLAIN,
};

/* What a key's name promises; VALUE_PLAIN when nothing. */
enum value_kind value_kind_of(struct span name);
/* A list of choices named for the key somewhere in the prompt: the chosen one goes to *out. */
bool value_from_labels(const struct matter *m, struct span name, struct span *out);
/* Text for a kind. `salt` tells several values of one answer apart. */
char *value_text(const struct matter *m, enum value_kind kind, uint64_t salt);
double value_number(const struct matter *m, enum value_kind kind, uint64_t salt);
bool value_flag(const struct matter *m, struct span name, uint64_t salt);
/* The word of the prompt with the salt-th highest weight, as written; empty when there is none. */
struct span value_word(const struct matter *m, size_t place);

#endif
