/* The nth write, sync, truncation or opening of a file of the store fails, once or from then on until the cause ends: nothing that was acknowledged
 * is lost, what waits is stored afterwards, the file is whole. A file system of SQLite's between store and disk does it. */
#include <sqlite3.h>
#include <stdatomic.h>

#include "store/audit.h"
#include "store/bulk.h"
#include "tests/store/fixture.h"

enum op { OP_WRITE, OP_SHORT, OP_SYNC, OP_TRUNCATE, OP_OPEN, OP_COUNT };

static const struct {
	const char *name;
	int rc;
} ops[OP_COUNT] = {
	[OP_WRITE] = { "write", SQLITE_IOERR_WRITE },
	[OP_SHORT] = { "short write", SQLITE_FULL },
	[OP_SYNC] = { "sync", SQLITE_IOERR_FSYNC },
	[OP_TRUNCATE] = { "truncate", SQLITE_IOERR_TRUNCATE },
	[OP_OPEN] = { "open", SQLITE_CANTOPEN },
};

/* Read by the store's thread: at is set last and cleared while that may be at work, the rest only while at is 0. */
static struct {
	enum op op;
	bool is_lasting;
	atomic_int n, at; /* fails at this one; 0: never */
} plan;

static bool fails(enum op op)
{
	int at = plan.at;

	if (at == 0 || (op != plan.op && !(op == OP_WRITE && plan.op == OP_SHORT))) {
		return false;
	}
	int n = ++plan.n;

	return n == at || (plan.is_lasting && n > at);
}

struct file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct file *)(void *)f)->real;
}

#define PASS(name, params, args) \
	static int name params \
	{ \
		sqlite3_file *real = real_of(f); \
		return real->pMethods->x##name args; \
	}
PASS(Close, (sqlite3_file * f), (real))
PASS(Read, (sqlite3_file * f, void *to, int n, sqlite3_int64 at), (real, to, n, at))
PASS(FileSize, (sqlite3_file * f, sqlite3_int64 *n), (real, n))
PASS(Lock, (sqlite3_file * f, int lock), (real, lock))
PASS(Unlock, (sqlite3_file * f, int lock), (real, lock))
PASS(CheckReservedLock, (sqlite3_file * f, int *out), (real, out))
PASS(FileControl, (sqlite3_file * f, int op, void *arg), (real, op, arg))
PASS(SectorSize, (sqlite3_file * f), (real))
PASS(DeviceCharacteristics, (sqlite3_file * f), (real))
PASS(ShmMap, (sqlite3_file * f, int page, int size, int extend, void volatile **out), (real, page, size, extend, out))
PASS(ShmLock, (sqlite3_file * f, int first, int n, int flags), (real, first, n, flags))
PASS(ShmUnmap, (sqlite3_file * f, int is_delete), (real, is_delete))

static void ShmBarrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int Write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
	sqlite3_file *real = real_of(f);

	if (fails(OP_WRITE)) {
		if (plan.op == OP_SHORT) {
			(void)real->pMethods->xWrite(real, bytes, n / 2, at);
		}
		return ops[plan.op].rc;
	}
	return real->pMethods->xWrite(real, bytes, n, at);
}

/* What another process does while a disk takes its time. */
static void (*while_syncing)(void);

/* Nobody cuts the power here, so it need not be waited for. */
static int Sync(sqlite3_file *f, int flags)
{
	(void)f;
	(void)flags;
	if (while_syncing != NULL) {
		void (*other)(void) = while_syncing;

		while_syncing = NULL;
		other();
		while_syncing = other;
	}
	return fails(OP_SYNC) ? ops[OP_SYNC].rc : SQLITE_OK;
}

static int Truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return fails(OP_TRUNCATE) ? ops[OP_TRUNCATE].rc : real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static const sqlite3_io_methods methods = { 2, Close, Read, Write, Truncate, Sync, FileSize, Lock, Unlock, CheckReservedLock, FileControl,
	SectorSize, DeviceCharacteristics, ShmMap, ShmLock, ShmBarrier, ShmUnmap, NULL, NULL };

static sqlite3_vfs *real_vfs;

static int Open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
	struct file *file = (struct file *)(void *)f;

	(void)vfs;
	f->pMethods = NULL;
	if (fails(OP_OPEN)) {
		return ops[OP_OPEN].rc;
	}
	file->real = (sqlite3_file *)(void *)(file + 1);
	int rc = real_vfs->xOpen(real_vfs, name, file->real, flags, out_flags);

	f->pMethods = rc == SQLITE_OK ? &methods : NULL;
	return rc;
}

