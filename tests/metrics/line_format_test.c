#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/line.h"

#define T0 1795428000000000LL /* 2026-11-23T10:00:00Z */
#define U UNKNOWN

struct want {
	const char *name, *format, *line;
	int64_t ts_us;
	const char *provider, *model, *operation, *id;
	int64_t in, out, cache_read, cache_write, reason, cost, latency_us, ttft_us;
	enum error_class class;
	const char *error, *user, *session;
};

#define LITELLM(more) "{\"id\":\"chatcmpl-1\",\"call_type\":\"acompletion\",\"status\":\"success\",\"startTime\":1795428000.25,\"endTime\":1795428002.75," \
	"\"model\":\"gpt-5.4-mini\",\"model_group\":\"fast\",\"custom_llm_provider\":\"openai\"" more "}"
#define HELICONE(more) "{\"request_id\":\"r-1\",\"request_created_at\":\"2026-11-23 10:00:00.250\",\"request_path\":\"/v1/chat/completions\"," \
	"\"provider\":\"OPENAI\",\"request_model\":\"gpt-5.4-mini\"" more "}"
#define LANGFUSE(more) "{\"id\":\"o-1\",\"trace_id\":\"t-1\",\"type\":\"GENERATION\",\"start_time\":\"2026-11-23 10:00:00.250000\"," \
	"\"end_time\":\"2026-11-23 10:00:02.750000\",\"provided_model_name\":\"claude-haiku-4-5\"" more "}"
#define LANGFUSE_API(more) "{\"id\":\"o-1\",\"traceId\":\"t-1\",\"type\":\"GENERATION\",\"startTime\":\"2026-11-23T10:00:00.250Z\"," \
	"\"endTime\":\"2026-11-23T10:00:02.750Z\",\"model\":\"gpt-5.4-mini\"" more "}"
#define START (T0 + 250000)
#define LL(what) what, "litellm"
#define LL_CALL START, "openai", "gpt-5.4-mini", "chat", "chatcmpl-1"
#define HE_CALL START, "openai", "gpt-5.4-mini", "chat", "r-1"
#define LF_CALL START, "anthropic", "claude-haiku-4-5", "chat", "o-1"
#define LA_CALL START, "openai", "gpt-5.4-mini", "chat", "o-1"
#define GOOD CLASS_NONE, NULL, NULL, NULL

