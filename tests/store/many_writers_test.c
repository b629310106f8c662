/* Eight processes make the store together and write to it at once: no error, no row lost. */
#include "store/store.h"

#include <sys/wait.h>

#include "tests/store/fixture.h"

#define WRITERS 8
#define ROWS 2000
#define FLUSH_ROWS 20

static void write_rows(const char *dir, int writer, int start_fd)
{
	struct err e = { 0 };
	struct store_state st;
	struct call_row r;
	char c, model[32];

	/* All at once: the other end is closed when everybody is there. */
	(void)!read(start_fd, &c, 1);
	struct store *s = store_open(dir, &e);
	bool ok = s != NULL;
	for (int i = 0; ok && i < ROWS; i++) {
		fixture_row(&r, i);
		r.id.key = (uint64_t)writer;
		(void)snprintf(model, sizeof(model), "model-%d", i % 50);
		r.model_resp = model;
		store_put_call(s, &r, NULL);
		ok = (i + 1) % FLUSH_ROWS != 0 || store_flush(s, 60000, &e);
	}
	if (ok) {
		store_state(s, &st);
		ok = st.committed == ROWS && st.dropped == 0 && !st.is_failing;
	}
	store_close(s);
	if (!ok) {
		print_message("writer %d: %s\n", writer, e.text);
	}
	_exit(ok ? 0 : 1);
}

static void all_rows_of_all_writers_are_there(void **state)
{
	int fds[2], status;

	assert_int_equal(pipe(fds), 0);
	for (int i = 0; i < WRITERS; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			(void)close(fds[1]);
			write_rows(*state, i, fds[0]);
		}
	}
	(void)close(fds[0]);
	(void)close(fds[1]);
	for (int i = 0; i < WRITERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call"), WRITERS * ROWS);
	/* provider, model_req, operation, finish_reason and 50 models, once each */
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM dim"), 54);
	assert_int_equal(fixture_int(*state, "SELECT count(*) FROM call JOIN dim ON model_resp = id"
					     " WHERE name <> 'model-' || (in_tok % 50)"),
	    0);
	fixture_is_whole(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_rows_of_all_writers_are_there, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
