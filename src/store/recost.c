/* Calls are read a batch at a time, outside of a write, since few of many may lack a cost; then the batch is written in one transaction. A
 * call that got a cost from elsewhere meanwhile is left as it is. */
#include "store/recost.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/migrate.h"
#include "store/rollup.h"
#include "store/row.h"
#include "store/sql.h"

#define BATCH "200"

struct recost {
	struct sql *sql;
	struct dims *dims;
	char *select;
	const char *price_version;
	recost_fn *fn;
	void *ctx;
};

struct change {
	struct call_row row;
	struct recost_cost cost;
};

struct batch {
	struct change *changes; /* those that got a cost */
	size_t n, cap;
	struct call_id last;
	bool is_end;
};

static bool read_batch(struct recost *r, struct batch *b, struct err *e)
{
	sqlite3_stmt *stmt = sql_prepare(r->sql, r->select, e);
	int rc = SQLITE_DONE;

	b->n = 0;
	b->is_end = true;
	if (stmt == NULL) {
		return false;
	}
	sqlite3_bind_int64(stmt, 1, b->last.ts_us);
	sqlite3_bind_int64(stmt, 2, (int64_t)b->last.key);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct change c;

		row_read(stmt, r->dims, &c.row);
		b->last = c.row.id;
		b->is_end = false;
		if (r->fn(r->ctx, &c.row, &c.cost)) {
			*array_push(b->changes, b->n, b->cap) = c;
		} else {
			call_row_free(&c.row);
		}
	}
	bool ok = rc == SQLITE_DONE || sql_failed(r->sql, e);
	sqlite3_reset(stmt);
	return ok;
}

/* Rollups that are not there, for they were outdated, are not missed: see rollup.h. */
static bool add_to_rollups(struct recost *r, const struct change *c, struct err *e)
{
	const struct call_row *row = &c->row;
	bool has_answer = row->model_resp != NULL && row->model_resp[0] != '\0';
	sqlite3_stmt *stmt = sql_prepare(r->sql,
	    "UPDATE rollup SET cost_nano = min(cost_nano, 9223372036854775807 - ?1) + ?1, unpriced = max(unpriced - ?2, 0)"
	    " WHERE level = ?3 AND slot = ?4 AND provider = ?5 AND model = ?6 AND operation = ?7", e);

	for (int level = 0; stmt != NULL && level < ROLLUP_LEVELS; level++) {
		sqlite3_bind_int64(stmt, 1, c->cost.nano);
		sqlite3_bind_int(stmt, 2, call_row_is_ok(row));
		sqlite3_bind_int(stmt, 3, level);
		sqlite3_bind_int64(stmt, 4, rollup_slot(row->id.ts_us, rollup_levels[level].slot_us));
		sqlite3_bind_int64(stmt, 5, dims_find(r->dims, DIM_PROVIDER, row->provider));
		sqlite3_bind_int64(stmt, 6, dims_find(r->dims, DIM_MODEL, has_answer ? row->model_resp : row->model_req));
		sqlite3_bind_int64(stmt, 7, dims_find(r->dims, DIM_OPERATION, row->operation));
		if (!sql_step_done(r->sql, stmt, e)) {
			return false;
		}
	}
	return stmt != NULL;
}

static bool put(struct recost *r, const struct change *c, struct recost_sum *sum, struct err *e)
{
	sqlite3_stmt *stmt = sql_prepare(r->sql,
	    "UPDATE call SET cost_nano = ?1, cost_source = ?2, cost_is_estimated = ?3, price_version = ?4"
	    " WHERE ts_us = ?5 AND key = ?6 AND cost_nano IS NULL", e);
	int64_t version = dims_id(r->dims, DIM_PRICE_VERSION, r->price_version, e);

	if (stmt == NULL || version < 0) {
		return false;
	}
	sqlite3_bind_int64(stmt, 1, c->cost.nano);
	sqlite3_bind_int(stmt, 2, COST_COMPUTED);
	sqlite3_bind_int(stmt, 3, c->cost.is_estimated);
	sqlite3_bind_int64(stmt, 4, version);
	sqlite3_bind_int64(stmt, 5, c->row.id.ts_us);
	sqlite3_bind_int64(stmt, 6, (int64_t)c->row.id.key);
	if (!sql_step_done(r->sql, stmt, e)) {
		return false;
	}
	if (sqlite3_changes(r->sql->db) == 0) {
		return true;
	}
	sum->calls++;
	sum->nano += c->cost.nano;
	return add_to_rollups(r, c, e);
}

static bool write_batch(struct recost *r, const struct batch *b, struct recost_sum *sum, struct err *e)
{
	struct recost_sum more = *sum;
	bool ok = b->n == 0 || sql_begin(r->sql, e);

	if (!ok || b->n == 0) {
		return ok;
	}
	for (size_t i = 0; ok && i < b->n; i++) {
		ok = put(r, &b->changes[i], &more, e);
	}
	if (!ok || !sql_commit(r->sql, e)) {
		sql_rollback(r->sql);
		dims_rollback(r->dims);
		return false;
	}
	dims_commit(r->dims);
	sql_checkpoint(r->sql);
	*sum = more;
	return true;
}

static bool run(struct recost *r, struct recost_sum *sum, struct err *e)
{
	struct batch b = { .last = { INT64_MIN, 0 } };
	bool ok = true;

	while (ok && (ok = read_batch(r, &b, e)) && !b.is_end) {
		ok = write_batch(r, &b, sum, e);
		for (size_t i = 0; i < b.n; i++) {
			call_row_free(&b.changes[i].row);
		}
	}
	free(b.changes);
	return ok;
}

bool recost_all(const char *dir, const char *price_version, recost_fn *fn, void *ctx, struct recost_sum *sum, struct err *e)
{
	struct recost r = { .price_version = price_version, .fn = fn, .ctx = ctx };
	struct sql *there = sql_open(dir, SQL_READ, e);
	bool ok = false;

	*sum = (struct recost_sum){ 0 };
	if (there == NULL) {
		return e->code == ERR_CHECK; /* nothing recorded yet */
	}
	sql_close(there);
	r.sql = sql_open(dir, SQL_WRITE, e);
	if (r.sql == NULL) {
		return false;
	}
	r.dims = dims_new(r.sql->db);
	r.select = row_select_text("WHERE cost_nano IS NULL AND (ts_us, key) > (?1, ?2) ORDER BY ts_us, key LIMIT " BATCH);
	ok = migrate_run(r.sql, migrate_newest(), e) && run(&r, sum, e);
	dims_free(r.dims);
	sql_close(r.sql);
	free(r.select);
	return ok;
}
