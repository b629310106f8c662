/* A store that was not closed is checked when it is opened the next time, and not written when it is damaged. */
#include "store/closing.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "store/bulk.h"
#include "tests/store/fixture.h"

#define MARK "sonde.open"

static bool has_mark(const char *dir)
{
	char *path = x_asprintf("%s/" MARK, dir);
	bool is_there = access(path, F_OK) == 0;

	free(path);
	return is_there;
}

static void the_last_one_removes_the_mark(void **state)
{
	const char *dir = *state;
	bool was_clean;
	int a = closing_begin(dir, &was_clean);

	assert_true(a >= 0 && was_clean && has_mark(dir));
	int b = closing_begin(dir, &was_clean);
	assert_true(b >= 0 && was_clean);
	closing_end(dir, a, true);
	assert_true(has_mark(dir));
	closing_end(dir, b, true);
	assert_false(has_mark(dir));
	/* Not closed: whoever comes next is told, and again until it was checked. */
	(void)close(closing_begin(dir, &was_clean));
	for (int i = 0; i < 2; i++) {
		a = closing_begin(dir, &was_clean);
		assert_false(was_clean);
		closing_end(dir, a, i == 1);
	}
	closing_end(dir, closing_begin(dir, &was_clean), true);
	assert_true(was_clean);
	closing_end(dir, -1, true);
}

static void put(struct store *s, int i)
{
	struct call_row row;

	fixture_row(&row, i);
	store_put_call(s, &row, NULL);
}

static void kill_one_with_it_open(const char *dir)
{
	int fds[2], status;
	char c;

	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();

	if (pid == 0) {
		struct store *s = store_open(dir, NULL);

		put(s, 100);
		_exit(store_flush(s, 10000, NULL) && write(fds[1], "x", 1) == 1 && pause() ? 0 : 1);
	}
	assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void a_whole_file_goes_on(void **state)
{
	store_close(fixture_store(*state));
	assert_false(has_mark(*state));
	kill_one_with_it_open(*state);
	assert_true(has_mark(*state));
	struct store *s = fixture_store(*state);

	put(s, 1);
	fixture_flush(s);
	store_close(s);
	assert_false(has_mark(*state));
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 2);
}

/* Pages of table call overwritten; the first page, which says what is where, stays. */
static void damage(const char *dir)
{
	char *path = x_asprintf("%s/sonde.db", dir), junk[4096];
	int64_t pages = fixture_int(dir, "SELECT group_concat(page_count, '') FROM pragma_page_count");
	int64_t root = fixture_int(dir, "SELECT rootpage FROM sqlite_schema WHERE name = 'call'");
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0 && root > 1 && pages >= root);
	memset(junk, 0x5a, sizeof(junk));
	assert_int_equal(pwrite(fd, junk, sizeof(junk), (root - 1) * 4096), sizeof(junk));
	assert_int_equal(close(fd), 0);
	free(path);
}

static void a_damaged_file_is_not_written(void **state)
{
	struct store *s = fixture_store(*state);
	struct store_state st;
	struct err e = { 0 };

	for (int i = 0; i < 500; i++) {
		put(s, i);
	}
	fixture_flush(s);
	store_close(s);
	kill_one_with_it_open(*state);
	fixture_exec(*state, "PRAGMA wal_checkpoint(TRUNCATE)");
	damage(*state);
	assert_null(bulk_open(*state, &e));
	assert_non_null(strstr(e.text, "damaged"));
	s = fixture_store(*state);
	put(s, 1000);
	assert_false(store_flush(s, 300, &e));
	assert_non_null(strstr(e.text, "damaged"));
	store_state(s, &st);
	assert_true(st.is_failing && st.committed == 0 && st.pending == 1);
	/* In its place a new one is made, and what waits goes there. */
	char *path = x_asprintf("%s/sonde.db", (const char *)*state);

	assert_int_equal(unlink(path), 0);
	fixture_flush(s);
	store_close(s);
	free(path);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_last_one_removes_the_mark, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_whole_file_goes_on, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_damaged_file_is_not_written, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
