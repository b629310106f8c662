#include "prompt/draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/process.h"
#include "prompt/rows.h"

void draft_free(struct draft *d)
{
	buf_free(&d->script);
	*d = (struct draft){ .base = 0 };
}

bool draft_keep(struct registry *r, const char *name, int base, const char *script, size_t len, struct err *e)
{
	char own[PROCESS_MARK_SIZE];

	process_mark(own);
	return rows_run(r->sql, e, "INSERT OR REPLACE INTO prompt_draft (prompt, console, base, ts_us, who, script) VALUES (?, ?, ?, ?, '', ?)", "ttnib",
	    name, own, base, clock_wall_us(), script, len);
}

bool draft_drop(struct registry *r, const char *name, struct err *e)
{
	char own[PROCESS_MARK_SIZE];

	process_mark(own);
	return rows_run(r->sql, e, "DELETE FROM prompt_draft WHERE prompt = ? AND console = ?", "tt", name, own);
}

bool draft_drop_saved(struct registry *r, const char *name, const char *script, size_t len, struct err *e)
{
	char own[PROCESS_MARK_SIZE];

	process_mark(own);
	return rows_run(r->sql, e, "DELETE FROM prompt_draft WHERE prompt = ? AND console = ? AND script = ?", "ttb", name, own, script, len);
}

/* Makes that of a console that has ended this one's, inside a transaction. */
static bool adopt(struct registry *r, const char *name, const char *own, struct err *e)
{
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT console FROM prompt_draft WHERE prompt = ? ORDER BY console = ? DESC, ts_us DESC", "tt", name, own);
	char *from = NULL;

	while (from == NULL && rows_next(st)) {
		char *console = rows_text(st, 0);

		if (strcmp(console, own) == 0 || !process_runs(console)) {
			from = console;
		} else {
			free(console);
		}
	}
	bool ok = rows_end(r->sql, st, e);

	ok = ok && (from == NULL || rows_run(r->sql, e, "UPDATE prompt_draft SET console = ? WHERE prompt = ? AND console = ?", "ttt", own, name, from));
	free(from);
	return ok;
}

bool draft_take(struct registry *r, const char *name, struct draft *out, bool *is_found, struct err *e)
{
	char own[PROCESS_MARK_SIZE];

	*out = (struct draft){ .base = 0 };
	*is_found = false;
	process_mark(own);
	if (!sql_begin(r->sql, e) || !rows_commit(r, adopt(r, name, own, e), e)) {
		return false;
	}
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT base, ts_us, script FROM prompt_draft WHERE prompt = ? AND console = ?", "tt", name, own);

	if (rows_next(st)) {
		*is_found = true;
		out->base = sqlite3_column_int(st, 0);
		out->time_us = sqlite3_column_int64(st, 1);
		(void)buf_add(&out->script, sqlite3_column_blob(st, 2), (size_t)sqlite3_column_bytes(st, 2));
	}
	return rows_end(r->sql, st, e);
}

bool draft_others(struct registry *r, const char *name, size_t *n, struct err *e)
{
	char own[PROCESS_MARK_SIZE];

	process_mark(own);
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT console FROM prompt_draft WHERE prompt = ? AND console <> ?", "tt", name, own);

	*n = 0;
	while (rows_next(st)) {
		char *console = rows_text(st, 0);

		*n += process_runs(console);
		free(console);
	}
	return rows_end(r->sql, st, e);
}

bool drafts_list(struct registry *r, char ***names, size_t *n, struct err *e)
{
	char own[PROCESS_MARK_SIZE];
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT prompt, console FROM prompt_draft ORDER BY prompt", "");
	size_t cap = 0;

	process_mark(own);
	*names = NULL;
	*n = 0;
	while (rows_next(st)) {
		char *name = rows_text(st, 0), *console = rows_text(st, 1);
		bool is_new = *n == 0 || strcmp((*names)[*n - 1], name) != 0;

		if (is_new && (strcmp(console, own) == 0 || !process_runs(console))) {
			*array_push(*names, *n, cap) = name;
		} else {
			free(name);
		}
		free(console);
	}
	return rows_end(r->sql, st, e);
}
