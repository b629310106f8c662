#include "metrics/prompt_figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/reader.h"

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
static bool read_rows(struct reader *r, int64_t id, struct prompt_figures **rows, size_t *n, struct err *e)
{
	sqlite3_stmt *st = sql_prepare(r->sql,
	    "SELECT ifnull(prompt_version, 0), ts_us, error_class, cost_nano, latency_us, ttft_us, gen_us, in_tok, out_tok, cache_read_tok, reason_tok FROM call"
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
		int64_t ts_us = sqlite3_column_int64(st, 1);

		p->last_us = ts_us > p->last_us ? ts_us : p->last_us;
		add(&p->figures, st);
	}
	return sqlite3_reset(st) == SQLITE_OK || sql_failed(r->sql, e);
}

static int by_last(const void *a, const void *b)
{
	const struct prompt_figures *x = a, *y = b;

	return (x->last_us < y->last_us) - (x->last_us > y->last_us);
}

bool prompt_figures_list(struct reader *r, const char *name, struct prompt_figures **rows, size_t *n, struct err *e)
{
	int64_t id = dims_find(r->dims, DIM_PROMPT, name);

	*rows = NULL;
	*n = 0;
	if (id <= 0) {
		return true;
	}
	if (!read_rows(r, id, rows, n, e)) {
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
