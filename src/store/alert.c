#include "store/alert.h"

#include "store/reader.h"
#include "store/writer.h"

bool alert_row_read(struct reader *r, const char *key, struct alert_row *out, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(r->sql, "SELECT is_on, since_us FROM alert WHERE key = ?1", e);

	*out = (struct alert_row){ .since_us = UNKNOWN };
	if (st == NULL || sqlite3_bind_text(st, 1, key, -1, SQLITE_TRANSIENT) != SQLITE_OK) {
		return st != NULL && sql_failed(r->sql, e);
	}
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW) {
		*out = (struct alert_row){ sqlite3_column_int(st, 0) != 0, sqlite3_column_int64(st, 1) };
	}
	(void)sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE || sql_failed(r->sql, e);
}

/* A key that is not there is off. */
static bool turn(struct sql *sql, const char *key, bool on, int64_t now_us, bool *is_mine, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(sql,
	    "INSERT INTO alert (key, is_on, since_us) SELECT ?1, ?2, ?3 WHERE ?2 OR EXISTS (SELECT 1 FROM alert WHERE key = ?1)"
	    " ON CONFLICT (key) DO UPDATE SET is_on = excluded.is_on, since_us = excluded.since_us WHERE is_on <> excluded.is_on", e);

	if (st == NULL || sqlite3_bind_text(st, 1, key, -1, SQLITE_TRANSIENT) != SQLITE_OK) {
		return st != NULL && sql_failed(sql, e);
	}
	(void)sqlite3_bind_int(st, 2, on);
	(void)sqlite3_bind_int64(st, 3, now_us);
	bool ok = sql_step_done(sql, st, e);

	*is_mine = ok && sqlite3_changes(sql->db) > 0;
	return ok;
}

bool alert_row_turn(const char *dir, const char *key, bool on, int64_t now_us, bool *is_mine, struct err *e)
{
	struct writer *w = writer_open(dir, e);

	*is_mine = false;
	if (w == NULL) {
		return false;
	}
	bool ok = writer_begin(w, e) && turn(writer_sql(w), key, on, now_us, is_mine, e) && writer_commit(w, e);

	if (!ok) {
		writer_rollback(w);
		*is_mine = false;
	}
	writer_close(w);
	return ok;
}
