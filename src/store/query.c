/* A list walks keys in the order of time, newest first, and reads a whole row only where the condition is met. The condition is a column of
 * the walk, not its WHERE: so each row is seen here, and the walk lets go of its read transaction after a while, also where nothing matches,
 * and goes on behind the last key. Calls are never changed, so nothing is missed or seen twice. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/condition.h"
#include "store/reader.h"
#include "store/row.h"

#define READ_US 50000    /* longest read transaction aimed at */
#define ROWS_PER_LOOK 64 /* at the clock */
#define SUFFIX_MIN 4
#define SUFFIX_ROWS 1000000
#define ID_CHARS (CALL_ID_SIZE - 1)

#define WALK_SPAN "ts_us >= ?1 AND (ts_us, key) < (?2, ?3) ORDER BY ts_us DESC, key DESC"
static const char walk_all[] = "SELECT ts_us, key, 1 FROM call WHERE " WALK_SPAN;
static const char walk_run[] = "SELECT ts_us, key, 1 FROM call WHERE run_us = ?4 AND " WALK_SPAN;
enum { W_TS, W_KEY, W_MATCHES };

static sqlite3_stmt *get_statement(struct reader *r, struct err *e)
{
	if (r->get_text == NULL) {
		r->get_text = row_select_text("WHERE ts_us = ?1 AND key = ?2");
	}
	return sql_prepare(r->sql, r->get_text, e);
}

static bool read_call(struct reader *r, sqlite3_stmt *get, struct call_id id, struct call_row *row, struct err *e)
{
	sqlite3_bind_int64(get, 1, id.ts_us);
	sqlite3_bind_int64(get, 2, (int64_t)id.key);
	int rc = sqlite3_step(get);
	bool ok = rc == SQLITE_ROW;

	if (ok) {
		row_read(get, r->dims, row);
		if (row->provider == NULL || row->operation == NULL) { /* required, but the file may hold anything */
			call_row_free(row);
			ok = err_set(e, ERR_INTERNAL, "a recorded call lacks its provider or operation: the store is damaged");
		}
	} else if (rc == SQLITE_DONE) {
		err_set(e, ERR_CHECK, "there is no such call");
	} else {
		sql_failed(r->sql, e);
	}
	sqlite3_reset(get);
	return ok;
}

struct walk {
	struct reader *r;
	bool (*visit)(void *ctx, struct call_id id); /* until it returns false */
	void *ctx;
	sqlite3_stmt *stmt;
	struct call_id at;
	bool is_done; /* the visitor had enough or there is no more */
};

/* As far as one read transaction goes. */
static bool walk_some(struct walk *w, struct err *e)
{
	int64_t until = clock_mono_us() + READ_US;
	int rc;

	sqlite3_reset(w->stmt);
	sqlite3_bind_int64(w->stmt, 2, w->at.ts_us);
	sqlite3_bind_int64(w->stmt, 3, (int64_t)w->at.key);
	for (unsigned n = 1; (rc = sqlite3_step(w->stmt)) == SQLITE_ROW; n++) {
		w->at = (struct call_id){ sqlite3_column_int64(w->stmt, W_TS), (uint64_t)sqlite3_column_int64(w->stmt, W_KEY) };
		if (sqlite3_column_int(w->stmt, W_MATCHES) != 0 && !w->visit(w->ctx, w->at)) {
			w->is_done = true;
			break;
		}
		if (n % ROWS_PER_LOOK == 0 && clock_mono_us() >= until) {
			break;
		}
	}
	w->is_done = w->is_done || rc == SQLITE_DONE;
	bool ok = rc == SQLITE_DONE || rc == SQLITE_ROW || (reader_goes_on(w->r, e) && sql_failed(w->r->sql, e));
	sqlite3_reset(w->stmt);
	return ok;
}

/* Kept by the connection, but for one with a condition, which is the walk's own. */
static sqlite3_stmt *walk_statement(struct reader *r, const struct call_filter *f, struct err *e)
{
	if (f->where == NULL) {
		return sql_prepare(r->sql, f->run_us != 0 ? walk_run : walk_all, e);
	}
	char *text = x_asprintf("SELECT ts_us, key, %s FROM call WHERE %s" WALK_SPAN, condition_sql(f->where),
	    f->run_us != 0 ? "run_us = ?4 AND " : "");
	sqlite3_stmt *stmt = sql_prepare_once(r->sql, text, e);

	free(text);
	condition_bind(f->where, stmt);
	return stmt;
}

