/* From the sums of days and hours, and from the rows only up to the first whole hour: budgets look often, and a month may have millions of rows.
 * There is no ragged end behind: the span has none. */
#include "store/spend.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/reader.h"
#include "store/rollup.h"

enum { LEVEL_HOUR = 2, LEVEL_DAY = 3 };

static const char floor_text[] = "SELECT coalesce((SELECT from_us FROM rollup_floor WHERE level = ?1), -9223372036854775808)";
static const char sum_text[] = "SELECT coalesce((SELECT sum(cost_nano) FROM call WHERE ts_us >= ?1 AND ts_us < ?2), 0)"
			       " + coalesce((SELECT sum(cost_nano) FROM rollup WHERE level = 2 AND slot >= ?3 AND slot < ?4), 0)"
			       " + coalesce((SELECT sum(cost_nano) FROM rollup WHERE level = 3 AND slot >= ?5), 0)";

static bool one_number(struct reader *r, sqlite3_stmt *stmt, int64_t *value, struct err *e)
{
	bool ok = sqlite3_step(stmt) == SQLITE_ROW || sql_failed(r->sql, e);

	if (ok) {
		*value = sqlite3_column_int64(stmt, 0);
	}
	sqlite3_reset(stmt);
	return ok;
}

/* The start of the first whole slot of a level from that time on that holds all its rows. */
static bool first_slot(struct reader *r, int level, int64_t from_us, int64_t *start_us, struct err *e)
{
	int64_t slot_us = rollup_levels[level].slot_us;
	sqlite3_stmt *stmt = sql_prepare(r->sql, floor_text, e);
	int64_t floor_us;

	if (stmt == NULL) {
		return false;
	}
	sqlite3_bind_int(stmt, 1, level);
	if (!one_number(r, stmt, &floor_us, e)) {
		return false;
	}
	*start_us = rollup_slot((from_us > floor_us ? from_us : floor_us) + slot_us - 1, slot_us) * slot_us;
	return true;
}

static bool sum_from(struct reader *r, int64_t from_us, int64_t *nano, struct err *e)
{
	int64_t hour_us, day_us;
	sqlite3_stmt *stmt = sql_prepare(r->sql, sum_text, e);

	if (stmt == NULL || !first_slot(r, LEVEL_HOUR, from_us, &hour_us, e) || !first_slot(r, LEVEL_DAY, hour_us, &day_us, e)) {
		return false;
	}
	const int64_t values[] = { from_us, hour_us, rollup_slot(hour_us, rollup_levels[LEVEL_HOUR].slot_us),
		rollup_slot(day_us, rollup_levels[LEVEL_HOUR].slot_us), rollup_slot(day_us, rollup_levels[LEVEL_DAY].slot_us) };

	for (int i = 0; i < (int)COUNT_OF(values); i++) {
		sqlite3_bind_int64(stmt, i + 1, values[i]);
	}
	return one_number(r, stmt, nano, e);
}

bool spend_read(const char *dir, int64_t month_us, int64_t day_us, struct spend *out, struct err *e)
{
	struct reader *r = reader_open(dir, e);

	if (r == NULL) {
		return false;
	}
	/* Rows and sums of one moment. */
	bool ok = sql_exec(r->sql, "BEGIN", e) && sum_from(r, month_us, &out->month_nano, e) && sum_from(r, day_us, &out->day_nano, e);

	reader_close(r);
	return ok;
}
