#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void json_use_x_malloc(void)
{
	json_set_alloc_funcs(x_malloc, free);
}

const char *json_get_string(const json_t *object, const char *key, size_t *len)
{
	const json_t *v = json_object_get(object, key);

	if (!json_is_string(v)) {
		return NULL;
	}
	if (len != NULL) {
		*len = json_string_length(v);
	}
	return json_string_value(v);
}

int64_t json_get_int(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	if (json_is_integer(v)) {
		return json_integer_value(v);
	}
	if (json_is_real(v)) {
		double d = json_real_value(v);

		/* 2^63 as a double is exact; the cast is defined only below it. */
		if (d == floor(d) && d >= -0x1p63 && d < 0x1p63) {
			return (int64_t)d;
		}
	}
	return UNKNOWN;
}

bool json_get_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

json_t *json_get_object(const json_t *object, const char *key)
{
	json_t *v = json_object_get(object, key);

	return json_is_object(v) ? v : NULL;
}

json_t *json_get_array(const json_t *object, const char *key)
{
	json_t *v = json_object_get(object, key);

	return json_is_array(v) ? v : NULL;
}

/* The item a step of a path names: jansson gives NULL for an index out of range. */
static json_t *step(const json_t *value, const char *name, size_t len)
{
	char key[64];

	if (json_is_object(value) && len < sizeof(key)) {
		memcpy(key, name, len);
		key[len] = '\0';
		return json_object_get(value, key);
	}
	if (json_is_array(value) && len > 0 && strspn(name, "0123456789") >= len) {
		return json_array_get(value, (size_t)strtoull(name, NULL, 10));
	}
	return NULL;
}

json_t *json_get_path(const json_t *value, const char *path)
{
	json_t *v = NULL;

	for (const char *p = path;;) {
		size_t len = strcspn(p, ".");

		v = step(value, p, len);
		if (v == NULL || p[len] == '\0') {
			return v;
		}
		value = v;
		p += len + 1;
	}
}
