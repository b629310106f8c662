/* Columns of the Play model, without a network. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "app/app.h"
#include "app/play.h"
#include "base/mem.h"

struct fixture {
	struct loop *loop;
	struct app *app;
	struct play *play;
};

static int setup(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));
	struct config *config = config_new();

	(void)config_add_provider(config, "openai", "openai", "http://127.0.0.1:9/v1", "simulated", "a test");
	f->loop = loop_new();
	f->app = app_new(f->loop, config, "/nonexistent/sonde", false);
	f->play = f->app->play;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	app_free(f->app);
	loop_free(f->loop);
	free(f);
	return 0;
}

/* A screen knows a column by address and generation: one that takes the place of another in memory must not pass for it. */
static void no_two_columns_have_one_generation(void **state)
{
	struct fixture *f = *state;
	unsigned seen[8];

	for (size_t i = 0; i < COUNT_OF(seen); i++) {
		play_add(f->play, "openai/gpt-5.4-mini");
		seen[i] = f->play->columns[0]->answer->generation;
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(seen[i], seen[j]);
		}
		play_drop(f->play, 0);
	}
}

/* What auto is follows the prompt, and is told. */
static void auto_follows_the_prompt(void **state)
{
	struct fixture *f = *state;
	struct config *config = f->app->config;

	play_add(f->play, "auto");
	assert_null(f->play->columns[0]->target);
	assert_string_equal(f->play->columns[0]->err.text, "the target auto is not set up");
	play_drop(f->play, 0);

	config->route[ROUTE_SIMPLE] = x_strdup("openai/gpt-5.4-mini");
	config->route[ROUTE_MEDIUM] = x_strdup("openai/gpt-5.4");
	play_set_prompt(f->play, "", "Hi");
	play_add(f->play, "auto");
	play_add(f->play, "openai/gpt-5.4-mini");
	assert_string_equal(f->play->columns[0]->target->model, "gpt-5.4-mini");
	assert_memory_equal(f->play->columns[0]->route, "simple: ", 8);
	play_set_prompt(f->play, "", "Compare both, derive the formula and prove it step by step.");
	assert_string_equal(f->play->columns[0]->target->model, "gpt-5.4");
	assert_memory_equal(f->play->columns[0]->route, "medium: ", 8);
	assert_string_equal(f->play->columns[0]->name, "auto");
	assert_string_equal(f->play->columns[1]->target->model, "gpt-5.4-mini");
	assert_null(f->play->columns[1]->route);
}

static void columns_move_to_the_edges_only(void **state)
{
	static const struct {
		size_t from;
		int by;
		bool ok;
	} cases[] = { { 0, -1, false }, { 0, 1, true }, { 1, -1, true }, { 1, 1, false } };
	struct fixture *f = *state;

	play_add(f->play, "openai/gpt-5.4-mini");
	play_add(f->play, "openai/gpt-5.4-nano");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct play_column *first = f->play->columns[0];

		assert_int_equal(play_move(f->play, cases[i].from, cases[i].by), cases[i].ok);
		assert_int_equal(f->play->columns[0] != first, cases[i].ok);
	}
}

static void nothing_is_sent_without_prompt_or_target(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };

	play_set_prompt(f->play, "", " \n\t");
	play_add(f->play, "openai/gpt-5.4-mini");
	assert_false(play_send(f->play, &e));
	assert_string_equal(e.text, "the prompt is empty");
	play_set_prompt(f->play, "", "hello");
	play_drop(f->play, 0);
	assert_false(play_send(f->play, &e));
	assert_string_equal(e.text, "no target yet");
	play_add(f->play, "nobody/nothing");
	assert_false(play_send(f->play, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(play_running(f->play), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_two_columns_have_one_generation, setup, teardown),
		cmocka_unit_test_setup_teardown(auto_follows_the_prompt, setup, teardown),
		cmocka_unit_test_setup_teardown(columns_move_to_the_edges_only, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_sent_without_prompt_or_target, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
