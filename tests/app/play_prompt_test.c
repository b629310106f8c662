/* A prompt of the library in Play, over real HTTP: sent as its turns, with its tools and form, under its name and version as long as it is that. */
#include "tests/app/play_place.h"

#define TOOLS "[{\"type\":\"function\",\"function\":{\"name\":\"refund\",\"parameters\":{\"type\":\"object\"}}}]"
#define V1 "{\"messages\":[{\"role\":\"system\",\"content\":\"You triage for {{product}}.\"},{\"role\":\"user\",\"content\":\"Hello\"}," \
	"{\"role\":\"assistant\",\"content\":\"Which order?\"},{\"role\":\"user\",\"content\":\"Order {{order}}.\"}]," \
	"\"params\":{\"temperature\":0.25,\"logit_bias\":{}},\"vars\":{\"product\":{\"default\":\"Atlas\"}},\"tools\":" TOOLS "," \
	"\"response_schema\":{\"type\":\"object\"}}"

static void set(const struct place *o, const char *assignment)
{
	struct err e = { 0 };

	assert_true(prompts_set_value(o->app->prompts, assignment, &e));
}

/* The prompt of the library in Play, as by its key. */
static void open_in_play(struct place *o)
{
	struct err e = { 0 };

	prompts_open(o->app->prompts, "triage", 0);
	place_settle(o);
	if (!prompts_to_play(o->app->prompts, &e)) {
		fail_msg("%s", e.text);
	}
}

static void open_all(struct place *o, const char *dir)
{
	place_open(o, dir);
	place_save(o, "triage", V1);
	(void)play_add(o->play, "openai/gpt-5.4-mini");
	set(o, "order=4411");
	open_in_play(o);
}

static void is_message(const json_t *request, size_t i, const char *role, const char *text)
{
	const json_t *m = json_array_get(json_object_get(request, "messages"), i);

	assert_string_equal(json_get_string(m, "role", NULL), role);
	assert_string_equal(json_get_string(m, "content", NULL), text);
}

static void sent_as_its_turns(void **state)
{
	struct place o;
	struct call_row row;

	open_all(&o, *state);
	assert_string_equal(o.play->system, "You triage for Atlas.");
	assert_string_equal(o.play->user, "Order 4411.");
	assert_int_equal(o.play->all.prompt->n_between, 2);
	assert_string_equal(o.play->all.ref, "triage@v1");
	place_send(&o);
	json_t *request = place_sent(&o, 0, &row);

	assert_int_equal(json_array_size(json_object_get(request, "messages")), 4);
	is_message(request, 0, "system", "You triage for Atlas.");
	is_message(request, 1, "user", "Hello");
	is_message(request, 2, "assistant", "Which order?");
	is_message(request, 3, "user", "Order 4411.");
	json_t *tools = json_loads(TOOLS, 0, NULL);

	assert_true(json_equal(json_object_get(request, "tools"), tools));
	assert_non_null(json_object_get(request, "response_format"));
	assert_true(json_number_value(json_object_get(request, "temperature")) == 0.25);
	assert_string_equal(row.prompt_name, "triage");
	assert_string_equal(row.prompt_version, o.play->all.prompt->hash);
	json_decref(tools);
	json_decref(request);
	call_row_free(&row);
	/* what is set here goes before what the prompt has */
	struct err e = { 0 };
	struct buf unsent = { 0 };

	assert_true(chat_params_set(&o.play->params, "temperature", "0.75", &e));
	place_send(&o);
	request = place_sent(&o, 0, &row);
	assert_true(json_number_value(json_object_get(request, "temperature")) == 0.75);
	play_unsent(o.play, o.play->columns[0], &unsent);
	assert_string_equal(buf_str(&unsent), "logit_bias");
	buf_free(&unsent);
	json_decref(request);
	call_row_free(&row);
	place_close(&o);
}

