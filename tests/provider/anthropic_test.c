#include "tests/provider/streams.h"

#include <math.h>

#include "provider/rows.h"

#define UNSET .params = { .temperature = NAN, .top_p = NAN, .max_tokens = UNKNOWN, .seed = UNKNOWN }
#define EVENT(type, rest) "event: " type "\ndata: {\"type\":\"" type "\"" rest "}\n\n"
#define START EVENT("message_start", ",\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}")
#define SAYS(text) EVENT("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" text "\"}")
#define STOPS(reason) EVENT("message_delta", ",\"delta\":{\"stop_reason\":\"" reason "\"},\"usage\":{\"output_tokens\":2}")
#define END EVENT("message_stop", "")

static void test_streams(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "anthropic-basic",
		    .expect = "text=\"Blue.\" reasoning=\"Hm.\" finish=stop in=1210 cached=1000 written=200 written1h=50 out=15 reason=3 "
			      "model=claude-sonnet-4-5 id=msg_1" },
		{ .name = "anthropic-tools",
		    .expect = "text=\"Look: \" tool=1,toolu_1,lookup,{\"q\": \"café\"} tool=2,toolu_2,now,{} finish=tool_calls in=10 "
		    "out=15 "
			      "model=c-1 id=msg_2" },
		{ .name = "anthropic-overloaded", .expect = "text=\"Bl\" finish=error in=10 out=1 model=c-1 id=msg_3 error=server_error "
		    "\"Overloaded\"" },
		{ .name = "no names of events",
		    .body = "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n"
			    "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n",
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "input figures come with the end",
		    .body = EVENT("message_start", ",\"message\":{\"usage\":{\"input_tokens\":0,\"output_tokens\":0}}") SAYS("a")
			    EVENT("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"input_tokens\":7,"
				  "\"cache_read_input_tokens\":20,\"cache_creation_input_tokens\":3,\"output_tokens\":4}") END,
		    .expect = "text=\"a\" finish=stop in=30 cached=20 written=3 out=4" },
		{ .name = "limit", .body = START SAYS("a") STOPS("max_tokens") END, .expect = "text=\"a\" finish=length in=10 out=2 id=m" },
		{ .name = "window", .body = START SAYS("a") STOPS("model_context_window_exceeded") END,
		    .expect = "text=\"a\" finish=length in=10 out=2 id=m" },
		{ .name = "pause", .body = START SAYS("a") STOPS("pause_turn") END, .expect = "text=\"a\" finish=stop in=10 out=2 id=m" },
		{ .name = "refusal", .body = START SAYS("a") STOPS("refusal") END,
		    .expect = "text=\"a\" finish=content_filter in=10 out=2 id=m class=content_filter "
			      "\"the provider's filter ended the answer (refusal)\"" },
		{ .name = "cut after the text", .body = START SAYS("a"),
		    .expect = "text=\"a\" in=10 out=1 id=m error=network \"the stream ended before the answer was complete\"" },
		{ .name = "nothing after the end", .body = START SAYS("a") STOPS("end_turn") END SAYS("b"),
		    .expect = "text=\"a\" finish=stop in=10 out=2 id=m" },
		{ .name = "huge figures are no figures",
		    .body = EVENT("message_start", ",\"message\":{\"usage\":{\"input_tokens\":9223372036854775807,"
				  "\"cache_read_input_tokens\":9223372036854775807,\"output_tokens\":-4}}") SAYS("a") STOPS("end_turn") END,
		    .expect = "text=\"a\" finish=stop out=2" },
	};

	(void)state;
	stream_check(&provider_anthropic, cases, COUNT_OF(cases));
}

