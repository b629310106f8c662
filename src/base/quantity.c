#include "base/quantity.h"

#include <string.h>

static const struct quantity_unit *unit_of(const char *s, size_t len, const struct quantity_unit *units)
{
	for (const struct quantity_unit *u = units; u->name != NULL; u++) {
		if (strlen(u->name) == len && memcmp(u->name, s, len) == 0) {
			return u;
		}
	}
	return NULL;
}

bool quantity_parse(const char *s, size_t len, const struct quantity_unit *units, int64_t *value)
{
	__int128 sum = 0, part = 1;
	size_t digits = 0, i;
	bool has_point = false;

	for (i = 0; i < len && ((s[i] >= '0' && s[i] <= '9') || (s[i] == '.' && !has_point)); i++) {
		if (s[i] == '.') {
			has_point = true;
			continue;
		}
		if (++digits > QUANTITY_DIGITS) {
			return false;
		}
		sum = sum * 10 + (s[i] - '0');
		part *= has_point ? 10 : 1;
	}
	const struct quantity_unit *u = unit_of(s + i, len - i, units);

	if (digits == 0 || u == NULL) {
		return false;
	}
	sum *= u->scale;
	*value = sum / part <= INT64_MAX ? (int64_t)(sum / part) : INT64_MAX;
	return sum % part == 0;
}
