#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>

#include "base/clock.h"
#include "base/num.h"
#include "tests/store/fixture.h"

static void failures_are_sentences(void **state)
{
	static const struct {
		int rc, sys_errno;
		const char *detail, *part;
		bool has_hint;
	} cases[] = {
		{ SQLITE_NOTADB, 0, NULL, "/d/sonde.db is not a sonde store: file is not a database", true },
		{ SQLITE_CORRUPT, 0, "oops", "/d/sonde.db is damaged: oops", true },
		{ SQLITE_CORRUPT | (2 << 8), ENOENT, NULL, "/d/sonde.db is damaged: ", true },
		{ SQLITE_CANTOPEN, EACCES, NULL, "/d/sonde.db cannot be opened: Permission denied", true },
		{ SQLITE_CANTOPEN, EROFS, NULL, "/d/sonde.db cannot be written: Read-only file system", true },
		{ SQLITE_READONLY, 0, NULL, "/d/sonde.db cannot be written: ", true },
		{ SQLITE_FULL, ENOSPC, NULL, "/d/sonde.db cannot grow: No space left on device", true },
		{ SQLITE_IOERR_WRITE, EFBIG, NULL, "/d/sonde.db cannot grow: File too large", true },
		{ SQLITE_IOERR_WRITE, EDQUOT, NULL, "/d/sonde.db cannot grow: Disk quota exceeded", true },
		{ SQLITE_IOERR_FSYNC, EIO, NULL, "/d/sonde.db cannot be read or written: Input/output error", true },
		{ SQLITE_BUSY, 0, NULL, "/d/sonde.db is locked by another process: ", true },
		{ SQLITE_ERROR, 0, "no such table: x", "/d/sonde.db could not be used: no such table: x", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };

		assert_false(sql_explain("/d/sonde.db", cases[i].rc, cases[i].sys_errno, cases[i].detail, &e));
		assert_int_equal(e.code, ERR_INTERNAL);
		assert_memory_equal(e.text, cases[i].part, strlen(cases[i].part));
		assert_int_equal(e.hint[0] != '\0', cases[i].has_hint);
		assert_true(strlen(e.hint) < sizeof(e.hint) - 1);
	}
}

static int mode_of(const char *dir, const char *name)
{
	char *path = x_asprintf("%s/%s", dir, name);
	struct stat st;
	int mode = stat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;

	free(path);
	return mode;
}

static void files_are_private(void **state)
{
	mode_t umask_before = umask(0);
	char *dir = x_asprintf("%s/a/b", (const char *)*state);
	struct err e = { 0 };
	struct sql *s = sql_open(dir, SQL_WRITE, &e);

	assert_non_null(s);
	assert_true(sql_exec(s, "CREATE TABLE t (x)", &e));
	assert_int_equal(mode_of(dir, "."), 0700);
	assert_int_equal(mode_of(dir, ".."), 0700);
	assert_int_equal(mode_of(dir, "sonde.db"), 0600);
	assert_int_equal(mode_of(dir, "sonde.db-wal"), 0600);
	assert_int_equal(mode_of(dir, "sonde.db-shm"), 0600);
	sql_close(s);
	umask(umask_before);
	free(dir);
}

static void the_connection_is_set_up(void **state)
{
	static const struct {
		const char *query;
		int64_t want;
	} cases[] = {
		{ "PRAGMA synchronous", 1 },
		{ "PRAGMA foreign_keys", 1 },
		{ "PRAGMA journal_size_limit", 64 << 20 },
		{ "PRAGMA trusted_schema", 0 },
		{ "SELECT NULL", UNKNOWN },
		{ "SELECT 1 WHERE 0", UNKNOWN },
	};
	struct err e = { 0 };
	struct sql *s = sql_open(*state, SQL_WRITE, &e), *r;
	int64_t v;

	assert_non_null(s);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_true(sql_int(s, cases[i].query, &v, &e));
		assert_true(v == cases[i].want);
	}
	char *mode = fixture_text(*state, "PRAGMA journal_mode");
	assert_string_equal(mode, "wal");
	free(mode);
	assert_true(sql_exec(s, "CREATE TABLE t (x)", &e));
	r = sql_open(*state, SQL_READ, &e);
	assert_non_null(r);
	assert_false(sql_exec(r, "INSERT INTO t VALUES (1)", &e));
	sql_close(r);
	sql_close(s);
}

