#include "store/spend.h"

#include "store/reader.h"

bool spend_read(const char *dir, int64_t month_us, int64_t day_us, struct spend *out, struct err *e)
{
	struct reader *r = reader_open(dir, e);
	bool ok = false;

	if (r == NULL) {
		return false;
	}
	sqlite3_stmt *stmt = sql_prepare(r->sql,
	    "SELECT coalesce(sum(cost_nano), 0), coalesce(sum(CASE WHEN ts_us >= ?2 THEN cost_nano END), 0) FROM call WHERE ts_us >= ?1", e);
	if (stmt != NULL) {
		sqlite3_bind_int64(stmt, 1, month_us);
		sqlite3_bind_int64(stmt, 2, day_us);
		ok = sqlite3_step(stmt) == SQLITE_ROW || sql_failed(r->sql, e);
		if (ok) {
			*out = (struct spend){ .month_nano = sqlite3_column_int64(stmt, 0), .day_nano = sqlite3_column_int64(stmt, 1) };
		}
		sqlite3_reset(stmt);
	}
	reader_close(r);
	return ok;
}
