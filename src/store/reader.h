/* reader - what is behind struct reader of store/store.h: the connection and the names, for queries of store/ and metrics/.
 * Statements come from sql_prepare(r->sql, ...); reset them before returning: an open read transaction makes the WAL grow. */
#ifndef SONDE_STORE_READER_H
#define SONDE_STORE_READER_H

#include <stdatomic.h>

#include "store/dim.h"
#include "store/sql.h"
#include "store/store.h"

struct reader {
	struct sql *sql;
	struct dims *dims;
	char *get_text; /* of calls_get's statement */
	atomic_bool is_interrupted;
};

/* False with ERR_INTERRUPTED after reader_interrupt. For loops over several statements. */
bool reader_goes_on(struct reader *r, struct err *e) SONDE_MUST_CHECK;

/* Whether the file is whole, by SQLite's quick_check: reads all of it. False with ERR_INTERNAL and what to do. */
bool reader_check(struct reader *r, struct err *e) SONDE_MUST_CHECK;

#endif
