#include "store/expire.h"

#include "base/clock.h"
#include "base/mem.h"

#define SLICE_US 5000 /* and the commit: a sync when the log begins anew */
#define ROWS "128" /* in one statement, between two looks at the clock */

/* ?1: what is older goes. Each removes at most ROWS. */
static const struct {
	size_t count; /* member of struct expired */
	const char *text;
} removals[] = {
	{ offsetof(struct expired, bodies),
	    "DELETE FROM body WHERE rowid IN (SELECT rowid FROM body WHERE ts_us < ?1 ORDER BY ts_us LIMIT " ROWS ")" },
	{ offsetof(struct expired, runs), "DELETE FROM run WHERE ts_us IN (SELECT ts_us FROM run WHERE ts_us < ?1 ORDER BY ts_us LIMIT " ROWS ")" },
	{ offsetof(struct expired, answers),
	    "DELETE FROM cache WHERE rowid IN (SELECT rowid FROM cache WHERE made_us < ?1 ORDER BY made_us LIMIT " ROWS ")" },
};

static const char next_call_text[] = "SELECT ts_us, key FROM call WHERE ts_us < ?1 ORDER BY ts_us, key LIMIT 1 OFFSET " ROWS;
static const char remove_calls_text[] = "DELETE FROM call WHERE (ts_us, key) < (?1, ?2)";
static const char put_until_text[] = "INSERT INTO meta (key, value) VALUES ('expired_us', ?1), ('expired_key', ?2)"
				     " ON CONFLICT (key) DO UPDATE SET value = excluded.value";
static const char until_text[] = "SELECT (SELECT value FROM meta WHERE key = 'expired_us'), (SELECT value FROM meta WHERE key = 'expired_key')";

bool expired_until(struct sql *sql, struct expired_until *until, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(sql, until_text, e);

	*until = (struct expired_until){ INT64_MIN, INT64_MIN };
	if (st == NULL || sqlite3_step(st) != SQLITE_ROW) {
		return st != NULL && sql_failed(sql, e);
	}
	if (sqlite3_column_type(st, 0) == SQLITE_INTEGER) {
		*until = (struct expired_until){ sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1) };
	}
	sqlite3_reset(st);
	return true;
}

static bool run(struct sql *sql, sqlite3_stmt *st, uint64_t *removed, struct err *e)
{
	if (!sql_step_done(sql, st, e)) {
		return false;
	}
	*removed = (uint64_t)sqlite3_changes(sql->db);
	return true;
}

/* The oldest rows, up to one that stays; that becomes the border in the same transaction. */
static bool remove_calls(struct sql *sql, int64_t before_us, uint64_t *removed, struct err *e)
{
	struct expired_until until = { before_us, INT64_MIN }, was;
	sqlite3_stmt *next = sql_prepare(sql, next_call_text, e), *remove = sql_prepare(sql, remove_calls_text, e);
	sqlite3_stmt *put = sql_prepare(sql, put_until_text, e);

	if (next == NULL || remove == NULL || put == NULL || !expired_until(sql, &was, e)) {
		return false;
	}
	sqlite3_bind_int64(next, 1, before_us);
	int rc = sqlite3_step(next);

	if (rc == SQLITE_ROW) {
		until = (struct expired_until){ sqlite3_column_int64(next, 0), sqlite3_column_int64(next, 1) };
	}
	sqlite3_reset(next);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		return sql_failed(sql, e);
	}
	sqlite3_bind_int64(remove, 1, until.ts_us);
	sqlite3_bind_int64(remove, 2, until.key);
	if (!run(sql, remove, removed, e)) {
		return false;
	}
	/* Never back: a border that was set has been told to importers. */
	if (*removed == 0 || until.ts_us < was.ts_us || (until.ts_us == was.ts_us && until.key <= was.key)) {
		return true;
	}
	sqlite3_bind_int64(put, 1, until.ts_us);
	sqlite3_bind_int64(put, 2, until.key);
	return sql_step_done(sql, put, e);
}

/* In a transaction, until it has taken long enough. */
static bool remove_some(struct sql *sql, const struct store_policy *policy, int64_t now_us, struct expired *done, bool *is_all, struct err *e)
{
	int64_t until_us = clock_mono_us() + SLICE_US, calls_us = policy->calls_us > 0 ? now_us - policy->calls_us : INT64_MIN;
	int64_t bodies_us = policy->bodies_us > 0 ? now_us - policy->bodies_us : INT64_MIN;
	uint64_t n = 1;

	bodies_us = bodies_us > calls_us ? bodies_us : calls_us;
	for (size_t i = 0; i < COUNT_OF(removals) && bodies_us > INT64_MIN; i++) {
		sqlite3_stmt *st = sql_prepare(sql, removals[i].text, e);

		if (st == NULL) {
			return false;
		}
		sqlite3_bind_int64(st, 1, bodies_us);
		for (n = 1; n > 0; *(uint64_t *)(void *)((char *)done + removals[i].count) += n) {
			if (clock_mono_us() >= until_us) {
				return true;
			}
			if (!run(sql, st, &n, e)) {
				return false;
			}
		}
	}
	for (n = 1; n > 0 && calls_us > INT64_MIN; done->calls += n) {
		if (clock_mono_us() >= until_us) {
			return true;
		}
		if (!remove_calls(sql, calls_us, &n, e)) {
			return false;
		}
	}
	*is_all = true;
	return true;
}

bool expire_slice(struct sql *sql, const struct store_policy *policy, int64_t now_us, struct expired *done, bool *is_all, struct err *e)
{
	struct expired now = *done;

	*is_all = false;
	if (!sql_begin(sql, e)) {
		return false;
	}
	if (!remove_some(sql, policy, now_us, &now, is_all, e) || !sql_commit(sql, e)) {
		sql_rollback(sql);
		*is_all = false;
		return false;
	}
	*done = now;
	sql_checkpoint(sql);
	return true;
}
