#include "store/bulk.h"

#include <sys/wait.h>

#include "base/clock.h"
#include "tests/store/fixture.h"

static struct call_row *make_rows(size_t n)
{
	struct call_row *rows = x_calloc(n, sizeof(*rows));

	for (size_t i = 0; i < n; i++) {
		fixture_row(&rows[i], (int)i);
	}
	return rows;
}

static void add(const char *dir, const struct call_row *rows, size_t n, uint64_t want)
{
	struct err e = { 0 };
	struct bulk *b = bulk_open(dir, &e);
	uint64_t added = 77;

	assert_non_null(b);
	assert_true(bulk_add(b, rows, n, &added, &e));
	assert_true(added == want);
	bulk_close(b);
}

static void only_new_rows_are_added(void **state)
{
	const size_t n = 20000;
	struct call_row *rows = make_rows(n);

	add(*state, rows, 0, 0);
	add(*state, rows, 100, 100);
	add(*state, rows, n, n - 100);
	add(*state, rows, n, 0);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), n);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM dim"), 4);
	free(rows);
}

static void order_does_not_matter(void **state)
{
	const size_t n = 5000;
	struct call_row *rows = make_rows(n), *mixed = x_calloc(2 * n, sizeof(*mixed));

	/* Backwards, and each row twice. */
	for (size_t i = 0; i < n; i++) {
		mixed[2 * i] = mixed[2 * i + 1] = rows[n - 1 - i];
	}
	add(*state, mixed, 2 * n, n);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), n);
	assert_int_equal(fixture_int(*state, "SELECT sum(in_tok) FROM call"), n * (n - 1) / 2);
	fixture_is_whole(*state);
	free(mixed);
	free(rows);
}

/* Rows are stored several at a time: one that is there already may be at any place among them, or be one of two. */
static void rows_that_are_there_may_be_anywhere(void **state)
{
	const size_t apart = 20, n = 18 * apart;
	struct call_row *rows = make_rows(n);
	uint64_t there = 0;

	for (size_t i = 0; i < n; i += apart) {
		add(*state, &rows[i + i / apart], 1, 1);
		there++;
		if (i / apart % 3 == 0) {
			add(*state, &rows[i + i / apart + 2], 1, 1);
			there++;
		}
	}
	add(*state, rows, n, n - there);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), n);
	assert_int_equal(fixture_int(*state, "SELECT sum(in_tok) FROM call"), n * (n - 1) / 2);
	assert_int_equal(fixture_int(*state, "SELECT sum(n) FROM rollup WHERE level = 3"), n);
	assert_int_equal(fixture_int(*state, "SELECT sum(in_tok) FROM rollup WHERE level = 3"), n * (n - 1) / 2);
	assert_int_equal(fixture_int(*state, "SELECT sum(n) FROM rollup WHERE level = 2"), n);
	fixture_is_whole(*state);
	free(rows);
}

/* The same moment, and keys that differ in the highest bit only, are different calls. */
static void the_whole_id_counts(void **state)
{
	struct call_row rows[3];

	for (int i = 0; i < 3; i++) {
		fixture_row(&rows[i], 1);
		rows[i].id.key = i == 0 ? 0 : i == 1 ? 1ULL << 63 : UINT64_MAX;
	}
	add(*state, rows, 3, 3);
}

/* Begins once somebody has written to `start`. */
static pid_t import_in_a_child(const char *dir, size_t n, int start)
{
	pid_t pid = fork();
	char c;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct call_row *rows = make_rows(n);
		struct err e = { 0 };
		struct bulk *b = read(start, &c, 1) == 1 ? bulk_open(dir, &e) : NULL;
		uint64_t added = 0;
		bool ok = b != NULL && bulk_add(b, rows, n, &added, &e) && added == n;

		bulk_close(b);
		free(rows);
		_exit(ok ? 0 : 1);
	}
	return pid;
}

/* A store in this process and a child that imports: neither fails, neither loses a row. Returns whether a row was stored while the import
 * ran. */
