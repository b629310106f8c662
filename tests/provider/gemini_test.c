#include "tests/provider/streams.h"

#include <math.h>

#include "provider/rows.h"

#define UNSET .params = { .temperature = NAN, .top_p = NAN, .max_tokens = UNKNOWN, .seed = UNKNOWN }
#define SAYS(text) "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" text "\"}],\"role\":\"model\"},\"index\":0}]}\n\n"
#define ENDS(reason) "data: {\"candidates\":[{\"finishReason\":\"" reason "\"}]}\n\n"

static void test_streams(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "gemini-basic",
		    .expect = "text=\"Blue.\" reasoning=\"Sky?\" finish=stop in=13 cached=2 written=0 out=42 reason=40 audio_in=1 "
			      "model=gemini-2.5-flash id=r1" },
		{ .name = "gemini-tools",
		    .expect = "tool=0,,lookup,{\"q\":\"café\",\"n\":1.0} tool=1,f2,now,{} finish=tool_calls in=8 written=0 out=20 "
		    "model=g-1" },
		{ .name = "gemini-error-bare",
		    .expect = "text=\"Bl\" finish=error model=g-1 error=server_error \"The model is overloaded. {Please} try again later.\""
		    },
		{ .name = "events that end with CR CR", .body = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\r\r"
		    "data: {\"candidates\":[{\"finishReason\":\"MAX_TOKENS\"}]}\r\r", .expect = "text=\"a\" finish=length" },
		{ .name = "finish with empty content", .body = SAYS("a") "data: {\"candidates\":[{\"content\":{},\"finishReason\":"
		    "\"STOP\"}]}\n\n",
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "safety", .body = SAYS("a") ENDS("SAFETY"),
		    .expect = "text=\"a\" finish=content_filter class=content_filter \"the provider's filter ended the answer (SAFETY)\"" },
		{ .name = "blocked prompt",
		    .body = "data: {\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},\"usageMetadata\":{\"promptTokenCount\":8,"
		    "\"totalTokenCount\":8}}\n\n",
		    .expect = "finish=content_filter in=8 written=0 out=0 class=content_filter "
			      "\"the provider's filter blocked the prompt (PROHIBITED_CONTENT)\"" },
		{ .name = "malformed call", .body = ENDS("MALFORMED_FUNCTION_CALL"),
		    .expect = "finish=error error=server_error \"the provider ended the answer with an error (MALFORMED_FUNCTION_CALL)\"" },
		{ .name = "second candidate", .body = "data: {\"candidates\":[{\"index\":1,\"content\":{\"parts\":[{\"text\":\"no\"}]}},"
		    "{\"index\":0,\"content\":{\"parts\":[{\"text\":\"yes\"}]},\"finishReason\":\"STOP\"}]}\n\n",
		    .expect = "text=\"yes\" finish=stop" },
		{ .name = "cut before the finish", .body = SAYS("a"),
		    .expect = "text=\"a\" error=network \"the stream ended before the answer was complete\"" },
		{ .name = "error as an event in an array", .body = SAYS("a") "data: [{\"error\":{\"code\":429,\"message\":\"slow\","
		    "\"status\":\"RESOURCE_EXHAUSTED\"}}]\n\n",
		    .expect = "text=\"a\" finish=error error=rate_limited \"slow\"" },
		{ .name = "wrong types", .body = "data: {\"candidates\":[{\"content\":[],\"finishReason\":3},5],\"usageMetadata\":[],"
		    "\"promptFeedback\":1}\n\n"
		    "data: {\"candidates\":[{\"content\":{\"parts\":{\"text\":\"x\"}}},{\"content\":{\"parts\":[1,{\"text\":2},"
		    "{\"functionCall\":\"f\"}]}}]}\n\n"
		    SAYS("a") ENDS("STOP"), .expect = "text=\"a\" finish=stop" },
	};

	(void)state;
	stream_check(&provider_gemini, cases, COUNT_OF(cases));
}

static void test_whole(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "plain", .content_type = "application/json", .is_plain = true,
		    .body = "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Blue.\"}]},\"finishReason\":\"STOP\","
		    "\"index\":0}],"
			    "\"usageMetadata\":{\"promptTokenCount\":8,\"cachedContentTokenCount\":0,\"candidatesTokenCount\":2,"
			    "\"thoughtsTokenCount\":40,\"toolUsePromptTokenCount\":0,\"totalTokenCount\":50},\"modelVersion\":\"g-1\","
			    "\"responseId\":\"r1\"}",
		    .expect = "text=\"Blue.\" finish=stop in=8 cached=0 written=0 out=42 reason=40 model=g-1 id=r1" },
		{ .name = "a stream as one array", .content_type = "application/json",
		    .body = "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Bl\"}]}}]}\n,\r\n"
			    "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"ue.\"}]},\"finishReason\":\"STOP\"}]}]",
		    .expect = "text=\"Blue.\" finish=stop" },
		{ .name = "error in an array", .status = 400, .content_type = "application/json",
		    .body = "[{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass a valid API key.\",\"status\":"
		    "\"INVALID_ARGUMENT\"}}]",
		    .expect = "error=auth \"API key not valid. Please pass a valid API key.\"" },
		{ .name = "too many tokens", .status = 400, .content_type = "application/json",
		    .body = "{\"error\":{\"code\":400,\"message\":\"The input token count (9) exceeds the maximum number of tokens allowed "
		    "(8).\"}}",
		    .expect = "error=context_length \"The input token count (9) exceeds the maximum number of tokens allowed (8).\"" },
	};

	(void)state;
	stream_check(&provider_gemini, cases, COUNT_OF(cases));
}

static void test_build(void **state)
{
	static const char *stop[] = { "END" };
	static const struct message hi[] = { { .role = ROLE_USER, .text = "Hi" } };
	static const struct message talk[] = { { .role = ROLE_SYSTEM, .text = "Be brief." }, { .role = ROLE_USER, .text = "a" }, { .role = ROLE_USER, .text = "b" }, { .role = ROLE_ASSISTANT, .text = "c"
	    } };
	static const char headers[] = "Content-Type: application/json\nx-goog-api-key: k";
	static const struct build_case cases[] = {
		{ .name = "least", .key = "k", .request = { "gemini-2.5-flash", hi, 1, UNSET, false },
		    .url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent",
		    .expect_headers = headers,
		    .body = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}" },
		{ .name = "all", .key = "k", .request = { "models/a b/é?", talk, 4, { 0.2, 1, 100, 7, stop, 1 }, true },
		    .url = "https://generativelanguage.googleapis.com/v1beta/models/a%20b%2F%C3%A9%3F:streamGenerateContent?alt=sse",
		    .expect_headers = headers,
		    .body = "{\"systemInstruction\":{\"parts\":[{\"text\":\"Be brief.\"}]},\"contents\":[{\"role\":\"user\",\"parts\":"
		    "[{\"text\":\"a\"},"
			    "{\"text\":\"b\"}]},{\"role\":\"model\",\"parts\":[{\"text\":\"c\"}]}],\"generationConfig\":{\"temperature\":"
			    "0.2,\"topP\":1.0,"
			    "\"maxOutputTokens\":100,\"seed\":7,\"stopSequences\":[\"END\"]}}" },
	};

	(void)state;
	build_check(&provider_gemini, cases, COUNT_OF(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_streams), cmocka_unit_test(test_whole), cmocka_unit_test(test_build) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
