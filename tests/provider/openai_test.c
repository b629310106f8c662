#include "tests/provider/streams.h"

#include <math.h>

#include "provider/rows.h"

#define UNSET .params = { .temperature = NAN, .top_p = NAN, .max_tokens = UNKNOWN, .seed = UNKNOWN }
#define USAGE "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}"
#define STOP "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define SAYS(text) "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define DONE "data: [DONE]\n\n"

static void test_streams(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "openai-basic",
		    .expect = "text=\"Blü café 😀.\" finish=stop in=12 cached=4 written=0 out=9 reason=6 audio_in=0 audio_out=0 "
			      "model=gpt-4o-2024-08-06 id=chatcmpl-1" },
		{ .name = "openai-tools",
		    .expect = "tool=0,call_7,lookup,{\"q\":\"caf\\u00e9\"} tool=1,call_8,weather,{\"days\":12} finish=tool_calls model=m "
		    "id=c2" },
		{ .name = "azure-filter-first", .expect = "text=\"Blue.\" finish=stop model=gpt-4o id=az1" },
		{ .name = "openrouter-error", .expect = "text=\"Blue\" finish=error model=v/m id=gen-1 error=server_error \"upstream "
		    "closed\"" },
		{ .name = "vllm-usage",
		    .expect = "text=\"Blue.\" reasoning=\"Hm. So.\" finish=stop in=8 out=4 model=q id=v1" },
		{ .name = "llamacpp-timings", .expect = "text=\"Blue.\" finish=length in=10 out=2 model=/models/q.gguf id=l1" },
		{ .name = "mistral-parts",
		    .expect = "text=\"Blue.\" reasoning=\"Sky?\" tool=0,,note,{\"a\":1} finish=stop in=8 out=2 model=mi id=m1" },
	};

	(void)state;
	stream_check(&provider_openai, cases, COUNT_OF(cases));
}

static void test_shapes(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "choices missing, delta missing, delta null, content null",
		    .body = "data: {\"id\":\"x\"}\n\ndata: {\"choices\":[{\"index\":0}]}\n\ndata: {\"choices\":[{\"delta\":null}]}\n\n"
			    "data: {\"choices\":[{\"delta\":{\"content\":null}}]}\n\n" SAYS("a") STOP DONE,
		    .expect = "text=\"a\" finish=stop id=x" },
		{ .name = "members of wrong types",
		    .body = "data: {\"id\":7,\"model\":[],\"choices\":{\"a\":1},\"usage\":\"none\"}\n\n"
			    "data: {\"choices\":[3,null,\"x\",[]]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":5,\"tool_calls\":{\"0\":"
			    "1}}}]}\n\n"
			    "data: {\"choices\":[{\"delta\":{\"tool_calls\":[5,null]}}]}\n\n" SAYS("a") STOP DONE,
		    .expect = "text=\"a\" tool=0,,, finish=stop" },
		{ .name = "role in every chunk",
		    .body = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"a\"}}]}\n\n"
			    "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"b\"}}]}\n\n" STOP DONE,
		    .expect = "text=\"ab\" finish=stop" },
		{ .name = "other choices are passed over",
		    .body = "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"},\"finish_reason\":\"length\"},"
			    "{\"index\":0,\"delta\":{\"content\":\"yes\"}}]}\n\n" STOP DONE,
		    .expect = "text=\"yes\" finish=stop" },
		{ .name = "refusal only",
		    .body = "data: {\"choices\":[{\"delta\":{\"refusal\":\"I \"}}]}\n\n"
			    "data: {\"choices\":[{\"delta\":{\"content\":null,\"refusal\":\"can't.\"}}]}\n\n" STOP DONE,
		    .expect = "refusal=\"I can't.\" finish=stop" },
		{ .name = "text, then refusal", .body = SAYS("Well") "data: {\"choices\":[{\"delta\":{\"refusal\":\"No\"}}]}\n\n" STOP DONE,
		    .expect = "text=\"Well\" refusal=\"No\" finish=stop" },
		{ .name = "the same reasoning under two names",
		    .body = "data: {\"choices\":[{\"delta\":{\"reasoning\":\"h\",\"reasoning_content\":\"h\",\"content\":\"\"}}]}\n\n"
			    "data: {\"choices\":[{\"delta\":{\"thinking\":\"m\",\"content\":\"a\"}}]}\n\n" STOP DONE,
		    .expect = "text=\"a\" reasoning=\"hm\" finish=stop" },
		{ .name = "usage in the finish chunk",
		    .body = SAYS("a") "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]," USAGE "}\n\n" DONE,
		    .expect = "text=\"a\" finish=stop in=3 out=2" },
		{ .name = "usage chunk without its empty line", .body = SAYS("a") STOP "data: {\"choices\":[]," USAGE "}",
		    .expect = "text=\"a\" finish=stop in=3 out=2" },
		{ .name = "two usage chunks, null and odd figures",
		    .body = SAYS("a") STOP "data: {\"choices\":[]," USAGE "}\n\n"
			    "data: {\"usage\":{\"prompt_tokens\":4.0,\"completion_tokens\":null,\"prompt_tokens_details\":"
			    "{\"cached_tokens\":-1}}}\n\n"
			    "data: {\"usage\":{\"prompt_tokens\":4.5,\"completion_tokens\":1e300,\"prompt_cache_hit_tokens\":2}}\n\n" DONE,
		    .expect = "text=\"a\" finish=stop in=4 cached=2 out=2" },
		{ .name = "audio and image tokens",
		    .body = SAYS("a") STOP "data: {\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":8,\"prompt_tokens_details\":"
			    "{\"audio_tokens\":5,\"image_tokens\":1,\"cache_write_tokens\":2},\"completion_tokens_details\":"
			    "{\"audio_tokens\":7}}}\n\n",
		    .expect = "text=\"a\" finish=stop in=9 written=2 out=8 audio_in=5 audio_out=7 image_in=1" },
		{ .name = "finish reason \"\" until the end",
		    .body = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"\"}]}\n\n" STOP,
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "finish reason of another server",
		    .body = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"eos_token\"}]}\n\n",
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "content filter, then usage",
		    .body = SAYS("a") "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\ndata: {" USAGE "}\n\n"
		    DONE,
		    .expect = "text=\"a\" finish=content_filter in=3 out=2 class=content_filter "
			      "\"the provider's filter ended the answer (content_filter)\"" },
		{ .name = "finish reason error without an error",
		    .body = SAYS("a") "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}\n\n",
		    .expect = "text=\"a\" finish=error error=server_error \"the provider ended the answer with an error (error)\"" },
	};

	(void)state;
	stream_check(&provider_openai, cases, COUNT_OF(cases));
}

