#include "store/migrate.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "data/embedded.h"

#define APPLICATION_ID 0x736f6e64 /* "sond", set by the first migration */

static const char *migration(int number)
{
	char start[32];
	const char *name;
	size_t len;
	int n = snprintf(start, sizeof(start), "migrations/%03d-", number);

	for (size_t i = 0; (name = embedded_name(i)) != NULL; i++) {
		if (strncmp(name, start, (size_t)n) == 0) {
			return embedded_find(name, &len);
		}
	}
	return NULL;
}

int migrate_newest(void)
{
	int n = 0;

	while (migration(n + 1) != NULL) {
		n++;
	}
	return n;
}

/* The version of a store; 0 for an empty file. Another process may be making the store just now: what says that it is ours comes in one commit
 * with the first table, so it is asked for after the tables. */
static bool read_version(struct sql *s, int64_t *version, struct err *e)
{
	int64_t application, tables;

	if (!sql_int(s, "SELECT count(*) FROM sqlite_schema", &tables, e) || !sql_int(s, "PRAGMA application_id", &application, e) ||
	    !sql_int(s, "PRAGMA user_version", version, e)) {
		return false;
	}
	if (application != APPLICATION_ID && (tables > 0 || application != 0)) {
		err_set(e, ERR_INTERNAL, "%s is a database of another program", s->path);
		return err_hint(e, "move it away, or set SONDE_DATA to another directory; sonde then makes a new one");
	}
	if (*version > migrate_newest()) {
		err_set(e, ERR_INTERNAL, "%s was written by a newer sonde (store version %lld; this one knows %d)", s->path,
		    (long long)*version, migrate_newest());
		return err_hint(e, "install the newer sonde, or set SONDE_DATA to another directory");
	}
	return true;
}

bool migrate_check(struct sql *s, bool *is_current, struct err *e)
{
	int64_t version;

	if (!read_version(s, &version, e)) {
		return false;
	}
	*is_current = version == migrate_newest();
	return true;
}

static bool apply(struct sql *s, int number, struct err *e)
{
	char set[48];
	int64_t version;

	if (!sql_begin(s, e)) {
		return false;
	}
	/* Another process may have been faster. */
	bool ok = read_version(s, &version, e);
	if (ok && version < number) {
		(void)snprintf(set, sizeof(set), "PRAGMA user_version = %d", number);
		ok = sql_exec(s, migration(number), e) && sql_exec(s, set, e);
	}
	ok = ok && sql_commit(s, e);
	if (!ok) {
		sql_rollback(s);
	}
	return ok;
}

bool migrate_run(struct sql *s, int to, struct err *e)
{
	int64_t version;

	if (!read_version(s, &version, e)) {
		return false;
	}
	for (int n = (int)version + 1; n <= to; n++) {
		if (!apply(s, n, e)) {
			return false;
		}
	}
	return true;
}

static bool bring_up_to_date(const char *dir, struct err *e)
{
	struct sql *w = sql_open(dir, SQL_WRITE, e);
	bool ok = w != NULL && migrate_run(w, migrate_newest(), e);

	sql_close(w);
	return ok || err_prefix(e, "the store is of an older sonde and cannot be brought up to date");
}

struct sql *migrate_open(const char *dir, enum sql_mode mode, struct err *e)
{
	struct sql *sql = sql_open(dir, mode, e);
	bool is_current = false;

	if (sql == NULL) {
		return NULL;
	}
	bool ok = mode == SQL_WRITE ? migrate_run(sql, migrate_newest(), e) : migrate_check(sql, &is_current, e);

	if (ok && (mode == SQL_WRITE || is_current)) {
		return sql;
	}
	sql_close(sql);
	return ok && bring_up_to_date(dir, e) ? sql_open(dir, SQL_READ, e) : NULL;
}
