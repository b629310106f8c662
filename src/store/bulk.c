#include "store/bulk.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/expire.h"
#include "store/reader.h"
#include "store/writer.h"

/* Each checkpoint costs two syncs; an import is better off with few. Still far from the 64 MB where readers are waited for. */
#define CHECKPOINT_PAGES 4000

/* Of each followed path, beside the newest file: rotation rarely leaves more than one unfinished. */
#define POSITIONS_KEPT "7"

struct bulk {
	struct writer *w;
	const struct store_policy *policy;
	uint64_t expired;
};

static bool check_file(struct writer *w, const char *dir, struct err *e)
{
	struct reader *r = reader_open(dir, e);
	bool is_whole = r != NULL && reader_check(r, e);

	reader_close(r);
	if (is_whole) {
		writer_set_checked(w);
	}
	return is_whole;
}

struct bulk *bulk_open(const char *dir, struct err *e)
{
	struct writer *w = writer_open(dir, e);

	if (w == NULL) {
		return NULL;
	}
	if (writer_needs_check(w) && !check_file(w, dir, e)) {
		writer_close(w);
		return NULL;
	}
	struct bulk *b = x_calloc(1, sizeof(*b));
	struct sql *sql = writer_sql(w);

	b->w = w;
	writer_set_greedy(w);
	sql->checkpoint_pages = sql->checkpoint_at = CHECKPOINT_PAGES;
	return b;
}

/* In a transaction; *i is the first row that was not taken. */
static bool add_rows(struct bulk *b, const struct call_row *rows, size_t n, bool is_whole, size_t *i, uint64_t *added, struct err *e)
{
	struct writer *w = b->w;

	size_t taken;

	for (*i = 0; *i < n && (is_whole || *i == 0 || !writer_is_slice_full(w)); *i += taken) {
		enum writer_result result = writer_calls(w, &rows[*i], n - *i, &taken, e);

		if (result >= WRITER_REFUSED) {
			return false;
		}
		*added += result == WRITER_ADDED ? taken : 0;
		b->expired += result == WRITER_EXPIRED;
	}
	return true;
}

/* One transaction: counts the rows it took and how many of them were new. */
static bool add_slice(struct bulk *b, const struct call_row *rows, size_t n, size_t *taken, uint64_t *added, struct err *e)
{
	*added = 0;
	return writer_begin(b->w, e) && add_rows(b, rows, n, false, taken, added, e) && writer_commit(b->w, e);
}

bool bulk_add(struct bulk *b, const struct call_row *rows, size_t n, uint64_t *added, struct err *e)
{
	*added = 0;
	for (size_t i = 0, taken; i < n; i += taken) {
		uint64_t new_rows;

		if (!add_slice(b, rows + i, n - i, &taken, &new_rows, e)) {
			writer_rollback(b->w);
			return false;
		}
		*added += new_rows;
	}
	return true;
}

bool bulk_has(struct bulk *b, struct call_id id)
{
	sqlite3_stmt *stmt = sql_prepare(writer_sql(b->w), "SELECT 1 FROM call WHERE ts_us = ? AND key = ?", NULL);
	bool is_there = false;

	if (stmt != NULL) {
		sqlite3_bind_int64(stmt, 1, id.ts_us);
		sqlite3_bind_int64(stmt, 2, (int64_t)id.key);
		is_there = sqlite3_step(stmt) == SQLITE_ROW;
		sqlite3_reset(stmt);
	}
	return is_there;
}

static bool put_position(struct sql *sql, const struct bulk_position *p, struct err *e)
{
	sqlite3_stmt *put = sql_prepare(sql,
	    "INSERT INTO ingest_pos (path, device, inode, offset, line, hash, at_us) VALUES (?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO UPDATE SET offset = excluded.offset, line = excluded.line, hash = excluded.hash, at_us = excluded.at_us", e);
	sqlite3_stmt *forget = sql_prepare(sql,
	    "DELETE FROM ingest_pos WHERE path = ?1 AND at_us <"
	    " (SELECT at_us FROM ingest_pos WHERE path = ?1 ORDER BY at_us DESC LIMIT 1 OFFSET " POSITIONS_KEPT ")", e);

	if (put == NULL || forget == NULL) {
		return false;
	}
	const int64_t numbers[] = { (int64_t)p->device, (int64_t)p->inode, p->offset, p->line, (int64_t)p->hash, p->at_us };

	if (sqlite3_bind_text(put, 1, p->path, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_text(forget, 1, p->path, -1, SQLITE_STATIC) != SQLITE_OK) {
		return sql_failed(sql, e);
	}
	for (int i = 0; i < (int)COUNT_OF(numbers); i++) {
		sqlite3_bind_int64(put, i + 2, numbers[i]);
	}
	return sql_step_done(sql, put, e) && sql_step_done(sql, forget, e);
}

bool bulk_add_until(struct bulk *b, const struct call_row *rows, size_t n, const struct bulk_position *position, uint64_t *added, struct err *e)
{
	size_t taken;

	*added = 0;
	if (writer_begin(b->w, e) && add_rows(b, rows, n, true, &taken, added, e) && put_position(writer_sql(b->w), position, e) &&
	    writer_commit(b->w, e)) {
		return true;
	}
	writer_rollback(b->w);
	*added = 0;
	return false;
}

bool bulk_positions(struct bulk *b, const char *path, struct bulk_position *positions, size_t max, size_t *n, struct err *e)
{
	struct sql *sql = writer_sql(b->w);
	sqlite3_stmt *stmt = sql_prepare(sql, "SELECT device, inode, offset, line, hash, at_us FROM ingest_pos WHERE path = ? ORDER BY at_us DESC", e);
	int rc = SQLITE_DONE;

	*n = 0;
	if (stmt == NULL || sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC) != SQLITE_OK) {
		return stmt != NULL && sql_failed(sql, e);
	}
	while (*n < max && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		positions[(*n)++] = (struct bulk_position){
			.path = path,
			.device = (uint64_t)sqlite3_column_int64(stmt, 0),
			.inode = (uint64_t)sqlite3_column_int64(stmt, 1),
			.offset = sqlite3_column_int64(stmt, 2),
			.line = sqlite3_column_int64(stmt, 3),
			.hash = (uint64_t)sqlite3_column_int64(stmt, 4),
			.at_us = sqlite3_column_int64(stmt, 5),
		};
	}
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_failed(sql, e);

	sqlite3_reset(stmt);
	return ok;
}

void bulk_set_policy(struct bulk *b, const struct store_policy *policy)
{
	b->policy = policy;
}

const struct redact *bulk_redact(const struct bulk *b)
{
	return b->policy != NULL ? b->policy->redact : NULL;
}

uint64_t bulk_expired(const struct bulk *b)
{
	return b->expired;
}

bool bulk_expire(struct bulk *b, int64_t budget_us, bool *is_all, struct err *e)
{
	int64_t until_us = clock_mono_us() + budget_us;
	struct expired done = { 0 };
	bool ok = true;

	*is_all = b->policy == NULL;
	while (ok && !*is_all && clock_mono_us() < until_us) {
		ok = expire_slice(writer_sql(b->w), b->policy, clock_wall_us(), &done, is_all, e);
	}
	return ok;
}

void bulk_close(struct bulk *b)
{
	if (b != NULL) {
		writer_close(b->w);
		free(b);
	}
}
