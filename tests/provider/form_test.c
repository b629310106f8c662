#include "tests/provider/streams.h"

#include <math.h>

#include "provider/form.h"
#include "provider/rows.h"

#define SCHEMA "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}"
#define FUNCTION "{\"name\":\"look_up\",\"description\":\"d\",\"parameters\":" SCHEMA "}"
#define TOOLS "[{\"type\":\"function\",\"function\":" FUNCTION "},{\"type\":\"function\",\"function\":{\"name\":\"now\"}}]"
#define OWN(parameters) \
	"[{\"name\":\"look_up\",\"description\":\"d\",\"" parameters "\":" SCHEMA "},{\"name\":\"now\",\"" parameters \
	"\":{\"type\":\"object\",\"properties\":{}}}]"
#define TOOL(function) "[{\"type\":\"function\",\"function\":" function "}]"

static void test_schema(void **state)
{
	static const struct {
		const char *text, *why; /* NULL: good */
	} cases[] = {
		{ SCHEMA, NULL },
		{ "{}", NULL },
		{ "", "the schema is not valid JSON (line 1" },
		{ "{\n\"a\": }", "the schema is not valid JSON (line 2" },
		{ "{\"a\":1,\"a\":2}", "the schema is not valid JSON" },
		{ "{} x", "the schema is not valid JSON" },
		{ "\xff", "the schema is not valid JSON" },
		{ "[]", "the schema is no JSON schema: it must be an object" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		bool ok = form_check_schema(cases[i].text, strlen(cases[i].text), &e);

		if (ok != (cases[i].why == NULL) || (!ok && strncmp(e.text, cases[i].why, strlen(cases[i].why)) != 0)) {
			fail_msg("%s: %s", cases[i].text, e.text);
		}
	}
}

static void test_tools(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ TOOLS, NULL },
		{ "[", "the list of tools is not valid JSON (line 1" },
		{ "{}", "the tools must be a JSON list of 1 to 128 tools" },
		{ "[]", "the tools must be a JSON list of 1 to 128 tools" },
		{ "[3]", "tool 1 of the list must be {\"type\": \"function\"" },
		{ "[" FUNCTION "]", "tool 1 of the list must be {\"type\": \"function\"" },
		{ "[{\"type\":\"web\",\"function\":{\"name\":\"a\"}}]", "tool 1 of the list must be" },
		{ TOOL("{}"), "tool 1 of the list needs a name" },
		{ TOOL("{\"name\":\"a b\"}"), "tool 1 of the list needs a name" },
		{ TOOL("{\"name\":\"\"}"), "tool 1 of the list needs a name" },
		{ TOOL("{\"name\":\"a\",\"description\":1}"), "tool 1 of the list has a description that is no text" },
		{ TOOL("{\"name\":\"a\",\"parameters\":[]}"), "tool 1 of the list has parameters that are no JSON schema" },
		{ "[{\"type\":\"function\",\"function\":{\"name\":\"a\"}},{\"type\":\"function\",\"function\":{\"name\":\"a\"}}]",
		    "tool 2 of the list has the name of one before it" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = { 0 };
		bool ok = form_check_tools(cases[i].text, strlen(cases[i].text), &e);

		if (ok != (cases[i].why == NULL) || (!ok && strncmp(e.text, cases[i].why, strlen(cases[i].why)) != 0)) {
			fail_msg("%s: %s", cases[i].text, e.text);
		}
	}
}

static const struct message hi[] = { { .role = ROLE_USER, .text = "Hi" } };

#define RESPONSE_FORMAT "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":" SCHEMA "}}"

