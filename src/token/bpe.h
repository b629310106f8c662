/* bpe - into how many tokens the bytes of one piece are merged, pair by pair, the lowest rank first. Pure. */
#ifndef SONDE_TOKEN_BPE_H
#define SONDE_TOKEN_BPE_H

#include <stddef.h>

#include "token/ranks.h"

/* Tokens of a piece (len > 0), in time linear in its length. */
size_t bpe_count(const struct ranks *r, const char *piece, size_t len);

#endif
