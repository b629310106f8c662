/* A list walks keys and the few columns that filters look at, newest first, and reads a whole row only for a match. The walk lets go of
 * its read transaction after a while and goes on behind the last key: calls are never changed, so nothing is missed or seen twice. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/reader.h"
#include "store/row.h"

#define READ_US 50000    /* longest read transaction aimed at */
#define ROWS_PER_LOOK 64 /* at the clock */
#define SUFFIX_MIN 4
#define SUFFIX_ROWS 1000000
#define ID_CHARS (CALL_ID_SIZE - 1)

#define WALK_COLUMNS "SELECT ts_us, key, provider, model_req, model_resp, operation, error_class, finish_reason, error_text FROM call "
#define WALK_ORDER " ORDER BY ts_us DESC, key DESC"
enum { W_TS, W_KEY, W_PROVIDER, W_MODEL_REQ, W_MODEL_RESP, W_OPERATION, W_ERROR_CLASS, W_FINISH, W_ERROR_TEXT };

static const char walk_all[] = WALK_COLUMNS "WHERE ts_us >= ?1 AND (ts_us, key) < (?2, ?3)" WALK_ORDER;
static const char walk_run[] = WALK_COLUMNS "WHERE run_us = ?4 AND ts_us >= ?1 AND (ts_us, key) < (?2, ?3)" WALK_ORDER;

#define NAMES_SEEN 256

/* What is looked for, with names as ids; 0: any. */
struct search {
	int64_t provider, model, operation;
	bool errors_only;
	char *text; /* lower case */
	/* Whether names contain text, by id modulo the size: the same few names come again in each row. */
	struct name_seen {
		int64_t id;
		bool matches;
	} seen[NAMES_SEEN];
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool contains(const char *s, const char *part)
{
	for (; *s != '\0'; s++) {
		size_t i = 0;

		while (part[i] != '\0' && lower(s[i]) == part[i]) {
			i++;
		}
		if (part[i] == '\0') {
			return true;
		}
	}
	return false;
}

static bool name_matches(struct reader *r, struct search *s, int64_t id)
{
	struct name_seen *n = &s->seen[(uint64_t)id % NAMES_SEEN];

	if (n->id != id) {
		*n = (struct name_seen){ id, contains(dims_name(r->dims, id), s->text) };
	}
	return n->matches;
}

static bool text_matches(struct reader *r, sqlite3_stmt *walk, struct search *s)
{
	static const int named[] = { W_PROVIDER, W_MODEL_REQ, W_MODEL_RESP, W_FINISH };

	for (size_t i = 0; i < COUNT_OF(named); i++) {
		if (name_matches(r, s, sqlite3_column_int64(walk, named[i]))) {
			return true;
		}
	}
	const char *error_text = (const char *)sqlite3_column_text(walk, W_ERROR_TEXT);
	return error_text != NULL && contains(error_text, s->text);
}

static bool matches(struct reader *r, sqlite3_stmt *walk, struct search *s)
{
	if (s->errors_only && sqlite3_column_int(walk, W_ERROR_CLASS) == CLASS_NONE) {
		return false;
	}
	if (s->provider != 0 && sqlite3_column_int64(walk, W_PROVIDER) != s->provider) {
		return false;
	}
	if (s->model != 0 && sqlite3_column_int64(walk, W_MODEL_REQ) != s->model &&
	    sqlite3_column_int64(walk, W_MODEL_RESP) != s->model) {
		return false;
	}
	if (s->operation != 0 && sqlite3_column_int64(walk, W_OPERATION) != s->operation) {
		return false;
	}
	return s->text == NULL || text_matches(r, walk, s);
}

/* A wanted name to its id; false when no call can have it. */
static bool name_to_id(struct reader *r, enum dim_kind kind, const char *name, int64_t *id)
{
	*id = name != NULL ? dims_find(r->dims, kind, name) : 0;
	return name == NULL || *id != 0;
}

static bool search_init(struct search *s, struct reader *r, const struct call_filter *f)
{
	*s = (struct search){ .errors_only = f->errors_only };
	if (!name_to_id(r, DIM_PROVIDER, f->provider, &s->provider) || !name_to_id(r, DIM_MODEL, f->model, &s->model) ||
	    !name_to_id(r, DIM_OPERATION, f->operation, &s->operation)) {
		return false;
	}
	if (f->text != NULL && f->text[0] != '\0') {
		s->text = x_strdup(f->text);
		for (char *c = s->text; *c != '\0'; c++) {
			*c = lower(*c);
		}
	}
	return true;
}

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
	} else if (rc == SQLITE_DONE) {
		err_set(e, ERR_CHECK, "there is no such call");
	} else {
		sql_failed(r->sql, e);
	}
	sqlite3_reset(get);
	return ok;
}

