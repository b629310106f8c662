/* The services that speak the format of OpenAI in a manner of their own: Mistral, OpenRouter, Azure. */
#include "tests/provider/streams.h"

#include <math.h>

#include "provider/rows.h"

#define ALL .params = { 0.7, 0.95, 256, 7, NULL, 0 }, .is_streamed = true
#define UNSET .params = { .temperature = NAN, .top_p = NAN, .max_tokens = UNKNOWN, .seed = UNKNOWN }
#define HI "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]"
#define SAMPLING "\"temperature\":0.7,\"top_p\":0.95,"
#define COST(value) "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],\"usage\":{\"cost\":" value "}}\n\n"

static const struct message hi[] = { { .role = ROLE_USER, .text = "Hi" } };

static void test_mistral(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "mistral-parts",
		    .expect = "text=\"Blue.\" reasoning=\"Sky?\" tool=0,,note,{\"a\":1} finish=stop in=8 out=2 model=mi id=m1" },
		{ .name = "mistral-tools",
		    .expect = "tool=0,D681PevKs,lookup,{\"q\": \"café\"} tool=1,D681PevKt,weather,{\"days\":12} finish=tool_calls in=94 out=29 "
			      "model=mi id=m2" },
		{ .name = "validation", .status = 422, .content_type = "application/json",
		    .body = "{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"seed\"],\"msg\":\"Extra inputs are not permitted\"}]}",
		    .expect = "error=bad_request \"Extra inputs are not permitted\"" },
		{ .name = "error without a wrapper", .status = 429, .content_type = "application/json",
		    .body = "{\"object\":\"error\",\"message\":\"Requests rate limit exceeded\",\"type\":\"rate_limited\",\"code\":\"1300\"}",
		    .expect = "error=rate_limited \"Requests rate limit exceeded\"" },
	};
	static const struct build_case builds[] = {
		{ .name = "all", .key = "k", .request = { .model = "mi", .messages = hi, .n_messages = 1, ALL },
		    .url = "https://api.mistral.ai/v1/chat/completions",
		    .expect_headers = "Content-Type: application/json\nAuthorization: Bearer k",
		    .body = "{\"model\":\"mi\"," HI "," SAMPLING "\"max_tokens\":256,\"random_seed\":7,\"stream\":true}" },
	};

	(void)state;
	stream_check(&provider_mistral, cases, COUNT_OF(cases));
	build_check(&provider_mistral, builds, COUNT_OF(builds));
}

static void test_openrouter(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "openrouter-cost",
		    .expect = "text=\"Blue.\" finish=stop in=8 cached=4 out=2 reason=0 cost=12300 model=v/m id=gen-2" },
		{ .name = "openrouter-error",
		    .expect = "text=\"Blue\" finish=error model=v/m id=gen-1 error=server_error \"upstream closed\"" },
		{ .name = "free", .body = COST("0"), .expect = "text=\"a\" finish=stop cost=0" },
		{ .name = "negative cost", .body = COST("-1"), .expect = "text=\"a\" finish=stop" },
		{ .name = "absurd cost", .body = COST("1e300"), .expect = "text=\"a\" finish=stop" },
		{ .name = "cost as a text", .body = COST("\"1\""), .expect = "text=\"a\" finish=stop" },
		{ .name = "no credits", .status = 402, .content_type = "application/json",
		    .body = "{\"error\":{\"code\":402,\"message\":\"Insufficient credits\"},\"user_id\":\"u\"}",
		    .expect = "error=rate_limited quota \"Insufficient credits\"" },
	};
	static const struct build_case builds[] = {
		{ .name = "all", .key = "k", .request = { .model = "v/m:free", .messages = hi, .n_messages = 1, ALL },
		    .url = "https://openrouter.ai/api/v1/chat/completions",
		    .expect_headers = "Content-Type: application/json\nAuthorization: Bearer k",
		    .body = "{\"model\":\"v/m:free\"," HI "," SAMPLING "\"max_tokens\":256,\"seed\":7,\"stream\":true}" },
	};

	(void)state;
	stream_check(&provider_openrouter, cases, COUNT_OF(cases));
	build_check(&provider_openrouter, builds, COUNT_OF(builds));
}

/* A cost is taken from OpenRouter alone: what others may mean by that word is not known. */
static void test_cost_of_others(void **state)
{
	static const struct stream_case cases[] = { { .name = "cost", .body = COST("0.5"), .expect = "text=\"a\" finish=stop" } };

	(void)state;
	stream_check(&provider_openai, cases, 1);
	stream_check(&provider_mistral, cases, 1);
}

static void test_azure(void **state)
{
	static const char address[] = "https://x.openai.azure.com?api-version=2024-10-21";
	static const struct stream_case cases[] = {
		{ .name = "azure-filter-first", .expect = "text=\"Blue.\" finish=stop model=gpt-4o id=az1" },
		{ .name = "blocked prompt", .status = 400, .content_type = "application/json",
		    .body = "{\"error\":{\"message\":\"The response was filtered\",\"code\":\"content_filter\",\"innererror\":{\"code\":"
			    "\"ResponsibleAIPolicyViolation\"}}}",
		    .expect = "error=content_filter \"The response was filtered\"" },
	};
	static const struct build_case builds[] = {
		{ .name = "all", .base_url = address, .key = "k", .request = { .model = "my chat", .messages = hi, .n_messages = 1, ALL },
		    .url = "https://x.openai.azure.com/openai/deployments/my%20chat/chat/completions?api-version=2024-10-21",
		    .expect_headers = "Content-Type: application/json\napi-key: k",
		    .body = "{\"model\":\"my chat\"," HI "," SAMPLING "\"max_tokens\":256,\"seed\":7,\"stream\":true,\"stream_options\":"
			    "{\"include_usage\":true}}" },
		{ .name = "reasoning model at a proxy", .base_url = "http://127.0.0.1:1/?api-version=v1", .key = "k",
		    .request = { .model = "gpt-5", .messages = hi, .n_messages = 1, .params = { NAN, NAN, 9, UNKNOWN, NULL, 0 } },
		    .url = "http://127.0.0.1:1/openai/deployments/gpt-5/chat/completions?api-version=v1",
		    .expect_headers = "Content-Type: application/json\napi-key: k",
		    .body = "{\"model\":\"gpt-5\"," HI ",\"max_completion_tokens\":9}" },
	};

	(void)state;
	stream_check(&provider_azure, cases, COUNT_OF(cases));
	build_check(&provider_azure, builds, COUNT_OF(builds));
}

static void test_azure_without_address(void **state)
{
	const struct chat_request r = { .model = "m", .messages = hi, .n_messages = 1, UNSET };
	const struct endpoint ep = { .base_url = "https://RESOURCE.openai.azure.com?api-version=1", .key = "k" };
	struct wire_request w = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_false(provider_azure.build(&ep, &r, &w, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.hint, "AZURE_OPENAI_ENDPOINT"));
	wire_request_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistral), cmocka_unit_test(test_openrouter), cmocka_unit_test(test_cost_of_others),
		cmocka_unit_test(test_azure),   cmocka_unit_test(test_azure_without_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
