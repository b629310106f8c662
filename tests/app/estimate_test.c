/* What a prompt would cost: by answers before, by the limit, by neither; and what the day's budget has to say. */
#include "tests/store/fixture.h"

#include "app/board.h"
#include "app/play.h"
#include "base/clock.h"

static void put_answer(struct store *s, int i, const char *model, int64_t out_tok, bool is_simulated, enum error_class class)
{
	struct call_row r;

	call_row_init(&r);
	r.id = (struct call_id){ FIXTURE_T0 + i, (uint64_t)i };
	r.provider = "openai";
	r.model_req = model;
	r.operation = "chat";
	r.usage.out_tok = out_tok;
	r.is_simulated = is_simulated;
	r.error_class = class;
	store_put_call(s, &r, NULL);
}

static void sizes_are_of_the_newest_good_answers(void **state)
{
	struct err e = { 0 };
	struct store *s = store_open(*state, &e);
	struct past_sizes sizes;
	int i = 0;

	assert_non_null(s);
	for (; i < 30; i++) {
		put_answer(s, i, "m", 9000, false, CLASS_NONE); /* too old to count */
	}
	for (int k = 1; k <= 50; k++) {
		put_answer(s, i++, "m", 10 * k, false, CLASS_NONE);
		put_answer(s, i++, "m", 7777, true, CLASS_NONE);
		put_answer(s, i++, "m", 8888, false, CLASS_TIMEOUT);
		put_answer(s, i++, "m", UNKNOWN, false, CLASS_NONE);
	}
	put_answer(s, i++, "once", 5, false, CLASS_NONE);
	assert_true(store_flush(s, 60000, &e));
	struct reader *r = reader_open(*state, &e);

	assert_non_null(r);
	assert_true(past_sizes_read(r, false, &sizes, &e));
	const struct past_size *m = past_sizes_find(&sizes, "openai", "m"), *once = past_sizes_find(&sizes, "openai", "once");

	assert_int_equal(m->n, 50);
	assert_int_equal(m->low, 60);
	assert_int_equal(m->high, 450);
	assert_int_equal(once->low, 5);
	assert_int_equal(once->high, 5);
	assert_null(past_sizes_find(&sizes, "openai", "never"));
	assert_null(past_sizes_find(&sizes, "other", "m"));
	past_sizes_free(&sizes);
	assert_true(past_sizes_read(r, true, &sizes, &e));
	assert_int_equal(past_sizes_find(&sizes, "openai", "m")->high, 7777);
	past_sizes_free(&sizes);
	reader_close(r);
	store_close(s);
}

static struct config *config(void)
{
	struct config *c = config_new();
	struct err e = { 0 };

	(void)config_add_provider(c, "openai", "openai", "http://127.0.0.1:9", "none", "a test");
	(void)config_add_provider(c, "ollama", "ollama", "http://127.0.0.1:9", NULL, "a test");
	assert_true(price_table_override(c->prices, "openai", "m", "1", "2", NULL, NULL, &e));
	return c;
}

/* Prompt of 1000 tokens at $1 and $2 a million. */
static void range_limit_or_neither(void **state)
{
	static const struct {
		const char *name, *target;
		bool has_past; /* 60 to 450 tokens */
		int64_t limit, out_low, out_high, low_nano, high_nano;
		size_t n_past, n_unpriced;
	} cases[] = {
		{ "by answers before", "openai/m", true, UNKNOWN, 60, 450, 1120000, 1900000, 50, 0 },
		{ "the limit is less", "openai/m", true, 100, 60, 100, 1120000, 1200000, 50, 0 },
		{ "the limit is less than all", "openai/m", true, 10, 10, 10, 1020000, 1020000, 50, 0 },
		{ "by the limit", "openai/m", false, 100, 0, 100, 1000000, 1200000, 0, 0 },
		{ "by neither", "openai/m", false, UNKNOWN, 0, UNKNOWN, 1000000, UNKNOWN, 0, 0 },
		{ "no price", "openai/nobody-knows", false, 100, 0, 100, UNKNOWN, UNKNOWN, 0, 1 },
		{ "a model of this machine", "ollama/llama", false, UNKNOWN, 0, UNKNOWN, 0, 0, 0, 0 },
	};
	struct config *c = config();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct past_size size = { (char *)(uintptr_t)"openai", (char *)(uintptr_t)"m", 60, 450, 50 };
		struct past_sizes past = { &size, cases[i].has_past, 0 };
		struct err e = { 0 };
		struct target *t = target_resolve(c, cases[i].target, &e);
		struct estimate is;

		print_message("%s\n", cases[i].name);
		assert_non_null(t);
		estimate_call(t, c->prices, &past, &(struct input_size){ 1000, true }, cases[i].limit, &is);
		assert_int_equal(is.in.tok, 1000);
		assert_int_equal(is.out_low, cases[i].out_low);
		assert_true(is.out_high == cases[i].out_high);
		assert_true(is.low_nano == cases[i].low_nano);
		assert_true(is.high_nano == cases[i].high_nano);
		assert_int_equal(is.n_past, cases[i].n_past);
		assert_int_equal(is.n_unpriced, cases[i].n_unpriced);
		target_free(t);
	}
	config_free(c);
}

