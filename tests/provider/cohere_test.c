#include "tests/provider/streams.h"

#include <math.h>

#include "provider/rows.h"

#define UNSET .params = { .temperature = NAN, .top_p = NAN, .max_tokens = UNKNOWN, .seed = UNKNOWN }
#define SAYS(text) "data: {\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\"" text "\"}}}}\n\n"
#define END(members) "data: {\"type\":\"message-end\",\"delta\":{" members "}}\n\n"

static void test_streams(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "cohere-basic",
		    .expect = "text=\"Blü 😀.\" reasoning=\"Sky?\" finish=stop in=69 cached=64 out=2 id=x1" },
		{ .name = "cohere-tools",
		    .expect = "reasoning=\"I look it up.\" tool=0,lookup_a,lookup,{\"q\":\"caf\\u00e9\"} tool=1,weather_b,weather,{\"days\":12} "
			      "finish=tool_calls in=9 out=20 id=x2" },
		{ .name = "cohere-error",
		    .expect = "text=\"Bl\" finish=error in=71 out=1 id=x3 error=server_error \"the model went away\"" },
		{ .name = "end without [DONE], length", .body = SAYS("a") END("\"finish_reason\":\"MAX_TOKENS\""),
		    .expect = "text=\"a\" finish=length" },
		{ .name = "timeout without words", .body = SAYS("a") END("\"finish_reason\":\"TIMEOUT\""),
		    .expect = "text=\"a\" finish=error error=timeout \"the provider ended the answer with an error (TIMEOUT)\"" },
		{ .name = "cut short", .body = SAYS("a"),
		    .expect = "text=\"a\" error=network \"the stream ended before the answer was complete\"" },
		{ .name = "members of wrong types",
		    .body = "data: {\"type\":7}\n\ndata: {\"type\":\"content-delta\",\"delta\":[1]}\n\n"
			    "data: {\"type\":\"content-delta\",\"delta\":{\"message\":{\"content\":\"x\",\"tool_calls\":3}}}\n\n"
			    "data: {\"type\":\"tool-call-start\",\"delta\":{\"message\":{\"tool_calls\":[4,{\"function\":5}]}}}\n\n"
			    "data: {\"type\":\"debug\",\"prompt\":\"p\"}\n\n" SAYS("a")
		    END("\"finish_reason\":\"COMPLETE\",\"usage\":{\"billed_units\":[],\"cached_tokens\":-1}"),
		    .expect = "text=\"a\" finish=stop" },
	};

	(void)state;
	stream_check(&provider_cohere, cases, COUNT_OF(cases));
}

static void test_whole(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "plain", .content_type = "application/json", .is_plain = true,
		    .body = "{\"id\":\"x4\",\"finish_reason\":\"COMPLETE\",\"message\":{\"role\":\"assistant\",\"content\":["
			    "{\"type\":\"thinking\",\"thinking\":\"Hm\"},{\"type\":\"text\",\"text\":\"Blue.\"}]},\"usage\":{\"billed_units\":"
			    "{\"input_tokens\":5,\"output_tokens\":2},\"tokens\":{\"input_tokens\":71,\"output_tokens\":2}}}",
		    .expect = "text=\"Blue.\" reasoning=\"Hm\" finish=stop in=5 out=2 id=x4" },
		{ .name = "tool calls", .content_type = "application/json", .is_plain = true,
		    .body = "{\"id\":\"x5\",\"finish_reason\":\"TOOL_CALL\",\"message\":{\"tool_plan\":\"p\",\"tool_calls\":[{\"id\":\"a\","
			    "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":"
			    "\"[]\"}}]}}",
		    .expect = "reasoning=\"p\" tool=0,a,f,{} tool=1,b,g,[] finish=tool_calls id=x5" },
		{ .name = "error body", .content_type = "application/json", .status = 404,
		    .body = "{\"id\":\"e1\",\"message\":\"model 'x' not found\"}", .expect = "error=bad_request \"model 'x' not found\"" },
		{ .name = "invalid token", .content_type = "application/json", .status = 498,
		    .body = "{\"id\":\"e2\",\"message\":\"invalid api token\"}", .expect = "error=auth \"invalid api token\"" },
	};

	(void)state;
	stream_check(&provider_cohere, cases, COUNT_OF(cases));
}

static void test_build(void **state)
{
	static const char *stop[] = { "END" };
	static const struct message hi[] = { { .role = ROLE_USER, .text = "Hi" } };
	static const struct message talk[] = { { .role = ROLE_SYSTEM, .text = "Be brief." }, { .role = ROLE_USER, .text = "a" } };
	static const char headers[] = "Content-Type: application/json\nAuthorization: Bearer k";
	static const struct build_case cases[] = {
		{ .name = "least", .key = "k", .request = { .model = "command-a", .messages = hi, .n_messages = 1, UNSET },
		    .url = "https://api.cohere.com/v2/chat", .expect_headers = headers,
		    .body = "{\"model\":\"command-a\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":false}" },
		{ .name = "all", .key = "k",
		    .request = { .model = "command-a", .messages = talk, .n_messages = 2, .params = { 0.7, 0.95, 256, 7, stop, 1 },
			.is_streamed = true },
		    .url = "https://api.cohere.com/v2/chat", .expect_headers = headers,
		    .body = "{\"model\":\"command-a\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\","
			    "\"content\":\"a\"}],\"temperature\":0.7,\"p\":0.95,\"max_tokens\":256,\"seed\":7,\"stop_sequences\":[\"END\"],"
			    "\"stream\":true}" },
	};

	(void)state;
	build_check(&provider_cohere, cases, COUNT_OF(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
