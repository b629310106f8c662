#include "metrics/prompt_figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/reader.h"

#define HOUR_US (3600 * US_PER_S)

static int64_t known(sqlite3_stmt *st, int column)
{
	return sqlite3_column_type(st, column) == SQLITE_NULL ? UNKNOWN : sqlite3_column_int64(st, column);
}

static void add(struct figures *f, sqlite3_stmt *st)
{
	struct call_row row;

	call_row_init(&row);
	row.error_class = (enum error_class)sqlite3_column_int(st, 2);
	row.cost_nano = known(st, 3);
	row.latency_us = known(st, 4);
	row.ttft_us = known(st, 5);
	row.gen_us = known(st, 6);
	row.usage.in_tok = known(st, 7);
	row.usage.out_tok = known(st, 8);
	row.usage.cache_read_tok = known(st, 9);
	row.usage.reason_tok = known(st, 10);
	figures_add_row(f, &row);
}

/* Rows come version by version. */
static bool read_rows(struct reader *r, int64_t id, int64_t now_us, struct prompt_figures **rows, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(r->sql,
	    "SELECT ifnull(prompt_version, 0), ts_us, error_class, cost_nano, latency_us, ttft_us, gen_us, in_tok, out_tok, cache_read_tok, reason_tok, is_simulated FROM call"
	    " WHERE prompt_name = ?1 AND prompt_name IS NOT NULL ORDER BY prompt_version", e);
	int64_t version = -1;
	size_t cap = 0;

	if (st == NULL) {
		return false;
	}
	(void)sqlite3_bind_int64(st, 1, id);
	while (sqlite3_step(st) == SQLITE_ROW) {
		if (*n == 0 || sqlite3_column_int64(st, 0) != version) {
			version = sqlite3_column_int64(st, 0);
			array_push(*rows, *n, cap)->version = x_strdup(dims_name(r->dims, version));
		}
		struct prompt_figures *p = &(*rows)[*n - 1];
		int64_t ts_us = sqlite3_column_int64(st, 1), hours_ago = (now_us - ts_us) / HOUR_US;

		p->last_us = ts_us > p->last_us ? ts_us : p->last_us;
		p->has_simulated |= sqlite3_column_int(st, 11) != 0;
		if (ts_us <= now_us && hours_ago < PROMPT_HOURS) {
			p->by_hour[PROMPT_HOURS - 1 - hours_ago]++;
		}
		add(&p->figures, st);
	}
	return sqlite3_reset(st) == SQLITE_OK || sql_failed(r->sql, e);
}

static int by_last(const void *a, const void *b)
{
	const struct prompt_figures *x = a, *y = b;

	return (x->last_us < y->last_us) - (x->last_us > y->last_us);
}

bool prompt_figures_list(struct reader *r, const char *name, int64_t now_us, struct prompt_figures **rows, size_t *n, struct err *e)
{
	int64_t id = dims_find(r->dims, DIM_PROMPT, name);

	*rows = NULL;
	*n = 0;
	if (id <= 0) {
		return true;
	}
	if (!read_rows(r, id, now_us, rows, n, e)) {
		prompt_figures_free(*rows, *n);
		*rows = NULL;
		*n = 0;
		return false;
	}
	if (*n > 0) {
		qsort(*rows, *n, sizeof(**rows), by_last);
	}
	return true;
}

void prompt_figures_free(struct prompt_figures *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(rows[i].version);
		figures_free(&rows[i].figures);
	}
	free(rows);
}

/* -- calls ---------------------------------------------------------------------------------------------------------------------------- */

static bool read_ids(struct reader *r, int64_t name, int64_t version, size_t most, struct call_id *ids, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(r->sql,
	    "SELECT ts_us, key FROM call WHERE prompt_name = ?1 AND prompt_name IS NOT NULL AND prompt_version = ?2 ORDER BY ts_us DESC, key DESC LIMIT ?3", e);

	if (st == NULL) {
		return false;
	}
	(void)sqlite3_bind_int64(st, 1, name);
	(void)sqlite3_bind_int64(st, 2, version);
	(void)sqlite3_bind_int64(st, 3, (int64_t)most);
	while (*n < most && sqlite3_step(st) == SQLITE_ROW) {
		ids[(*n)++] = (struct call_id){ sqlite3_column_int64(st, 0), (uint64_t)sqlite3_column_int64(st, 1) };
	}
	return sqlite3_reset(st) == SQLITE_OK || sql_failed(r->sql, e);
}

bool prompt_calls_list(struct reader *r, const char *name, const char *version, size_t most, struct prompt_call **rows, size_t *n, struct err *e)
{
	int64_t name_id = dims_find(r->dims, DIM_PROMPT, name), version_id = dims_find(r->dims, DIM_PROMPT_VERSION, version);
	struct call_id *ids = x_calloc(most > 0 ? most : 1, sizeof(*ids));
	size_t n_ids = 0;
	bool ok = name_id <= 0 || version_id <= 0 || read_ids(r, name_id, version_id, most, ids, &n_ids, e);

	*rows = x_calloc(most > 0 ? most : 1, sizeof(**rows));
	*n = 0;
	for (size_t i = 0; ok && i < n_ids; i++) {
		struct prompt_call *c = &(*rows)[*n];
		struct err gone = { 0 };

		if (calls_get(r, ids[i], &c->row, &c->body, &gone)) {
			free((char *)c->body.response);
			c->body.response = NULL;
			c->body.response_len = 0;
			(*n)++;
		} else if (gone.code != ERR_CHECK) { /* else it was removed meanwhile */
			*e = gone;
			ok = false;
		}
	}
	free(ids);
	if (!ok) {
		prompt_calls_free(*rows, *n);
		*rows = NULL;
		*n = 0;
	}
	return ok;
}

void prompt_calls_free(struct prompt_call *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		call_row_free(&rows[i].row);
		call_body_free(&rows[i].body);
	}
	free(rows);
}
