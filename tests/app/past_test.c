/* Runs written and read back: through the functions, and through the Play model. */
#include <math.h>

#include "tests/store/fixture.h"

#include "app/app.h"
#include "app/past.h"
#include "app/play.h"
#include "base/clock.h"

static const char *const names[] = { "openai/gpt-5.4-mini", "my \u201calias\u201d", "" };

static void put_call(struct store *s, int64_t run_us, int column, uint64_t key, const char *answer)
{
	struct call_row r;
	struct call_body body = { .answer = answer, .answer_len = answer != NULL ? strlen(answer) : 0 };

	call_row_init(&r);
	r.id = (struct call_id){ run_us + (int64_t)key, key };
	r.provider = "openai";
	r.model_req = "m";
	r.operation = "chat";
	r.run_us = run_us;
	r.run_column = column;
	if (answer == NULL) {
		r.error_class = CLASS_TIMEOUT;
		r.error_text = "no answer in 120 s\033[2J";
	}
	store_put_call(s, &r, answer != NULL ? &body : NULL);
}

/* One run with two answers in its first column, the later one failed, and another run. */
static void write_runs(struct store *s)
{
	struct chat_params p;
	struct err e = { 0 };

	chat_params_init(&p);
	assert_true(chat_params_set(&p, "temperature", "0.2", &e));
	assert_true(chat_params_set(&p, "top_p", "0.95", &e));
	assert_true(chat_params_set(&p, "max_tokens", "4611686018427387903", &e) || chat_params_set(&p, "max_tokens", "512", &e));
	assert_true(chat_params_set(&p, "seed", "-7", &e) || chat_params_set(&p, "seed", "7", &e));
	assert_true(chat_params_set(&p, "stop", "END", &e));
	assert_true(chat_params_set(&p, "stop", "\"}\n", &e));
	past_record_run(s, FIXTURE_T0, &(struct past_question){ .system = "sys\ttem", .user = "\u6ce8\u6587 \"quoted\"\n", .params = &p,
	    .names = names, .n = 3, .is_simulated = true });
	put_call(s, FIXTURE_T0, 0, 1, "early");
	put_call(s, FIXTURE_T0, 1, 2, "other\033[31m");
	put_call(s, FIXTURE_T0, 0, 3, NULL);
	chat_params_free(&p);
	chat_params_init(&p);
	past_record_run(s, FIXTURE_T0 + 1000, &(struct past_question){ .system = "", .user = "later", .params = &p, .names = names });
	assert_true(store_flush(s, 60000, &e));
}

static void a_run_comes_back(void **state)
{
	struct err e = { 0 };
	struct store *s = store_open(*state, &e);
	struct past_run run;

	assert_non_null(s);
	write_runs(s);
	struct reader *r = reader_open(*state, &e);

	assert_non_null(r);
	assert_true(past_read(r, FIXTURE_T0, &run, &e));
	assert_string_equal(run.row.system, "sys\ttem");
	assert_string_equal(run.row.user, "\u6ce8\u6587 \"quoted\"\n");
	assert_true(run.row.is_simulated);
	assert_int_equal(run.n_names, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(run.names[i], names[i]);
	}
	assert_true(fabs(run.params.temperature - 0.2) < 1e-12);
	assert_true(fabs(run.params.top_p - 0.95) < 1e-12);
	assert_true(is_known(run.params.max_tokens) && is_known(run.params.seed));
	assert_int_equal(run.params.n_stop, 2);
	assert_string_equal(run.params.stop[1], "\"}\n");
	assert_int_equal(run.n_calls, 3);
	assert_int_equal(run.calls[0].row.run_column, 0); /* newest first */
	assert_null(run.calls[0].body.answer);
	assert_int_equal(run.calls[1].body.answer_len, strlen("other\033[31m")); /* byte-exact */
	past_run_free(&run);
	assert_true(past_read(r, FIXTURE_T0 + 1000, &run, &e));
	assert_int_equal(run.n_names, 0);
	assert_int_equal(run.n_calls, 0);
	assert_true(isnan(run.params.temperature));
	past_run_free(&run);
	assert_false(past_read(r, FIXTURE_T0 + 1, &run, &e));
	assert_int_equal(e.code, ERR_CHECK);
	past_run_free(&run);
	reader_close(r);
	store_close(s);
}

