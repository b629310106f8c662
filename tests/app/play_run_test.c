/* Runs of the Play model on a virtual clock, with calls the test drives: what is sent, to which run it belongs, what its figures say. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/base/fake_clock.h"
#include "tests/gateway/fake_gateway.h"

#include "app/app.h"
#include "app/play.h"

struct fixture {
	struct loop *loop;
	struct app *app;
	struct play *play;
	int changes;
};

static void count_change(void *ctx)
{
	((struct fixture *)ctx)->changes++;
}

/* Nothing is recorded here: tests/app/past_test.c looks at that. */
static int setup(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));
	struct config *config = config_new();
	struct err e = { 0 };

	fake_clock_reset();
	(void)config_add_provider(config, "openai", "openai", "http://127.0.0.1:9", "none", "a test");
	if (!price_table_override(config->prices, "openai", "m", "1", "2", NULL, NULL, &e)) {
		fail_msg("%s", e.text);
	}
	f->loop = loop_new();
	f->app = app_new(f->loop, config, "/nonexistent/sonde", false);
	f->app->on_change = count_change;
	f->app->on_change_ctx = f;
	f->play = f->app->play;
	play_set_prompt(f->play, "Be brief.", "Hello");
	play_add(f->play, "openai/m");
	play_add(f->play, "openai/m");
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

static const struct call *call_of(const struct fixture *f, size_t i)
{
	return f->play->columns[i]->answer->call;
}

static void send_all(struct fixture *f)
{
	struct err e = { 0 };

	assert_true(play_send(f->play, &e));
	fake_settle(f->app->gateway);
}

static void finish(struct fixture *f, size_t i, const char *text)
{
	fake_delta(call_of(f, i), DELTA_TEXT, text);
	fake_done(call_of(f, i), 10, 5, UNKNOWN);
}

static void retry(struct fixture *f, size_t i)
{
	struct err e = { 0 };

	assert_true(play_retry(f->play, i, &e));
	fake_settle(f->app->gateway);
}

static void sends_prompt_and_parameters(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };

	assert_true(chat_params_set(&f->play->params, "seed", "7", &e));
	send_all(f);
	const struct fake_call *fc = (const struct fake_call *)call_of(f, 1);

	assert_string_equal(fc->prompt.s, "Be brief.\nHello\n");
	assert_int_equal(fc->params.seed, 7);
	assert_int_equal(fc->pub.row.run_us, FAKE_WALL_US);
	assert_int_equal(fc->pub.row.run_column, 1);
	play_set_prompt(f->play, "", "Hello");
	send_all(f);
	assert_string_equal(((const struct fake_call *)call_of(f, 0))->prompt.s, "Hello\n");
}

static void own_parameters_win(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };

	assert_true(chat_params_set(&f->play->params, "temperature", "0.2", &e));
	assert_true(chat_params_set(&f->play->params, "seed", "7", &e));
	assert_true(chat_params_set(&f->play->columns[1]->params, "temperature", "0.9", &e));
	send_all(f);
	assert_true(fabs(((const struct fake_call *)call_of(f, 0))->params.temperature - 0.2) < 1e-12);
	assert_true(fabs(((const struct fake_call *)call_of(f, 1))->params.temperature - 0.9) < 1e-12);
	assert_int_equal(((const struct fake_call *)call_of(f, 1))->params.seed, 7);
}

static void repeats_are_answers_of_one_column(void **state)
{
	struct fixture *f = *state;
	struct play_column *c = f->play->columns[0];

	f->play->repeat = 3;
	send_all(f);
	assert_int_equal(c->n_answers, 3);
	assert_int_equal(play_running(f->play), 6);
	assert_int_equal(c->answers[2]->call->row.run_column, 0);
	fake_delta(c->answers[2]->call, DELTA_TEXT, "third");
	assert_string_equal(buf_str(&c->answer->text), "");
	play_show_answer(c, 2);
	assert_int_equal(play_shown_answer(c), 2);
	assert_string_equal(buf_str(&c->answer->text), "third");
	fake_done(c->answers[2]->call, 10, 5, UNKNOWN);
	retry(f, 0); /* the shown one */
	assert_int_equal(c->n_answers, 3);
	assert_string_equal(buf_str(&c->answers[2]->text), "");
	play_stop(f->play, 0);
	fake_settle(f->app->gateway);
	assert_int_equal(play_running(f->play), 3);
	f->play->repeat = 1;
	send_all(f);
	assert_int_equal(c->n_answers, 1);
	assert_int_equal(play_running(f->play), 2);
}

