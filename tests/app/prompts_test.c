/* The model of the Prompts screen: what its calls come to. */
#include "tests/base/fake_clock.h"
#include "tests/store/fixture.h"

#include "app/prompts.h"
#include "prompt/author.h"

struct place {
	struct loop *loop;
	struct app *app;
	struct prompts *p;
};

static void settle(struct place *o)
{
	struct err e = { 0 };

	assert_true(store_flush(o->app->store, 60000, &e));
	job_pool_wait(o->loop->jobs);
}

/* With a prompt "p" of two versions. */
static void open_place(struct place *o, const char *dir)
{
	static const char *const texts[] = { "SYSTEM\nBe brief.\n\nUSER\n{{q}}\n", "SYSTEM\nBe kind.\n\nUSER\n{{q}}\n" };
	struct err e = { 0 };

	fake_clock_reset();
	*o = (struct place){ .loop = loop_new() };
	o->app = app_new(o->loop, config_new(), dir, true);
	o->p = o->app->prompts;
	prompts_open(o->p, "p", 0);
	settle(o);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		prompts_set_text(o->p, texts[i], strlen(texts[i]));
		if (!prompts_save(o->p, "m", &e)) {
			fail_msg("%s", e.text);
		}
		settle(o);
	}
	assert_int_equal(o->p->n_versions, 2);
}

static void close_place(struct place *o)
{
	app_free(o->app);
	loop_free(o->loop);
}

/* -- results -------------------------------------------------------------------------------------------------------------------------- */

static void put_call(struct place *o, int i, const char *version, enum error_class class)
{
	struct call_body body = { .request = "{}", .request_len = 2, .response = "raw", .response_len = 3, .answer = "fine", .answer_len = 4 };
	struct call_row row;

	fixture_row(&row, 0);
	row.id = (struct call_id){ FAKE_WALL_US - i * 60 * US_PER_S, (uint64_t)i };
	row.prompt_name = "p";
	row.prompt_version = version;
	row.latency_us = (i + 1) * US_PER_MS;
	row.cost_nano = class == CLASS_NONE ? 1000 : UNKNOWN;
	row.error_class = class;
	store_put_call(o->app->store, &row, &body);
}

static const struct prompt_figures *figures(const struct place *o, int number)
{
	return prompts_results_of(o->p->results, "p", o->p->versions[2 - number].hash);
}

static void results_are_of_each_version(void **state)
{
	struct place o;

	open_place(&o, *state);
	const char *v1 = o.p->versions[1].hash, *v2 = o.p->versions[0].hash;

	for (int i = 0; i < 30; i++) {
		put_call(&o, i, v1, i < 3 ? CLASS_TIMEOUT : CLASS_NONE);
	}
	put_call(&o, 30, "another", CLASS_NONE);
	settle(&o);
	prompts_results_ask(o.p->results, "p", v1); /* hidden: nothing is asked */
	settle(&o);
	assert_null(figures(&o, 1));
	prompts_results_show(o.p->results, true);
	settle(&o);
	assert_int_equal(figures(&o, 1)->figures.calls, 30);
	assert_int_equal(figures(&o, 1)->figures.errors, 3);
	assert_int_equal(figures(&o, 1)->by_hour[PROMPT_HOURS - 1], 30);
	assert_null(figures(&o, 2));
	assert_true(prompts_results_has_calls(o.p->results, "p", v1));
	assert_int_equal(o.p->results->n_calls, PROMPTS_CALLS);
	assert_int_equal(o.p->results->calls[0].row.id.ts_us, FAKE_WALL_US);
	assert_string_equal(o.p->results->calls[0].body.answer, "fine");
	assert_null(o.p->results->calls[0].body.response);
	prompts_results_ask(o.p->results, "p", v2);
	settle(&o);
	assert_false(prompts_results_has_calls(o.p->results, "p", v1));
	assert_int_equal(o.p->results->n_calls, 0);
	assert_int_equal(figures(&o, 1)->figures.calls, 30);
	prompts_results_ask(o.p->results, "q", "");
	settle(&o);
	assert_int_equal(o.p->results->n_rows, 0);
	close_place(&o);
}

static void give_up(struct ev_loop *ev, ev_timer *w, int revents)
{
	(void)ev;
	(void)revents;
	*(bool *)w->data = true;
}

/* Runs the loop until there are figures of the version, at most ten seconds. */
static void run_until(struct place *o, int number)
{
	bool is_late = false;
	ev_timer late;

	ev_timer_init(&late, give_up, 10, 0);
	late.data = &is_late;
	ev_timer_start(o->loop->ev, &late);
	while (figures(o, number) == NULL && !is_late) {
		ev_run(o->loop->ev, EVRUN_ONCE);
	}
	ev_timer_stop(o->loop->ev, &late);
	assert_false(is_late);
}

