/* Files that go with the prompt of Play: taken, replaced, left out, sent, kept by name, and missed when a past run is opened. */
#include "tests/base/fake_clock.h"
#include "tests/store/fixture.h"
#include "tests/gateway/fake_gateway.h"

#include "app/play.h"

#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

struct place {
	const char *dir;
	struct loop *loop;
	struct app *app;
	struct play *play;
};

static void open_place(struct place *o, const char *dir)
{
	struct config *config = config_new();

	fake_clock_reset();
	(void)config_add_provider(config, "openai", "openai", "http://127.0.0.1:9", "none", "a test");
	(void)config_add_provider(config, "cohere", "cohere", "http://127.0.0.1:9", "none", "a test");
	*o = (struct place){ .dir = dir, .loop = loop_new() };
	o->app = app_new(o->loop, config, dir, true);
	o->play = o->app->play;
	play_set_prompt(o->play, "", "What is this?");
	(void)play_add(o->play, "openai/gpt-5.4-mini");
}

static void close_place(struct place *o)
{
	app_free(o->app);
	loop_free(o->loop);
}

static bool attach(const struct place *o, const char *name, const char *bytes, size_t len, struct err *e)
{
	char *path = x_asprintf("%s/%s", o->dir, name);
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	bool ok = play_attach(o->play, path, e);
	assert_int_equal(remove(path), 0);
	free(path);
	return ok;
}

static void taken_replaced_and_left_out(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	assert_true(attach(&o, "a.txt", "one two three", 13, &e));
	assert_true(attach(&o, "b.png", PNG, sizeof(PNG), &e));
	assert_int_equal(o.play->attachments->n, 2);
	assert_true(o.play->has_pictures);
	int64_t tok = o.play->files_tok;
	assert_in_range(tok, 3, 5);
	assert_true(attach(&o, "a.txt", "one two three four five six", 27, &e)); /* once more: in place of the first */
	assert_int_equal(o.play->attachments->n, 2);
	assert_true(o.play->files_tok > tok);
	assert_false(play_detach(o.play, "c.txt", &e));
	assert_string_equal(e.text, "no file of that name is attached");
	assert_true(play_detach(o.play, "b.png", &e));
	assert_int_equal(o.play->attachments->n, 1);
	assert_false(o.play->has_pictures);
	assert_true(play_detach(o.play, "", &e));
	assert_null(o.play->attachments);
	assert_int_equal(o.play->files_tok, 0);
	assert_false(play_detach(o.play, "", &e));
	assert_false(play_attach(o.play, "/nonexistent/sonde/x.png", &e));
	assert_false(attach(&o, "bad.bin", "\0\1\2\xff", 4, &e));
	assert_null(o.play->attachments);
	close_place(&o);
}

static void a_target_that_takes_none_is_told_before(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	const struct play_column *text_only = play_add(o.play, "cohere/command-r");

	assert_true(play_check_files(o.play, text_only, &e));
	assert_true(attach(&o, "b.png", PNG, sizeof(PNG), &e));
	assert_true(play_check_files(o.play, o.play->columns[0], &e));
	assert_false(play_check_files(o.play, text_only, &e));
	assert_non_null(strstr(e.text, "b.png"));
	close_place(&o);
}

static void sent_and_missed_later(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	assert_true(attach(&o, "b.png", PNG, sizeof(PNG), &e));
	assert_true(play_send(o.play, &e));
	fake_settle(o.app->gateway);
	const struct call *call = o.play->columns[0]->answer->call;
	assert_non_null(strstr(((const struct fake_call *)call)->prompt.s, "[b.png]"));
	int64_t run_us = o.play->run_us;
	fake_done(call, 10, 5, UNKNOWN);
	/* another file: another question, so a run of its own */
	fake_clock_pass_ms(1000);
	assert_true(attach(&o, "b.png", PNG "more", sizeof(PNG) + 4, &e));
	assert_true(play_retry(o.play, 0, &e));
	assert_true(o.play->run_us != run_us);
	play_stop_all(o.play);
	fake_settle(o.app->gateway);
	assert_true(store_flush(o.app->store, 5000, &e));
	play_load_history(o.play);
	job_pool_wait(o.loop->jobs);
	assert_int_equal(o.play->n_runs, 2);
	play_open_run(o.play, 1, OPEN_SEND);
	job_pool_wait(o.loop->jobs);
	assert_null(o.play->attachments);
	assert_string_equal(o.play->lost_files, "b.png");
	assert_int_equal(play_running(o.play), 0);
	assert_int_equal(o.play->history_err.code, ERR_USAGE);
	assert_non_null(strstr(o.play->history_err.text, "b.png went with this prompt"));
	assert_false(play_send(o.play, &e));
	assert_false(play_retry(o.play, 0, &e));
	assert_true(play_detach(o.play, "", &e)); /* without it, then */
	assert_null(o.play->lost_files);
	assert_true(play_send(o.play, &e));
	close_place(&o);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(taken_replaced_and_left_out, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_target_that_takes_none_is_told_before, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(sent_and_missed_later, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
