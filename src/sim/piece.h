/* piece - a simple tokeniser: about four bytes a token, words with the blank before them, never a cut inside a character.
 * The same pieces are counted in the usage and sent in the stream. */
#ifndef SONDE_SIM_PIECE_H
#define SONDE_SIM_PIECE_H

#include <stddef.h>
#include <stdint.h>

/* Length in bytes of the first piece; 0 only for len 0. Bytes that are no UTF-8 count one each. */
size_t piece_next(const char *s, size_t len);
int64_t piece_count(const char *s, size_t len);
/* Bytes of the first n pieces. */
size_t piece_prefix(const char *s, size_t len, int64_t n);

#endif
