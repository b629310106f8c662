/* row - struct call_row to and from the columns of table call. One table of columns, in the order of the schema, drives both.
 * For store/ only. */
#ifndef SONDE_STORE_ROW_H
#define SONDE_STORE_ROW_H

#include <sqlite3.h>

#include "store/dim.h"
#include "store/record.h"

#define ROW_COLUMNS 44
#define ROW_HEX_BYTES 16 /* the longest of trace, span and parent id */

/* One row of an INSERT, which remembers what it is bound to: rows of one log are alike, and most bindings need no renewal. */
struct row_insert {
	sqlite3_stmt *stmt; /* of row_insert_text; borrowed */
	int first;          /* variable */
	int64_t bound[ROW_COLUMNS];
	unsigned char hex[ROW_COLUMNS][ROW_HEX_BYTES];
};
/* "INSERT INTO call (...) VALUES (...)", which leaves a row of the same id as it is; of several rows (n > 1), which stops with
 * SQLITE_CONSTRAINT at such a row and keeps those before it; "SELECT ... FROM call". The caller's, to be freed. */
char *row_insert_text(int n);
char *row_select_text(const char *where);
/* The i-th row of stmt, from 0. */
void row_insert_init(struct row_insert *in, sqlite3_stmt *stmt, int i);
/* Binds a row; its strings must live until the step. False when a name could not be stored (the connection has the error). */
bool row_bind(struct row_insert *in, struct dims *dims, const struct call_row *row);
/* Reads the current row of a statement of row_select_text; the strings are the caller's (call_row_free). */
void row_read(sqlite3_stmt *stmt, struct dims *dims, struct call_row *row);

#endif