static void install(void)
{
	static sqlite3_vfs vfs;

	real_vfs = sqlite3_vfs_find(NULL);
	assert_non_null(real_vfs);
	vfs = *real_vfs;
	vfs.zName = "failing";
	vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
	vfs.xOpen = Open;
	assert_int_equal(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
}

static void put(struct store *s, int *n, int rows)
{
	static char bytes[6000];
	struct call_body body = { .request = bytes, .request_len = sizeof(bytes) };
	struct call_row row;

	for (int i = 0; i < rows; i++) {
		fixture_row(&row, ++*n);
		store_put_call(s, &row, i % 4 == 0 ? &body : NULL);
	}
}

static void sums_are_right(const char *dir, const char *what, int at)
{
	struct err e = { 0 };
	struct writer *w = writer_open(dir, &e);
	struct audit a;

	if (w == NULL || !audit_run(w, &a, &e)) {
		fail_msg("%s %d: %s", what, at, e.text);
	}
	if (a.wrong > 0) {
		fail_msg("%s %d: %llu wrong sums", what, at, (unsigned long long)a.wrong);
	}
	audit_free(&a);
	writer_close(w);
}

/* False: there was no such operation. */
static bool fail_at(enum op op, int at, bool is_lasting)
{
	char *dir = fixture_dir();
	struct store *s = fixture_store(dir);
	int n = 0, acknowledged = 0;
	struct err e = { 0 };
	struct store_state st;

	fixture_flush(s);
	plan.op = op;
	plan.n = 0;
	plan.is_lasting = is_lasting;
	plan.at = at;
	for (int i = 0; i < 12; i++) {
		put(s, &n, 40);
		e.text[0] = '\0';
		/* Each flush has it tried again at once. */
		bool is_stored = false;
		for (int tries = 0; !is_stored && tries < (is_lasting ? 1 : 1000); tries++) {
			is_stored = store_flush(s, is_lasting ? 5 : 20, &e);
			assert_true(is_stored || e.text[0] != '\0');
		}
		acknowledged = is_stored ? n : acknowledged;
	}
	bool is_done = plan.n >= at;

	plan.at = 0;
	store_state(s, &st);
	assert_int_equal(st.dropped, 0);
	if (st.committed < (uint64_t)acknowledged) {
		fail_msg("%s %d: %llu of %d", ops[op].name, at, (unsigned long long)st.committed, acknowledged);
	}
	if (!store_flush(s, 10000, &e)) {
		fail_msg("%s %d, afterwards: %s", ops[op].name, at, e.text);
	}
	store_close(s);
	if (fixture_int(dir, "SELECT count(*) FROM call") != n) {
		fail_msg("%s %d: %lld rows of %d", ops[op].name, at, (long long)fixture_int(dir, "SELECT count(*) FROM call"), n);
	}
	sums_are_right(dir, ops[op].name, at);
	fixture_is_whole(dir);
	fixture_remove(dir);
	return is_done;
}

/* Each of the first, then fewer and fewer; make check-faults: each. */
static int next(int at)
{
	return at + 1 + fixture_rounds(at / 5, 0);
}

static void nothing_is_lost(void **state)
{
	(void)state;
	for (enum op op = OP_WRITE; op < OP_COUNT; op++) {
		for (int at = 1; fail_at(op, at, false); at = next(at)) {
		}
		for (int at = 1; fail_at(op, at, true); at = next(at)) {
		}
	}
}

/* A store that is made, also from an empty file. False: there was no such operation. */
static bool make_at(enum op op, int at, bool is_begun)
{
	char *dir = fixture_dir();
	struct err e = { 0 };

	if (is_begun) {
		char *path = x_asprintf("%s/sonde.db", dir);

		fixture_write_file(path, "", 0);
		free(path);
	}
	plan.op = op;
	plan.n = 0;
	plan.is_lasting = false;
	plan.at = at;
	struct store *s = store_open(dir, &e);
	bool is_done = plan.n >= at;

	plan.at = 0;
	assert_true(s != NULL || e.text[0] != '\0');
	store_close(s);
	s = store_open(dir, &e);
	if (s == NULL) {
		fail_msg("%s %d, afterwards: %s", ops[op].name, at, e.text);
	}
	store_close(s);
	fixture_is_whole(dir);
	fixture_remove(dir);
	return is_done;
}

static void a_store_is_made_or_not(void **state)
{
	(void)state;
	for (enum op op = OP_WRITE; op < OP_COUNT; op++) {
		for (int at = 1; make_at(op, at, false); at = next(at)) {
		}
		for (int at = 1; make_at(op, at, true); at = next(at)) {
		}
	}
}

static struct {
	const char *dir;
	int n;
} latecomer;

static void open_as_well(void)
{
	struct err e = { 0 };
	int64_t tables;
	struct sql *s = sql_open(latecomer.dir, SQL_WRITE, &e);

	latecomer.n++;
	if (s == NULL || !sql_int(s, "SELECT count(*) FROM sqlite_schema", &tables, &e)) {
		fail_msg("at sync %d: %s", latecomer.n, e.text);
	}
	sql_close(s);
}

/* However long the disk takes for a store that is made, it keeps no other process out. */
static void a_store_that_is_made_can_be_opened(void **state)
{
	struct err e = { 0 };

	latecomer.dir = *state;
	while_syncing = open_as_well;
	struct writer *w = writer_open(*state, &e);

	while_syncing = NULL;
	if (w == NULL) {
		fail_msg("%s", e.text);
	}
	assert_true(latecomer.n > 0);
	writer_close(w);
	fixture_is_whole(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost),
		cmocka_unit_test(a_store_is_made_or_not),
		cmocka_unit_test_setup_teardown(a_store_that_is_made_can_be_opened, fixture_setup, fixture_teardown),
	};

	install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
