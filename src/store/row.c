#include "store/row.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum column_type {
	COL_INT,   /* int64_t; UNKNOWN is NULL */
	COL_LINK,  /* int64_t; 0 is NULL */
	COL_KEY,   /* uint64_t as the signed integer of the same bits */
	COL_SMALL, /* int or enum, never NULL */
	COL_BOOL,
	COL_DIM,   /* const char *, an id of dim; NULL and "" are NULL */
	COL_TEXT,  /* const char *; NULL and "" are NULL */
	COL_HEX,   /* const char *; as COL_TEXT, or bytes when it is lower-case hex */
};

/* In row_insert.bound: to be bound anew each time; NULL is bound. The two integers that look so are bound each time as well. */
#define NOT_BOUND INT64_MIN
#define NULL_BOUND (INT64_MIN + 1)

static const struct column {
	const char *name;
	enum column_type type;
	size_t offset;
	enum dim_kind kind;
} columns[ROW_COLUMNS] = {
	{ "ts_us", COL_INT, offsetof(struct call_row, id.ts_us), 0 },
	{ "key", COL_KEY, offsetof(struct call_row, id.key), 0 },
	{ "provider", COL_DIM, offsetof(struct call_row, provider), DIM_PROVIDER },
	{ "model_req", COL_DIM, offsetof(struct call_row, model_req), DIM_MODEL },
	{ "model_resp", COL_DIM, offsetof(struct call_row, model_resp), DIM_MODEL },
	{ "operation", COL_DIM, offsetof(struct call_row, operation), DIM_OPERATION },
	{ "error_class", COL_SMALL, offsetof(struct call_row, error_class), 0 },
	{ "finish_reason", COL_DIM, offsetof(struct call_row, finish_reason), DIM_FINISH },
	{ "error_text", COL_TEXT, offsetof(struct call_row, error_text), 0 },
	{ "http_status", COL_SMALL, offsetof(struct call_row, http_status), 0 },
	{ "in_tok", COL_INT, offsetof(struct call_row, usage.in_tok), 0 },
	{ "cache_read_tok", COL_INT, offsetof(struct call_row, usage.cache_read_tok), 0 },
	{ "cache_write_tok", COL_INT, offsetof(struct call_row, usage.cache_write_tok), 0 },
	{ "cache_write_1h_tok", COL_INT, offsetof(struct call_row, usage.cache_write_1h_tok), 0 },
	{ "out_tok", COL_INT, offsetof(struct call_row, usage.out_tok), 0 },
	{ "reason_tok", COL_INT, offsetof(struct call_row, usage.reason_tok), 0 },
	{ "audio_in", COL_INT, offsetof(struct call_row, usage.audio_in), 0 },
	{ "audio_out", COL_INT, offsetof(struct call_row, usage.audio_out), 0 },
	{ "image_in", COL_INT, offsetof(struct call_row, usage.image_in), 0 },
	{ "n_images", COL_INT, offsetof(struct call_row, usage.n_images), 0 },
	{ "seconds", COL_INT, offsetof(struct call_row, usage.seconds), 0 },
	{ "n_queries", COL_INT, offsetof(struct call_row, usage.n_queries), 0 },
	{ "cost_nano", COL_INT, offsetof(struct call_row, cost_nano), 0 },
	{ "cost_source", COL_SMALL, offsetof(struct call_row, cost_source), 0 },
	{ "cost_is_estimated", COL_BOOL, offsetof(struct call_row, cost_is_estimated), 0 },
	{ "price_version", COL_DIM, offsetof(struct call_row, price_version), DIM_PRICE_VERSION },
	{ "latency_us", COL_INT, offsetof(struct call_row, latency_us), 0 },
	{ "ttft_us", COL_INT, offsetof(struct call_row, ttft_us), 0 },
	{ "gen_us", COL_INT, offsetof(struct call_row, gen_us), 0 },
	{ "attempts", COL_SMALL, offsetof(struct call_row, attempts), 0 },
	{ "is_streamed", COL_BOOL, offsetof(struct call_row, is_streamed), 0 },
	{ "is_simulated", COL_BOOL, offsetof(struct call_row, is_simulated), 0 },
	{ "is_cached", COL_BOOL, offsetof(struct call_row, is_cached), 0 },
	{ "run_us", COL_LINK, offsetof(struct call_row, run_us), 0 },
	{ "run_column", COL_SMALL, offsetof(struct call_row, run_column), 0 },
	{ "request_id", COL_TEXT, offsetof(struct call_row, request_id), 0 },
	{ "trace_id", COL_HEX, offsetof(struct call_row, trace_id), 0 },
	{ "span_id", COL_HEX, offsetof(struct call_row, span_id), 0 },
	{ "parent_id", COL_HEX, offsetof(struct call_row, parent_id), 0 },
	{ "session", COL_DIM, offsetof(struct call_row, session), DIM_SESSION },
	{ "user", COL_DIM, offsetof(struct call_row, user), DIM_USER },
	{ "prompt_name", COL_DIM, offsetof(struct call_row, prompt_name), DIM_PROMPT },
	{ "prompt_version", COL_DIM, offsetof(struct call_row, prompt_version), DIM_PROMPT_VERSION },
	{ "tags", COL_TEXT, offsetof(struct call_row, tags), 0 },
};

