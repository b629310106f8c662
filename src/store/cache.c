#include "store/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/migrate.h"
#include "store/reader.h"
#include "store/room.h"

/* A call waits for a look-up, and the end of the program for what is being kept. */
#define WAIT_US (1 * US_PER_S)

void cached_answer_free(struct cached_answer *a)
{
	free(a->content_type);
	free(a->model);
	free(a->finish);
	free(a->response);
	*a = (struct cached_answer){ 0 };
}

static int64_t number(sqlite3_stmt *stmt, int i)
{
	return sqlite3_column_type(stmt, i) == SQLITE_NULL ? UNKNOWN : sqlite3_column_int64(stmt, i);
}

static void read_row(sqlite3_stmt *stmt, struct cached_answer *out)
{
	const void *response = sqlite3_column_blob(stmt, 7);

	out->made_us = sqlite3_column_int64(stmt, 0);
	out->is_simulated = sqlite3_column_int(stmt, 1) != 0;
	out->content_type = x_strdup((const char *)sqlite3_column_text(stmt, 2));
	out->model = x_strdup((const char *)sqlite3_column_text(stmt, 3));
	out->finish = x_strdup((const char *)sqlite3_column_text(stmt, 4));
	out->in_tok = number(stmt, 5);
	out->out_tok = number(stmt, 6);
	out->response_len = (size_t)sqlite3_column_bytes(stmt, 7);
	out->response = x_malloc(out->response_len + 1);
	if (response != NULL) {
		memcpy(out->response, response, out->response_len);
	}
	out->response[out->response_len] = '\0';
}

bool cache_get(const char *dir, const unsigned char key[SHA256_SIZE], struct cached_answer *out, bool *found, struct err *e)
{
	struct reader *r = reader_open(dir, e);
	bool ok = false;

	*found = false;
	if (r == NULL) {
		return false;
	}
	r->sql->wait_us = WAIT_US;
	sqlite3_stmt *stmt = sql_prepare(r->sql,
	    "SELECT made_us, is_simulated, content_type, model, finish, in_tok, out_tok, response FROM cache WHERE key = ?", e);
	if (stmt != NULL) {
		sqlite3_bind_blob(stmt, 1, key, SHA256_SIZE, SQLITE_STATIC);
		int rc = sqlite3_step(stmt);

		ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_failed(r->sql, e);
		*found = rc == SQLITE_ROW;
		if (*found) {
			*out = (struct cached_answer){ 0 };
			memcpy(out->key, key, SHA256_SIZE);
			read_row(stmt, out);
		}
		sqlite3_reset(stmt);
	}
	reader_close(r);
	return ok;
}

static void bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
	sqlite3_bind_text(stmt, i, text, -1, SQLITE_STATIC);
}

static void bind_number(sqlite3_stmt *stmt, int i, int64_t v)
{
	if (is_known(v)) {
		sqlite3_bind_int64(stmt, i, v);
	} else {
		sqlite3_bind_null(stmt, i);
	}
}

static bool insert(struct sql *sql, const struct cached_answer *a, struct err *e)
{
	sqlite3_stmt *stmt = sql_prepare(sql,
	    "INSERT INTO cache (key, made_us, is_simulated, content_type, model, finish, in_tok, out_tok, response) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET made_us = excluded.made_us, "
	    "is_simulated = excluded.is_simulated, content_type = excluded.content_type, model = excluded.model, finish = excluded.finish, "
	    "in_tok = excluded.in_tok, out_tok = excluded.out_tok, response = excluded.response", e);

	if (stmt == NULL) {
		return false;
	}
	sqlite3_bind_blob(stmt, 1, a->key, SHA256_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, a->made_us);
	sqlite3_bind_int(stmt, 3, a->is_simulated);
	bind_text(stmt, 4, a->content_type);
	bind_text(stmt, 5, a->model);
	bind_text(stmt, 6, a->finish);
	bind_number(stmt, 7, a->in_tok);
	bind_number(stmt, 8, a->out_tok);
	if (sqlite3_bind_blob64(stmt, 9, a->response, a->response_len, SQLITE_STATIC) != SQLITE_OK) {
		return sql_failed(sql, e);
	}
	return sql_step_done(sql, stmt, e);
}

bool cache_put(const char *dir, const struct cached_answer *a, struct err *e)
{
	struct sql *sql = room_left(dir, e) == ROOM_PLENTY ? sql_open(dir, SQL_WRITE, e) : NULL;

	if (sql == NULL) {
		return false;
	}
	sql->wait_us = WAIT_US;
	bool ok = migrate_run(sql, migrate_newest(), e) && sql_begin(sql, e);
	if (ok) {
		ok = insert(sql, a, e) && sql_commit(sql, e);
		if (!ok) {
			sql_rollback(sql);
		}
	}
	sql_close(sql);
	return ok;
}