static void results_follow_the_store(void **state)
{
	struct place o;

	open_place(&o, *state);
	const char *v2 = o.p->versions[0].hash;

	prompts_results_ask(o.p->results, "p", v2);
	prompts_results_show(o.p->results, true);
	settle(&o);
	assert_null(figures(&o, 2));
	put_call(&o, 0, v2, CLASS_NONE);
	assert_true(store_flush(o.app->store, 60000, &(struct err){ 0 }));
	run_until(&o, 2); /* told by the watch of the store alone */
	assert_int_equal(figures(&o, 2)->figures.calls, 1);
	assert_int_equal(o.p->results->n_calls, 1);
	/* hidden nothing is read, shown again it is */
	prompts_results_show(o.p->results, false);
	put_call(&o, 1, v2, CLASS_NONE);
	settle(&o);
	assert_int_equal(figures(&o, 2)->figures.calls, 1);
	prompts_results_show(o.p->results, true);
	settle(&o);
	assert_int_equal(figures(&o, 2)->figures.calls, 2);
	close_place(&o);
}

/* -- labels --------------------------------------------------------------------------------------------------------------------------- */

static void saves_and_moves_tell_who(void **state)
{
	struct place o;
	struct err e = { 0 };

	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "user.name", 1);
	setenv("GIT_CONFIG_VALUE_0", "Ana \033[31mLi", 1);
	char *author = prompt_author(); /* without git: the login */

	open_place(&o, *state);
	assert_string_equal(o.p->versions[0].author, author);
	assert_null(strchr(author, '\033'));
	assert_true(prompts_move(o.p, "staging", "v1", &e));
	settle(&o);
	assert_true(prompts_move(o.p, "staging", "v2", &e));
	settle(&o);
	assert_true(prompts_move(o.p, "staging", NULL, &e));
	settle(&o);
	assert_int_equal(o.p->n_moves, 3);
	assert_true(o.p->moves[0].is_rollback);
	assert_int_equal(o.p->labels[0].split.arms[0].number, 1);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(o.p->moves[i].who, author);
	}
	free(author);
	close_place(&o);
}

static void a_protected_label_asks(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_place(&o, *state);
	struct config *c = o.app->config;

	assert_true(prompts_move(o.p, "production", "v1", &e)); /* nothing is protected unless it is said */
	assert_false(prompts_is_asking(o.p));
	settle(&o);
	*array_push(c->protected_labels, c->n_protected, c->cap_protected) = x_strdup("production");
	assert_true(config_protects(c, "production"));
	assert_false(config_protects(c, "staging"));
	assert_true(prompts_move(o.p, "production", "v2", &e));
	assert_true(prompts_is_asking(o.p));
	prompts_confirm(o.p, false);
	settle(&o);
	assert_int_equal(o.p->labels[0].split.arms[0].number, 1);
	assert_true(prompts_move(o.p, "production", "v2", &e));
	prompts_confirm(o.p, true);
	settle(&o);
	assert_int_equal(o.p->labels[0].split.arms[0].number, 2);
	assert_true(prompts_move(o.p, "production", NULL, &e)); /* back is open */
	assert_false(prompts_is_asking(o.p));
	settle(&o);
	assert_int_equal(o.p->labels[0].split.arms[0].number, 1);
	close_place(&o);
}

/* -- diff ----------------------------------------------------------------------------------------------------------------------------- */

static void two_versions_are_compared(void **state)
{
	struct place o;

	open_place(&o, *state);
	prompts_set_text(o.p, "SYSTEM\nBe quick.\n", 17);
	prompts_compare(o.p, 1);
	prompts_compare_after(o.p, 2);
	settle(&o);
	const struct facts *f = o.p->facts;

	assert_int_equal(f->against_number, 1);
	assert_int_equal(f->after_number, 2);
	assert_int_equal(f->diff.words_added, 1);
	assert_int_equal(f->diff.words_removed, 1);
	assert_non_null(strstr(buf_str(facts_after(f)), "Be kind."));
	assert_int_equal(f->n_lines, 5);
	assert_int_equal(f->kept_lines, 1);
	assert_true(f->after_tokens.tok > f->tokens.tok);
	/* the draft again, by hand and by typing */
	prompts_compare_after(o.p, 0);
	settle(&o);
	assert_int_equal(o.p->facts->after_number, 0);
	assert_non_null(strstr(buf_str(facts_after(o.p->facts)), "Be quick."));
	prompts_compare_after(o.p, 2);
	prompts_set_text(o.p, "SYSTEM\nBe slow.\n", 16);
	settle(&o);
	assert_int_equal(o.p->facts->after_number, 0);
	assert_non_null(strstr(buf_str(facts_after(o.p->facts)), "Be slow."));
	assert_int_equal(o.p->facts->after_tokens.tok, o.p->facts->tokens.tok);
	close_place(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(results_are_of_each_version, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(results_follow_the_store, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(saves_and_moves_tell_who, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_protected_label_asks, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(two_versions_are_compared, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
