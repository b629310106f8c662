/* Rows of dim never change, so what was read once holds for ever, with one exception: ids given out in a transaction that is rolled
 * back. Names to ids are cached up to a limit, since sessions and users may be any number; ids to names only as they are asked for.
 *
 * Sums are kept for each provider, model and operation and slot of time, and queries hold one for each in memory. A log that names another
 * model in each line must not make them as many as its calls: the first names of a kind stand, later ones share one. That is a rule that holds
 * for rows and sums alike, in any order of writers, where keeping the largest would have to move what was counted. */
#include "store/dim.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

#define NAMES_MOST 16384

/* Far more than are real. The other kinds are columns of rows only, and grow with them. */
static const int64_t names_most[DIM_KIND_COUNT] = {
	[DIM_PROVIDER] = 256,
	[DIM_MODEL] = 4096,
	[DIM_OPERATION] = 256,
};

struct name {
	char *s;
	struct name *next;
};

struct dims {
	sqlite3 *db;
	sqlite3_stmt *find, *insert, *read, *list, *count;
	struct map *ids[DIM_KIND_COUNT]; /* name -> id */
	size_t n_ids;
	struct map *names; /* id -> name, borrowed from kept */
	struct name *kept;
	bool is_full[DIM_KIND_COUNT]; /* as last seen; names only come */
	bool is_changed; /* a name was inserted since the last commit or rollback */
};

int64_t dims_most(enum dim_kind kind)
{
	return names_most[kind];
}

static void forget_ids(struct dims *d)
{
	for (int k = 0; k < DIM_KIND_COUNT; k++) {
		map_free(d->ids[k], NULL);
		d->ids[k] = map_new();
	}
	d->n_ids = 0;
}

struct dims *dims_new(sqlite3 *db)
{
	struct dims *d = x_calloc(1, sizeof(*d));

	d->db = db;
	forget_ids(d);
	d->names = map_new();
	return d;
}

void dims_free(struct dims *d)
{
	if (d == NULL) {
		return;
	}
	sqlite3_finalize(d->find);
	sqlite3_finalize(d->insert);
	sqlite3_finalize(d->read);
	sqlite3_finalize(d->list);
	sqlite3_finalize(d->count);
	for (int k = 0; k < DIM_KIND_COUNT; k++) {
		map_free(d->ids[k], NULL);
	}
	map_free(d->names, NULL);
	while (d->kept != NULL) {
		struct name *n = d->kept;

		d->kept = n->next;
		free(n->s);
		free(n);
	}
	free(d);
}

static sqlite3_stmt *prepared(struct dims *d, sqlite3_stmt **stmt, const char *text)
{
	if (*stmt == NULL) {
		(void)sqlite3_prepare_v3(d->db, text, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
	}
	return *stmt;
}

static int64_t remember(struct dims *d, enum dim_kind kind, const char *name, size_t len, int64_t id)
{
	if (d->n_ids >= NAMES_MOST) {
		forget_ids(d);
	}
	(void)map_put(d->ids[kind], name, len, (void *)(intptr_t)id);
	d->n_ids++;
	return id;
}

/* From the table: 0 when there is none, -1 on failure. */
static int64_t read_id(struct dims *d, enum dim_kind kind, const char *name, size_t len)
{
	sqlite3_stmt *stmt = prepared(d, &d->find, "SELECT id FROM dim WHERE kind = ? AND name = ?");
	int64_t id = -1;

	if (stmt == NULL) {
		return -1;
	}
	sqlite3_bind_int(stmt, 1, (int)kind);
	sqlite3_bind_text64(stmt, 2, name, len, SQLITE_STATIC, SQLITE_UTF8);
	int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		id = sqlite3_column_int64(stmt, 0);
	} else if (rc == SQLITE_DONE) {
		id = 0;
	}
	sqlite3_reset(stmt);
	return id;
}

static int64_t insert(struct dims *d, enum dim_kind kind, const char *name, size_t len)
{
	sqlite3_stmt *stmt = prepared(d, &d->insert, "INSERT INTO dim (kind, name) VALUES (?, ?)");

	if (stmt == NULL) {
		return -1;
	}
	sqlite3_bind_int(stmt, 1, (int)kind);
	sqlite3_bind_text64(stmt, 2, name, len, SQLITE_STATIC, SQLITE_UTF8);
	int rc = sqlite3_step(stmt);
	sqlite3_reset(stmt);
	if (rc != SQLITE_DONE) {
		return -1;
	}
	d->is_changed = true;
	return sqlite3_last_insert_rowid(d->db);
}

