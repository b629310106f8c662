#include "gateway/secret.h"

#include <string.h>

#define KEY_LEAST 12 /* bytes */
#define PART_LEAST 8

void secret_hide(char *s, size_t len, const char *key)
{
	size_t key_len = key != NULL ? strlen(key) : 0;

	if (key_len < KEY_LEAST || len == 0) {
		return;
	}
	for (char *at = s; (at = memmem(at, len - (size_t)(at - s), key, key_len)) != NULL; at += key_len) {
		memset(at, '*', key_len);
	}
	for (size_t n = key_len - 1 < len ? key_len - 1 : len; n >= PART_LEAST; n--) {
		if (memcmp(s + len - n, key, n) == 0) {
			memset(s + len - n, '*', n);
		}
	}
}