static bool walk_calls(struct reader *r, const struct call_filter *f, bool (*visit)(void *ctx, struct call_id id), void *ctx, struct err *e)
{
	const struct condition *where = f->where;
	int64_t from_us = where != NULL && where->from_us > f->from_us ? where->from_us : f->from_us;
	int64_t to_us = where != NULL && where->to_us != 0 && where->to_us < f->to_us ? where->to_us : f->to_us;
	/* to_us is exclusive: behind the smallest key of that moment, which is the most negative one. */
	struct walk w = { .r = r, .visit = visit, .ctx = ctx, .at = { .ts_us = to_us, .key = (uint64_t)INT64_MIN } };

	if (f->before != NULL && f->before->ts_us < to_us) {
		w.at = *f->before;
	}
	w.stmt = walk_statement(r, f, e);
	bool ok = w.stmt != NULL;

	if (ok) {
		sqlite3_bind_int64(w.stmt, 1, from_us);
		if (f->run_us != 0) {
			sqlite3_bind_int64(w.stmt, 4, f->run_us);
		}
	}
	while (ok && !w.is_done) {
		ok = reader_goes_on(r, e) && walk_some(&w, e);
	}
	if (where != NULL) {
		sqlite3_finalize(w.stmt);
	}
	return ok;
}

struct reading {
	struct reader *r;
	sqlite3_stmt *get;
	call_visit *visit;
	void *ctx;
	struct err *e;
	bool is_failed;
};

static bool visit_one(void *ctx, struct call_id id)
{
	struct reading *g = ctx;
	struct call_row row;

	g->is_failed = !read_call(g->r, g->get, id, &row, g->e);
	if (g->is_failed) {
		return false;
	}
	bool goes_on = g->visit(g->ctx, &row);
	call_row_free(&row);
	return goes_on;
}

bool calls_each(struct reader *r, const struct call_filter *f, call_visit *visit, void *ctx, struct err *e)
{
	struct reading g = { .r = r, .get = get_statement(r, e), .visit = visit, .ctx = ctx, .e = e };

	return g.get != NULL && walk_calls(r, f, visit_one, &g, e) && !g.is_failed;
}

struct listing {
	size_t limit;
	struct call_row *rows;
	size_t n, cap;
};

static bool list_one(void *ctx, const struct call_row *row)
{
	struct listing *l = ctx;

	call_row_copy(array_push(l->rows, l->n, l->cap), row);
	return l->n < l->limit;
}

bool calls_list(struct reader *r, const struct call_filter *f, size_t limit, struct call_row **rows, size_t *n, struct err *e)
{
	struct listing l = { .limit = limit };
	bool ok = limit == 0 || calls_each(r, f, list_one, &l, e);

	*rows = NULL;
	*n = 0;
	if (!ok) {
		for (size_t i = 0; i < l.n; i++) {
			call_row_free(&l.rows[i]);
		}
		free(l.rows);
		return false;
	}
	*rows = l.rows;
	*n = l.n;
	return true;
}

static const char *read_bytes(sqlite3_stmt *stmt, int i, size_t *len)
{
	const void *bytes = sqlite3_column_blob(stmt, i);

	if (sqlite3_column_type(stmt, i) == SQLITE_NULL) {
		return NULL;
	}
	*len = (size_t)sqlite3_column_bytes(stmt, i);
	return x_strndup(bytes, *len);
}

static bool read_body(struct reader *r, struct call_id id, struct call_body *body, struct err *e)
{
	sqlite3_stmt *stmt = sql_prepare(r->sql, "SELECT request, response, answer FROM body WHERE ts_us = ? AND key = ?", e);

	if (stmt == NULL) {
		return false;
	}
	sqlite3_bind_int64(stmt, 1, id.ts_us);
	sqlite3_bind_int64(stmt, 2, (int64_t)id.key);
	int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		body->request = read_bytes(stmt, 0, &body->request_len);
		body->response = read_bytes(stmt, 1, &body->response_len);
		body->answer = read_bytes(stmt, 2, &body->answer_len);
	}
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || sql_failed(r->sql, e);
	sqlite3_reset(stmt);
	return ok;
}