/* What each format makes of them stands in its body, and what it cannot take in the warning. */
static void test_built(void **state)
{
	static const struct {
		const struct provider *provider;
		const char *schema, *tools, *warning;
	} cases[] = {
		{ &provider_openai, RESPONSE_FORMAT, "\"tools\":" TOOLS, "" },
		{ &provider_mistral, RESPONSE_FORMAT, "\"tools\":" TOOLS, "" },
		{ &provider_openrouter, RESPONSE_FORMAT, "\"tools\":" TOOLS, "" },
		{ &provider_cohere, "\"response_format\":{\"type\":\"json_object\",\"json_schema\":" SCHEMA "}", "\"tools\":" TOOLS, "" },
		{ &provider_ollama, "\"format\":" SCHEMA, "\"tools\":" TOOLS, "" },
		{ &provider_gemini, "\"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseJsonSchema\":" SCHEMA "}",
		    "\"tools\":[{\"functionDeclarations\":" OWN("parametersJsonSchema") "}]", "" },
		{ &provider_anthropic, "\"max_tokens\"", "\"tools\":" OWN("input_schema"),
		    "a JSON schema is not supported by Anthropic and was not sent" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct provider *p = cases[i].provider;
		struct chat_request r = { .model = "m", .messages = hi, .n_messages = 1, .schema_json = SCHEMA, .tools_json = TOOLS };
		struct endpoint ep = { .base_url = p->base_url, .key = "k" };
		struct wire_request w = { 0 };
		struct err e = { 0 };

		chat_params_init(&r.params);
		assert_true(p->build(&ep, &r, &w, &e));
		if (strstr(buf_str(&w.body), cases[i].schema) == NULL || strstr(buf_str(&w.body), cases[i].tools) == NULL) {
			fail_msg("%s: %s", p->kind, buf_str(&w.body));
		}
		assert_string_equal(w.warning, cases[i].warning);
		wire_request_free(&w);
	}
}

/* Calls of tools, with words and without, and their results, in the turns of each format. */
static void test_turns(void **state)
{
#define A_CALL(id, name, arguments) "{\"id\":\"" id "\",\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"arguments\":\"" arguments "\"}}"
	static const struct message talk[] = {
		{ .role = ROLE_USER, .text = "a" },
		{ .role = ROLE_ASSISTANT, .text = "", .calls_json = "[" A_CALL("c1", "look_up", "{\\\"n\\\":1}") "," A_CALL("c2", "now", "") "]" },
		{ .role = ROLE_TOOL, .text = "one", .call_id = "c1", .tool = "look_up" },
		{ .role = ROLE_TOOL, .text = "{\"t\":2}", .call_id = "c2", .tool = "now" },
		{ .role = ROLE_ASSISTANT, .text = "b", .calls_json = "[" A_CALL("c3", "now", "{}") "]" },
		{ .role = ROLE_TOOL, .text = "r" },
		{ .role = ROLE_USER, .text = "c" },
	};
#define OPENAI_TURNS(none) "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\"" none ",\"tool_calls\":[" A_CALL("c1", "look_up", "{\\\"n\\\":1}") "," \
	A_CALL("c2", "now", "") "]},{\"role\":\"tool\",\"content\":\"one\",\"tool_call_id\":\"c1\"},{\"role\":\"tool\",\"content\":\"{\\\"t\\\":2}\"," \
	"\"tool_call_id\":\"c2\"},{\"role\":\"assistant\",\"content\":\"b\",\"tool_calls\":[" A_CALL("c3", "now", "{}") "]}," \
	"{\"role\":\"tool\",\"content\":\"r\"},{\"role\":\"user\",\"content\":\"c\"}]"
	static const struct {
		const struct provider *provider;
		const char *member, *turns;
	} cases[] = {
		{ &provider_openai, "messages", OPENAI_TURNS(",\"content\":null") },
		{ &provider_mistral, "messages", OPENAI_TURNS(",\"content\":null") },
		{ &provider_cohere, "messages", OPENAI_TURNS("") },
		{ &provider_ollama, "messages", "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":["
		    "{\"function\":{\"name\":\"look_up\",\"arguments\":{\"n\":1}}},{\"function\":{\"name\":\"now\",\"arguments\":{}}}]},"
		    "{\"role\":\"tool\",\"content\":\"one\",\"tool_name\":\"look_up\"},{\"role\":\"tool\",\"content\":\"{\\\"t\\\":2}\",\"tool_name\":\"now\"},"
		    "{\"role\":\"assistant\",\"content\":\"b\",\"tool_calls\":[{\"function\":{\"name\":\"now\",\"arguments\":{}}}]},"
		    "{\"role\":\"tool\",\"content\":\"r\"},{\"role\":\"user\",\"content\":\"c\"}]" },
		{ &provider_gemini, "contents", "[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"}]},{\"role\":\"model\",\"parts\":["
		    "{\"functionCall\":{\"name\":\"look_up\",\"args\":{\"n\":1}}},{\"functionCall\":{\"name\":\"now\",\"args\":{}}}]},"
		    "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"look_up\",\"response\":{\"result\":\"one\"}}},"
		    "{\"functionResponse\":{\"name\":\"now\",\"response\":{\"t\":2}}}]},{\"role\":\"model\",\"parts\":[{\"text\":\"b\"},"
		    "{\"functionCall\":{\"name\":\"now\",\"args\":{}}}]},{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"\",\"response\":{\"result\":\"r\"}}},"
		    "{\"text\":\"c\"}]}]" },
		{ &provider_anthropic, "messages", "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":["
		    "{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"look_up\",\"input\":{\"n\":1}},{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"now\",\"input\":{}}]},"
		    "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"c1\",\"content\":\"one\"},"
		    "{\"type\":\"tool_result\",\"tool_use_id\":\"c2\",\"content\":\"{\\\"t\\\":2}\"}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"b\"},"
		    "{\"type\":\"tool_use\",\"id\":\"c3\",\"name\":\"now\",\"input\":{}}]},{\"role\":\"user\",\"content\":["
		    "{\"type\":\"tool_result\",\"tool_use_id\":\"\",\"content\":\"r\"},{\"type\":\"text\",\"text\":\"c\"}]}]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct provider *p = cases[i].provider;
		struct chat_request r = { .model = "m", .messages = talk, .n_messages = COUNT_OF(talk) };
		struct endpoint ep = { .base_url = p->base_url, .key = "k" };
		struct wire_request w = { 0 };
		struct err e = { 0 };

		chat_params_init(&r.params);
		assert_true(p->build(&ep, &r, &w, &e));
		json_t *body = json_loads(buf_str(&w.body), 0, NULL), *turns = json_loads(cases[i].turns, 0, NULL);

		assert_non_null(turns);
		if (!json_equal(json_object_get(body, cases[i].member), turns)) {
			fail_msg("%s: %s", p->kind, buf_str(&w.body));
		}
		json_decref(body);
		json_decref(turns);
		wire_request_free(&w);
	}
}

/* Whoever did not check them before is told. */
static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_providers; i++) {
		for (int k = 0; k < 2; k++) {
			struct chat_request r = { .model = "m", .messages = hi, .n_messages = 1, .schema_json = k == 0 ? "[" : SCHEMA,
				.tools_json = k == 0 ? NULL : "3" };
			struct endpoint ep = { .base_url = "http://127.0.0.1:9", .key = "k" };
			struct wire_request w = { 0 };
			struct err e = { 0 };

			chat_params_init(&r.params);
			assert_false(providers[i]->build(&ep, &r, &w, &e));
			assert_true(e.text[0] != '\0');
			wire_request_free(&w);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_tools),
		cmocka_unit_test(test_built),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
