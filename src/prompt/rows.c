#include "prompt/rows.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/near.h"

static sqlite3_stmt *ask(struct sql *s, struct err *e, const char *text, const char *types, va_list ap)
{
	sqlite3_stmt *st = sql_prepare(s, text, e);
	int rc = SQLITE_OK;

	for (int i = 1; st != NULL && rc == SQLITE_OK && *types != '\0'; i++, types++) {
		if (*types == 't') {
			rc = sqlite3_bind_text(st, i, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
		} else if (*types == 'b') {
			const void *bytes = va_arg(ap, const void *);

			rc = sqlite3_bind_blob64(st, i, bytes, va_arg(ap, size_t), SQLITE_TRANSIENT);
		} else {
			rc = sqlite3_bind_int64(st, i, *types == 'n' ? va_arg(ap, int) : va_arg(ap, int64_t));
		}
	}
	if (rc != SQLITE_OK) {
		(void)sql_failed(s, e);
		return NULL;
	}
	return st;
}

sqlite3_stmt *rows_ask(struct sql *s, struct err *e, const char *text, const char *types, ...)
{
	va_list ap;

	va_start(ap, types);
	sqlite3_stmt *st = ask(s, e, text, types, ap);
	va_end(ap);
	return st;
}

bool rows_next(sqlite3_stmt *st)
{
	return st != NULL && sqlite3_step(st) == SQLITE_ROW;
}

bool rows_end(struct sql *s, sqlite3_stmt *st, struct err *e)
{
	return st != NULL && (sqlite3_reset(st) == SQLITE_OK || sql_failed(s, e));
}

bool rows_run(struct sql *s, struct err *e, const char *text, const char *types, ...)
{
	va_list ap;

	va_start(ap, types);
	sqlite3_stmt *st = ask(s, e, text, types, ap);
	va_end(ap);
	return st != NULL && sql_step_done(s, st, e);
}

char *rows_text(sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	return x_strdup(text != NULL ? text : "");
}

bool prompt_id(struct registry *r, const char *name, int64_t *id, struct err *e)
{
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT id FROM prompt WHERE name = ?1", "t", name);

	*id = rows_next(st) ? sqlite3_column_int64(st, 0) : 0;
	return rows_end(r->sql, st, e);
}

bool prompt_find(struct registry *r, const char *name, int64_t *id, struct err *e)
{
	char quoted[ERR_QUOTE_SIZE];

	if (!prompt_id(r, name, id, e) || *id != 0) {
		return *id != 0;
	}
	sqlite3_stmt *st = rows_ask(r->sql, e, "SELECT name FROM prompt ORDER BY name", "");
	struct near_best best = { .n = 0 };
	char **names = NULL;
	size_t n = 0, cap = 0;

	while (rows_next(st)) {
		*array_push(names, n, cap) = rows_text(st, 0);
		near_offer(&best, name, names[n - 1]);
	}
	if (rows_end(r->sql, st, e)) {
		err_set(e, ERR_CHECK, "there is no prompt '%s'", err_quote(name, quoted));
		err_hint(e, best.n > 0 ? "did you mean %s%s%s?" : "sonde prompt list shows those there are%.0s%.0s%.0s", best.n > 0 ? best.names[0] : "",
		    best.n > 1 ? " or " : "", best.n > 1 ? best.names[1] : "");
	}
	for (size_t i = 0; i < n; i++) {
		free(names[i]);
	}
	free(names);
	return false;
}

bool rows_commit(struct registry *r, bool ok, struct err *e)
{
	ok = ok && sql_commit(r->sql, e);
	if (ok) {
		sql_checkpoint(r->sql);
	} else {
		sql_rollback(r->sql);
	}
	return ok;
}
