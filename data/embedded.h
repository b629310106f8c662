/* embedded - the files of data/ inside the program; the .c is written by data/embed.sh at build time. */
#ifndef SONDE_DATA_EMBEDDED_H
#define SONDE_DATA_EMBEDDED_H

#include <stddef.h>

/* The bytes of a file (NUL-terminated; len excludes it), or NULL. name is its path below data/: "migrations/001-call.sql". */
const char *embedded_find(const char *name, size_t *len);
/* Names in the order they were embedded; NULL past the end. */
const char *embedded_name(size_t i);

#endif
