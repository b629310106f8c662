/* A recorded request comes back exactly: calls are recorded over real HTTP in each wire format, opened in Play, and sent again; both bodies are the same
 * JSON. The same through Prompts. */
#include "tests/app/play_place.h"

#include "app/again.h"

#define CALL(id, name, arguments) "{\"id\":\"" id "\",\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"arguments\":\"" arguments "\"}}"
#define TOOL(name) "{\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"description\":\"D\",\"parameters\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"}}}}}"
#define U(text) "{\"role\":\"user\",\"content\":\"" text "\"}"
#define A(text) "{\"role\":\"assistant\",\"content\":\"" text "\"}"
#define S(text) "{\"role\":\"system\",\"content\":\"" text "\"}"

static const struct {
	const char *name, *members;
} cases[] = {
	{ "one turn", "\"messages\":[" U("hi") "]" },
	{ "a template's braces", "\"messages\":[" U("{{name}} {% raw %} {% endraw %} {# no #}") "]" },
	{ "line ends", "\"messages\":[" U("\\n{{x}}\\n") "," A("b\\n\\n") "," U("\\n{{{%{#endraw{{\\n") "]" },
	{ "several turns", "\"messages\":[" S("Be brief.") "," U("a") "," A("b") "," U("c") "]" },
	{ "a role twice", "\"messages\":[" S("One.") "," S("Two.") "," U("a") "," U("b") "," A("c") "," U("d") "," U("e") "]" },
	{ "it goes on from the assistant", "\"messages\":[" U("a") "," A("{\\\"team\\\":") "]" },
	{ "tools and a form", "\"messages\":[" S("Be brief.") "," U("a") "],\"tools\":[" TOOL("look") "," TOOL("pay") "],"
	  "\"response_schema\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"number\",\"minimum\":0.1}}}" },
	{ "a tool without parameters", "\"messages\":[" U("a") "],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\"}}]" },
	{ "calls and results", "\"messages\":[" S("Be brief.") "," U("Look at both.") ",{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[" CALL("c1", "look", "{\\\"id\\\":\\\"1\\\"}")
	  "," CALL("c2", "look", "{\\\"id\\\":\\\"2\\\",\\\"n\\\":[1,2.5,null]}") "]},{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"paid\"},"
	  "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"{\\\"ok\\\":true}\"}," A("Both.") "," U("Pay back.") "],\"tools\":[" TOOL("look") "]" },
	{ "it ends with a result", "\"messages\":[" U("a") ",{\"role\":\"assistant\",\"content\":\"I look.\",\"tool_calls\":[" CALL("c1", "look", "{}") "]},"
	  "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"{\\\"result\\\":\\\"x\\\"}\"}],\"tools\":[" TOOL("look") "]" },
};

static const char *const targets[] = { "openai/gpt-5.4-mini", "anthropic/claude-haiku-4-5", "gemini/gemini-2.5-flash", "ollama/llama3.1:8b", "cohere/command-r" };

static char *canonical(const char *bytes, size_t len)
{
	json_t *v = json_loadb(bytes, len, 0, NULL);
	char *text = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS);

	assert_non_null(text);
	json_decref(v);
	return text;
}

static char *sent(const struct place *o, struct call_row *row, struct call_body *body)
{
	place_recorded(o, 0, row, body);
	return canonical(body->request, body->request_len);
}

static void ask(struct place *o, const char *members, const char *target)
{
	char *kept = x_asprintf("{\"name\":\"p\",\"version\":3,\"hash\":\"0123abc\",\"body\":{%s}}", members);
	struct play_prompt *prompt = play_prompt_from_text(kept);
	struct err e = { 0 };

	assert_non_null(prompt);
	while (o->play->n_columns > 0) {
		play_drop(o->play, 0);
	}
	chat_params_free(&o->play->params);
	chat_params_init(&o->play->params);
	assert_true(chat_params_set(&o->play->params, "temperature", "0.3", &e) && chat_params_set(&o->play->params, "max_tokens", "20", &e) &&
	    chat_params_set(&o->play->params, "stop", "END", &e));
	play_take_prompt(o->play, prompt, NULL);
	(void)play_add(o->play, target);
	place_send(o);
	assert_int_equal(o->play->columns[0]->answer->state, CALL_DONE);
	free(kept);
}

static void the_same_bytes(struct place *o, size_t i, const char *target)
{
	struct call_row row, row_again;
	struct call_body body, body_again;
	struct again a;
	struct buf left_out = { 0 };
	struct bundle b;
	struct err e = { 0 };

	print_message("%s to %s\n", cases[i].name, target);
	ask(o, cases[i].members, target);
	char *before = sent(o, &row, &body);

	if (!again_read(&row, &body, &a, &e)) {
		fail_msg("%s", e.text);
	}
	assert_int_equal(a.n_left_out, 0);
	again_left_out(o->app->config, &row, &body, &a, &left_out);
	assert_string_equal(buf_str(&left_out), "");
	again_open(o->play, &a);
	place_send(o);
	char *after = sent(o, &row_again, &body_again);

	assert_string_equal(after, before);
	assert_string_equal(row_again.prompt_name, "p");
	assert_string_equal(row_again.prompt_version, "0123abc");
	/* and through the library */
	if (!prompts_bundle_of_call(&row, &body, &b, &e)) {
		fail_msg("%s", e.text);
	}
	struct version_row v = { .name = (char *)"q", .bundle = b };
	struct play_prompt *prompt = play_prompt_fill(NULL, &v, NULL, NULL, &e);

	if (prompt == NULL) {
		fail_msg("%s", e.text);
	}
	chat_params_free(&o->play->params);
	chat_params_init(&o->play->params);
	play_take_prompt(o->play, prompt, NULL);
	place_send(o);
	call_row_free(&row_again);
	call_body_free(&body_again);
	char *library = sent(o, &row_again, &body_again);

	assert_string_equal(library, before);
	assert_null(row_again.prompt_version);
	call_row_free(&row_again);
	call_body_free(&body_again);
	call_row_free(&row);
	call_body_free(&body);
	bundle_free(&b);
	buf_free(&left_out);
	again_free(&a);
	free(before);
	free(after);
	free(library);
}

static void comes_back_exactly(void **state)
{
	struct place o;

	place_open(&o, *state);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t k = 0; k < COUNT_OF(targets); k++) {
			the_same_bytes(&o, i, targets[k]);
		}
	}
	place_close(&o);
}

/* What Play does not have is named; images are counted. */
static void what_does_not_is_told(void **state)
{
	static const char request[] = "{\"model\":\"gpt-5.4-mini\",\"messages\":[" U("a") "],\"tool_choice\":\"none\",\"stream\":true,"
	    "\"stream_options\":{\"include_usage\":true},\"logit_bias\":{}}";
	struct call_row row = { .provider = "openai", .model_req = "gpt-5.4-mini", .is_streamed = true };
	struct call_body body = { .request = request, .request_len = sizeof(request) - 1 };
	struct place o;
	struct again a;
	struct buf left_out = { 0 };
	struct err e = { 0 };

	place_open(&o, *state);
	assert_true(again_read(&row, &body, &a, &e));
	again_left_out(o.app->config, &row, &body, &a, &left_out);
	assert_string_equal(buf_str(&left_out), "tool_choice, logit_bias");
	buf_free(&left_out);
	again_free(&a);
	row.provider = "gone";
	assert_true(again_read(&row, &body, &a, &e));
	again_left_out(o.app->config, &row, &body, &a, &left_out);
	assert_int_equal(left_out.len, 0);
	again_free(&a);
	place_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(comes_back_exactly, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_does_not_is_told, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
