#include "store/store.h"

#include <poll.h>
#include <sys/inotify.h>

#include "tests/store/fixture.h"

static bool is_readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

static void put(struct store *s, int i)
{
	struct call_row r;

	fixture_row(&r, i);
	store_put_call(s, &r, NULL);
	fixture_flush(s);
}

static void a_write_wakes_and_silence_does_not(void **state)
{
	struct store *s = fixture_store(*state);
	struct err e = { 0 };
	struct reader *r = reader_open(*state, &e);
	struct call_filter f = { .to_us = INT64_MAX };
	struct call_row *rows;
	size_t n;

	put(s, 0);
	assert_non_null(r);
	int fd = store_watch_open(*state);

	assert_true(fd >= 0);
	assert_false(is_readable(fd, 100));
	for (int i = 1; i < 20; i++) {
		put(s, i);
		assert_true(is_readable(fd, 60000));
		assert_true(store_watch_drain(fd));
		assert_false(is_readable(fd, 0));
		/* Looking at what was written is not a write. */
		assert_true(calls_list(r, &f, 1, &rows, &n, &e));
		assert_int_equal(n, 1);
		assert_int_equal(rows[0].usage.in_tok, i);
		call_row_free(&rows[0]);
		free(rows);
		assert_false(is_readable(fd, 2));
	}
	store_watch_drain(fd);
	(void)close(fd);
	reader_close(r);
	store_close(s);
}

/* The last event of a commit comes when it can be seen: one that came only with its writes could be looked at too early. */
static void the_last_event_follows_the_commit(void **state)
{
	struct store *s = fixture_store(*state);
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *last = NULL;

	put(s, 0);
	int fd = store_watch_open(*state);

	put(s, 1);
	ssize_t n = read(fd, events, sizeof(events));

	assert_true(n > 0);
	for (ssize_t at = 0; at < n; at += (ssize_t)(sizeof(*last) + last->len)) {
		last = (const struct inotify_event *)(const void *)(events + at);
	}
	assert_string_equal(last->name, "sonde.db");
	assert_true(last->mask & IN_ATTRIB);
	(void)close(fd);
	store_close(s);
}

/* What else is written into the directory is no news of the store. */
static void other_files_are_none(void **state)
{
	int fd = store_watch_open(*state);
	char *path = x_asprintf("%s/session.json.1", (const char *)*state);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	(void)fputs("{}", f);
	assert_int_equal(fclose(f), 0);
	assert_true(is_readable(fd, 60000));
	assert_false(store_watch_drain(fd));
	assert_int_equal(unlink(path), 0);
	free(path);
	(void)close(fd);
}

/* Watched before the first writer comes, and after it went and another came. */
static void writers_may_come_and_go(void **state)
{
	int fd = store_watch_open(*state);

	assert_true(fd >= 0);
	for (int i = 0; i < 3; i++) {
		struct store *s = fixture_store(*state);

		store_watch_drain(fd);
		put(s, i);
		assert_true(is_readable(fd, 60000));
		store_close(s);
		store_watch_drain(fd);
		assert_false(is_readable(fd, 10));
	}
	(void)close(fd);
}

static void what_is_no_directory_is_not_watched(void **state)
{
	char *path = x_asprintf("%s/none", (const char *)*state);

	assert_int_equal(store_watch_open(path), -1);
	fixture_write_file(path, "", 0);
	assert_int_equal(store_watch_open(path), -1);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_write_wakes_and_silence_does_not, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_last_event_follows_the_commit, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(writers_may_come_and_go, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(other_files_are_none, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_no_directory_is_not_watched, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