static void add_names(struct buf *b)
{
	for (size_t i = 0; i < ROW_COLUMNS; i++) {
		buf_addf(b, "%s%s", i > 0 ? ", " : "", columns[i].name);
	}
}

char *row_insert_text(int n)
{
	struct buf b = { 0 };

	buf_addf(&b, "INSERT %sINTO call (", n > 1 ? "OR FAIL " : "");
	add_names(&b);
	buf_add_str(&b, ") VALUES ");
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < ROW_COLUMNS; j++) {
			buf_add_str(&b, j > 0 ? ", ?" : i > 0 ? ", (?" : "(?");
		}
		buf_add_str(&b, ")");
	}
	/* Not OR IGNORE, which would also pass over rows that break the schema. */
	buf_add_str(&b, n > 1 ? "" : " ON CONFLICT (ts_us, key) DO NOTHING");
	return buf_take(&b);
}

char *row_select_text(const char *where)
{
	struct buf b = { 0 };

	buf_add_str(&b, "SELECT ");
	add_names(&b);
	buf_addf(&b, " FROM call %s", where);
	return buf_take(&b);
}

void row_insert_init(struct row_insert *in, sqlite3_stmt *stmt, int i)
{
	in->stmt = stmt;
	in->first = i * ROW_COLUMNS + 1;
	for (int j = 0; j < ROW_COLUMNS; j++) {
		in->bound[j] = NOT_BOUND;
	}
}

static void bind_null(struct row_insert *in, int i)
{
	if (in->bound[i] != NULL_BOUND) {
		sqlite3_bind_null(in->stmt, in->first + i);
		in->bound[i] = NULL_BOUND;
	}
}

