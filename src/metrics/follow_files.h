/* follow_files - the other files of a followed path: those beside it whose names are made of its own, as rotation leaves them (log.1,
 * log-20261120.gz), and where to go on in them. A file of which a position is stored goes on there; the copy of one that was truncated goes
 * on where that one stood; an unknown one begins at its beginning. What is read twice is stored once (metrics/intake.h), so in doubt a file
 * is taken. For follow.c only. */
#ifndef SONDE_METRICS_FOLLOW_FILES_H
#define SONDE_METRICS_FOLLOW_FILES_H

#include <sys/stat.h>

#include "store/bulk.h"

#define FOLLOW_POSITIONS_MOST 8

/* What is known of a path. */
struct follow_known {
	const char *dir, *base; /* where it is, and its last part */
	struct bulk_position positions[FOLLOW_POSITIONS_MOST]; /* stored ones, the newest first */
	size_t n;
	int64_t written_since_us; /* wall clock; an unknown file was the path's if it was written to since then */
	int64_t named_since_us;   /* and the newest of the unknown ones was, if it was renamed since then, too; INT64_MAX: no */
	bool (*is_open)(const void *ctx, const struct stat *st); /* is followed already */
	const void *ctx;
};

struct follow_file {
	int fd; /* the caller's */
	struct stat st;
	bool is_packed; /* gzip: to be taken as a whole */
	struct bulk_position at; /* to go on from; offset 0: the beginning */
};

/* The files that have something not yet read, the longest unchanged first, at most max (then more may be there). Returns how many. */
size_t follow_files_find(const struct follow_known *known, struct follow_file *files, size_t max);
/* The stored position of a file itself; NULL. Whether it is still good is another matter (follow_is_at). */
const struct bulk_position *follow_position_of(const struct follow_known *known, const struct stat *st);
/* gzip begins so. */
bool follow_is_packed(int fd);

#endif