static void an_edit_makes_it_a_draft(void **state)
{
	struct place o;
	struct call_row row;

	open_all(&o, *state);
	play_set_prompt(o.play, "You triage.", "Order 4411.");
	assert_true(o.play->is_edited);
	place_send(&o);
	json_t *request = place_sent(&o, 0, &row);

	is_message(request, 0, "system", "You triage.");
	is_message(request, 2, "assistant", "Which order?");
	assert_string_equal(row.prompt_name, "triage");
	assert_null(row.prompt_version);
	json_decref(request);
	call_row_free(&row);
	/* its values are those it was edited with */
	set(&o, "order=1");
	place_settle(&o);
	assert_string_equal(o.play->user, "Order 4411.");
	/* taken back it is the version again, and follows its values */
	play_set_prompt(o.play, "You triage for Atlas.", "Order 4411.");
	set(&o, "order=2");
	place_settle(&o);
	assert_string_equal(o.play->user, "Order 2.");
	place_send(&o);
	json_decref(place_sent(&o, 0, &row));
	assert_non_null(row.prompt_version);
	call_row_free(&row);
	/* a draft of Prompts is none either */
	prompts_set_text(o.app->prompts, "USER\nHi {{order}}\n", 17);
	struct err e = { 0 };

	assert_true(prompts_to_play(o.app->prompts, &e));
	assert_null(o.play->all.ref);
	assert_string_equal(o.play->user, "Hi 2");
	place_send(&o);
	json_decref(place_sent(&o, 0, &row));
	assert_string_equal(row.prompt_name, "triage");
	assert_null(row.prompt_version);
	call_row_free(&row);
	/* and without it only the text is left */
	play_take_prompt(o.play, NULL, NULL);
	assert_string_equal(o.play->user, "Hi 2");
	place_send(&o);
	json_decref(place_sent(&o, 0, &row));
	assert_null(row.prompt_name);
	call_row_free(&row);
	place_close(&o);
}

static void a_value_that_goes_keeps_it_from_being_sent(void **state)
{
	struct place o;
	struct err e = { 0 };
	struct call_row row;

	open_all(&o, *state);
	set(&o, "order=");
	place_settle(&o);
	assert_false(play_send(o.play, &e));
	assert_string_equal(e.text, "triage@v1: order is undefined");
	assert_int_equal(sim_requests(o.sim), 0);
	/* another prompt that there is not changes nothing */
	unsigned long said = o.app->news.n;

	set(&o, "order=7");
	play_ask_prompt(o.play, "triage@v9");
	assert_true(play_send(o.play, &e)); /* waits, and is then not sent */
	place_settle(&o);
	assert_true(o.app->news.n > said);
	assert_int_equal(sim_requests(o.sim), 0);
	assert_string_equal(o.play->user, "Order 7.");
	/* by a label: its arm is recorded */
	play_ask_prompt(o.play, "triage@latest");
	place_send(&o);
	json_decref(place_sent(&o, 0, &row));
	assert_non_null(strstr(row.tags, "\"prompt_label\":\"latest\""));
	call_row_free(&row);
	place_close(&o);
}

static void a_past_run_is_whole(void **state)
{
	struct place o;
	struct call_row row;

	open_all(&o, *state);
	play_set_prompt(o.play, "You triage.", "Order 4411.");
	place_send(&o);
	json_t *before = place_sent(&o, 0, &row);

	call_row_free(&row);
	place_send_past(&o);
	json_t *after = place_sent(&o, 0, &row);

	assert_true(o.play->is_edited);
	assert_true(json_equal(before, after));
	assert_string_equal(row.prompt_name, "triage");
	call_row_free(&row);
	json_decref(before);
	json_decref(after);
	place_close(&o);
}

static void back_into_the_library(void **state)
{
	struct place o;
	struct bundle b;
	struct err e = { 0 };

	open_all(&o, *state);
	assert_true(chat_params_set(&o.play->params, "seed", "3", &e));
	play_set_prompt(o.play, "", "{{raw}} stays");
	if (!prompts_bundle_of_play(o.app->prompts, &b, &e)) {
		fail_msg("%s", e.text);
	}
	json_t *tools = json_loads(TOOLS, 0, NULL);

	assert_int_equal(bundle_n_parts(&b), 3);
	assert_string_equal(bundle_part(&b, 1).role, "assistant");
	assert_string_equal(bundle_part(&b, 2).text, "{% raw %}{{raw}} stays{% endraw %}");
	assert_true(json_equal(json_object_get(b.json, "tools"), tools));
	assert_int_equal(json_get_int(json_object_get(b.json, "params"), "seed"), 3);
	assert_non_null(json_object_get(json_object_get(b.json, "params"), "temperature"));
	json_decref(tools);
	bundle_free(&b);
	place_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sent_as_its_turns, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(an_edit_makes_it_a_draft, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_value_that_goes_keeps_it_from_being_sent, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_past_run_is_whole, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(back_into_the_library, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