static void bind_int(struct row_insert *in, int i, int64_t v)
{
	if (in->bound[i] != v || v <= NULL_BOUND) {
		sqlite3_bind_int64(in->stmt, in->first + i, v);
		in->bound[i] = v <= NULL_BOUND ? NOT_BOUND : v;
	}
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes of lower-case hex digits; 0 when it is anything else, upper-case hex included, which could not be given back as it came. */
static int hex_pack(const char *s, size_t len, unsigned char out[ROW_HEX_BYTES])
{
	if (len % 2 != 0 || len > (size_t)ROW_HEX_BYTES * 2) {
		return 0;
	}
	for (size_t i = 0; i < len; i += 2) {
		int high = nibble(s[i]), low = nibble(s[i + 1]);

		if (high < 0 || low < 0) {
			return 0;
		}
		out[i / 2] = (unsigned char)(high << 4 | low);
	}
	return (int)(len / 2);
}

static void bind_text(struct row_insert *in, int i, enum column_type type, const char *s)
{
	if (s == NULL || s[0] == '\0') {
		bind_null(in, i);
		return;
	}
	size_t len = strlen(s);
	int n = type == COL_HEX ? hex_pack(s, len, in->hex[i]) : 0;

	if (n > 0) {
		sqlite3_bind_blob(in->stmt, in->first + i, in->hex[i], n, SQLITE_STATIC);
	} else {
		sqlite3_bind_text64(in->stmt, in->first + i, s, len, SQLITE_STATIC, SQLITE_UTF8);
	}
	in->bound[i] = NOT_BOUND;
}

static bool bind_dim(struct row_insert *in, int i, struct dims *dims, const char *name)
{
	int64_t id = dims_id(dims, columns[i].kind, name, NULL);

	if (id < 0) {
		return false;
	}
	if (id == 0) {
		bind_null(in, i);
	} else {
		bind_int(in, i, id);
	}
	return true;
}

bool row_bind(struct row_insert *in, struct dims *dims, const struct call_row *row)
{
	for (int i = 0; i < ROW_COLUMNS; i++) {
		const char *field = (const char *)row + columns[i].offset;
		int64_t v;
		int small;

		switch (columns[i].type) {
		case COL_INT:
		case COL_LINK:
			memcpy(&v, field, sizeof(v));
			if (v == (columns[i].type == COL_INT ? UNKNOWN : 0)) {
				bind_null(in, i);
			} else {
				bind_int(in, i, v);
			}
			break;
		case COL_KEY:
			memcpy(&v, field, sizeof(v));
			bind_int(in, i, v);
			break;
		case COL_SMALL:
			memcpy(&small, field, sizeof(small));
			bind_int(in, i, small);
			break;
		case COL_BOOL:
			bind_int(in, i, *(const bool *)field);
			break;
		case COL_DIM:
			if (!bind_dim(in, i, dims, *(const char *const *)(const void *)field)) {
				return false;
			}
			break;
		case COL_TEXT:
		case COL_HEX:
			bind_text(in, i, columns[i].type, *(const char *const *)(const void *)field);
			break;
		}
	}
	return true;
}

static char *read_text(sqlite3_stmt *stmt, int i)
{
	int type = sqlite3_column_type(stmt, i);
	struct buf b = { 0 };

	if (type == SQLITE_NULL) {
		return NULL;
	}
	if (type != SQLITE_BLOB) {
		return x_strdup((const char *)sqlite3_column_text(stmt, i));
	}
	const unsigned char *bytes = sqlite3_column_blob(stmt, i);
	int n = sqlite3_column_bytes(stmt, i);

	for (int k = 0; k < n; k++) {
		buf_addf(&b, "%02x", bytes[k]);
	}
	return buf_take(&b);
}

static int64_t read_int(sqlite3_stmt *stmt, int i, int64_t if_null)
{
	return sqlite3_column_type(stmt, i) == SQLITE_NULL ? if_null : sqlite3_column_int64(stmt, i);
}

void row_read(sqlite3_stmt *stmt, struct dims *dims, struct call_row *row)
{
	memset(row, 0, sizeof(*row));
	for (int i = 0; i < ROW_COLUMNS; i++) {
		char *field = (char *)row + columns[i].offset;
		int64_t v;
		int small;

		switch (columns[i].type) {
		case COL_INT:
		case COL_LINK:
		case COL_KEY:
			v = read_int(stmt, i, columns[i].type == COL_INT ? UNKNOWN : 0);
			memcpy(field, &v, sizeof(v));
			break;
		case COL_SMALL:
			small = sqlite3_column_int(stmt, i);
			memcpy(field, &small, sizeof(small));
			break;
		case COL_BOOL:
			*(bool *)field = sqlite3_column_int(stmt, i) != 0;
			break;
		case COL_DIM:
			*(char **)(void *)field = dims_dup(dims, sqlite3_column_int64(stmt, i));
			break;
		case COL_TEXT:
		case COL_HEX:
			*(char **)(void *)field = read_text(stmt, i);
			break;
		}
	}
	/* The file may hold anything. */
	if (row->error_class >= CLASS_COUNT) {
		row->error_class = CLASS_OTHER;
	}
	if (row->cost_source > COST_COMPUTED) {
		row->cost_source = COST_UNKNOWN;
	}
}
