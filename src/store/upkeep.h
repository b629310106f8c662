/* upkeep - what is done to a whole store: figures of it, checking, copying, compacting. Each opens a connection of its own and waits for the disk:
 * for commands. Expiring: store/expire.h; auditing the sums: store/audit.h. */
#ifndef SONDE_STORE_UPKEEP_H
#define SONDE_STORE_UPKEEP_H

#include "base/err.h"
#include "store/store.h"

struct upkeep_stats {
	char *path; /* owned (upkeep_stats_free) */
	int64_t schema;
	int64_t file_bytes, free_bytes, wal_bytes; /* free_bytes: of the file, used again for new rows */
	int64_t calls, simulated, bodies, body_bytes, runs, answers, names;
	int64_t rollups[4];          /* rows of each level: 10 s, minutes, hours, days */
	int64_t first_us, last_us;   /* of the calls; UNKNOWN: there is none */
	int64_t expired_us;          /* rows before this were removed for their age; UNKNOWN: none were */
	int64_t lost_rows, lost_bodies; /* never stored: no room in memory for more to wait, or on the disk for bodies */
};
/* As of one moment, mostly. Reads all rows. ERR_CHECK: there is no store yet. */
bool upkeep_stats(const char *dir, struct upkeep_stats *out, struct err *e) SONDE_MUST_CHECK;
void upkeep_stats_free(struct upkeep_stats *s);

/* SQLite's full check of file and indexes: *first is the first thing that is wrong, the caller's, or NULL. Reads all of the file. */
bool upkeep_integrity(const char *dir, char **first, struct err *e) SONDE_MUST_CHECK;
/* A copy as of one moment, whoever writes meanwhile, into a file (mode 0600) that must not be there yet: it has that name only when it is whole
 * and checked. *bytes is its size. */
bool upkeep_backup(const char *dir, const char *path, int64_t *bytes, struct err *e) SONDE_MUST_CHECK;
/* Gives what is free in the file back to the disk. Needs room for a second copy; whoever writes meanwhile waits and goes on after it. */
bool upkeep_compact(const char *dir, int64_t *before_bytes, int64_t *after_bytes, struct err *e) SONDE_MUST_CHECK;

#endif
