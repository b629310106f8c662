/* outfile - a file of the person's that appears whole or not at all: written beside its place under another name (0600), then renamed. An existing
 * one is replaced only when that is asked for. */
#ifndef SONDE_BASE_OUTFILE_H
#define SONDE_BASE_OUTFILE_H

#include <stddef.h>

#include "base/err.h"

struct outfile;

/* "~/" is the home directory. NULL: e says why; ERR_USAGE when there is a file already and replaces is false. */
struct outfile *outfile_new(const char *path, bool replaces, struct err *e) SONDE_MUST_CHECK;
/* False: e says why; the file can only be discarded then. */
bool outfile_write(struct outfile *f, const char *bytes, size_t len, struct err *e) SONDE_MUST_CHECK;
/* Puts it in its place. Frees f, whatever the result. */
bool outfile_keep(struct outfile *f, struct err *e) SONDE_MUST_CHECK;
/* Removes what was written; frees f. NULL is fine. */
void outfile_discard(struct outfile *f);

#endif
