/* What the app tells of its store, and what it gets ready. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/play.h"
#include "base/clock.h"
#include "base/mem.h"

static void on_change(void *ctx)
{
	*(bool *)ctx = true;
}

static void put(struct app *a, uint64_t key)
{
	struct call_row row;

	call_row_init(&row);
	row.id = (struct call_id){ .ts_us = clock_wall_us(), .key = key };
	row.provider = "openai";
	row.model_req = "gpt-5.4-mini";
	row.operation = "chat";
	row.attempts = 1;
	store_put_call(a->store, &row, NULL);
}

static char *path_of(const char *dir, const char *name)
{
	return x_asprintf("%s/%s", dir, name);
}

static void failing_store_is_told_until_it_mends(void **state)
{
	static const char *const names[] = { "sonde.db", "sonde.db-wal", "sonde.db-shm" };
	const char *tmp = getenv("TMPDIR");
	char *dir = x_asprintf("%s/sonde-app-XXXXXX", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	struct loop *loop = loop_new();
	bool is_changed = false;
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	struct app *a = app_new(loop, config_new(), dir, true);
	char *path = path_of(dir, names[0]);

	job_pool_wait(loop->jobs);
	a->on_change = on_change;
	a->on_change_ctx = &is_changed;
	assert_non_null(a->store);
	assert_int_equal(a->store_err.code, ERR_NONE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0); /* what even root cannot write into */
	put(a, 1);
	while (a->store_err.code == ERR_NONE) {
		is_changed = false;
		loop_run_until(loop, &is_changed);
	}
	assert_int_equal(rmdir(path), 0);
	assert_true(store_flush(a->store, 60000, &e));
	while (a->store_err.code != ERR_NONE) {
		is_changed = false;
		loop_run_until(loop, &is_changed);
	}
	a->on_change = NULL;
	app_free(a);
	loop_free(loop);
	free(path);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		path = path_of(dir, names[i]);
		(void)unlink(path);
		free(path);
	}
	assert_int_equal(rmdir(dir), 0);
	free(dir);
}

static bool has_libcurl(void)
{
	return dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD) != NULL;
}

static void libcurl_is_for_who_writes_a_prompt(void **state)
{
	struct loop *loop = loop_new();
	struct app *a = app_new(loop, config_new(), "/nonexistent/sonde", false);

	(void)state;
	app_look_ahead(a);
	job_pool_wait(loop->jobs);
	assert_false(has_libcurl());
	play_set_prompt(a->play, "", "w");
	app_look_ahead(a);
	job_pool_wait(loop->jobs);
	assert_true(has_libcurl());
	app_free(a);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_store_is_told_until_it_mends),
		cmocka_unit_test(libcurl_is_for_who_writes_a_prompt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
