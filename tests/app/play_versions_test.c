/* Versions of a prompt side by side in Play, over real HTTP: each column sends its own, the record has its name, hash and arm, and what cannot be
 * filled in is told and not sent. */
#include "tests/app/play_place.h"

#define V1 "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Say hello to {{who}}.\"}]}"
#define V2 "{\"messages\":[{\"role\":\"user\",\"content\":\"Greet {{who}} in {{lang}}.\"},{\"role\":\"assistant\",\"content\":\"How?\"}," \
	"{\"role\":\"user\",\"content\":\"Warmly.\"}],\"params\":{\"temperature\":0.5,\"max_tokens\":30}," \
	"\"overrides\":{\"anthropic\":{\"max_tokens\":20}},\"response_schema\":{\"type\":\"object\"}," \
	"\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"parameters\":{\"type\":\"object\"}}}]}"

static void set(const struct place *o, const char *assignment)
{
	struct err e = { 0 };

	assert_true(prompts_set_value(o->app->prompts, assignment, &e));
}

static void open_two(struct place *o, const char *dir)
{
	place_open(o, dir);
	place_save(o, "greet", V1);
	place_save(o, "greet", V2);
	(void)play_add(o->play, "openai/gpt-5.4-mini");
	(void)play_add(o->play, "openai/gpt-5.4-mini");
	(void)play_add(o->play, "anthropic/claude-haiku-4-5");
	play_ask_own(o->play, o->play->columns[0], "greet@v1");
	play_ask_own(o->play, o->play->columns[1], "greet@v2");
	play_ask_own(o->play, o->play->columns[2], "greet");
}

static const char *content(const json_t *request, size_t i)
{
	const char *text = json_get_string(json_array_get(json_object_get(request, "messages"), i), "content", NULL);

	return text != NULL ? text : "";
}

static void each_column_sends_its_version(void **state)
{
	struct place o;
	struct call_row row;

	open_two(&o, *state);
	set(&o, "who=Zo\u00eb");
	set(&o, "lang=French");
	place_send(&o); /* while they are being filled in */
	json_t *one = place_sent(&o, 0, &row);

	assert_int_equal(json_array_size(json_object_get(one, "messages")), 2);
	assert_string_equal(content(one, 0), "Be brief.");
	assert_string_equal(content(one, 1), "Say hello to Zo\u00eb.");
	assert_null(json_object_get(one, "tools"));
	assert_string_equal(row.prompt_name, "greet");
	assert_string_equal(row.prompt_version, o.play->columns[0]->own.prompt->hash);
	assert_null(row.tags);
	call_row_free(&row);
	json_t *two = place_sent(&o, 1, &row);

	assert_int_equal(json_array_size(json_object_get(two, "messages")), 3);
	assert_string_equal(content(two, 0), "Greet Zo\u00eb in French.");
	assert_string_equal(content(two, 1), "How?");
	assert_int_equal(json_get_int(two, "max_tokens") == 30 || json_get_int(two, "max_completion_tokens") == 30, 1);
	assert_int_equal(json_array_size(json_object_get(two, "tools")), 1);
	assert_non_null(json_object_get(two, "response_format"));
	assert_string_equal(row.prompt_version, o.play->columns[1]->own.prompt->hash);
	call_row_free(&row);
	json_t *three = place_sent(&o, 2, &row); /* the newest, by no label that moves; with what it has for that provider */

	assert_int_equal(json_get_int(three, "max_tokens"), 20);
	assert_non_null(strstr(row.tags, "\"prompt_arm\":\"v2\""));
	call_row_free(&row);
	json_decref(one);
	json_decref(two);
	json_decref(three);
	place_close(&o);
}

