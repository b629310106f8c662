#include "store/store.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "tests/store/fixture.h"

static void put(struct store *s, int i)
{
	struct call_row r;

	fixture_row(&r, i);
	store_put_call(s, &r, NULL);
}

static void wait_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}

static void what_is_put_is_stored(void **state)
{
	struct store *s = fixture_store(*state);
	struct call_row row, got;
	struct call_body body = { "req\0uest", 8, "", 0, NULL, 0 }, got_body;
	struct run_row run = { FIXTURE_T0, "be brief", "hello", "{\"temperature\":0}", "[\"a\"]", true }, *runs;
	struct err e = { 0 };
	size_t n;

	fixture_full_row(&row);
	store_put_run(s, &run);
	store_put_call(s, &row, &body);
	store_put_call(s, &row, &body);
	fixture_flush(s);
	struct reader *r = reader_open(*state, &e);
	assert_non_null(r);
	assert_true(calls_get(r, row.id, &got, &got_body, &e));
	fixture_same_row(&got, &row);
	assert_int_equal(got_body.request_len, 8);
	assert_memory_equal(got_body.request, "req\0uest", 8);
	assert_non_null(got_body.response);
	assert_int_equal(got_body.response_len, 0);
	assert_null(got_body.answer);
	call_row_free(&got);
	call_body_free(&got_body);
	assert_true(runs_list(r, 10, &runs, &n, &e));
	assert_int_equal(n, 1);
	assert_string_equal(runs[0].system, "be brief");
	assert_string_equal(runs[0].user, "hello");
	assert_string_equal(runs[0].params, run.params);
	assert_string_equal(runs[0].targets, run.targets);
	assert_true(runs[0].is_simulated && runs[0].ts_us == FIXTURE_T0);
	run_row_free(&runs[0]);
	free(runs);
	reader_close(r);

	struct store_state st;
	store_state(s, &st);
	assert_true(st.committed == 3 && st.pending == 0 && st.dropped == 0 && !st.is_failing);
	store_close(s);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 1);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM body"), 1);
}

static void rows_are_committed_without_a_flush(void **state)
{
	struct store *s = fixture_store(*state);
	struct store_state st;
	int64_t until = clock_mono_us() + 60 * US_PER_S;

	put(s, 1);
	store_state(s, &st);
	assert_true(st.pending + st.committed == 1);
	do {
		wait_ms(5);
		store_state(s, &st);
	} while (st.committed == 0 && clock_mono_us() < until);
	assert_true(st.committed == 1);
	store_close(s);
}

static void closing_commits(void **state)
{
	for (int round = 0; round < 5; round++) {
		struct store *s = fixture_store(*state);

		for (int i = 0; i < 100; i++) {
			put(s, round * 100 + i);
		}
		store_close(s);
		assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), (round + 1) * 100);
	}
	store_close(NULL);
}

struct heard {
	_Atomic int n;
};

static void hear(void *ctx)
{
	struct heard *h = ctx;

	h->n++;
}

static void changes_are_told(void **state)
{
	struct store *s = fixture_store(*state);
	struct heard h = { 0 };
	int64_t until = clock_mono_us() + 60 * US_PER_S;

	store_on_change(s, hear, &h);
	put(s, 1);
	fixture_flush(s);
	while (h.n == 0 && clock_mono_us() < until) {
		wait_ms(1);
	}
	assert_int_equal(h.n, 1);
	store_on_change(s, NULL, NULL);
	put(s, 2);
	fixture_flush(s);
	store_close(s);
	assert_int_equal(h.n, 1);
}

/* While another process holds the lock rows wait; the queue has an end, and what does not fit is counted. */
static void a_locked_file_makes_rows_wait(void **state)
{
	struct store *s = fixture_store(*state);
	sqlite3 *db = fixture_db(*state);
	struct store_state st;
	struct err e = { 0 };

	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	put(s, 0);
	assert_false(store_flush(s, 60, &e));
	assert_non_null(strstr(e.text, "1 row not yet stored"));
	const int n = 100500;
	for (int i = 1; i < n; i++) {
		put(s, i);
	}
	store_state(s, &st);
	assert_true(st.committed == 0 && st.dropped > 0 && st.pending + st.dropped == (uint64_t)n);
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_false(store_flush(s, 20000, &e));
	assert_non_null(strstr(e.text, "lost"));
	assert_true(store_flush(s, 60000, &e));
	store_state(s, &st);
	assert_true(st.pending == 0 && st.committed + st.dropped == (uint64_t)n && !st.is_failing);
	store_close(s);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), st.committed);
	assert_int_equal(fixture_int(*state, "SELECT value FROM meta WHERE key = 'lost_rows'"), st.dropped);
}