/* Calls visit(ctx, walk) for each row before *at, newest first, until it returns false; *at moves along.
 * *is_done: the visitor had enough or there is no more; else the time was up. */
static bool walk_some(struct reader *r, sqlite3_stmt *walk, struct call_id *at, bool (*visit)(void *ctx, sqlite3_stmt *walk), void *ctx,
    bool *is_done, struct err *e)
{
	int64_t until = clock_mono_us() + READ_US;
	int rc;

	sqlite3_reset(walk);
	sqlite3_bind_int64(walk, 2, at->ts_us);
	sqlite3_bind_int64(walk, 3, (int64_t)at->key);
	*is_done = false;
	for (unsigned n = 1; (rc = sqlite3_step(walk)) == SQLITE_ROW; n++) {
		at->ts_us = sqlite3_column_int64(walk, W_TS);
		at->key = (uint64_t)sqlite3_column_int64(walk, W_KEY);
		if (!visit(ctx, walk)) {
			*is_done = true;
			break;
		}
		if (n % ROWS_PER_LOOK == 0 && clock_mono_us() >= until) {
			break;
		}
	}
	*is_done = *is_done || rc == SQLITE_DONE;
	bool ok = rc == SQLITE_DONE || rc == SQLITE_ROW || sql_failed(r->sql, e);
	sqlite3_reset(walk);
	return ok;
}

static bool walk_calls(struct reader *r, const struct call_filter *f, bool (*visit)(void *ctx, sqlite3_stmt *walk), void *ctx,
    struct err *e)
{
	sqlite3_stmt *walk = sql_prepare(r->sql, f->run_us != 0 ? walk_run : walk_all, e);
	/* to_us is exclusive: behind the smallest key of that moment, which is the most negative one. */
	struct call_id at = { .ts_us = f->to_us, .key = (uint64_t)INT64_MIN };
	bool is_done = false, ok = walk != NULL;

	if (ok) {
		sqlite3_bind_int64(walk, 1, f->from_us);
		if (f->run_us != 0) {
			sqlite3_bind_int64(walk, 4, f->run_us);
		}
	}
	while (ok && !is_done) {
		ok = walk_some(r, walk, &at, visit, ctx, &is_done, e);
	}
	return ok;
}

struct listing {
	struct reader *r;
	struct search search;
	sqlite3_stmt *get;
	size_t limit;
	struct call_row *rows;
	size_t n, cap;
	struct err *e;
	bool is_failed;
};

static bool list_one(void *ctx, sqlite3_stmt *walk)
{
	struct listing *l = ctx;
	struct call_id id = { sqlite3_column_int64(walk, W_TS), (uint64_t)sqlite3_column_int64(walk, W_KEY) };

	if (l->n >= l->limit) {
		return false;
	}
	if (!matches(l->r, walk, &l->search)) {
		return true;
	}
	struct call_row *row = array_push(l->rows, l->n, l->cap);

	if (!read_call(l->r, l->get, id, row, l->e)) {
		l->n--;
		l->is_failed = true;
		return false;
	}
	return l->n < l->limit;
}

bool calls_list(struct reader *r, const struct call_filter *f, size_t limit, struct call_row **rows, size_t *n, struct err *e)
{
	struct listing l = { .r = r, .limit = limit, .e = e };
	bool ok = true;

	*rows = NULL;
	*n = 0;
	if (search_init(&l.search, r, f) && limit > 0) {
		l.get = get_statement(r, e);
		ok = l.get != NULL && walk_calls(r, f, list_one, &l, e) && !l.is_failed;
	}
	free(l.search.text);
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

static bool find_one(void *ctx, sqlite3_stmt *walk)
{
	struct finding *f = ctx;
	struct call_id id = { sqlite3_column_int64(walk, W_TS), (uint64_t)sqlite3_column_int64(walk, W_KEY) };

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
		return err_set(e, ERR_CHECK, "no call has the id %.*s", ID_CHARS, text);
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
