/* bpe - merges the bytes of one piece pair by pair, lowest rank first, and counts what is left. Pure. */
#ifndef SONDE_TOKEN_BPE_H
#define SONDE_TOKEN_BPE_H

#include <stddef.h>

#include "token/ranks.h"

/* Tokens of a piece (len > 0). O(n log n). */
size_t bpe_count(const struct ranks *r, const char *piece, size_t len);

#endif
