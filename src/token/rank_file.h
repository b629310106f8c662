/* rank_file - reads a rank file as people have it, and tells by its SHA-256 of which encoding it is. */
#ifndef SONDE_TOKEN_RANK_FILE_H
#define SONDE_TOKEN_RANK_FILE_H

#include "base/buf.h"
#include "base/sha256.h"
#include "token/encoding.h"

/* Either tiktoken's format or the JSON of npm's package (the member bpe_ranks), from which the former is written into out.
 * *is_missing (may be NULL) tells a file that is not there. The encoding, and its hash; NULL with e. */
const struct encoding *rank_file_read(const char *path, struct buf *out, unsigned char hash[SHA256_SIZE], bool *is_missing, struct err *e);
/* The hash of the rank file of an encoding. */
void rank_file_hash(const struct encoding *encoding, unsigned char hash[SHA256_SIZE]);

#endif