static void a_missing_variable_is_told_and_not_sent(void **state)
{
	struct place o;
	struct call_row row;
	struct err e = { 0 };

	open_two(&o, *state);
	set(&o, "who=Zo");
	place_settle(&o);
	assert_true(play_column_is_usable(o.play->columns[0]));
	assert_false(play_column_is_usable(o.play->columns[1]));
	const struct err *why = play_column_err(o.play->columns[1]);

	assert_non_null(strstr(why->text, "greet@v2"));
	assert_non_null(strstr(why->text, "lang"));
	assert_non_null(strstr(why->hint, ":var"));
	uint64_t before = sim_requests(o.sim);

	place_send(&o);
	assert_int_equal(sim_requests(o.sim), before + 1);
	assert_false(o.play->columns[1]->answer->has_run);
	assert_false(play_retry(o.play, 1, &e));
	assert_non_null(strstr(e.text, "lang"));
	set(&o, "lang=\"it\"");
	place_settle(&o);
	assert_true(play_column_is_usable(o.play->columns[1]));
	assert_true(play_retry(o.play, 1, &e));
	place_settle(&o);
	json_decref(place_sent(&o, 1, &row));
	assert_string_equal(row.prompt_name, "greet");
	call_row_free(&row);
	/* none of them can be sent: that is said */
	set(&o, "who=");
	place_settle(&o);
	assert_false(play_send(o.play, &e));
	assert_non_null(strstr(e.text, "who"));
	/* what there is not */
	play_ask_own(o.play, o.play->columns[0], "greet@v9");
	place_settle(&o);
	assert_non_null(strstr(o.play->columns[0]->own.err.text, "v9"));
	play_ask_own(o.play, o.play->columns[0], NULL);
	assert_true(play_column_is_usable(o.play->columns[0]));
	place_close(&o);
}

static void another_version_is_another_run(void **state)
{
	struct place o;
	struct err e = { 0 };

	open_two(&o, *state);
	set(&o, "who=Zo");
	set(&o, "lang=it");
	place_send(&o);
	int64_t run_us = o.play->run_us;

	assert_true(play_retry(o.play, 0, &e));
	place_settle(&o);
	assert_true(o.play->run_us == run_us);
	play_ask_own(o.play, o.play->columns[0], "greet@v2");
	place_settle(&o);
	assert_true(play_retry(o.play, 0, &e));
	place_settle(&o);
	assert_true(o.play->run_us != run_us);
	place_close(&o);
}

static void a_past_run_has_its_prompts(void **state)
{
	struct place o;
	struct call_row row;
	struct err e = { 0 };

	open_two(&o, *state);
	set(&o, "who=Zo");
	set(&o, "lang=it");
	place_send(&o);
	assert_true(store_flush(o.app->store, 5000, &e));
	char *hash = x_strdup(o.play->columns[1]->own.prompt->hash), *text = play_prompt_text(o.play->columns[1]->own.prompt);

	place_send_past(&o); /* without the values */
	assert_int_equal(o.play->n_runs, 1);
	assert_int_equal(o.play->history_err.code, ERR_NONE);
	assert_int_equal(o.play->n_columns, 3);
	json_t *two = place_sent(&o, 1, &row);

	assert_string_equal(content(two, 0), "Greet Zo in it.");
	assert_string_equal(row.prompt_version, hash);
	json_decref(two);
	call_row_free(&row);
	/* an answer out of the history keeps what it was asked with, and so does one whose column has another version by now */
	play_open_run(o.play, 0, OPEN_SHOW);
	place_settle(&o);
	struct play_answer *answer = o.play->columns[1]->answer;

	assert_ptr_equal(answer->own, o.play->columns[1]->own.prompt);
	play_ask_own(o.play, o.play->columns[1], NULL);
	assert_string_equal(answer->own->hash, hash);
	/* the same out of the session's text */
	play_take_own(o.play, o.play->columns[0], play_prompt_from_text(text));
	assert_string_equal(o.play->columns[0]->own.ref, "greet@v2");
	char *again = play_prompt_text(o.play->columns[0]->own.prompt);

	assert_string_equal(again, text);
	assert_null(play_prompt_from_text("{\"name\":\"x\"}"));
	assert_null(play_prompt_from_text("{\"name\":\"x\",\"body\":{\"messages\":[{\"role\":\"king\",\"content\":\"\"}]}}"));
	free(again);
	free(text);
	free(hash);
	place_close(&o);
}

static void the_estimate_is_of_each_version(void **state)
{
	struct place o;
	struct estimate one, two;

	open_two(&o, *state);
	set(&o, "who=Zo");
	set(&o, "lang=it");
	place_settle(&o);
	play_estimate_column(o.play, o.play->columns[0], &one);
	play_estimate_column(o.play, o.play->columns[1], &two);
	assert_true(two.in.tok > one.in.tok + 10); /* it has tools and a form */
	assert_int_equal(two.out_high, 30);
	place_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_column_sends_its_version, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_missing_variable_is_told_and_not_sent, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(another_version_is_another_run, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_past_run_has_its_prompts, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_estimate_is_of_each_version, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
