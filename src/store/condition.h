/* condition - which calls are meant: a boolean expression over the columns of table call, with the values it compares to bound apart from
 * its text, so that no value is ever read as SQL. Made by metrics/filter.h, evaluated by the queries of store/ and metrics/.
 * Is 0 or 1 for every row, never NULL. */
#ifndef SONDE_STORE_CONDITION_H
#define SONDE_STORE_CONDITION_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define CONDITION_FIRST 10 /* its values are bound as ?10, ?11, ...: lower numbers are the query's own */
#define CONDITION_VALUES 64

struct condition_value {
	char *text; /* NULL: the number */
	int64_t number;
};

/* Zeroed: every call. */
struct condition {
	struct buf sql;
	struct condition_value values[CONDITION_VALUES];
	size_t n;
	int64_t from_us, to_us; /* only calls of [from, to) can meet it; to_us 0: no end. So that queries need not look at others */
};
void condition_free(struct condition *c);
/* The expression, "1" where every call is meant, also for NULL. Borrowed. */
const char *condition_sql(const struct condition *c);
/* Add the next value to the text as its place holder. False when there are too many. */
bool condition_add_text(struct condition *c, const char *text);
bool condition_add_number(struct condition *c, int64_t number);
/* Binds the values to a statement that holds the text; NULL: none. They must live until the last step. */
struct sqlite3_stmt;
void condition_bind(const struct condition *c, struct sqlite3_stmt *st);

#endif