static const struct want wants[] = {
	{ LL("bare"), LITELLM(""), LL_CALL, U, U, U, U, U, U, 2500000, U, GOOD },
	{ LL("tokens and cost"), LITELLM(",\"prompt_tokens\":100,\"completion_tokens\":20,\"total_tokens\":120,\"response_cost\":0.000165"),
	  LL_CALL, 100, 20, U, U, U, 165000, 2500000, U, GOOD },
	{ LL("streamed"), LITELLM(",\"completionStartTime\":1795428000.75,\"stream\":true"), LL_CALL, U, U, U, U, U, U, 2500000, 500000, GOOD },
	{ LL("the first token at the end: not streamed"), LITELLM(",\"completionStartTime\":1795428002.75"),
	  LL_CALL, U, U, U, U, U, U, 2500000, U, GOOD },
	{ LL("said not to be streamed"), LITELLM(",\"completionStartTime\":1795428001,\"stream\":false"),
	  LL_CALL, U, U, U, U, U, U, 2500000, U, GOOD },
	{ LL("a gateway cache costs nothing"), LITELLM(",\"cache_hit\":true,\"response_cost\":0.5,\"saved_cache_cost\":0.5"),
	  LL_CALL, U, U, U, U, U, 0, 2500000, U, GOOD },
	{ LL("cache_hit as Python writes it"), LITELLM(",\"cache_hit\":\"True\""), LL_CALL, U, U, U, U, U, 0, 2500000, U, GOOD },
	{ LL("no cache hit"), LITELLM(",\"cache_hit\":null,\"response_cost\":0.5"), LL_CALL, U, U, U, U, U, 500000000, 2500000, U, GOOD },
	{ LL("cached tokens in the usage object"),
	  LITELLM(",\"prompt_tokens\":100,\"metadata\":{\"usage_object\":{\"prompt_tokens\":100,\"prompt_tokens_details\":{\"cached_tokens\":60},"
		  "\"completion_tokens_details\":{\"reasoning_tokens\":8}},\"user_api_key_user_id\":\"u7\"}"),
	  LL_CALL, 100, U, 60, U, 8, U, 2500000, U, CLASS_NONE, NULL, "u7", NULL },
	{ LL("end user before key user"), LITELLM(",\"metadata\":{\"user_api_key_user_id\":\"u7\"},\"end_user\":\"e1\""),
	  LL_CALL, U, U, U, U, U, U, 2500000, U, CLASS_NONE, NULL, "e1", NULL },
	{ LL("failed"), LITELLM(",\"status\":\"failure\",\"error_str\":\"litellm.RateLimitError: slow\",\"error_information\":{\"error_code\":\"429\","
				"\"error_class\":\"RateLimitError\",\"error_message\":\"slow\"}"),
	  LL_CALL, U, U, U, U, U, U, 2500000, U, CLASS_RATE_LIMITED, "litellm.RateLimitError: slow", NULL, NULL },
	{ LL("nothing of an error"), LITELLM(",\"error_str\":null,\"error_information\":{\"error_code\":\"\",\"error_class\":\"\",\"error_message\":\"\"}"),
	  LL_CALL, U, U, U, U, U, U, 2500000, U, GOOD },
	{ LL("embedding of Vertex"), "{\"id\":\"e\",\"call_type\":\"aembedding\",\"startTime\":1795428000.25,\"endTime\":1795428000.25,"
	  "\"model\":\"gemini-embedding-001\",\"custom_llm_provider\":\"vertex_ai\",\"prompt_tokens\":8,\"total_tokens\":8}",
	  START, "google", "gemini-embedding-001", "embeddings", "e", 8, 0, U, U, U, U, 0, U, GOOD },
	{ LL("no provider: the model's"), "{\"id\":\"e\",\"call_type\":\"completion\",\"startTime\":1795428000.25,\"endTime\":1795428000.5,"
	  "\"model_group\":\"anthropic/claude-opus-5\"}", START, "anthropic", "anthropic/claude-opus-5", "chat", "e", U, U, U, U, U, U, 250000, U, GOOD },

	{ "bare", "helicone", HELICONE(""), HE_CALL, U, U, U, U, U, U, U, U, GOOD },
	{ "milliseconds", "helicone", HELICONE(",\"response_created_at\":\"2026-11-23 10:00:09\",\"response_status\":200,\"delay_ms\":1500,"
	  "\"time_to_first_token\":300,\"prompt_tokens\":10,\"completion_tokens\":5,\"costUSD\":0.25"),
	  HE_CALL, 10, 5, U, U, U, 250000000, 1500000, 300000, GOOD },
	{ "no delay", "helicone", HELICONE(",\"response_created_at\":\"2026-11-23 10:00:01.250\",\"time_to_first_token\":null"),
	  HE_CALL, U, U, U, U, U, U, 1000000, U, GOOD },
	{ "aborted", "helicone", HELICONE(",\"response_status\":-3,\"delay_ms\":20"),
	  HE_CALL, U, U, U, U, U, U, 20000, U, CLASS_CANCELLED, "aborted in the proxy (status -3)", NULL, NULL },
	{ "failed", "helicone", HELICONE(",\"response_status\":429,\"response_body\":{\"error\":{\"message\":\"slow down\"}}"),
	  HE_CALL, U, U, U, U, U, U, U, U, CLASS_RATE_LIMITED, "slow down", NULL, NULL },
	{ "a good answer that speaks of errors", "helicone", HELICONE(",\"response_status\":200,\"response_body\":{\"error\":{\"message\":\"x\"}}"),
	  HE_CALL, U, U, U, U, U, U, U, U, GOOD },
	{ "cached tokens within", "helicone", HELICONE(",\"prompt_tokens\":100,\"prompt_cache_read_tokens\":60,\"completion_tokens\":5,\"total_tokens\":105"),
	  HE_CALL, 100, 5, 60, U, U, U, U, U, GOOD },
	{ "cached tokens apart, by the total", "helicone",
	  HELICONE(",\"prompt_tokens\":100,\"prompt_cache_read_tokens\":60,\"completion_tokens\":5,\"total_tokens\":165"),
	  HE_CALL, 160, 5, 60, U, U, U, U, U, GOOD },
	{ "cached tokens apart, by the provider", "helicone",
	  "{\"request_id\":\"r-1\",\"request_created_at\":1795428000.25,\"provider\":\"ANTHROPIC\",\"response_model\":\"claude-haiku-4-5\","
	  "\"request_model\":\"claude-haiku-4-5\",\"prompt_tokens\":100,\"prompt_cache_read_tokens\":60,\"prompt_cache_write_tokens\":5}",
	  START, "anthropic", "claude-haiku-4-5", "chat", "r-1", 165, U, 60, 5, U, U, U, U, GOOD },
	{ "nano-dollars", "helicone", HELICONE(",\"cost\":5250000"), HE_CALL, U, U, U, U, U, 5250000, U, U, GOOD },
	{ "dollars", "helicone", HELICONE(",\"cost\":0.00525"), HE_CALL, U, U, U, U, U, 5250000, U, U, GOOD },
	{ "costUSD before cost", "helicone", HELICONE(",\"cost\":7,\"costUSD\":2"), HE_CALL, U, U, U, U, U, 2000000000, U, U, GOOD },
	{ "answered by its cache", "helicone", HELICONE(",\"costUSD\":2,\"cache_reference_id\":\"0b1c\""), HE_CALL, U, U, U, U, U, 0, U, U, GOOD },
	{ "not answered by its cache", "helicone", HELICONE(",\"costUSD\":2,\"cache_reference_id\":\"00000000-0000-0000-0000-000000000000\""),
	  HE_CALL, U, U, U, U, U, 2000000000, U, U, GOOD },
	{ "user and session", "helicone", HELICONE(",\"request_user_id\":\"u1\",\"request_properties\":{\"Helicone-Session-Id\":\"s1\",\"a\":\"b\"}"),
	  HE_CALL, U, U, U, U, U, U, U, U, CLASS_NONE, NULL, "u1", "s1" },

	{ "bare", "langfuse", LANGFUSE(""), LF_CALL, U, U, U, U, U, U, 2500000, U, GOOD },
	{ "input is without the cached", "langfuse",
	  LANGFUSE(",\"usage_details\":{\"input\":50,\"cache_read_input_tokens\":10000,\"cache_creation_input_tokens\":2000,\"output\":300,\"total\":12350}"),
	  LF_CALL, 12050, 300, 10000, 2000, U, U, 2500000, U, GOOD },
	{ "OpenAI's keys", "langfuse",
	  LANGFUSE(",\"usage_details\":{\"input\":40,\"input_cached_tokens\":60,\"output\":12,\"output_reasoning_tokens\":8,\"total\":120}"),
	  LF_CALL, 100, 20, 60, U, 8, U, 2500000, U, GOOD },
	{ "usage in a string", "langfuse", LANGFUSE(",\"usage_details\":\"{\\\"input\\\":7,\\\"output\\\":3}\""),
	  LF_CALL, 7, 3, U, U, U, U, 2500000, U, GOOD },
	{ "costs", "langfuse", LANGFUSE(",\"cost_details\":{\"input\":0.25,\"output\":0.5},\"total_cost\":0.75"),
	  LF_CALL, U, U, U, U, U, 750000000, 2500000, U, GOOD },
	{ "the sum of the costs", "langfuse", LANGFUSE(",\"cost_details\":{\"input\":0.25,\"output\":0.5}"),
	  LF_CALL, U, U, U, U, U, 750000000, 2500000, U, GOOD },
	{ "no prices", "langfuse", LANGFUSE(",\"cost_details\":{},\"total_cost\":0"), LF_CALL, U, U, U, U, U, U, 2500000, U, GOOD },
	{ "first token", "langfuse", LANGFUSE(",\"completion_start_time\":\"2026-11-23 10:00:00.750000\",\"latency\":9,\"time_to_first_token\":9"),
	  LF_CALL, U, U, U, U, U, U, 2500000, 500000, GOOD },
	{ "failed", "langfuse", LANGFUSE(",\"level\":\"ERROR\",\"status_message\":\"Request timed out\""),
	  LF_CALL, U, U, U, U, U, U, 2500000, U, CLASS_TIMEOUT, "Request timed out", NULL, NULL },
	{ "a message that is no error", "langfuse", LANGFUSE(",\"level\":\"DEFAULT\",\"status_message\":\"timeout was near\",\"user_id\":\"u\","
	  "\"session_id\":\"s\""), LF_CALL, U, U, U, U, U, U, 2500000, U, CLASS_NONE, NULL, "u", "s" },
	{ "the API's names", "langfuse", LANGFUSE_API(",\"usageDetails\":{\"input\":4,\"output\":2,\"input_cached_tokens\":6},\"calculatedTotalCost\":0.5,"
	  "\"timeToFirstToken\":0.5,\"level\":\"DEFAULT\",\"usage\":{\"input\":99,\"unit\":\"TOKENS\"}"),
	  LA_CALL, 10, 2, 6, U, U, 500000000, 2500000, 500000, GOOD },
	{ "the older usage", "langfuse", LANGFUSE_API(",\"parentObservationId\":null,\"usage\":{\"input\":4,\"output\":2,\"total\":6,\"inputCost\":7}"),
	  LA_CALL, 4, 2, U, U, U, U, 2500000, U, GOOD },
	{ "whole seconds", "langfuse", "{\"id\":\"o\",\"type\":\"EMBEDDING\",\"startTime\":\"2026-11-23T10:00:00.250Z\",\"usageDetails\":{\"input\":3},"
	  "\"model\":\"voyage/voyage-3.5\",\"latency\":1.5}", START, "voyage", "voyage/voyage-3.5", "embeddings", "o", 3, U, U, U, U, U, 1500000, U, GOOD },
	{ "a provider from the metadata", "langfuse", "{\"id\":\"o\",\"type\":\"GENERATION\",\"start_time\":\"2026-11-23 10:00:00.25\","
	  "\"provided_model_name\":\"m\",\"metadata\":\"{\\\"ls_provider\\\":\\\"gcp.vertex_ai\\\"}\"}",
	  START, "google", "m", "chat", "o", U, U, U, U, U, U, U, U, GOOD },

	{ "an id is not enough", "simple", "{\"timestamp\":\"2026-11-23T10:00:00.25Z\",\"provider\":\"p\",\"model\":\"m\",\"request_id\":\"r\"}",
	  START, "p", "m", "chat", NULL, U, U, U, U, U, U, U, U, GOOD },
	{ "a few names of others", "simple", "{\"startTime\":1795428000.25,\"custom_llm_provider\":\"p\",\"model\":\"m\",\"type\":\"x\"}",
	  START, "p", "m", "chat", NULL, U, U, U, U, U, U, U, U, GOOD },
};

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check(struct ingest_scanner *s, const struct want *w)
{
	char why[INGEST_WHY_SIZE] = "";
	struct call_row row;

	if (ingest_line(s, w->line, strlen(w->line), &row, why) != LINE_CALL) {
		fail_msg("%s, %s: %s", w->format, w->name, why);
	}
	const int64_t got[] = { row.usage.in_tok, row.usage.out_tok, row.usage.cache_read_tok, row.usage.cache_write_tok, row.usage.reason_tok,
		row.cost_nano, row.latency_us, row.ttft_us };

	for (size_t k = 0; k < COUNT_OF(got); k++) {
		if (got[k] != (&w->in)[k]) {
			fail_msg("%s, %s: number %zu is %lld", w->format, w->name, k, (long long)got[k]);
		}
	}
	if (row.id.ts_us != w->ts_us || !same(row.provider, w->provider) || !same(row.model_req, w->model) || !same(row.operation, w->operation) ||
	    !same(ingest_line_id(s), w->id) || row.error_class != w->class || !same(row.error_text, w->error) || !same(row.user, w->user) ||
	    !same(row.session, w->session)) {
		fail_msg("%s, %s: %lld %s %s %s %s", w->format, w->name, (long long)row.id.ts_us, row.provider, row.operation,
		    row.error_text != NULL ? row.error_text : "no error", row.user != NULL ? row.user : "nobody");
	}
	assert_int_equal(row.is_streamed, is_known(row.ttft_us));
	assert_int_equal(row.cost_source, is_known(row.cost_nano) ? COST_REPORTED : COST_UNKNOWN);
}