static void answers_are_cleaned_as_they_stream(void **state)
{
	struct fixture *f = *state;

	send_all(f);
	struct play_answer *a = f->play->columns[0]->answer; /* sending makes a new one */
	assert_true(play_answer_is_running(a));
	assert_int_equal(play_running(f->play), 2);
	fake_delta(call_of(f, 0), DELTA_REASONING, "hm\033");
	fake_delta(call_of(f, 0), DELTA_REASONING, "[1mm");
	fake_delta(call_of(f, 0), DELTA_TEXT, "a\xc3");
	fake_delta(call_of(f, 0), DELTA_TEXT, "\xa9\033]0;title");
	fake_delta(call_of(f, 0), DELTA_TEXT, "\007b\xe4");
	assert_string_equal(buf_str(&a->reasoning), "hmm");
	assert_string_equal(buf_str(&a->text), "a\u00e9b");
	fake_done(call_of(f, 0), 10, 5, UNKNOWN);
	assert_string_equal(buf_str(&a->text), "a\u00e9b\ufffd");
	assert_int_equal(a->state, CALL_DONE);
	assert_int_equal(play_running(f->play), 1);
	assert_true(f->changes > 7);
}

static void errors_are_cleaned_and_forgotten_when_sent_again(void **state)
{
	struct fixture *f = *state;

	send_all(f);
	struct play_answer *a = f->play->columns[0]->answer; /* sending makes a new one */
	fake_retry(call_of(f, 0), 1000, "429: \033[31mslow\033[0m\ndown");
	assert_int_equal(a->state, CALL_RETRYING);
	assert_string_equal(a->err.text, "429: slow down");
	fake_clock_pass_ms(999);
	fake_settle(f->app->gateway);
	assert_int_equal(a->state, CALL_RETRYING);
	fake_clock_pass_ms(1);
	fake_settle(f->app->gateway);
	assert_int_equal(a->state, CALL_SENT);
	assert_int_equal(a->err.code, ERR_NONE);
	fake_fail(call_of(f, 0), CLASS_AUTH, "401: no", "check \033[1mthe key");
	assert_int_equal(a->state, CALL_FAILED);
	assert_string_equal(a->err.hint, "check the key");
}

static void a_waiting_retry_goes_at_once(void **state)
{
	struct fixture *f = *state;

	send_all(f);
	const struct call *call = call_of(f, 0);

	fake_retry(call, 60000, "429");
	retry(f, 0);
	assert_ptr_equal(call_of(f, 0), call);
	assert_int_equal(call->state, CALL_SENT);
	assert_int_equal(call->attempt, 2);
}

static void stopping_keeps_what_came(void **state)
{
	struct fixture *f = *state;

	send_all(f);
	struct play_answer *a = f->play->columns[0]->answer; /* sending makes a new one */
	fake_delta(call_of(f, 0), DELTA_TEXT, "half");
	play_stop(f->play, 0);
	fake_settle(f->app->gateway);
	assert_int_equal(a->state, CALL_CANCELLED);
	assert_string_equal(buf_str(&a->text), "half");
	assert_int_equal(f->play->columns[1]->answer->state, CALL_SENT);
	play_stop_all(f->play);
	fake_settle(f->app->gateway);
	assert_int_equal(play_running(f->play), 0);
}