#define CALLS(calls) "data: {\"choices\":[{\"delta\":{\"tool_calls\":[" calls "]}}]}\n\n"
#define END "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n"

static void test_tool_calls(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "no index, pieces",
		    .body = CALLS("{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}") CALLS("{\"function\":{\"arguments\":"
		    "\"}\"}}") END,
		    .expect = "tool=0,a,f,{} finish=tool_calls" },
		{ .name = "no index, by id",
		    .body = CALLS("{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}}")
			    CALLS("{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"2\"}}")
			    CALLS("{\"id\":\"a\",\"function\":{\"arguments\":\"3\"}}") END,
		    .expect = "tool=0,a,f,13 tool=1,b,g,2 finish=tool_calls" },
		{ .name = "no index, no id, two whole calls",
		    .body = CALLS("{\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{\"function\":{\"name\":\"g\",\"arguments\":"
		    "\"[]\"}}") END,
		    .expect = "tool=0,,f,{} tool=1,,g,[] finish=tool_calls" },
		{ .name = "every call has the index 0",
		    .body = CALLS("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}")
			    CALLS("{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}") END,
		    .expect = "tool=0,a,f,{} tool=0,b,f,{} finish=tool_calls" },
		{ .name = "id and name repeated with every piece",
		    .body = CALLS("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}")
			    CALLS("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"}\"}}") END,
		    .expect = "tool=0,a,f,{} finish=tool_calls" },
		{ .name = "id late, name null first",
		    .body = CALLS("{\"index\":2,\"function\":{\"name\":null,\"arguments\":\"{\"}}")
			    CALLS("{\"index\":2,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"}\"}}") END,
		    .expect = "tool=2,a,f,{} finish=tool_calls" },
		{ .name = "arguments as an object", .body = CALLS("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":"
		    "{\"b\":1,\"a\":2}}}") END,
		    .expect = "tool=0,a,f,{\"b\":1,\"a\":2} finish=tool_calls" },
		{ .name = "custom tool", .body = CALLS("{\"index\":0,\"id\":\"a\",\"type\":\"custom\",\"custom\":{\"name\":\"sql\","
		    "\"input\":\"select 1\"}}") END,
		    .expect = "tool=0,a,sql,select 1 finish=tool_calls" },
		{ .name = "function_call of old",
		    .body = "data: {\"choices\":[{\"delta\":{\"function_call\":{\"name\":\"f\",\"arguments\":\"{\"}}}]}\n\n"
			    "data: {\"choices\":[{\"delta\":{\"function_call\":{\"arguments\":\"}\"}}}]}\n\n"
			    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"function_call\"}]}\n\n",
		    .expect = "tool=0,,f,{} finish=tool_calls" },
	};

	(void)state;
	stream_check(&provider_openai, cases, COUNT_OF(cases));
}

