/* dim - names that repeat in every row (provider, model, operation, ...) as small integers, table dim(id, kind, name).
 * Belongs to one connection; caches what it has seen. For store/ only. */
#ifndef SONDE_STORE_DIM_H
#define SONDE_STORE_DIM_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The numbers are stored: new kinds only before the count. */
enum dim_kind {
	DIM_PROVIDER,
	DIM_MODEL,
	DIM_OPERATION,
	DIM_PRICE_VERSION,
	DIM_FINISH,
	DIM_SESSION,
	DIM_USER,
	DIM_PROMPT,
	DIM_PROMPT_VERSION,
	DIM_KIND_COUNT
};

/* What sums are kept by (provider, model, operation) takes so many names in a store; calls with further new ones are calls of this one. */
#define DIM_OTHER "(other)"
int64_t dims_most(enum dim_kind kind); /* 0: any number */

struct dims;
struct dims *dims_new(sqlite3 *db);
void dims_free(struct dims *d);
/* The id of a name, inserted if new (inside the caller's write transaction), or of DIM_OTHER; 0 for NULL and "". -1 on failure. */
int64_t dims_id(struct dims *d, enum dim_kind kind, const char *name, struct err *e);
/* The id of a name that exists; 0 when there is none. For readers. */
int64_t dims_find(struct dims *d, enum dim_kind kind, const char *name);
/* The name of an id, "" for 0. Borrowed, valid as long as d. */
const char *dims_name(struct dims *d, int64_t id);
/* A copy of the name, the caller's; NULL for 0. Unlike dims_name it keeps only so many names in memory: for sessions and the like. */
char *dims_dup(struct dims *d, int64_t id);
/* The names of a kind, the newest first, at most `most`; the caller's, as is the array. */
bool dims_list(struct dims *d, enum dim_kind kind, size_t most, char ***names, size_t *n, struct err *e) SONDE_MUST_CHECK;
/* Forgets what was cached since the transaction began: call it after a rollback. */
void dims_rollback(struct dims *d);
void dims_commit(struct dims *d);

#endif
