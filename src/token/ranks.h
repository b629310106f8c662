/* ranks - the vocabulary of an encoding: byte strings, and the order in which pairs of them are merged.
 * Compiled from a rank file once, to bytes that are used as they are, from memory or from a mapped file (an index).
 * Owns those bytes. Nothing in an index is trusted: a lookup in a damaged or forged one may give a wrong rank, never a read out of bounds. */
#ifndef SONDE_TOKEN_RANKS_H
#define SONDE_TOKEN_RANKS_H

#include <stdint.h>

#include "base/err.h"
#include "base/sha256.h"

#define RANK_NONE UINT32_MAX
#define RANK_FILE_MOST ((size_t)64 << 20) /* bytes of a rank file */

struct ranks;

/* What is known of a token beside its bytes; others are named by their ranks. */
struct rank_token {
	uint32_t left, right; /* what is merged to it at last: itself for a byte; RANK_NONE when no merging makes it */
	uint32_t shorter;     /* the longest that it begins with; RANK_NONE for a byte */
	uint32_t len;         /* bytes */
};

/* From a rank file in tiktoken's format, one token a line: its bytes in base64, a space, its rank; ranks rise, and every single byte is a token.
 * hash: SHA-256 of the file, by which its index is known. */
struct ranks *ranks_compile(const char *text, size_t len, const unsigned char hash[SHA256_SIZE], struct err *e) SONDE_MUST_CHECK;
/* Writes the index of a compiled vocabulary. */
bool ranks_save(const struct ranks *r, const char *path, struct err *e) SONDE_MUST_CHECK;
/* Maps an index; NULL: there is none, or it is not whole, or is not of the rank file with that hash. */
struct ranks *ranks_map(const char *path, const unsigned char hash[SHA256_SIZE]);
/* Writes the checksum into the bytes of an index: at the end of compiling, and where a test has forged one. */
void ranks_seal(char *index, size_t len);
/* NULL is fine. */
void ranks_free(struct ranks *r);

/* Its place in the order of merging, or RANK_NONE when these bytes (len > 0) are no token. Of two, the lower is merged first. */
uint32_t ranks_find(const struct ranks *r, const char *bytes, size_t len);
/* The longest token that a text (len > 0) begins with and that merging can make. */
uint32_t ranks_longest(const struct ranks *r, const char *text, size_t len);
/* The longest other one that such a token begins with and that merging can make; RANK_NONE: none. */
uint32_t ranks_shorter(const struct ranks *r, uint32_t rank);
/* Of a rank that one of these gave; never NULL. In a forged index its parts need not fit it. */
const struct rank_token *ranks_token(const struct ranks *r, uint32_t rank);

#endif
