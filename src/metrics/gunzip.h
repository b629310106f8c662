/* gunzip - bytes of a file descriptor, unpacked on the way when they are gzip (several members too), else as they are.
 * Owns zlib's state, not the descriptor. Memory does not depend on what the bytes unpack to. */
#ifndef SONDE_METRICS_GUNZIP_H
#define SONDE_METRICS_GUNZIP_H

#include <stddef.h>

#include "base/err.h"

struct gunzip;
struct gunzip *gunzip_new(int fd);
void gunzip_free(struct gunzip *g);
/* Reads at most cap bytes, cap > 1; *n is 0 at the end. False when the bytes cannot be read, or the gzip data ends early or is damaged:
 * only once all that could be unpacked was given. */
bool gunzip_read(struct gunzip *g, char *to, size_t cap, size_t *n, struct err *e) SONDE_MUST_CHECK;

#endif