static void test_whole(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "plain", .content_type = "application/json", .is_plain = true,
		    .body = "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"c-1\",\"content\":["
			    "{\"type\":\"thinking\",\"thinking\":\"Hm.\",\"signature\":\"x\"},{\"type\":\"text\",\"text\":\"Blue.\"},"
			    "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"now\",\"input\":{}},{\"type\":\"redacted_thinking\",\"data\":"
			    "\"z\"}],"
			    "\"stop_reason\":\"tool_use\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":10,"
			    "\"cache_creation_input_tokens\":200,"
			    "\"cache_read_input_tokens\":1000,\"cache_creation\":{\"ephemeral_5m_input_tokens\":200,"
			    "\"ephemeral_1h_input_tokens\":0},"
			    "\"output_tokens\":4,\"output_tokens_details\":{\"thinking_tokens\":0},\"server_tool_use\":null}}",
		    .expect = "text=\"Blue.\" reasoning=\"Hm.\" tool=2,t1,now,{} finish=tool_calls in=1210 cached=1000 written=200 "
		    "written1h=0 "
			      "out=4 reason=0 model=c-1 id=msg_1" },
		{ .name = "error", .status = 529, .content_type = "application/json",
		    .body = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},\"request_id\":"
		    "\"r\"}",
		    .expect = "error=server_error \"Overloaded\"" },
		{ .name = "credit used up", .status = 400, .content_type = "application/json",
		    .body = "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is too "
		    "low.\"}}",
		    .expect = "error=rate_limited quota \"Your credit balance is too low.\"" },
		{ .name = "too long", .status = 400, .content_type = "application/json",
		    .body = "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 9 > 8\"}}",
		    .expect = "error=context_length \"prompt is too long: 9 > 8\"" },
	};

	(void)state;
	stream_check(&provider_anthropic, cases, COUNT_OF(cases));
}

static void test_build(void **state)
{
	static const char *stop[] = { "END" };
	static const struct message hi[] = { { .role = ROLE_USER, .text = "Hi" } };
	static const struct message talk[] = { { .role = ROLE_SYSTEM, .text = "Be brief." }, { .role = ROLE_USER, .text = "a" }, { .role = ROLE_USER, .text = "b" }, { .role = ROLE_USER, .text = "c" },
		{ .role = ROLE_ASSISTANT, .text = "d" }, { .role = ROLE_USER, .text = "e" } };
	static const struct message two[] = { { .role = ROLE_SYSTEM, .text = "One." }, { .role = ROLE_SYSTEM, .text = "Two." }, { .role = ROLE_USER, .text = "a" } };
	static const char headers[] = "anthropic-version: 2023-06-01\nContent-Type: application/json\nx-api-key: k";
	static const struct build_case cases[] = {
		{ .name = "least", .key = "k", .request = { "c-1", hi, 1, UNSET, false }, .url = "https://api.anthropic.com/v1/messages",
		    .expect_headers = headers,
		    .body = "{\"model\":\"c-1\",\"max_tokens\":4096,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}" },
		{ .name = "all, consecutive turns", .key = "k", .request = { "c-1", talk, 6, { 1, 0.5, 100, 7, stop, 1 }, true },
		    .url = "https://api.anthropic.com/v1/messages", .expect_headers = headers,
		    .body = "{\"model\":\"c-1\",\"max_tokens\":100,\"system\":\"Be brief.\",\"messages\":[{\"role\":\"user\",\"content\":["
			    "{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"},{\"type\":\"text\",\"text\":\"c\"}]},"
			    "{\"role\":\"assistant\",\"content\":\"d\"},{\"role\":\"user\",\"content\":\"e\"}],"
			    "\"temperature\":1.0,\"top_p\":0.5,\"stop_sequences\":[\"END\"],\"stream\":true}",
		    .warning = "seed is not supported by Anthropic and was not sent" },
		{ .name = "two system messages", .key = "k", .base_url = "http://127.0.0.1:9", .request = { "c-1", two, 3, UNSET, false },
		    .url = "http://127.0.0.1:9/v1/messages", .expect_headers = headers,
		    .body = "{\"model\":\"c-1\",\"max_tokens\":4096,\"system\":[{\"type\":\"text\",\"text\":\"One.\"},{\"type\":\"text\","
		    "\"text\":\"Two.\"}],"
			    "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}" },
	};
	struct endpoint ep = { "http://h", "k", NULL };
	struct chat_request only_system = { "c-1", talk, 1, UNSET, false };
	struct wire_request w = { 0 };
	struct err e;

	(void)state;
	build_check(&provider_anthropic, cases, COUNT_OF(cases));
	assert_false(provider_anthropic.build(&ep, &only_system, &w, &e));
	assert_int_equal(e.code, ERR_TEMPLATE);
	wire_request_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_streams), cmocka_unit_test(test_whole), cmocka_unit_test(test_build) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