/* What an earlier call or that of a dropped column still tells is not heard. */
static void late_events_are_ignored(void **state)
{
	struct fixture *f = *state;

	send_all(f);
	const struct call *first = call_of(f, 0);

	fake_delta(first, DELTA_TEXT, "old");
	retry(f, 0);
	assert_ptr_not_equal(call_of(f, 0), first);
	assert_string_equal(buf_str(&f->play->columns[0]->answer->text), "");
	assert_int_equal(f->play->columns[0]->answer->state, CALL_SENT);
	play_drop(f->play, 1);
	fake_settle(f->app->gateway);
	assert_int_equal(f->play->n_columns, 1);
	finish(f, 0, "new");
	assert_string_equal(buf_str(&f->play->columns[0]->answer->text), "new");
}

static void retry_same(struct fixture *f)
{
	(void)f;
}

static void retry_moved(struct fixture *f)
{
	assert_true(play_move(f->play, 1, -1));
}

static void retry_other_prompt(struct fixture *f)
{
	play_set_prompt(f->play, "Be brief.", "Hello!");
}

static void retry_other_parts(struct fixture *f)
{
	play_set_prompt(f->play, "Be brief", ". Hello");
}

static void retry_other_parameter(struct fixture *f)
{
	struct err e = { 0 };

	assert_true(chat_params_set(&f->play->params, "temperature", "0.2", &e));
}

static void retry_prompt_and_back(struct fixture *f)
{
	play_set_prompt(f->play, "", "");
	play_set_prompt(f->play, "Be brief.", "Hello");
}

static void retry_added(struct fixture *f)
{
	play_add(f->play, "openai/m");
	assert_true(play_move(f->play, 2, -1)); /* the second is one that was never sent */
}

static void retry_own_parameter(struct fixture *f)
{
	struct err e = { 0 };

	assert_true(chat_params_set(&f->play->columns[1]->params, "temperature", "0.2", &e));
}

static const struct {
	const char *name;
	void (*change)(struct fixture *f);
	size_t column; /* that is sent again */
	bool is_same_run;
	int run_column;
} retries[] = {
	{ "same question", retry_same, 1, true, 1 },
	{ "moved: the place of its target in the run", retry_moved, 0, true, 1 },
	{ "another prompt", retry_other_prompt, 1, false, 1 },
	{ "the same text, otherwise parted", retry_other_parts, 1, false, 1 },
	{ "another parameter", retry_other_parameter, 1, false, 1 },
	{ "a parameter of its own", retry_own_parameter, 1, false, 1 },
	{ "a parameter of another column", retry_own_parameter, 0, true, 0 },
	{ "edited and back", retry_prompt_and_back, 1, true, 1 },
	{ "a column that was not in the run", retry_added, 1, false, 1 },
};

static void retries_belong_to_the_right_run(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(retries); i++) {
		void *own;

		print_message("%s\n", retries[i].name);
		assert_int_equal(setup(&own), 0);
		struct fixture *f = own;

		send_all(f);
		finish(f, 0, "a");
		finish(f, 1, "b");
		fake_clock_pass_ms(5000);
		retries[i].change(f);
		retry(f, retries[i].column);
		const struct call_row *row = &call_of(f, retries[i].column)->row;

		assert_int_equal(row->run_us, FAKE_WALL_US + (retries[i].is_same_run ? 0 : 5000 * US_PER_MS));
		assert_int_equal(row->run_us, f->play->run_us);
		assert_int_equal(row->run_column, retries[i].run_column);
		assert_int_equal(teardown(&own), 0);
	}
}

