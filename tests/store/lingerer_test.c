/* A reader that is stopped within a read transaction: who it is is told, writing goes on, and the log gets small again when it goes on. */
#include "store/store.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "tests/store/fixture.h"

#define WAIT_US (60 * US_PER_S)
#define WAL_MOST (64LL << 20)

/* Reads one row and holds the transaction; after SIGCONT and a byte it ends it and waits for another byte. */
static void hold_open(const char *dir, int go_fd, int ready_fd)
{
	sqlite3 *db = fixture_db(dir);
	sqlite3_stmt *stmt = NULL;
	char c = 'r';

	(void)sqlite3_prepare_v2(db, "SELECT * FROM call", -1, &stmt, NULL);
	(void)sqlite3_step(stmt);
	if (write(ready_fd, &c, 1) != 1 || read(go_fd, &c, 1) != 1) {
		_exit(1);
	}
	sqlite3_finalize(stmt);
	_exit(read(go_fd, &c, 1) == 1 ? 0 : 1);
}

static int64_t wal_bytes(const char *dir)
{
	char *path = x_asprintf("%s/sonde.db-wal", dir);
	struct stat st;
	int64_t bytes = stat(path, &st) == 0 ? st.st_size : 0;

	free(path);
	return bytes;
}

/* Rows with bodies of 4 KiB until something is so. */
static bool write_until(struct store *s, const char *dir, int *n, bool (*is_so)(const struct store_state *st, const char *dir))
{
	static char bytes[4096];
	struct call_body body = { .request = bytes, .request_len = sizeof(bytes) };
	int64_t until_us = clock_mono_us() + WAIT_US;
	struct store_state st;
	struct call_row row;

	do {
		for (int i = 0; i < 50; i++, (*n)++) {
			fixture_row(&row, *n);
			store_put_call(s, &row, &body);
		}
		fixture_flush(s);
		store_state(s, &st);
		(void)poll(NULL, 0, 10);
	} while (!is_so(&st, dir) && clock_mono_us() < until_us);
	return is_so(&st, dir);
}

static bool is_told(const struct store_state *st, const char *dir)
{
	(void)dir;
	return st->warning.code != ERR_NONE;
}

static bool is_over(const struct store_state *st, const char *dir)
{
	return st->warning.code == ERR_NONE && wal_bytes(dir) <= WAL_MOST;
}

static void hear(void *ctx)
{
	++*(_Atomic int *)ctx;
}

static void a_stopped_reader_is_named(void **state)
{
	struct store *s = fixture_store(*state);
	int go[2], ready[2], n = 1, status;
	_Atomic int heard = 0;
	struct store_state st;
	struct call_row row;
	char c, pid_text[40];

	fixture_row(&row, 0);
	store_put_call(s, &row, NULL);
	fixture_flush(s);
	assert_true(pipe(go) == 0 && pipe(ready) == 0);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		hold_open(*state, go[0], ready[1]);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_true(write_until(s, *state, &n, is_told));
	store_on_change(s, hear, &heard);
	store_state(s, &st);
	assert_false(st.is_failing);
	(void)snprintf(pid_text, sizeof(pid_text), "process %d (lingerer_test)", (int)pid);
	assert_non_null(strstr(st.warning.hint, pid_text));
	assert_non_null(strstr(st.warning.text, "MiB"));
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(write(go[1], "x", 1), 1);
	/* Nothing is written any more: it notices by itself, and its log is empty in the end. */
	for (int64_t until_us = clock_mono_us() + WAIT_US; (st.warning.code != ERR_NONE || wal_bytes(*state) > 0) && clock_mono_us() < until_us;) {
		(void)poll(NULL, 0, 50);
		store_state(s, &st);
	}
	assert_int_equal(st.warning.code, ERR_NONE);
	assert_int_equal(wal_bytes(*state), 0);
	assert_true(heard > 0);
	assert_true(write_until(s, *state, &n, is_over));
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	store_close(s);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), n);
	fixture_is_whole(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_stopped_reader_is_named, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
