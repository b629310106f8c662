/* The write-ahead log is cut, or a bit of it flipped, at random places, as a power cut may leave it; and a process is killed while it brings an older
 * store up to date. What is there afterwards is whole transactions, in order from the first, with the sums of their rows. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/map.h"
#include "base/num.h"
#include "store/audit.h"
#include "store/bulk.h"
#include "store/migrate.h"
#include "tests/store/fixture.h"

#define ROWS_EACH 20 /* of a transaction */
#define TRANSACTIONS 60

static char *file_of(const char *dir, const char *name)
{
	return x_asprintf("%s/%s", dir, name);
}

static char *read_file(const char *dir, const char *name, size_t *len)
{
	char *path = file_of(dir, name);
	FILE *f = fopen(path, "rb");
	struct stat st;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	char *bytes = x_malloc((size_t)st.st_size + 1);

	*len = fread(bytes, 1, (size_t)st.st_size, f);
	assert_int_equal(*len, st.st_size);
	(void)fclose(f);
	free(path);
	return bytes;
}

static void write_file(const char *dir, const char *name, const char *bytes, size_t len)
{
	char *path = file_of(dir, name);

	fixture_write_file(path, bytes, len);
	free(path);
}

/* A store whose log is full of transactions, never moved into the file: as copies of both, taken while it is open. */
static void fill(const char *dir, char **db, size_t *db_len, char **wal, size_t *wal_len)
{
	struct err e = { 0 };
	struct bulk *b = bulk_open(dir, &e);
	struct call_row rows[ROWS_EACH];
	uint64_t added;

	assert_non_null(b);
	/* The schema is in the file itself: a log that is cut must not take it away. */
	fixture_exec(dir, "PRAGMA wal_checkpoint(TRUNCATE)");
	for (int t = 0; t < TRANSACTIONS; t++) {
		for (int i = 0; i < ROWS_EACH; i++) {
			fixture_row(&rows[i], t * ROWS_EACH + i);
			rows[i].latency_us = 1000 + i;
		}
		assert_true(bulk_add(b, rows, ROWS_EACH, &added, &e));
	}
	*db = read_file(dir, "sonde.db", db_len);
	*wal = read_file(dir, "sonde.db-wal", wal_len);
	bulk_close(b);
	assert_true(*wal_len > 100000);
}

static void is_a_prefix(const char *dir, int round)
{
	struct err e = { 0 };
	struct writer *w = writer_open(dir, &e);
	struct audit a;

	if (w == NULL || !audit_run(w, &a, &e)) {
		fail_msg("round %d: %s", round, e.text);
	}
	int64_t n = fixture_int(dir, "SELECT count(*) FROM call");

	if (n % ROWS_EACH != 0 || a.wrong != 0 || (n > 0 && fixture_int(dir, "SELECT max(in_tok) FROM call") != n - 1)) {
		fail_msg("round %d: %lld rows, %llu wrong sums", round, (long long)n, (unsigned long long)a.wrong);
	}
	audit_free(&a);
	writer_set_checked(w);
	writer_close(w);
	fixture_is_whole(dir);
}

static void a_torn_log_leaves_whole_transactions(void **state)
{
	char *db, *wal;
	size_t db_len, wal_len;
	int64_t least = INT64_MAX, most = 0;

	fill(*state, &db, &db_len, &wal, &wal_len);
	for (int round = 0; round < fixture_rounds(120, 3000); round++) {
		char *dir = fixture_dir();
		uint64_t place = hash_mix((uint64_t)round + 1) % wal_len;
		bool is_cut = round % 2 == 0;

		write_file(dir, "sonde.db", db, db_len);
		wal[place] ^= is_cut ? 0 : (char)(1 << (round / 2 % 8));
		write_file(dir, "sonde.db-wal", wal, is_cut ? place : wal_len);
		wal[place] ^= is_cut ? 0 : (char)(1 << (round / 2 % 8));
		is_a_prefix(dir, round);
		int64_t n = fixture_int(dir, "SELECT count(*) FROM call");

		least = n < least ? n : least;
		most = n > most ? n : most;
		fixture_remove(dir);
	}
	assert_true(least < most); /* the places were not all alike */
	free(db);
	free(wal);
}

/* A store of an older version with rows. */
static void make_old(const char *dir, int version)
{
	struct err e = { 0 };
	struct sql *s = sql_open(dir, SQL_WRITE, &e);

	assert_true(s != NULL && migrate_run(s, version, &e));
	sql_close(s);
	fixture_exec(dir, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
			  " INSERT INTO call (ts_us, key, error_class, http_status, cost_source, cost_is_estimated, attempts, is_streamed,"
			  " is_simulated, run_column) SELECT i, i, 0, 200, 0, 0, 1, 0, 0, 0 FROM n");
}

static void killed_while_it_is_brought_up_to_date(void **state)
{
	int n_old = 0, n_between = 0;

	(void)state;
	for (int round = 0; round < fixture_rounds(60, 1000); round++) {
		char *dir = fixture_dir();
		int version = 1 + round % (migrate_newest() - 1), status;
		struct err e = { 0 };

		make_old(dir, version);
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			struct sql *s = sql_open(dir, SQL_WRITE, NULL);

			_exit(s != NULL && migrate_run(s, migrate_newest(), NULL) ? 0 : 1);
		}
		struct timespec t = { .tv_nsec = (long)(hash_mix((uint64_t)round) % 30000000) };

		(void)nanosleep(&t, NULL);
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		int64_t now = fixture_int(dir, "PRAGMA user_version");

		assert_true(now >= version && now <= migrate_newest());
		n_old += now == version;
		n_between += now > version && now < migrate_newest();
		assert_int_equal(fixture_int(dir, "SELECT count(*) FROM call"), 2000);
		struct sql *s = sql_open(dir, SQL_WRITE, &e);

		if (s == NULL || !migrate_run(s, migrate_newest(), &e)) {
			fail_msg("round %d, from version %d at %lld: %s", round, version, (long long)now, e.text);
		}
		sql_close(s);
		assert_int_equal(fixture_int(dir, "SELECT count(*) FROM call"), 2000);
		fixture_is_whole(dir);
		fixture_remove(dir);
	}
	print_message("# still old: %d, at a version between: %d\n", n_old, n_between);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_torn_log_leaves_whole_transactions, fixture_setup, fixture_teardown),
		cmocka_unit_test(killed_while_it_is_brought_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
