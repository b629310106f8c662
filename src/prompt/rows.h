/* rows - what the files of the registry share: the connection, statements with values, transactions, and the id of a prompt. For them only. */
#ifndef SONDE_PROMPT_ROWS_H
#define SONDE_PROMPT_ROWS_H

#include "prompt/registry.h"
#include "store/sql.h"

struct registry {
	struct sql *sql;
	label_gate *gate;
	void *gate_ctx;
	int64_t now_us; /* 0: what the clock says */
};

/* The time of what is written. */
int64_t rows_now(const struct registry *r);

/* A prepared statement with its values bound: one letter of `types` each: t text, i int64_t, n int, b bytes and size_t. NULL and e on failure. */
sqlite3_stmt *rows_ask(struct sql *s, struct err *e, const char *text, const char *types, ...) SONDE_MUST_CHECK;
/* The next row; false at the end and on failure, which rows_end tells. */
bool rows_next(sqlite3_stmt *st);
/* Resets the statement, NULL too. False when it could not be run or broke off: e then says why. */
bool rows_end(struct sql *s, sqlite3_stmt *st, struct err *e) SONDE_MUST_CHECK;
/* rows_ask of one that gives no rows, run. */
bool rows_run(struct sql *s, struct err *e, const char *text, const char *types, ...) SONDE_MUST_CHECK;
/* A copy, "" for NULL. */
char *rows_text(sqlite3_stmt *st, int column);

/* 0 when there is none: that is no failure. */
bool prompt_id(struct registry *r, const char *name, int64_t *id, struct err *e) SONDE_MUST_CHECK;
/* The same, but none is ERR_CHECK, with the nearest names. */
bool prompt_find(struct registry *r, const char *name, int64_t *id, struct err *e) SONDE_MUST_CHECK;
/* Ends a transaction that sql_begin began: commits when ok, else rolls back. */
bool rows_commit(struct registry *r, bool ok, struct err *e) SONDE_MUST_CHECK;

/* Where a label of a prompt points: false with code ERR_NONE when it does not stand. */
bool label_find(struct registry *r, int64_t prompt, const char *label, struct label_row *out, struct err *e) SONDE_MUST_CHECK;

#endif