static void own_parameters_and_repeats_come_back(void **state)
{
	struct err e = { 0 };
	struct store *s = store_open(*state, &e);
	struct chat_params all, own, none;
	const struct chat_params *by_column[] = { &none, &own, &none };
	struct past_run run;

	assert_non_null(s);
	chat_params_init(&all);
	chat_params_init(&none);
	chat_params_init(&own);
	all.seed = 7;
	own.temperature = 0.7;
	past_record_run(s, FIXTURE_T0, &(struct past_question){ .system = "", .user = "u", .params = &all, .names = names, .own = by_column, .n = 3,
	    .repeat = 5 });
	assert_true(store_flush(s, 60000, &e));
	struct reader *r = reader_open(*state, &e);

	assert_true(past_read(r, FIXTURE_T0, &run, &e));
	assert_int_equal(run.repeat, 5);
	assert_int_equal(run.params.seed, 7);
	assert_int_equal(run.n_names, 3);
	assert_string_equal(run.names[1], names[1]);
	assert_true(isnan(run.own[0].temperature) && isnan(run.own[2].temperature));
	assert_true(fabs(run.own[1].temperature - 0.7) < 1e-12);
	assert_false(is_known(run.own[1].seed));
	past_run_free(&run);
	reader_close(r);
	store_close(s);
}

/* What stands in the file may have been written by anybody. */
static void nonsense_in_the_row_is_no_harm(void **state)
{
	static const char *const texts[][2] = {
		{ "", "" }, { "nonsense", "{" }, { "[]", "{}" },
		{ "{\"temperature\":\"hot\",\"stop\":[1,null],\"seed\":{},\"colour\":1}", "[1,{},\"a\"]" },
		{ "{\"temperature\":99,\"max_tokens\":-5,\"repeat\":1000000}", "\"a\"" },
		{ "{\"repeat\":\"x\"}", "[{\"target\":1,\"params\":[]},{\"params\":{\"temperature\":\"hot\"}},null]" },
	};
	struct err e = { 0 };
	struct store *s = store_open(*state, &e);

	assert_non_null(s);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct run_row row = { .ts_us = FIXTURE_T0 + (int64_t)i, .user = "u", .params = texts[i][0], .targets = texts[i][1] };

		store_put_run(s, &row);
	}
	assert_true(store_flush(s, 60000, &e));
	struct reader *r = reader_open(*state, &e);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct past_run run;

		assert_true(past_read(r, FIXTURE_T0 + (int64_t)i, &run, &e));
		assert_true(isnan(run.params.temperature));
		assert_false(is_known(run.params.max_tokens) || is_known(run.params.seed));
		assert_int_equal(run.n_names, i == 3 || i == 5 ? 3 : 0);
		assert_in_range(run.repeat, 1, RUN_REPEAT_MAX);
		past_run_free(&run);
	}
	reader_close(r);
	store_close(s);
}

static struct app *app_on(const char *dir, struct loop *l)
{
	struct app *a = app_new(l, config_new(), dir, true);

	assert_non_null(a->store);
	return a;
}

static void play_opens_a_run(void **state)
{
	struct loop *l = loop_new();
	struct app *a = app_on(*state, l);
	struct play *p = a->play;

	write_runs(a->store);
	play_add(p, "openai/present");
	play_load_history(p);
	assert_true(p->is_loading);
	job_pool_wait(l->jobs);
	assert_int_equal(p->n_runs, 2);
	assert_string_equal(p->runs[0].user, "later");
	play_open_run(p, 2, OPEN_SHOW); /* there is none: nothing happens */
	assert_false(p->is_loading);
	play_open_run(p, 1, OPEN_SHOW);
	job_pool_wait(l->jobs);
	assert_int_equal(p->opened, 1);
	assert_string_equal(p->system, "sys\ttem");
	assert_int_equal(p->run_us, FIXTURE_T0);
	assert_int_equal(p->n_columns, 3);
	/* the first column was sent twice: its last answer counts */
	assert_int_equal(p->columns[0]->answer->state, CALL_FAILED);
	assert_string_equal(p->columns[0]->answer->err.text, "no answer in 120 s");
	assert_int_equal(p->columns[1]->answer->state, CALL_DONE);
	assert_string_equal(buf_str(&p->columns[1]->answer->text), "other");
	assert_false(p->columns[2]->answer->has_run);
	assert_int_equal(play_running(p), 0);
	assert_true(fabs(p->params.temperature - 0.2) < 1e-12);
	play_open_run(p, 0, OPEN_SHOW);
	job_pool_wait(l->jobs);
	assert_int_equal(p->n_columns, 0);
	assert_int_equal(p->opened, 2);
	app_free(a);
	loop_free(l);
}

/* The program ends while the list and a run are being read. */
static void ends_in_the_middle(void **state)
{
	struct loop *l = loop_new();
	struct app *a = app_on(*state, l);

	write_runs(a->store);
	play_load_history(a->play);
	job_pool_wait(l->jobs);
	play_open_run(a->play, 1, OPEN_SHOW);
	play_load_history(a->play); /* one at a time */
	app_free(a);
	loop_free(l);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_run_comes_back, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(own_parameters_and_repeats_come_back, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(nonsense_in_the_row_is_no_harm, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(play_opens_a_run, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(ends_in_the_middle, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