static void a_body_too_large_for_the_queue_is_lost_and_told(void **state)
{
	struct store *s = fixture_store(*state);
	size_t len = (size_t)65 << 20;
	char *bytes = x_malloc(len);
	struct call_row row;
	struct call_body body = { .request = bytes, .request_len = len };
	struct err e = { 0 };

	memset(bytes, 'x', len);
	fixture_row(&row, 1);
	store_put_call(s, &row, &body);
	put(s, 2);
	assert_false(store_flush(s, 5000, &e));
	assert_non_null(strstr(e.text, "1 row lost: it has 65 MiB"));
	assert_true(store_flush(s, 60000, &e));
	free(bytes);
	store_close(s);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 1);
	assert_int_equal(fixture_int(*state, "SELECT value FROM meta WHERE key = 'lost_rows'"), 1);
}

/* A row that breaks the schema is refused; the others of its batch are not held up by it. */
static void a_row_that_cannot_be_stored_is_passed_over(void **state)
{
	struct store *s = fixture_store(*state);
	struct call_row row;
	struct err e = { 0 };
	struct store_state st;

	put(s, 1);
	fixture_row(&row, 2);
	row.id.ts_us = UNKNOWN;
	store_put_call(s, &row, NULL);
	put(s, 3);
	assert_false(store_flush(s, 5000, &e));
	assert_non_null(strstr(e.text, "1 row lost"));
	assert_true(store_flush(s, 60000, &e));
	store_state(s, &st);
	assert_true(st.committed == 2 && st.dropped == 1 && !st.is_failing);
	store_close(s);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 2);
}

static void a_deleted_file_is_made_anew(void **state)
{
	struct store *s = fixture_store(*state);
	char *path = x_asprintf("%s/sonde.db", (const char *)*state);
	char *to = x_asprintf("%s/away.db", (const char *)*state);

	put(s, 1);
	fixture_flush(s);
	assert_int_equal(rename(path, to), 0);
	put(s, 2);
	fixture_flush(s);
	put(s, 3);
	store_close(s);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 2);
	assert_int_equal(access(to, R_OK), 0);
	free(to);
	free(path);
}

/* ---- places that cannot be used ---- */

static void make_text_file(const char *dir)
{
	char *path = x_asprintf("%s/sonde.db", dir);
	char text[4096];

	memset(text, 'a', sizeof(text));
	fixture_write_file(path, text, sizeof(text));
	free(path);
}

static void make_damaged(const char *dir)
{
	char *path = x_asprintf("%s/sonde.db", dir);
	struct store *s = fixture_store(dir);
	char noise[16384];

	for (int i = 0; i < 100; i++) {
		put(s, i);
	}
	store_close(s);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	memset(noise, 0xa5, sizeof(noise));
	assert_int_equal(pwrite(fd, noise, sizeof(noise), 100), sizeof(noise)); /* the root of the schema */
	(void)close(fd);
	free(path);
}

static void make_directory(const char *dir)
{
	char *path = x_asprintf("%s/sonde.db", dir);

	assert_int_equal(mkdir(path, 0700), 0);
	free(path);
}

static void make_read_only(const char *dir)
{
	char *path = x_asprintf("%s/sonde.db", dir);

	store_close(fixture_store(dir));
	assert_int_equal(chmod(path, 0400), 0);
	free(path);
}

static void make_unreadable(const char *dir)
{
	char *path = x_asprintf("%s/sonde.db", dir);

	store_close(fixture_store(dir));
	assert_int_equal(chmod(path, 0), 0);
	free(path);
}

static void make_read_only_dir(const char *dir)
{
	assert_int_equal(chmod(dir, 0500), 0);
}

