#include "store/writer.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/closing.h"
#include "store/expire.h"
#include "store/migrate.h"
#include "store/room.h"
#include "store/rollup.h"
#include "store/sample.h"
#include "store/row.h"

/* The commit, with the merging of the rollups, takes the rest of the slice. */
#define INSERT_PART(us) ((us) * 3 / 4)
#define SLICE_ROWS 8192
#define GREEDY_ROWS 65536
#define SLOTS_MOST 8192 /* whose sums wait in memory */
#define ROWS_PER_LOOK 64 /* at the clock */
#define GROUP_ROWS 8 /* stored by one statement: opening the table, its indexes and finding the place cost as much as a row does */

struct writer {
	struct sql *sql;
	struct dims *dims;
	struct rollup *rollup;
	char *insert_text, *group_text;
	struct row_insert insert, group[GROUP_ROWS];
	unsigned singly; /* so many rows are to be stored one at a time */
	sqlite3_stmt *body, *run;
	struct expired_until expired;
	int closing_fd;
	bool needs_check;
	bool is_greedy;
	enum room room;
	uint64_t lost_rows, lost_bodies; /* of this transaction, as are the rest */
	int64_t begun_us, wall_us, slice_us;
	unsigned rows, rows_most, looked; /* looked: at the clock, after so many rows */
};

static bool prepare(struct writer *w, struct err *e)
{
	w->insert_text = row_insert_text(1);
	w->group_text = row_insert_text(GROUP_ROWS);
	sqlite3_stmt *stmt = sql_prepare(w->sql, w->insert_text, e), *group = sql_prepare(w->sql, w->group_text, e);
	if (stmt == NULL || group == NULL) {
		return false;
	}
	row_insert_init(&w->insert, stmt, 0);
	for (int i = 0; i < GROUP_ROWS; i++) {
		row_insert_init(&w->group[i], group, i);
	}
	w->body = sql_prepare(w->sql,
	    "INSERT INTO body (ts_us, key, request, response, answer) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", e);
	w->run = sql_prepare(w->sql,
	    "INSERT INTO run (ts_us, system, user, params, targets, is_simulated) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", e);
	if (w->body == NULL || w->run == NULL) {
		return false;
	}
	w->rollup = rollup_new(w->sql->db, w->dims, e);
	return w->rollup != NULL;
}

struct writer *writer_open(const char *dir, struct err *e)
{
	struct sql *sql = sql_open(dir, SQL_WRITE, e);

	if (sql == NULL) {
		return NULL;
	}
	struct writer *w = x_calloc(1, sizeof(*w));

	w->sql = sql;
	bool was_clean;

	w->closing_fd = closing_begin(sql->dir, &was_clean);
	w->needs_check = !was_clean;
	w->dims = dims_new(sql->db);
	if (!migrate_run(sql, migrate_newest(), e) || !prepare(w, e)) {
		writer_close(w);
		return NULL;
	}
	return w;
}

void writer_close(struct writer *w)
{
	if (w == NULL) {
		return;
	}
	rollup_free(w->rollup);
	dims_free(w->dims);
	closing_end(w->sql->dir, w->closing_fd, !w->needs_check);
	sql_close(w->sql);
	free(w->insert_text);
	free(w->group_text);
	free(w);
}

bool writer_needs_check(const struct writer *w)
{
	return w->needs_check;
}

void writer_set_checked(struct writer *w)
{
	w->needs_check = false;
}

void writer_set_greedy(struct writer *w)
{
	w->is_greedy = true;
}

struct sql *writer_sql(struct writer *w)
{
	return w->sql;
}

static bool begin(struct writer *w, bool (*fn)(struct sql *s, struct err *e), struct err *e)
{
	w->room = room_left(w->sql->dir, e);
	w->lost_rows = w->lost_bodies = 0;
	if (w->room == ROOM_NO_ROWS || !fn(w->sql, e)) {
		return false;
	}
	/* From here: waiting for the lock holds nobody up. */
	w->begun_us = clock_mono_us();
	w->wall_us = clock_wall_us();
	w->rows = w->looked = w->singly = 0;
	bool is_long = w->is_greedy && closing_is_alone(w->closing_fd);
	w->slice_us = is_long ? WRITER_GREEDY_US : WRITER_SLICE_US;
	w->rows_most = is_long ? GREEDY_ROWS : SLICE_ROWS;
	return expired_until(w->sql, &w->expired, e);
}

bool writer_begin(struct writer *w, struct err *e)
{
	return begin(w, sql_begin, e);
}

bool writer_begin_late(struct writer *w, struct err *e)
{
	return begin(w, sql_begin_late, e);
}

/* What the last failure means for the row. The environment passes (disk, locks, rights); a limit or a constraint is the row's own fault. */
static enum writer_result failure(struct writer *w, struct err *e)
{
	int primary = sqlite3_errcode(w->sql->db) & 0xff;

	sql_failed(w->sql, e);
	return primary == SQLITE_TOOBIG || primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH ? WRITER_REFUSED : WRITER_FAILED;
}

static enum writer_result step(struct writer *w, sqlite3_stmt *stmt, struct err *e)
{
	int rc = sqlite3_step(stmt);
	enum writer_result result = WRITER_PRESENT;

	if (rc != SQLITE_DONE) {
		result = failure(w, e);
	} else if (sqlite3_changes(w->sql->db) > 0) {
		result = WRITER_ADDED;
	}
	sqlite3_reset(stmt);
	return result;
}

static int bind_blob(sqlite3_stmt *stmt, int i, const char *bytes, size_t len)
{
	return bytes == NULL ? sqlite3_bind_null(stmt, i) : sqlite3_bind_blob64(stmt, i, bytes, len, SQLITE_STATIC);
}

