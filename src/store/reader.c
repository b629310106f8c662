#include "store/reader.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/migrate.h"

/* Current, or made so: a store of an older sonde that is only read from now on would lack the newer tables. */
static bool bring_up_to_date(const char *dir, struct sql **sql, struct err *e)
{
	bool is_current;

	*sql = sql_open(dir, SQL_READ, e);
	if (*sql == NULL || !migrate_check(*sql, &is_current, e)) {
		return false;
	}
	if (is_current) {
		return true;
	}
	sql_close(*sql);
	*sql = NULL;
	struct sql *w = sql_open(dir, SQL_WRITE, e);
	bool ok = w != NULL && migrate_run(w, migrate_newest(), e);

	sql_close(w);
	if (!ok) {
		return err_prefix(e, "the store is of an older sonde and cannot be brought up to date");
	}
	*sql = sql_open(dir, SQL_READ, e);
	return *sql != NULL;
}

struct reader *reader_open(const char *dir, struct err *e)
{
	struct sql *sql = NULL;

	if (!bring_up_to_date(dir, &sql, e)) {
		sql_close(sql);
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