static void make_closed_dir(const char *dir)
{
	store_close(fixture_store(dir));
	assert_int_equal(chmod(dir, 0), 0);
}

static void make_newer(const char *dir)
{
	store_close(fixture_store(dir));
	fixture_exec(dir, "PRAGMA user_version = 10000");
}

static void unusable_places_are_refused_with_a_sentence(void **state)
{
	static const struct {
		void (*make)(const char *dir);
		const char *text, *reader_text; /* parts; reader_text NULL: it can be read */
	} cases[] = {
		{ make_text_file, "is not a sonde store", "is not a sonde store" },
		{ make_damaged, "is damaged", "is damaged" },
		{ make_directory, "is not a file", "is not a file" },
		{ make_read_only, "cannot be written", NULL },
		{ make_unreadable, "cannot be opened: Permission denied", "cannot be opened: Permission denied" },
		{ make_read_only_dir, "cannot be opened: Permission denied", "nothing recorded yet" },
		{ make_closed_dir, "cannot be opened: Permission denied", "cannot be opened: Permission denied" },
		{ make_newer, "written by a newer sonde", "written by a newer sonde" },
	};
	bool is_root = geteuid() == 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *dir = fixture_dir();
		struct err e = { 0 };

		/* Nothing is forbidden to root. */
		if (is_root) {
			assert_int_equal(chown(dir, 65534, 65534), 0);
			assert_int_equal(setresuid(65534, 65534, 0), 0);
		}
		cases[i].make(dir);
		struct store *s = store_open(dir, &e);
		assert_null(s);
		if (strstr(e.text, cases[i].text) == NULL) {
			fail_msg("%zu: %s", i, e.text);
		}
		assert_true(e.hint[0] != '\0');
		assert_int_equal(e.code, ERR_INTERNAL);
		struct bulk *b = bulk_open(dir, &e);
		assert_null(b);
		e = (struct err){ 0 };
		struct reader *r = reader_open(dir, &e);
		assert_int_equal(r != NULL, cases[i].reader_text == NULL);
		if (r == NULL && strstr(e.text, cases[i].reader_text) == NULL) {
			fail_msg("%zu: %s", i, e.text);
		}
		reader_close(r);
		assert_int_equal(chmod(dir, 0700), 0);
		if (is_root) {
			assert_int_equal(setresuid(0, 0, 0), 0);
		}
		fixture_remove(dir);
	}
}

static void a_file_in_place_of_the_directory_is_refused(void **state)
{
	char *path = x_asprintf("%s/data", (const char *)*state), *below = x_asprintf("%s/data/x", (const char *)*state);
	struct err e = { 0 };

	fixture_write_file(path, "x", 1);
	assert_null(store_open(path, &e));
	assert_non_null(strstr(e.text, "cannot make the directory"));
	assert_true(e.hint[0] != '\0');
	assert_null(store_open(below, &e));
	assert_non_null(strstr(e.text, "cannot make the directory"));
	assert_true(e.hint[0] != '\0');
	assert_null(reader_open(path, &e));
	assert_non_null(strstr(e.text, "is not a directory"));
	assert_true(e.hint[0] != '\0');
	free(path);
	free(below);
}

static void a_missing_store_is_no_fault_to_a_reader(void **state)
{
	char *dir = x_asprintf("%s/none", (const char *)*state);
	struct err e = { 0 };

	assert_null(reader_open(dir, &e));
	assert_int_equal(e.code, ERR_CHECK);
	assert_non_null(strstr(e.text, "nothing recorded yet"));
	assert_null(reader_open(*state, &e));
	assert_int_equal(e.code, ERR_CHECK);
	assert_int_equal(access(dir, F_OK), -1);
	free(dir);
}

/* ---- a full disk ---- */

