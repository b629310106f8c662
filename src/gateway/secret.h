/* secret - stars in place of a key that a provider says back, before it is shown or stored. */
#ifndef SONDE_GATEWAY_SECRET_H
#define SONDE_GATEWAY_SECRET_H

#include <stddef.h>

/* Overwrites each copy of the key in s[0..len), and the start of one at its end, where a text may have been cut. key may be NULL; very short
 * ones are words of any text and stay. */
void secret_hide(char *s, size_t len, const char *key);

#endif
