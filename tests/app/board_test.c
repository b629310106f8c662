/* The opened call and the pause, over a store in a directory of its own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/app.h"
#include "app/board.h"
#include "base/clock.h"
#include "base/mem.h"

struct fixture {
	char *dir;
	struct loop *loop;
	struct app *app;
	struct board *board;
	struct call_id first, second;
};

static struct call_id put(struct fixture *f, uint64_t key)
{
	struct call_row row;
	struct err e = { 0 };

	call_row_init(&row);
	row.id = (struct call_id){ .ts_us = clock_wall_us() - 60 * US_PER_S, .key = key };
	row.provider = "openai";
	row.model_req = "gpt-5.4-mini";
	row.operation = "chat";
	row.attempts = 1;
	store_put_call(f->app->store, &row, NULL);
	assert_true(store_flush(f->app->store, 5000, &e));
	return row.id;
}

static int setup(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	f->dir = x_asprintf("%s/sonde-board-XXXXXX", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	f->loop = loop_new();
	f->app = app_new(f->loop, config_new(), f->dir, true);
	f->board = f->app->board;
	assert_non_null(f->app->store);
	f->first = put(f, 1);
	f->second = put(f, 2);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "sonde.db", "sonde.db-wal", "sonde.db-shm" };
	struct fixture *f = *state;

	app_free(f->app);
	loop_free(f->loop);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *path = x_asprintf("%s/%s", f->dir, names[i]);

		(void)unlink(path);
		free(path);
	}
	assert_int_equal(rmdir(f->dir), 0);
	free(f->dir);
	free(f);
	return 0;
}

static void settle(struct fixture *f)
{
	job_pool_wait(f->loop->jobs);
}

static void call_is_opened_off_the_loop(void **state)
{
	struct fixture *f = *state;

	board_open_call(f->board, f->first);
	assert_true(f->board->is_opening);
	assert_false(f->board->has_detail);
	settle(f);
	assert_false(f->board->is_opening);
	assert_true(f->board->has_detail);
	assert_int_equal(f->board->detail.id.key, 1);
	board_close_call(f->board);
	assert_false(f->board->has_detail);
}

static void closed_call_does_not_come_back(void **state)
{
	struct fixture *f = *state;

	board_open_call(f->board, f->first);
	board_close_call(f->board);
	assert_false(f->board->is_opening);
	settle(f);
	assert_false(f->board->has_detail);
}

static void last_opened_stays(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 20; i++) { /* two workers: either may be the faster */
		board_open_call(f->board, f->first);
		board_open_call(f->board, f->second);
		assert_true(f->board->is_opening);
		settle(f);
		assert_true(f->board->has_detail);
		assert_int_equal(f->board->detail.id.key, 2);
	}
}

static void missing_call_ends_the_opening(void **state)
{
	struct fixture *f = *state;

	board_open_call(f->board, (struct call_id){ .ts_us = 1, .key = 1 });
	settle(f);
	assert_false(f->board->is_opening);
	assert_false(f->board->has_detail);
	assert_int_equal(f->board->err.code, ERR_CHECK);
}

static void pause_holds_what_is_written_but_not_a_new_question(void **state)
{
	struct fixture *f = *state;

	board_show(f->board);
	settle(f);
	assert_int_equal(f->board->metrics->total.calls, 2);
	f->board->is_paused = true;
	(void)put(f, 3);
	board_show(f->board); /* the same question again */
	settle(f);
	assert_int_equal(f->board->metrics->total.calls, 2);
	board_set_key(f->board, "gpt-5.4-mini");
	settle(f);
	assert_int_equal(f->board->metrics->total.calls, 3);
	(void)put(f, 4);
	board_show(f->board);
	settle(f);
	assert_int_equal(f->board->metrics->total.calls, 3);
	f->board->is_paused = false;
	board_refresh(f->board);
	settle(f);
	assert_int_equal(f->board->metrics->total.calls, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(call_is_opened_off_the_loop, setup, teardown),
		cmocka_unit_test_setup_teardown(closed_call_does_not_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(last_opened_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(missing_call_ends_the_opening, setup, teardown),
		cmocka_unit_test_setup_teardown(pause_holds_what_is_written_but_not_a_new_question, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