static void fill(const char *path, uint64_t to_leave)
{
	char block[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	struct statvfs fs;

	assert_true(fd >= 0);
	memset(block, 'f', sizeof(block));
	while (fstatvfs(fd, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize > to_leave && write(fd, block, sizeof(block)) > 0) {
	}
	(void)close(fd);
}

static void a_full_disk_loses_nothing_and_recovers(void **state)
{
	const char *dir = *state;
	char *filler = x_asprintf("%s/filler", dir);
	char bytes[20000];
	struct call_row row;
	struct call_body body = { .request = bytes, .request_len = sizeof(bytes) };
	struct store_state st;
	struct err e = { 0 };
	int n = 0;

	if (mount("sonde-test", dir, "tmpfs", 0, "size=6m") != 0) {
		print_message("not allowed to mount a small disk\n");
		free(filler);
		skip();
	}
	struct store *s = fixture_store(dir);

	memset(bytes, 'b', sizeof(bytes));
	for (int round = 0; round < fixture_rounds(3, 50); round++) {
		for (int i = 0; i < 20; i++, n++) {
			fixture_row(&row, n);
			store_put_call(s, &row, &body);
		}
		fixture_flush(s);
		fill(filler, 0);
		int acknowledged = n;

		for (int i = 0; i < 50; i++, n++) {
			fixture_row(&row, n);
			store_put_call(s, &row, &body);
		}
		assert_false(store_flush(s, 100, &e));
		assert_non_null(strstr(e.text, "not yet stored"));
		assert_non_null(strstr(e.text, "cannot grow"));
		assert_true(e.hint[0] != '\0');
		store_state(s, &st);
		assert_true(st.is_failing && st.dropped == 0);
		assert_true(fixture_int(dir, "SELECT count(*) FROM call") >= acknowledged);

		assert_int_equal(unlink(filler), 0);
		fixture_flush(s);
		store_state(s, &st);
		assert_true(!st.is_failing && st.committed == (uint64_t)n && st.dropped == 0);
		/* Small again for the next round. */
		fixture_exec(dir, "DELETE FROM body; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
	}
	store_close(s);
	assert_int_equal(fixture_int(dir, "SELECT count(*) FROM call"), n);
	fixture_is_whole(dir);
	assert_int_equal(umount(dir), 0);
	free(filler);
}

static void wait_for_warning(struct store *s, const char *text)
{
	int64_t until = clock_mono_us() + 60 * US_PER_S;
	struct store_state st;

	do {
		wait_ms(5);
		store_state(s, &st);
	} while (strstr(st.warning.text, text) == NULL && clock_mono_us() < until);
	assert_non_null(strstr(st.warning.text, text));
	assert_true((text[0] == '\0') == (st.warning.code == ERR_NONE));
}

static void bodies_stop_on_a_nearly_full_disk(void **state)
{
	const char *dir = *state;
	char *filler = x_asprintf("%s/filler", dir);
	struct call_body body = { .request = "request", .request_len = 7 };
	struct call_row row;

	if (mount("sonde-test", dir, "tmpfs", 0, "size=16m") != 0) {
		print_message("not allowed to mount a small disk\n");
		free(filler);
		skip();
	}
	struct store *s = fixture_store(dir);

	for (int i = 0; i < 3; i++) {
		if (i == 1) {
			fill(filler, 400000); /* between 1 and 5 % of 16 MiB */
		} else if (i == 2) {
			assert_int_equal(unlink(filler), 0);
		}
		fixture_row(&row, i);
		store_put_call(s, &row, &body);
		fixture_flush(s);
		wait_for_warning(s, i == 1 ? "without requests and answers" : "");
	}
	store_close(s);
	assert_int_equal(fixture_int(dir, "SELECT count(*) FROM call"), 3);
	assert_int_equal(fixture_int(dir, "SELECT count(*) FROM body"), 2);
	assert_int_equal(fixture_int(dir, "SELECT value FROM meta WHERE key = 'lost_bodies'"), 1);
	assert_int_equal(umount(dir), 0);
	free(filler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_put_is_stored, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(rows_are_committed_without_a_flush, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(closing_commits, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(changes_are_told, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_locked_file_makes_rows_wait, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_body_too_large_for_the_queue_is_lost_and_told, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_row_that_cannot_be_stored_is_passed_over, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_deleted_file_is_made_anew, fixture_setup, fixture_teardown),
		cmocka_unit_test(unusable_places_are_refused_with_a_sentence),
		cmocka_unit_test_setup_teardown(a_file_in_place_of_the_directory_is_refused, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_missing_store_is_no_fault_to_a_reader, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_full_disk_loses_nothing_and_recovers, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(bodies_stop_on_a_nearly_full_disk, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
