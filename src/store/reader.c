#include "store/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/migrate.h"

struct reader *reader_open(const char *dir, struct err *e)
{
	struct sql *sql = migrate_open(dir, SQL_READ, e);

	if (sql == NULL) {
		return NULL;
	}
	struct reader *r = x_calloc(1, sizeof(*r));

	r->sql = sql;
	r->dims = dims_new(sql->db);
	return r;
}

void reader_close(struct reader *r)
{
	if (r != NULL) {
		dims_free(r->dims);
		sql_close(r->sql);
		free(r->get_text);
		free(r);
	}
}

void reader_interrupt(struct reader *r)
{
	atomic_store(&r->is_interrupted, true);
	sqlite3_interrupt(r->sql->db);
}

void reader_resume(struct reader *r)
{
	atomic_store(&r->is_interrupted, false);
}

bool reader_goes_on(struct reader *r, struct err *e)
{
	return !atomic_load(&r->is_interrupted) || err_set(e, ERR_INTERRUPTED, "the question was taken back");
}

bool reader_check(struct reader *r, struct err *e)
{
	sqlite3_stmt *st = reader_goes_on(r, e) ? sql_prepare(r->sql, "PRAGMA quick_check(1)", e) : NULL;

	if (st == NULL) {
		return false;
	}
	int rc = sqlite3_step(st);
	const char *answer = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
	bool is_whole = answer != NULL && strcmp(answer, "ok") == 0;
	bool is_damaged = (answer != NULL && !is_whole) || (rc & 0xff) == SQLITE_CORRUPT;

	if (!is_whole && !is_damaged && reader_goes_on(r, e)) {
		(void)sql_failed(r->sql, e);
	}
	(void)sqlite3_reset(st);
	if (is_damaged) {
		err_set(e, ERR_INTERNAL, "the store is damaged");
		return err_hint(e, "move sonde.db away to start anew; `sqlite3 sonde.db .recover` may save what is in it");
	}
	return is_whole;
}