static void lines_of_each_format(void **state)
{
	struct ingest_scanner *s = ingest_scanner_new(INGEST_AUTO);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wants); i++) {
		check(s, &wants[i]);
		assert_string_equal(ingest_format_name(ingest_line_format(s)), wants[i].format);
	}
	ingest_scanner_free(s);
}

/* The same when the format is not found out but said. */
static void formats_that_are_said(void **state)
{
	(void)state;
	for (int format = 0; format < INGEST_FORMATS; format++) {
		struct ingest_scanner *s = ingest_scanner_new(format);

		for (size_t i = 0; i < COUNT_OF(wants); i++) {
			if (ingest_format_find(wants[i].format) == format) {
				check(s, &wants[i]);
			}
		}
		ingest_scanner_free(s);
	}
	assert_int_equal(ingest_format_find("auto"), INGEST_AUTO);
	assert_int_equal(ingest_format_find("csv"), INGEST_NO_FORMAT);
	assert_null(ingest_format_name(INGEST_FORMATS));
}

static void what_is_no_call(void **state)
{
	static const struct {
		const char *line;
		enum line_kind kind;
	} cases[] = {
		{ "{\"id\":\"o\",\"type\":\"SPAN\",\"start_time\":\"2026-11-23 10:00:00\",\"usage_details\":{}}", LINE_NO_CALL },
		{ "{\"id\":\"o\",\"type\":\"EVENT\",\"start_time\":\"2026-11-23 10:00:00\",\"traceId\":\"t\",\"usage_details\":{\"input\":1}}", LINE_NO_CALL },
		{ "{\"id\":\"o\",\"type\":\"AGENT\",\"start_time\":\"2026-11-23 10:00:00\",\"provided_model_name\":\"gpt-5.4\",\"usage_details\":{}}", LINE_NO_CALL },
		{ "{\"id\":\"o\",\"type\":\"TOOL\",\"start_time\":\"2026-11-23 10:00:00\",\"provided_model_name\":\"gpt-5.4\",\"usage_details\":{\"input\":1}}",
		  LINE_CALL },
		{ "{\"id\":\"o\",\"type\":\"GENERATION\",\"start_time\":\"never\",\"usage_details\":{}}", LINE_BAD },
		{ LITELLM(",\"prompt_tokens\":-1"), LINE_BAD },
		{ HELICONE(",\"request_created_at\":7e300"), LINE_BAD },
		{ "{\"startTime\":1,\"endTime\":2,\"call_type\":\"completion\",\"startTime\":null,\"model\":7}", LINE_BAD },
	};
	struct ingest_scanner *s = ingest_scanner_new(INGEST_AUTO);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char why[INGEST_WHY_SIZE] = "";
		struct call_row row;

		if (ingest_line(s, cases[i].line, strlen(cases[i].line), &row, why) != cases[i].kind) {
			fail_msg("%s: %s", cases[i].line, why);
		}
		assert_true((cases[i].kind == LINE_BAD) == (why[0] != '\0'));
	}
	ingest_scanner_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_each_format),
		cmocka_unit_test(formats_that_are_said),
		cmocka_unit_test(what_is_no_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
