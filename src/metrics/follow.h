/* follow - logs that grow, into the store line by line: waits for growth (inotify), follows a path through rotation by rename and by copying
 * and truncating, waits for files that are not there yet, and goes on where it was after a restart, however it ended.
 * Where a file stands is stored with the rows read from it (store.h, bulk_add_until). JSONL only, not packed. */
#ifndef SONDE_METRICS_FOLLOW_H
#define SONDE_METRICS_FOLLOW_H

#include "metrics/ingest.h"

/* A trouble with one path (again after it was over), or with the store; following goes on. */
typedef void follow_tell(void *ctx, const char *path, const struct err *e);

struct follow;
/* The paths need not exist. tell may be NULL. NULL and e when files cannot be watched at all. */
struct follow *follow_new(struct bulk *b, const struct price_table *prices, int format, char *const *paths, size_t n, follow_tell *tell,
    void *ctx, struct err *e) SONDE_MUST_CHECK;
void follow_free(struct follow *f);
/* Reads and waits until stop_fd is readable, then looks once more. False when no path can be followed. */
bool follow_run(struct follow *f, int stop_fd);
/* What came of the path so far. */
const struct ingest_result *follow_result(const struct follow *f, size_t path);

#endif
