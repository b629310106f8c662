/* follow_source - one open file of a followed path: its new whole lines into the store, and where it stands.
 * Nothing is kept between reads but the place: a half line stays in the file until its end is there, and what the store did not take is read
 * again. Owns its descriptor. For follow.c only. */
#ifndef SONDE_METRICS_FOLLOW_SOURCE_H
#define SONDE_METRICS_FOLLOW_SOURCE_H

#include <sys/stat.h>

#include "metrics/intake.h"
#include "store/bulk.h"

struct follow_source {
	int fd;
	struct bulk_position at; /* the path is borrowed */
	int64_t passed;          /* in a line that is too long: bytes of it that were passed over */
	bool has_more;           /* something is left for the next read */
	bool is_packed;          /* gzip: to be taken by follow_source_take_packed */
	struct twins *twins;     /* of the lines before `at`; NULL: to be counted anew */
	bool is_rotated;         /* the path means another file by now */
	int64_t leave_us;        /* rotated: when to leave it (monotonic) */
};

/* A file of the path, open at fd (taken over), to be read from its beginning. */
struct follow_source *follow_source_new(const char *path, int fd, const struct stat *st);
void follow_source_free(struct follow_source *s);
/* The bytes before a place, as they were when the position was written. True also for the beginning of a file. */
bool follow_is_at(int fd, const struct stat *st, const struct bulk_position *p);
/* Goes to a place of the file, or of the one it is a copy of, that follow_is_at. */
void follow_source_go(struct follow_source *s, const struct bulk_position *p);
/* Goes to the beginning. */
void follow_source_restart(struct follow_source *s);
/* Takes the next whole lines, of FOLLOW_BUFFER bytes at most, so that it does not take long. is_last: nothing more will be written, so the rest
 * is a line too. buffer has FOLLOW_BUFFER bytes. False when the file cannot be read or the store does not take it: nothing of it is lost. */
#define FOLLOW_BUFFER (((size_t)1 << 20) + ((size_t)256 << 10))
bool follow_source_read(struct follow_source *s, struct bulk *b, struct intake *in, struct ingest_result *result, char *buffer, bool is_last,
    struct err *e) SONDE_MUST_CHECK;
/* Takes the whole of a packed file, however long that takes. False when the store does not take it, or with *is_done when nothing more can be
 * read of it. */
bool follow_source_take_packed(struct follow_source *s, struct bulk *b, const struct ingest_options *options, struct ingest_result *result,
    bool *is_done, struct err *e) SONDE_MUST_CHECK;

#endif
