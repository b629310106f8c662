/* quantity - a decimal number with a unit as people write it ("2s", "0.01", "10k", "2%"), as an integer of the smallest unit. Exact. */
#ifndef SONDE_BASE_QUANTITY_H
#define SONDE_BASE_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct quantity_unit {
	const char *name; /* "" for a number alone; NULL ends a table */
	int64_t scale;    /* of 1, in the smallest unit */
};

/* Takes all of s[0..len): digits with at most one point, at most QUANTITY_DIGITS of them, then a unit of the table. What is finer than
 * the smallest unit is refused; what is above INT64_MAX is INT64_MAX. No sign, no blanks. */
#define QUANTITY_DIGITS 18
bool quantity_parse(const char *s, size_t len, const struct quantity_unit *units, int64_t *value);

#endif