/* Whether the kind takes no more names; within the write transaction, so nobody else adds one. */
static bool is_full(struct dims *d, enum dim_kind kind)
{
	if (names_most[kind] > 0 && !d->is_full[kind]) {
		sqlite3_stmt *stmt = prepared(d, &d->count, "SELECT count(*) >= ?2 FROM dim WHERE kind = ?1");

		if (stmt != NULL) {
			sqlite3_bind_int(stmt, 1, (int)kind);
			sqlite3_bind_int64(stmt, 2, names_most[kind]);
			d->is_full[kind] = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0) != 0;
			sqlite3_reset(stmt);
		}
	}
	return d->is_full[kind];
}

int64_t dims_id(struct dims *d, enum dim_kind kind, const char *name, struct err *e)
{
	if (name == NULL || name[0] == '\0') {
		return 0;
	}
	size_t len = strlen(name);
	void *cached = map_get(d->ids[kind], name, len);

	if (cached != NULL) {
		return (intptr_t)cached;
	}
	int64_t id = read_id(d, kind, name, len);
	if (id == 0 && strcmp(name, DIM_OTHER) != 0 && is_full(d, kind)) {
		return dims_id(d, kind, DIM_OTHER, e); /* not remembered: there may be any number */
	}
	if (id == 0) {
		id = insert(d, kind, name, len);
	}
	if (id <= 0) {
		err_set(e, ERR_INTERNAL, "a name could not be stored: %s", sqlite3_errmsg(d->db));
		return -1;
	}
	return remember(d, kind, name, len, id);
}

int64_t dims_find(struct dims *d, enum dim_kind kind, const char *name)
{
	if (name == NULL || name[0] == '\0') {
		return 0;
	}
	size_t len = strlen(name);
	void *cached = map_get(d->ids[kind], name, len);

	if (cached != NULL) {
		return (intptr_t)cached;
	}
	int64_t id = read_id(d, kind, name, len);
	return id > 0 ? remember(d, kind, name, len, id) : 0;
}

/* The name from the table, the caller's; NULL when there is none. */
static char *read_name(struct dims *d, int64_t id)
{
	sqlite3_stmt *stmt = prepared(d, &d->read, "SELECT name FROM dim WHERE id = ?");
	char *s = NULL;

	if (stmt == NULL) {
		return NULL;
	}
	sqlite3_bind_int64(stmt, 1, id);
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		s = x_strdup((const char *)sqlite3_column_text(stmt, 0));
	}
	sqlite3_reset(stmt);
	return s;
}

const char *dims_name(struct dims *d, int64_t id)
{
	if (id <= 0) {
		return "";
	}
	const char *cached = map_get(d->names, (const char *)&id, sizeof(id));
	if (cached != NULL) {
		return cached;
	}
	char *s = read_name(d, id);
	if (s == NULL) {
		return "";
	}
	struct name *n = x_malloc(sizeof(*n));

	*n = (struct name){ s, d->kept };
	d->kept = n;
	(void)map_put(d->names, (const char *)&id, sizeof(id), s);
	return s;
}

char *dims_dup(struct dims *d, int64_t id)
{
	if (id <= 0) {
		return NULL;
	}
	const char *cached = map_get(d->names, (const char *)&id, sizeof(id));
	if (cached == NULL && map_count(d->names) < NAMES_MOST) {
		cached = dims_name(d, id);
	}
	return cached == NULL ? read_name(d, id) : cached[0] != '\0' ? x_strdup(cached) : NULL;
}

bool dims_list(struct dims *d, enum dim_kind kind, size_t most, char ***names, size_t *n, struct err *e)
{
	sqlite3_stmt *stmt = prepared(d, &d->list, "SELECT name FROM dim WHERE kind = ? ORDER BY id DESC LIMIT ?");
	size_t cap = 0;
	int rc = SQLITE_ERROR;

	*names = NULL;
	*n = 0;
	if (stmt != NULL) {
		sqlite3_bind_int(stmt, 1, (int)kind);
		sqlite3_bind_int64(stmt, 2, (int64_t)most);
		while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
			*array_push(*names, *n, cap) = x_strdup((const char *)sqlite3_column_text(stmt, 0));
		}
		sqlite3_reset(stmt);
	}
	if (rc == SQLITE_DONE) {
		return true;
	}
	while (*n > 0) {
		free((*names)[--*n]);
	}
	free(*names);
	*names = NULL;
	return err_set(e, ERR_INTERNAL, "the names could not be read: %s", sqlite3_errmsg(d->db));
}

void dims_rollback(struct dims *d)
{
	if (d->is_changed) {
		forget_ids(d);
		map_free(d->names, NULL);
		d->names = map_new();
		memset(d->is_full, 0, sizeof(d->is_full));
	}
	d->is_changed = false;
}

void dims_commit(struct dims *d)
{
	d->is_changed = false;
}