bool calls_get(struct reader *r, struct call_id id, struct call_row *row, struct call_body *body, struct err *e)
{
	sqlite3_stmt *get = get_statement(r, e);

	*body = (struct call_body){ 0 };
	if (get == NULL || !read_call(r, get, id, row, e)) {
		return false;
	}
	if (!read_body(r, id, body, e)) {
		call_row_free(row);
		return false;
	}
	return true;
}

struct finding {
	struct call_id mask, want; /* of the last characters; mask 0: every row visited is one */
	struct call_id found[2];
	size_t n, seen;
};

static bool find_one(void *ctx, struct call_id id)
{
	struct finding *f = ctx;

	if (((id.ts_us ^ f->want.ts_us) & f->mask.ts_us) == 0 && ((id.key ^ f->want.key) & f->mask.key) == 0) {
		f->found[f->n++] = id;
	}
	return f->n < 2 && ++f->seen < SUFFIX_ROWS;
}

static bool find_by_start(struct reader *r, const char *text, struct finding *f, struct err *e)
{
	struct call_id from, to;

	if (!call_id_range(text, &from, &to)) {
		return true;
	}
	struct call_filter range = { .from_us = from.ts_us, .to_us = to.ts_us + 1 };

	f->want = from;
	f->mask = (struct call_id){ .ts_us = ~(from.ts_us ^ to.ts_us), .key = ~(from.key ^ to.key) };
	return walk_calls(r, &range, find_one, f, e);
}

static bool find_by_end(struct reader *r, const char *text, struct finding *f, struct err *e)
{
	char padded[CALL_ID_SIZE], mask[CALL_ID_SIZE];
	size_t len = strlen(text);

	if (len < SUFFIX_MIN || len >= ID_CHARS) {
		return true;
	}
	memset(padded, '0', ID_CHARS - len);
	memcpy(padded + ID_CHARS - len, text, len + 1);
	memset(mask, '0', ID_CHARS - len);
	memset(mask + ID_CHARS - len, 'Z', len);
	mask[ID_CHARS] = '\0';
	if (!call_id_parse(padded, &f->want) || !call_id_parse(mask, &f->mask)) {
		return true;
	}
	const struct call_filter all = { .from_us = 0, .to_us = INT64_MAX };

	return walk_calls(r, &all, find_one, f, e);
}

bool calls_find(struct reader *r, const char *text, struct call_id *id, struct err *e)
{
	struct finding f = { .n = 0 };

	if (!find_by_start(r, text, &f, e)) {
		return false;
	}
	if (f.n == 0 && !find_by_end(r, text, &f, e)) {
		return false;
	}
	if (f.n == 0) {
		char shown[ERR_QUOTE_SIZE];

		return err_set(e, ERR_CHECK, "no call has the id \"%s\"", err_quote(text, shown));
	}
	if (f.n > 1) {
		char a[CALL_ID_SIZE], b[CALL_ID_SIZE];

		call_id_format(f.found[1], a);
		call_id_format(f.found[0], b);
		err_set(e, ERR_USAGE, "%.*s stands for more than one call: %s, %s", ID_CHARS, text, a, b);
		return err_hint(e, "give more characters of the id");
	}
	*id = f.found[0];
	return true;
}

static const char *read_string(sqlite3_stmt *stmt, int i)
{
	return x_strdup((const char *)sqlite3_column_text(stmt, i));
}

bool runs_list(struct reader *r, size_t limit, struct run_row **rows, size_t *n, struct err *e)
{
	sqlite3_stmt *stmt =
	    sql_prepare(r->sql, "SELECT ts_us, system, user, params, targets, is_simulated FROM run ORDER BY ts_us DESC LIMIT ?", e);
	size_t cap = 0;
	int rc;

	*rows = NULL;
	*n = 0;
	if (stmt == NULL) {
		return false;
	}
	sqlite3_bind_int64(stmt, 1, limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		*array_push(*rows, *n, cap) = (struct run_row){
			.ts_us = sqlite3_column_int64(stmt, 0),
			.system = read_string(stmt, 1),
			.user = read_string(stmt, 2),
			.params = read_string(stmt, 3),
			.targets = read_string(stmt, 4),
			.is_simulated = sqlite3_column_int(stmt, 5) != 0,
		};
	}
	bool ok = rc == SQLITE_DONE || sql_failed(r->sql, e);
	sqlite3_reset(stmt);
	if (!ok) {
		for (size_t i = 0; i < *n; i++) {
			run_row_free(&(*rows)[i]);
		}
		free(*rows);
		*rows = NULL;
		*n = 0;
	}
	return ok;
}
