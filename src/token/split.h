/* split - the pre-tokenisers of o200k_base and cl100k_base: cuts a text into the pieces within which byte pairs are merged.
 * The same pieces as tiktoken's regular expressions give, written by hand. Pure; any bytes will do. */
#ifndef SONDE_TOKEN_SPLIT_H
#define SONDE_TOKEN_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the first piece of a text, 1 to len (len > 0). What follows a piece begins with a piece: no state goes on. */
typedef size_t split_fn(const char *text, size_t len);
size_t split_o200k(const char *text, size_t len);
size_t split_cl100k(const char *text, size_t len);

/* Whether a piece ends before byte `at` (0 < at < len) in both encodings whatever stands elsewhere: after a letter or a number, before what neither
 * goes on with one nor is an apostrophe. So the text on one side of an edge never changes the pieces on the other. */
bool split_is_edge(const char *text, size_t len, size_t at);

#endif