static void test_whole(void **state)
{
	static const char basic[] = "{\"id\":\"c1\",\"object\":\"chat.completion\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"message\":"
				    "{\"role\":\"assistant\",\"content\":\"Blue.\",\"refusal\":null,\"annotations\":[]},\"finish_reason\":"
				    "\"stop\"}],\n"
				    "\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":9,\"prompt_tokens_details\":{\"cached_tokens\":"
				    "0}}}\n";
	static const char line[] = "text=\"Blue.\" finish=stop in=12 cached=0 out=9 model=m-1 id=c1";
	static const struct stream_case cases[] = {
		{ .name = "plain", .content_type = "application/json", .is_plain = true, .body = basic, .expect = line },
		{ .name = "plain though a stream was asked for", .content_type = "application/json", .body = basic, .expect = line },
		{ .name = "plain under the type of a stream", .body = basic, .expect = line },
		{ .name = "plain without a type", .content_type = "", .is_plain = true, .body = basic, .expect = line },
		{ .name = "stream though none was asked for", .content_type = "text/event-stream", .is_plain = true,
		    .body = SAYS("a") STOP DONE,
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "stream under the type of JSON", .content_type = "application/json", .body = SAYS("a") STOP DONE,
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "tool calls, no index", .content_type = "application/json", .is_plain = true,
		    .body = "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\","
		    "\"arguments\":\"{}\"}},"
			    "{\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":{\"x\":[]}}}]},\"finish_reason\":\"tool_calls\"}]}",
		    .expect = "tool=0,a,f,{} tool=1,b,f,{\"x\":[]} finish=tool_calls" },
		{ .name = "no finish reason", .content_type = "application/json", .is_plain = true,
		    .body = "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":null}]}", .expect = "text=\"a\"" },
		{ .name = "error in a 200", .content_type = "application/json", .is_plain = true,
		    .body = "{\"error\":{\"code\":429,\"message\":\"slow down\"},\"user_id\":\"u\"}",
		    .expect = "finish=error error=rate_limited \"slow down\"" },
		{ .name = "not an answer", .content_type = "application/json", .is_plain = true, .body = "{\"status\":\"ok\"}",
		    .expect = "error=server_error \"{\"status\":\"ok\"}\"" },
	};

	(void)state;
	stream_check(&provider_openai, cases, COUNT_OF(cases));
}