static void a_sum_says_what_is_not_in_it(void **state)
{
	struct estimate sum = { 0 };

	(void)state;
	estimate_add(&sum, &(struct estimate){ .low_nano = 10, .high_nano = 30, .n_past = 5, .n_calls = 1 }, 3);
	assert_int_equal(sum.low_nano, 30);
	assert_int_equal(sum.high_nano, 90);
	assert_int_equal(sum.n_calls, 3);
	estimate_add(&sum, &(struct estimate){ .low_nano = UNKNOWN, .high_nano = UNKNOWN, .n_calls = 1, .n_unpriced = 1 }, 2);
	assert_int_equal(sum.low_nano, 30);
	assert_int_equal(sum.high_nano, 90);
	assert_int_equal(sum.n_unpriced, 2);
	assert_int_equal(sum.n_past, 5);
	estimate_add(&sum, &(struct estimate){ .n_calls = 1 }, 1); /* free */
	assert_int_equal(sum.n_past, 5);
	estimate_add(&sum, &(struct estimate){ .low_nano = 5, .high_nano = UNKNOWN, .n_calls = 1 }, 1);
	assert_int_equal(sum.low_nano, 35);
	assert_false(is_known(sum.high_nano));
	assert_int_equal(sum.n_past, 0);
	/* the other way round: the free one first */
	sum = (struct estimate){ 0 };
	estimate_add(&sum, &(struct estimate){ .n_calls = 1 }, 1);
	estimate_add(&sum, &(struct estimate){ .low_nano = 10, .high_nano = 30, .n_past = 5, .n_calls = 1, .in.is_exact = true }, 1);
	assert_int_equal(sum.n_past, 5);
	assert_true(sum.in.is_exact);
}

/* Turns of tools are input as well, which nobody but their provider counts exactly. */
static void calls_of_tools_are_counted(void **state)
{
	static const struct tokenizer none[ENCODING_COUNT] = { { NULL, NULL } };
	struct message messages[] = { { .role = ROLE_USER, .text = "What is the weather?" }, { .role = ROLE_ASSISTANT, .text = "" }, { .role = ROLE_TOOL, .text = "rain" } };
	struct config *c = config();
	struct err e = { 0 };
	struct target *t = target_resolve(c, "openai/m", &e);
	struct gateway_request r = { .target = t, .messages = messages, .n_messages = 3 };
	struct counter counter = counter_of("m", none, NULL);
	struct past_sizes past = { NULL, 0, 0 };
	struct estimate plain, is;

	(void)state;
	chat_params_init(&r.params);
	counter.is_exact = true;
	estimate_request(&r, &counter, c->prices, &past, &plain);
	assert_false(plain.in.is_exact);
	messages[1].calls_json = "[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Vienna\\\"}\"}}]";
	estimate_request(&r, &counter, c->prices, &past, &is);
	assert_true(is.in.tok > plain.in.tok + 10);
	assert_true(is.low_nano > plain.low_nano);
	target_free(t);
	config_free(c);
}

static void the_budget_is_asked_before(void **state)
{
	struct loop *l = loop_new();
	struct app *a = app_new(l, config(), *state, false);
	struct play *p = a->play;
	struct err e = { 0 };

	play_set_prompt(p, "", "Say hello to everybody in the room.");
	(void)play_add(p, "openai/m");
	a->board->today_nano = 0;
	a->config->budget.day_nano = 1000000000;
	assert_true(play_check_budget(p, &e));
	a->board->today_nano = 999999999;
	assert_false(play_send(p, &e));
	assert_int_equal(e.code, ERR_BUDGET);
	assert_non_null(strstr(e.text, "at least $0."));
	assert_int_equal(p->run_us, 0);
	p->repeat = 1;
	a->config->budget.day_nano = 0; /* none */
	assert_true(play_check_budget(p, &e));
	app_free(a);
	loop_free(l);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sizes_are_of_the_newest_good_answers, fixture_setup, fixture_teardown),
		cmocka_unit_test(range_limit_or_neither),
		cmocka_unit_test(a_sum_says_what_is_not_in_it),
		cmocka_unit_test(calls_of_tools_are_counted),
		cmocka_unit_test_setup_teardown(the_budget_is_asked_before, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
