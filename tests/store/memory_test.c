#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>

#include "store/memory.h"
#include "tests/base/scarce.h"

/* A name that is there and cannot be read. */
static void read_large(const char *large)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;

	store_use_x_malloc();
	(void)sqlite3_open(":memory:", &db);
	(void)sqlite3_prepare_v2(db, "SELECT upper(?)", -1, &st, NULL);
	(void)sqlite3_bind_text(st, 1, large, -1, SQLITE_STATIC);
	(void)sqlite3_step(st);
	(void)sqlite3_column_text(st, 0);
}

static void no_memory_ends_the_program(void **state)
{
	(void)state;
	expect_out_of_memory(read_large);
}

/* Text grows and is cut, and both ends of a block are where they were said to be. */
static void blocks_grow(void **state)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;

	(void)state;
	store_use_x_malloc();
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
			     "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
			     " SELECT length(group_concat(printf('%d', i), '')), sum(length(printf('%.*c', i, 'x'))) FROM n",
			     -1, &st, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(st, 0), 9 + 180 + 2700 + 36000 + 50005);
	assert_int_equal(sqlite3_column_int(st, 1), 20000 / 2 * 20001);
	sqlite3_finalize(st);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(no_memory_ends_the_program), cmocka_unit_test(blocks_grow) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