static void test_build(void **state)
{
	static const char *stop[] = { "END", "\n" };
	static const struct message hi[] = { { .role = ROLE_USER, .text = "Hi \"you\"" } };
	static const struct message talk[] = { { .role = ROLE_SYSTEM, .text = "Be brief." }, { .role = ROLE_USER, .text = "a" }, { .role = ROLE_ASSISTANT, .text = "b" }, { .role = ROLE_USER, .text = "é"
	    } };
	static const char *const extra[] = { "X-Title: sonde", "authorization: none", NULL };
	static const char json_header[] = "Content-Type: application/json";
	static const char headers[] = "Content-Type: application/json\nAuthorization: Bearer sk-1";
	static const struct build_case cases[] = {
		{ .name = "least", .key = "sk-1", .request = { "gpt-4o", hi, 1, UNSET, false },
		    .url = "https://api.openai.com/v1/chat/completions",
		    .expect_headers = headers, .body = "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi "
		    "\\\"you\\\"\"}]}" },
		{ .name = "all", .key = "sk-1", .request = { "gpt-4.1", talk, 4, { 0.7, 0.95, 256, 7, stop, 2 }, true },
		    .url = "https://api.openai.com/v1/chat/completions", .expect_headers = headers,
		    .body = "{\"model\":\"gpt-4.1\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\","
		    "\"content\":\"a\"},"
			    "{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":\"é\"}],\"temperature\":0.7,"
			    "\"top_p\":0.95,"
			    "\"max_tokens\":256,\"seed\":7,\"stop\":[\"END\",\"\\n\"],\"stream\":true,\"stream_options\":"
			    "{\"include_usage\":true}}" },
		{ .name = "reasoning model", .key = "sk-1", .request = { "o4-mini", hi, 1, { NAN, NAN, 9, UNKNOWN, NULL, 0 }, false },
		    .url = "https://api.openai.com/v1/chat/completions", .expect_headers = headers,
		    .body = "{\"model\":\"o4-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi \\\"you\\\"\"}],"
		    "\"max_completion_tokens\":9}" },
		{ .name = "newer model at a regional address", .base_url = "https://eu.api.openai.com/v1", .key = "sk-1",
		    .request = { "gpt-5.4", hi, 1, { NAN, NAN, 9, UNKNOWN, NULL, 0 }, false },
		    .url = "https://eu.api.openai.com/v1/chat/completions", .expect_headers = headers,
		    .body = "{\"model\":\"gpt-5.4\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi \\\"you\\\"\"}],"
		    "\"max_completion_tokens\":9}" },
		{ .name = "the same name at a compatible server, without a key", .base_url = "http://127.0.0.1:8000/v1",
		    .request = { "gpt-5", hi, 1, { NAN, NAN, 9, UNKNOWN, NULL, 0 }, false },
		    .url = "http://127.0.0.1:8000/v1/chat/completions", .expect_headers = json_header,
		    .body = "{\"model\":\"gpt-5\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi \\\"you\\\"\"}],\"max_tokens\":9}" },
		{ .name = "headers of the configuration replace, Azure's query stays last", .key = "k", .headers = extra,
		    .base_url = "https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21", .request = { "d", hi, 1, UNSET,
		    false },
		    .url = "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21",
		    .expect_headers = "Content-Type: application/json\nauthorization: none\nX-Title: sonde",
		    .body = "{\"model\":\"d\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi \\\"you\\\"\"}]}" },
	};

	(void)state;
	build_check(&provider_openai, cases, COUNT_OF(cases));
}

/* What cannot be sent is refused with a sentence, and the key is not in it. */
static void test_refused(void **state)
{
	static const struct message hi[] = { { .role = ROLE_USER, .text = "Hi" } }, bad[] = { { .role = ROLE_USER, .text = "caf\xe9" } };
	static const char *const injected[] = { "X-A: b\r\nX-C: d", NULL }, *const shapeless[] = { "nothing", NULL };
	static const struct {
		const char *name, *key;
		const char *const *headers;
		struct chat_request request;
		enum err_code code;
	} cases[] = {
		{ "line break in the key", "sk-secret\nX-Evil: 1", NULL, { "m", hi, 1, UNSET, false }, ERR_AUTH },
		{ "line break in a header", NULL, injected, { "m", hi, 1, UNSET, false }, ERR_CONFIG },
		{ "header without a colon", NULL, shapeless, { "m", hi, 1, UNSET, false }, ERR_CONFIG },
		{ "Latin-1", NULL, NULL, { "m", bad, 1, UNSET, false }, ERR_TEMPLATE },
		{ "no message", NULL, NULL, { "m", hi, 0, UNSET, false }, ERR_TEMPLATE },
		{ "no model", NULL, NULL, { "", hi, 1, UNSET, false }, ERR_CONFIG },
		{ "model that is not UTF-8", NULL, NULL, { "\xff", hi, 1, UNSET, false }, ERR_CONFIG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct endpoint ep = { "http://h/v1", cases[i].key, cases[i].headers };
		struct wire_request w = { 0 };
		struct err e = { 0 };

		assert_false(provider_openai.build(&ep, &cases[i].request, &w, &e));
		assert_int_equal(e.code, cases[i].code);
		assert_true(e.text[0] != '\0');
		assert_null(strstr(e.text, "secret"));
		wire_request_free(&w);
	}
}

static void test_table(void **state)
{
	(void)state;
	assert_int_equal(n_providers, 8);
	for (size_t i = 0; i < n_providers; i++) {
		const struct provider *p = providers[i];

		assert_ptr_equal(provider_find(p->kind), p);
		assert_non_null(p->build);
		assert_non_null(p->event);
		assert_non_null(p->key_env[0]);
		assert_null(p->key_env[2]);
		assert_true(p->base_url[strlen(p->base_url) - 1] != '/');
	}
	assert_null(provider_find("nobody"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams), cmocka_unit_test(test_shapes), cmocka_unit_test(test_tool_calls),
		    cmocka_unit_test(test_whole),
		cmocka_unit_test(test_build),   cmocka_unit_test(test_refused), cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