static void relative_directories_and_odd_names_work(void **state)
{
	int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct err e = { 0 };

	assert_int_equal(chdir(*state), 0);
	struct sql *s = sql_open("file:x?mode=memory", SQL_WRITE, &e);
	assert_int_equal(fchdir(before), 0);
	assert_non_null(s);
	assert_true(sql_exec(s, "CREATE TABLE t (x)", &e));
	assert_false(sql_is_moved(s));
	sql_close(s);
	assert_int_equal(mode_of(*state, "file:x?mode=memory/sonde.db"), 0600);
	(void)close(before);
}

static void statements_are_prepared_once(void **state)
{
	struct err e = { 0 };
	struct sql *s = sql_open(*state, SQL_WRITE, &e);
	char copy[] = "SELECT 1";
	sqlite3_stmt *a = sql_prepare(s, "SELECT 1", &e);

	assert_non_null(a);
	assert_int_equal(sqlite3_step(a), SQLITE_ROW);
	assert_ptr_equal(sql_prepare(s, copy, &e), a);
	assert_false(sqlite3_stmt_busy(a));
	assert_ptr_not_equal(sql_prepare(s, "SELECT 2", &e), a);
	assert_null(sql_prepare(s, "SELEKT", &e));
	assert_non_null(strstr(e.text, "syntax error"));
	sql_close(s);
}

static void a_lock_is_waited_for(void **state)
{
	struct err e = { 0 };
	struct sql *a = sql_open(*state, SQL_WRITE, &e), *b = sql_open(*state, SQL_WRITE, &e);

	assert_true(sql_begin(a, &e));
	b->wait_us = 30000;
	int64_t t = clock_mono_us();
	assert_false(sql_begin(b, &e));
	t = clock_mono_us() - t;
	assert_true(t >= 30000);
	assert_non_null(strstr(e.text, "is locked by another process"));
	sql_rollback(a);
	assert_true(sql_begin(b, &e));
	sql_rollback(b);
	sql_rollback(b);
	sql_close(b);
	sql_close(a);
}

static void a_replaced_file_is_noticed(void **state)
{
	struct err e = { 0 };
	struct sql *s = sql_open(*state, SQL_WRITE, &e);
	char *to = x_asprintf("%s/old.db", (const char *)*state);

	assert_false(sql_is_moved(s));
	assert_int_equal(rename(s->path, to), 0);
	assert_true(sql_is_moved(s));
	sql_close(s);
	free(to);
}

/* The WAL stays small while nobody is in the way. */
static void the_wal_is_kept_small(void **state)
{
	struct err e = { 0 };
	struct sql *s = sql_open(*state, SQL_WRITE, &e);
	char *wal = x_asprintf("%s/sonde.db-wal", (const char *)*state);
	struct stat st;

	assert_true(sql_exec(s, "CREATE TABLE t (x)", &e));
	for (int i = 0; i < 300; i++) {
		assert_true(sql_begin(s, &e));
		assert_true(sql_exec(s, "INSERT INTO t VALUES (zeroblob(200000))", &e));
		assert_true(sql_commit(s, &e));
		sql_checkpoint(s);
	}
	assert_int_equal(stat(wal, &st), 0);
	assert_true(st.st_size < 8 << 20);
	sql_close(s);
	free(wal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_are_sentences),
		cmocka_unit_test_setup_teardown(files_are_private, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_connection_is_set_up, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(relative_directories_and_odd_names_work, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(statements_are_prepared_once, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_lock_is_waited_for, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_replaced_file_is_noticed, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_wal_is_kept_small, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
