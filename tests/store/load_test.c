/* A gateway that writes, two importers and eight consoles that read, all at once: no error, every row there, the log small. */
#include <poll.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "metrics/summary.h"
#include "store/bulk.h"
#include "tests/store/fixture.h"

#define READERS 8
#define IMPORTERS 2
#define WAL_MOST (64LL << 20)

static int batches(void)
{
	return fixture_rounds(60, 6000);
}

static void fill_rows(struct call_row rows[50], int who, int batch)
{
	for (int i = 0; i < 50; i++) {
		fixture_row(&rows[i], batch * 50 + i);
		rows[i].id.key = (uint64_t)who;
		rows[i].latency_us = 1000 + i;
	}
}

static void end(const char *who, bool ok, const struct err *e)
{
	if (!ok) {
		print_message("%s: %s\n", who, e->text);
	}
	_exit(ok ? 0 : 1);
}

static void gateway(const char *dir)
{
	struct err e = { 0 };
	struct store *s = store_open(dir, &e);
	struct call_row rows[50];
	bool ok = s != NULL;

	for (int batch = 0; ok && batch < batches(); batch++) {
		fill_rows(rows, 0, batch);
		for (int i = 0; i < 50; i++) {
			store_put_call(s, &rows[i], NULL);
		}
		ok = store_flush(s, 60000, &e);
	}
	store_close(s);
	end("gateway", ok, &e);
}

static void importer(const char *dir, int who)
{
	struct err e = { 0 };
	struct bulk *b = bulk_open(dir, &e);
	struct call_row rows[50];
	uint64_t added;
	bool ok = b != NULL;

	for (int batch = 0; ok && batch < batches(); batch++) {
		fill_rows(rows, who, batch);
		ok = bulk_add(b, rows, 50, &added, &e) && added == 50;
	}
	bulk_close(b);
	end("importer", ok, &e);
}

/* Until its parent closes the pipe. */
static void console(const char *dir, int stop_fd)
{
	const struct metrics_query q = { .to_us = INT64_MAX, .by = BY_PROVIDER, .columns = 80 };
	struct err e = { 0 };
	struct reader *r = reader_open(dir, &e);
	uint64_t before = 0;
	bool ok = r != NULL;
	struct pollfd fd = { .fd = stop_fd, .events = POLLIN };

	while (ok && poll(&fd, 1, 20) == 0) {
		struct metrics *m = metrics_query(r, &q, &e);

		ok = m != NULL && m->total.calls >= before;
		before = m != NULL ? m->total.calls : 0;
		metrics_free(m);
	}
	reader_close(r);
	end("console", ok, &e);
}

static void start(int *n, void (*run)(const char *dir, int arg), const char *dir, int arg, int close_fd)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(close_fd);
		run(dir, arg);
	}
	++*n;
}

static void run_gateway(const char *dir, int arg)
{
	(void)arg;
	gateway(dir);
}

static void all_at_once(void **state)
{
	const char *dir = *state;
	int stop[2], n_writers = 0, n_readers = 0, status;
	struct stat st;

	store_close(fixture_store(dir));
	assert_int_equal(pipe(stop), 0);
	for (int i = 0; i < READERS; i++) {
		start(&n_readers, console, dir, stop[0], stop[1]);
	}
	start(&n_writers, run_gateway, dir, 0, stop[1]);
	for (int i = 1; i <= IMPORTERS; i++) {
		start(&n_writers, importer, dir, i, stop[1]);
	}
	/* The consoles end only after this. */
	for (int i = 0; i < n_writers; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	char *wal = x_asprintf("%s/sonde.db-wal", dir);

	assert_true(stat(wal, &st) != 0 || st.st_size <= WAL_MOST);
	(void)close(stop[1]);
	for (int i = 0; i < n_readers; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	(void)close(stop[0]);
	free(wal);
	assert_int_equal(fixture_int(dir, "SELECT count(*) FROM call"), (1 + IMPORTERS) * 50 * batches());
	assert_int_equal(fixture_int(dir, "SELECT sum(n) FROM rollup WHERE level = 3"), (1 + IMPORTERS) * 50 * batches());
	fixture_is_whole(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_at_once, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
