#include "store/sample.h"

#include "store/reader.h"

static bool insert(struct sql *sql, const struct call_row *row, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(sql,
	    "INSERT INTO token_sample (provider, model, is_simulated, latin, signs, cjk, other, tok) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", e);

	if (st == NULL || sqlite3_bind_text(st, 1, row->provider, -1, SQLITE_TRANSIENT) != SQLITE_OK ||
	    sqlite3_bind_text(st, 2, row->model_req, -1, SQLITE_TRANSIENT) != SQLITE_OK) {
		return st != NULL && sql_failed(sql, e);
	}
	(void)sqlite3_bind_int(st, 3, row->is_simulated);
	for (int i = 0; i < INPUT_SCRIPTS; i++) {
		(void)sqlite3_bind_int64(st, 4 + i, row->input.estimate[i]);
	}
	(void)sqlite3_bind_int64(st, 4 + INPUT_SCRIPTS, row->input.tok);
	return sql_step_done(sql, st, e);
}

static bool forget(struct sql *sql, const struct call_row *row, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(sql, "DELETE FROM token_sample WHERE id <= (SELECT max(id) FROM token_sample) - ?4"
		" OR id IN (SELECT id FROM token_sample WHERE provider = ?1 AND model = ?2 AND is_simulated = ?3 ORDER BY id DESC LIMIT -1 OFFSET ?5)", e);

	if (st == NULL || sqlite3_bind_text(st, 1, row->provider, -1, SQLITE_TRANSIENT) != SQLITE_OK ||
	    sqlite3_bind_text(st, 2, row->model_req, -1, SQLITE_TRANSIENT) != SQLITE_OK) {
		return st != NULL && sql_failed(sql, e);
	}
	(void)sqlite3_bind_int(st, 3, row->is_simulated);
	(void)sqlite3_bind_int(st, 4, SAMPLES_MOST);
	(void)sqlite3_bind_int(st, 5, SAMPLE_MOST);
	return sql_step_done(sql, st, e);
}

bool sample_put(struct sql *sql, const struct call_row *row, struct err *e)
{
	return row->input.tok <= 0 || row->model_req == NULL || (insert(sql, row, e) && forget(sql, row, e));
}

bool samples_each(struct reader *r, bool is_simulated, sample_visit *visit, void *ctx, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(r->sql,
	    "SELECT provider, model, latin, signs, cjk, other, tok FROM token_sample WHERE is_simulated = ?1 ORDER BY id DESC", e);
	int rc;

	if (st == NULL) {
		return false;
	}
	(void)sqlite3_bind_int(st, 1, is_simulated);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *provider = (const char *)sqlite3_column_text(st, 0), *model = (const char *)sqlite3_column_text(st, 1);
		struct input_sample s = { .tok = sqlite3_column_int64(st, 2 + INPUT_SCRIPTS) };

		for (int i = 0; i < INPUT_SCRIPTS; i++) {
			s.estimate[i] = sqlite3_column_int64(st, 2 + i);
		}
		if (provider != NULL && model != NULL) {
			visit(ctx, provider, model, &s);
		}
	}
	(void)sqlite3_reset(st);
	return rc == SQLITE_DONE || sql_failed(r->sql, e);
}
