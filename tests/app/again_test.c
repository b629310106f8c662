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

static const struct {
	const char *name, *request, *system, *user, *params;
	bool is_conversation;
	size_t n_left_out;
} requests[] = {
	{ "openai", "{\"model\":\"x\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"hi\"}],"
	  "\"temperature\":0.25,\"max_completion_tokens\":40,\"seed\":7,\"stop\":[\"a\",\"b\"]}", "Be brief.", "hi",
	  "{\"temperature\":0.25,\"max_tokens\":40,\"seed\":7,\"stop\":[\"a\",\"b\"]}", false, 0 },
	{ "anthropic", "{\"system\":[{\"type\":\"text\",\"text\":\"Be\"},{\"type\":\"text\",\"text\":\"brief\"}],\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"image\",\"source\":{}},{\"type\":\"text\",\"text\":\"what is this\"}]}],\"max_tokens\":9}", "Be\nbrief", "what is this",
	  "{\"max_tokens\":9}", false, 1 },
	{ "gemini", "{\"systemInstruction\":{\"parts\":[{\"text\":\"S\"}]},\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"one\"}]}],"
	  "\"generationConfig\":{\"topP\":0.5,\"maxOutputTokens\":12,\"stopSequences\":[\"z\"]}}", "S", "one",
	  "{\"top_p\":0.5,\"max_tokens\":12,\"stop\":[\"z\"]}", false, 0 },
	{ "ollama", "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"options\":{\"temperature\":1,\"num_predict\":5}}", "", "hi",
	  "{\"temperature\":1.0,\"max_tokens\":5}", false, 0 },
	{ "conversation", "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":\"c\"}]}",
	  "", "user:\na\n\nassistant:\nb\n\nuser:\nc", "{}", true, 0 },
	{ "plain input", "{\"instructions\":\"S\",\"input\":\"hi\"}", "S", "hi", "{}", false, 0 },
	{ "out of range", "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"temperature\":-5,\"top_p\":\"x\"}", "", "hi", "{}", false, 0 },
};

static void requests_are_read(void **state)
{
	const struct call_row row = { .provider = "openai", .model_req = "gpt-5.4-mini" };

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
		assert_string_equal(a.system, requests[i].system);
		assert_string_equal(a.user, requests[i].user);
		assert_string_equal(a.target, "openai/gpt-5.4-mini");
		assert_string_equal(buf_str(&params), requests[i].params);
		assert_int_equal(a.is_conversation, requests[i].is_conversation);
		assert_int_equal(a.n_left_out, requests[i].n_left_out);
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