static void figures_while_it_runs(void **state)
{
	struct fixture *f = *state;
	struct play_figures g;

	play_answer_figures(f->play->columns[0]->answer, clock_mono_us(), &g);
	assert_false(g.is_running);
	assert_false(is_known(g.total_us) || is_known(g.wait_us) || is_known(g.out_tok) || is_known(g.cost_nano));
	send_all(f);
	fake_clock_pass_ms(300);
	play_answer_figures(f->play->columns[0]->answer, clock_mono_us(), &g);
	assert_true(g.is_running);
	assert_false(is_known(g.ttft_us));
	assert_int_equal(g.wait_us, 300000);
	assert_int_equal(g.total_us, 300000);
	fake_delta(call_of(f, 0), DELTA_TEXT, "a");
	fake_clock_pass_ms(500);
	fake_delta(call_of(f, 0), DELTA_TEXT, "b");
	fake_clock_pass_ms(200);
	play_answer_figures(f->play->columns[0]->answer, clock_mono_us(), &g);
	assert_int_equal(g.ttft_us, 300000);
	assert_int_equal(g.wait_us, 300000);
	assert_int_equal(g.gen_us, 500000); /* to the last piece, not to now */
	assert_int_equal(g.total_us, 1000000);
	assert_int_equal(g.out_tok, 2);
	assert_true(g.tokens_are_estimated);
	assert_false(is_known(g.cost_nano));
	f->play->columns[0]->answer->is_free = true;
	play_answer_figures(f->play->columns[0]->answer, clock_mono_us(), &g);
	assert_int_equal(g.cost_nano, 0);
	f->play->columns[0]->answer->is_free = false;
	/* usage that comes with the first pieces counts hidden reasoning, which was over before them */
	struct answer *so_far = &f->play->columns[0]->answer->call->answer;

	so_far->has_usage = true;
	so_far->usage.out_tok = 202;
	so_far->usage.reason_tok = 192;
	play_answer_figures(f->play->columns[0]->answer, clock_mono_us(), &g);
	assert_int_equal(g.out_tok, 202);
	assert_true(fabs(g.tokens_per_s - 18.) < 1e-9);
}

static void figures_at_the_end(void **state)
{
	struct fixture *f = *state;
	struct play_figures g;

	send_all(f);
	fake_clock_pass_ms(400);
	fake_delta(call_of(f, 0), DELTA_TEXT, "a");
	fake_clock_pass_ms(500);
	fake_delta(call_of(f, 0), DELTA_TEXT, "b");
	fake_clock_pass_ms(100);
	fake_done(call_of(f, 0), 100, 60, 10);
	fake_clock_pass_ms(9000);
	play_answer_figures(f->play->columns[0]->answer, clock_mono_us(), &g);
	assert_false(g.is_running || g.tokens_are_estimated);
	assert_int_equal(g.ttft_us, 400000);
	assert_int_equal(g.total_us, 1000000);
	assert_int_equal(g.gen_us, 500000);
	assert_int_equal(g.in_tok, 100);
	assert_int_equal(g.out_tok, 60);
	assert_int_equal(g.streamed_tok, 50); /* the reasoning was not shown */
	assert_true(fabs(g.tokens_per_s - 98.) < 1e-9);
	assert_int_equal(g.cost_nano, 100 * 1000 + 60 * 2000);
	/* a retry of the other column leaves this one's timeline alone */
	retry(f, 1);
	play_answer_figures(f->play->columns[0]->answer, clock_mono_us(), &g);
	assert_int_equal(g.wait_us, 400000);
	fake_clock_pass_ms(50);
	play_answer_figures(f->play->columns[1]->answer, clock_mono_us(), &g);
	assert_int_equal(g.wait_us, 50000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sends_prompt_and_parameters, setup, teardown),
		cmocka_unit_test_setup_teardown(own_parameters_win, setup, teardown),
		cmocka_unit_test_setup_teardown(repeats_are_answers_of_one_column, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_are_cleaned_as_they_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_are_cleaned_and_forgotten_when_sent_again, setup, teardown),
		cmocka_unit_test_setup_teardown(a_waiting_retry_goes_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(stopping_keeps_what_came, setup, teardown),
		cmocka_unit_test_setup_teardown(late_events_are_ignored, setup, teardown),
		cmocka_unit_test(retries_belong_to_the_right_run),
		cmocka_unit_test_setup_teardown(figures_while_it_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(figures_at_the_end, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