static bool import_beside(const char *dir)
{
	const size_t n = 60000;
	int status = -1, start[2];
	bool is_beside = false;

	assert_int_equal(pipe(start), 0);
	pid_t pid = import_in_a_child(dir, n, start[0]);
	struct store *s = fixture_store(dir);
	assert_int_equal(write(start[1], "!", 1), 1);
	for (int i = 0; i < 50; i++) {
		struct call_row r;

		fixture_row(&r, -1 - i);
		store_put_call(s, &r, NULL);
		fixture_flush(s);
		is_beside = is_beside || waitpid(pid, &status, WNOHANG) == 0;
	}
	store_close(s);
	(void)waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(fixture_int(dir, "SELECT count(*) FROM call"), n + 50);
	fixture_is_whole(dir);
	(void)close(start[0]);
	(void)close(start[1]);
	return is_beside;
}

/* Slices of 20 ms: nobody waits for the whole import, unless a busy machine lets him come too late for that; hence several tries. */
static void an_import_beside_a_running_store(void **state)
{
	bool is_beside = false;

	for (int i = 0; i < 30 && !is_beside; i++) {
		char *dir = fixture_dir();

		is_beside = import_beside(dir);
		fixture_remove(dir);
	}
	(void)state;
	assert_true(is_beside);
}

static void a_bad_row_stops_the_import_with_a_reason(void **state)
{
	struct call_row *rows = make_rows(10);
	struct err e = { 0 };
	struct bulk *b = bulk_open(*state, &e);
	uint64_t added = 77;

	rows[7].id.ts_us = UNKNOWN;
	assert_false(bulk_add(b, rows, 10, &added, &e));
	assert_true(added == 0);
	assert_true(e.text[0] != '\0');
	/* The slice is undone as a whole, and the connection goes on. */
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 0);
	assert_true(bulk_add(b, rows, 7, &added, &e));
	assert_true(added == 7);
	bulk_close(b);
	bulk_close(NULL);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call JOIN dim ON provider = id WHERE name = 'openai'"), 7);
	free(rows);
}

static void positions_come_with_their_rows(void **state)
{
	struct call_row *rows = make_rows(3000);
	struct bulk_position at = { .path = "/log", .device = 1, .inode = UINT64_MAX, .offset = 77, .line = 5, .hash = UINT64_MAX - 1 }, got[10];
	struct err e = { 0 };
	struct bulk *b = bulk_open(*state, &e);
	uint64_t added;
	size_t n;

	assert_true(bulk_add_until(b, rows, 3000, &at, &added, &e));
	assert_true(added == 3000);
	assert_true(bulk_has(b, rows[7].id));
	assert_false(bulk_has(b, (struct call_id){ 1, 2 }));
	at.offset = 99;
	assert_true(bulk_add_until(b, NULL, 0, &at, &added, &e));
	assert_true(bulk_positions(b, "/log", got, 10, &n, &e));
	assert_int_equal(n, 1);
	assert_true(got[0].device == 1 && got[0].inode == UINT64_MAX && got[0].offset == 99 && got[0].line == 5 && got[0].hash == UINT64_MAX - 1);
	assert_true(bulk_positions(b, "/other", got, 10, &n, &e));
	assert_int_equal(n, 0);
	/* The last of many files, the one last written to first. */
	for (uint64_t i = 0; i < 20; i++) {
		at.inode = i;
		at.at_us++;
		assert_true(bulk_add_until(b, NULL, 0, &at, &added, &e));
	}
	assert_true(bulk_positions(b, "/log", got, 10, &n, &e));
	assert_int_equal(n, 8);
	assert_true(got[0].inode == 19 && got[7].inode == 12);
	bulk_close(b);
	/* A row that is refused takes the position with it. */
	fixture_exec(*state, "CREATE TRIGGER t BEFORE INSERT ON call WHEN NEW.in_tok = 4001 BEGIN SELECT RAISE(ABORT, 'no'); END");
	b = bulk_open(*state, &e);
	fixture_row(&rows[0], 4000);
	fixture_row(&rows[1], 4001);
	at.offset = 500;
	assert_false(bulk_add_until(b, rows, 2, &at, &added, &e));
	assert_true(added == 0);
	assert_false(bulk_has(b, rows[0].id));
	assert_true(bulk_positions(b, "/log", got, 10, &n, &e));
	assert_int_equal(got[0].offset, 99);
	bulk_close(b);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_new_rows_are_added, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(order_does_not_matter, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(rows_that_are_there_may_be_anywhere, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_whole_id_counts, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(an_import_beside_a_running_store, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_bad_row_stops_the_import_with_a_reason, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(positions_come_with_their_rows, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
