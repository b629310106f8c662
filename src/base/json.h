/* json - typed getters over jansson that take a wrong type, a null or a missing member as "not there".
 * Strings are borrowed from the value. A getter of a member may be asked of anything, NULL included. */
#ifndef SONDE_BASE_JSON_H
#define SONDE_BASE_JSON_H

#include <jansson.h>

#include "base/num.h"

/* To be called once, before any JSON: without memory jansson then ends the program as x_malloc does, instead of leaving out members. */
void json_use_x_malloc(void);
/* The text (which may hold NULs when it was parsed so), or NULL; *len may be NULL. */
const char *json_get_string(const json_t *object, const char *key, size_t *len);
/* A whole number, also one written "1.0"; UNKNOWN for all else, and for what does not fit 64 bits. */
int64_t json_get_int(const json_t *object, const char *key);
bool json_get_true(const json_t *object, const char *key);
/* The member when it is an object, an array; else NULL. */
json_t *json_get_object(const json_t *object, const char *key);
json_t *json_get_array(const json_t *object, const char *key);
/* Follows a path such as "choices.0.delta": names of members and indexes of arrays. NULL where it leads nowhere. */
json_t *json_get_path(const json_t *value, const char *path);

#endif