static enum writer_result add_body(struct writer *w, struct call_id id, const struct call_body *body, struct err *e)
{
	if (body->request == NULL && body->response == NULL && body->answer == NULL) {
		return WRITER_ADDED;
	}
	if (w->room == ROOM_NO_BODIES) {
		w->lost_bodies++;
		return WRITER_ADDED;
	}
	sqlite3_bind_int64(w->body, 1, id.ts_us);
	sqlite3_bind_int64(w->body, 2, (int64_t)id.key);
	if (bind_blob(w->body, 3, body->request, body->request_len) != SQLITE_OK ||
	    bind_blob(w->body, 4, body->response, body->response_len) != SQLITE_OK ||
	    bind_blob(w->body, 5, body->answer, body->answer_len) != SQLITE_OK) {
		return failure(w, e);
	}
	return step(w, w->body, e);
}

static bool is_expired(const struct writer *w, const struct call_row *row)
{
	return row->id.ts_us < w->expired.ts_us || (row->id.ts_us == w->expired.ts_us && (int64_t)row->id.key < w->expired.key);
}

enum writer_result writer_call(struct writer *w, const struct call_row *row, const struct call_body *body, struct err *e)
{
	w->rows++;
	if (is_expired(w, row)) {
		return WRITER_EXPIRED;
	}
	if (!row_bind(&w->insert, w->dims, row)) {
		return failure(w, e);
	}
	enum writer_result result = step(w, w->insert.stmt, e);
	if (result != WRITER_ADDED) {
		return result;
	}
	/* A body beyond SQLite's limits is left out; its row is still worth having. */
	if (body != NULL && add_body(w, row->id, body, e) == WRITER_FAILED) {
		return WRITER_FAILED;
	}
	return rollup_add(w->rollup, row, w->wall_us, e) && sample_put(w->sql, row, e) ? WRITER_ADDED : WRITER_FAILED;
}

/* GROUP_ROWS rows, or those before the first that is not simply new: *added. False: the store failed. */
static bool add_group(struct writer *w, const struct call_row *rows, size_t *added, struct err *e)
{
	sqlite3_stmt *stmt = w->group[0].stmt;

	*added = 0;
	for (size_t i = 0; i < GROUP_ROWS; i++) {
		if (is_expired(w, &rows[i]) || !row_bind(&w->group[i], w->dims, &rows[i])) {
			return true;
		}
	}
	int rc = sqlite3_step(stmt);
	bool ok = rc == SQLITE_DONE || (rc & 0xff) == SQLITE_CONSTRAINT || sql_failed(w->sql, e);

	*added = ok ? (size_t)sqlite3_changes(w->sql->db) : 0;
	sqlite3_reset(stmt);
	for (size_t i = 0; ok && i < *added; i++) {
		ok = rollup_add(w->rollup, &rows[i], w->wall_us, e);
	}
	return ok;
}

enum writer_result writer_calls(struct writer *w, const struct call_row *rows, size_t n, size_t *taken, struct err *e)
{
	if (n >= GROUP_ROWS && w->singly == 0) {
		if (!add_group(w, rows, taken, e)) {
			return WRITER_FAILED;
		}
		w->rows += (unsigned)*taken;
		w->singly = GROUP_ROWS - (unsigned)*taken;
		if (*taken > 0) {
			return WRITER_ADDED;
		}
	}
	w->singly -= w->singly > 0 ? 1 : 0;
	*taken = 1;
	return writer_call(w, rows, NULL, e);
}

enum writer_result writer_run(struct writer *w, const struct run_row *run, struct err *e)
{
	const char *texts[] = { run->system, run->user, run->params, run->targets };

	w->rows++;
	sqlite3_bind_int64(w->run, 1, run->ts_us);
	for (int i = 0; i < 4; i++) {
		if (sqlite3_bind_text(w->run, i + 2, texts[i], -1, SQLITE_STATIC) != SQLITE_OK) {
			return failure(w, e);
		}
	}
	sqlite3_bind_int(w->run, 6, run->is_simulated);
	return step(w, w->run, e);
}

bool writer_recount(struct writer *w, int64_t hour_us, struct err *e)
{
	return rollup_recount(w->rollup, hour_us, w->wall_us, e);
}

void writer_count_lost(struct writer *w, uint64_t rows)
{
	w->lost_rows += rows;
}

/* Numbers of table meta that only grow. */
static bool add_to_meta(struct writer *w, const char *key, uint64_t n, struct err *e)
{
	sqlite3_stmt *st = n == 0 ? NULL : sql_prepare(w->sql, "INSERT INTO meta (key, value) VALUES (?1, ?2)"
							       " ON CONFLICT (key) DO UPDATE SET value = value + excluded.value", e);

	if (st == NULL) {
		return n == 0;
	}
	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, (int64_t)n);
	return sql_step_done(w->sql, st, e);
}

bool writer_commit(struct writer *w, struct err *e)
{
	if (!rollup_flush(w->rollup, e) || !add_to_meta(w, "lost_rows", w->lost_rows, e) || !add_to_meta(w, "lost_bodies", w->lost_bodies, e) ||
	    !sql_commit(w->sql, e)) {
		return false;
	}
	dims_commit(w->dims);
	sql_checkpoint(w->sql);
	return true;
}

void writer_rollback(struct writer *w)
{
	sql_rollback(w->sql);
	dims_rollback(w->dims);
	rollup_clear(w->rollup);
}

bool writer_is_slice_full(struct writer *w)
{
	if (w->rows >= w->rows_most || rollup_waiting(w->rollup) >= SLOTS_MOST) {
		return true;
	}
	if (w->rows < w->looked + ROWS_PER_LOOK) {
		return false;
	}
	w->looked = w->rows;
	return clock_mono_us() - w->begun_us >= INSERT_PART(w->slice_us);
}
