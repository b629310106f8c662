/* split - what a label points to: one version, or several with shares in steps of 0.01 %. Sticky: a key lands at one slot of 10,000 for ever (a
 * stable hash of prompt name, label and key), each arm owns ranges of slots, and a move takes only those slots from shrinking arms that growing
 * ones need: a ramp moves exactly the keys that must move, and nobody back.
 * A plain value, without memory of its own. */
#ifndef SONDE_PROMPT_SPLIT_H
#define SONDE_PROMPT_SPLIT_H

#include "base/err.h"

#define SPLIT_MOST_ARMS 8
#define SPLIT_MOST_RANGES 64
#define SPLIT_SLOTS 10000 /* shares are in slots: hundredths of a percent */

struct split_arm {
	int number; /* of a version, from 1 */
	int share;  /* slots, above 0 */
};
struct split_range {
	int number, last; /* version and the last slot; it begins behind the range before */
};
/* n_arms 0: points nowhere. */
struct split {
	struct split_arm arms[SPLIT_MOST_ARMS];
	int n_arms;
	struct split_range ranges[SPLIT_MOST_RANGES];
	int n_ranges;
};

/* All keys to one version. */
struct split split_of(int number);
/* "v4", "v3:90,v4:10", "v3=90% v4=10%"; the shares sum to 100 %, the first arm has the lowest slots. ERR_USAGE. */
bool split_parse(const char *text, struct split *out, struct err *e) SONDE_MUST_CHECK;
/* Gives the arms of *to their ranges, starting from those of `from` (points nowhere: none). ERR_CHECK when they would be too many. */
bool split_move(const struct split *from, struct split *to, struct err *e) SONDE_MUST_CHECK;

#define SPLIT_TEXT_SIZE 160
/* "v3" or "v3:90,v4:10", which split_parse reads; "" when it points nowhere. Returns out. */
const char *split_text(const struct split *s, char out[SPLIT_TEXT_SIZE]);
#define SPLIT_RANGES_SIZE (SPLIT_MOST_RANGES * 24)
/* The ranges as "3:8999 4:9999", and back into a split that has its arms; false when they are not those of the arms. */
const char *split_ranges_text(const struct split *s, char out[SPLIT_RANGES_SIZE]);
bool split_ranges_parse(const char *text, struct split *s);

/* 0 to SPLIT_SLOTS - 1. */
int split_slot(const char *prompt, const char *label, const char *key);
/* The version of a key; without one (NULL) that of the largest arm, the first of equals. 0 when it points nowhere. */
int split_choose(const struct split *s, const char *prompt, const char *label, const char *key);
bool split_has(const struct split *s, int number);

#endif
