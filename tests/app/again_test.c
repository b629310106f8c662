/* Requests in each wire format, as they were recorded, in the terms of Play. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/again.h"
#include "base/mem.h"

#define USER(text) "{\"role\":\"user\",\"content\":\"" text "\"}"
#define SYSTEM(text) "{\"role\":\"system\",\"content\":\"" text "\"}"

static const struct {
	const char *name, *request, *messages, *params;
	size_t n_left_out;
} requests[] = {
	{ "openai", "{\"model\":\"x\",\"messages\":[" SYSTEM("Be brief.") "," USER("hi") "],"
	  "\"temperature\":0.25,\"max_completion_tokens\":40,\"seed\":7,\"stop\":[\"a\",\"b\"]}", "[" SYSTEM("Be brief.") "," USER("hi") "]",
	  "{\"temperature\":0.25,\"max_tokens\":40,\"seed\":7,\"stop\":[\"a\",\"b\"]}", 0 },
	{ "anthropic", "{\"system\":[{\"type\":\"text\",\"text\":\"Be\"},{\"type\":\"text\",\"text\":\"brief\"}],\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"image\",\"source\":{}},{\"type\":\"text\",\"text\":\"what is this\"}]}],\"max_tokens\":9}",
	  "[" SYSTEM("Be") "," SYSTEM("brief") "," USER("what is this") "]", "{\"max_tokens\":9}", 1 },
	{ "gemini", "{\"systemInstruction\":{\"parts\":[{\"text\":\"S\"}]},\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"one\"}]}],"
	  "\"generationConfig\":{\"topP\":0.5,\"maxOutputTokens\":12,\"stopSequences\":[\"z\"]}}", "[" SYSTEM("S") "," USER("one") "]",
	  "{\"top_p\":0.5,\"max_tokens\":12,\"stop\":[\"z\"]}", 0 },
	{ "ollama", "{\"messages\":[" USER("hi") "],\"options\":{\"temperature\":1,\"num_predict\":5}}", "[" USER("hi") "]",
	  "{\"temperature\":1.0,\"max_tokens\":5}", 0 },
	{ "images of ollama", "{\"messages\":[{\"role\":\"user\",\"content\":\"see\",\"images\":[\"x\",\"y\"]}]}", "[" USER("see") "]", "{}", 2 },
	{ "calls without ids", "{\"messages\":[" USER("a") ",{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"n\":1}}},"
	  "{\"function\":{\"name\":\"f\",\"arguments\":{}}}]},{\"role\":\"tool\",\"tool_name\":\"f\",\"content\":\"r\"}]}",
	  "[" USER("a") ",{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"n\\\":1}\"}},"
	  "{\"id\":\"call_2\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
	  "{\"role\":\"tool\",\"content\":\"r\",\"tool_call_id\":\"call_1\",\"name\":\"f\"}]", "{}", 0 },
	{ "a result that calls nothing", "{\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"x\",\"content\":[{\"type\":\"text\",\"text\":\"r\"}]}]}",
	  "[{\"role\":\"tool\",\"content\":\"r\",\"tool_call_id\":\"x\"}]", "{}", 0 },
	{ "plain input", "{\"instructions\":\"S\",\"input\":\"hi\"}", "[" SYSTEM("S") "," USER("hi") "]", "{}", 0 },
	{ "out of range", "{\"messages\":[" USER("hi") "],\"temperature\":-5,\"top_p\":\"x\"}", "[" USER("hi") "]", "{}", 0 },
	{ "hostile", "{\"messages\":[1,{\"role\":\"user\",\"content\":[null,1,{\"text\":3},{\"functionCall\":{}},{\"type\":\"tool_result\",\"content\":{}}],"
	  "\"tool_calls\":[[],{\"function\":[]}]}],\"tools\":[1,{},{\"name\":\"x\"},{\"functionDeclarations\":{}}],\"format\":[]}",
	  "[{\"role\":\"user\",\"content\":\"\",\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"\",\"arguments\":\"{}\"}}]},"
	  "{\"role\":\"tool\",\"content\":\"\"}]", "{}", 3 },
};

static void requests_are_read(void **state)
{
	const struct call_row row = { .provider = "openai", .model_req = "gpt-5.4-mini", .prompt_name = "p", .prompt_version = "abc" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		struct call_body body = { .request = requests[i].request, .request_len = strlen(requests[i].request) };
		struct buf params = { 0 };
		struct again a;
		struct err e = { 0 };

		print_message("%s\n", requests[i].name);
		if (!again_read(&row, &body, &a, &e)) {
			fail_msg("%s", e.text);
		}
		chat_params_json(&a.params, &params);
		json_t *expected = json_loads(requests[i].messages, 0, NULL);
		char *text = json_dumps(json_object_get(a.prompt->filled.body, "messages"), JSON_COMPACT);

		assert_non_null(expected);
		if (!json_equal(json_object_get(a.prompt->filled.body, "messages"), expected)) {
			fail_msg("%s", text);
		}
		assert_string_equal(a.target, "openai/gpt-5.4-mini");
		assert_string_equal(a.prompt->name, "p");
		assert_string_equal(a.prompt->hash, "abc");
		assert_string_equal(buf_str(&params), requests[i].params);
		assert_int_equal(a.n_left_out, requests[i].n_left_out);
		free(text);
		json_decref(expected);
		buf_free(&params);
		again_free(&a);
	}
}

static void others_are_refused(void **state)
{
	static const char *const wrong[] = { "", "[]", "null", "{", "{}", "{\"messages\":[]}", "{\"messages\":{\"role\":1}}", "{\"messages\":[1,null,\"x\"]}" };
	const struct call_row row = { .provider = "openai", .model_req = "x" };
	struct again a;
	struct err e = { 0 };

	(void)state;
	assert_false(again_read(&row, &(struct call_body){ 0 }, &a, &e));
	assert_non_null(strstr(e.text, "no request was kept"));
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct call_body body = { .request = wrong[i], .request_len = strlen(wrong[i]) };

		assert_false(again_read(&row, &body, &a, &e));
		assert_string_equal(e.text, "this is not the request of a chat");
	}
}

static void curl_has_the_body_and_no_key(void **state)
{
	struct config *c = config_new();
	struct call_row row = { .provider = "openai", .model_req = "gpt-5.4-mini", .operation = "chat" };
	static const char request[] = "{\"it's\":1}";
	struct call_body body = { .request = request, .request_len = sizeof(request) - 1 };
	struct buf out = { 0 };
	struct err e = { 0 };

	(void)state;
	(void)config_add_provider(c, "openai", "openai", "http://127.0.0.1:9/v1", "sk-secret", "test");
	if (!again_curl(c, &row, &body, &out, &e)) {
		fail_msg("%s", e.text);
	}
	assert_non_null(strstr(buf_str(&out), "http://127.0.0.1:9/v1/chat/completions"));
	assert_non_null(strstr(buf_str(&out), "it'\\''s"));
	assert_null(strstr(buf_str(&out), "sk-secret"));
	row.operation = "embeddings";
	assert_false(again_curl(c, &row, &body, &out, &e));
	row.operation = "chat";
	row.provider = "nobody";
	assert_false(again_curl(c, &row, &body, &out, &e));
	buf_free(&out);
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read), cmocka_unit_test(others_are_refused), cmocka_unit_test(curl_has_the_body_and_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
