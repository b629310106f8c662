/* file - whole files that fit in memory: read, and replaced so that a reader sees the old one or the new one and never half of it. */
#ifndef SONDE_BASE_FILE_H
#define SONDE_BASE_FILE_H

#include "base/buf.h"

/* Appends the file to out, whose limit holds. False with ERR_INTERNAL; *is_missing (may be NULL) tells a file that is not there. */
bool file_read(const char *path, struct buf *out, bool *is_missing, struct err *e) SONDE_MUST_CHECK;
/* The same of what is open already, for the sentence by a name. */
bool file_read_fd(int fd, const char *name, struct buf *out, struct err *e) SONDE_MUST_CHECK;
/* All of the bytes, not yet on the disk; false with errno. */
bool file_write_fd(int fd, const char *bytes, size_t len) SONDE_MUST_CHECK;
/* Writes a file beside it (mode 0600), and puts it in its place when it is on the disk. */
bool file_replace(const char *path, const char *bytes, size_t len, struct err *e) SONDE_MUST_CHECK;

#endif
