#include "provider/failure.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"

static void test_classes(void **state)
{
	static const struct {
		const char *name;
		int status;
		const char *body;
		enum error_class class;
		bool is_quota;
		const char *text; /* NULL: not looked at */
	} cases[] = {
		{ "bad request", 400, "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}",
		    CLASS_BAD_REQUEST, false, "no" },
		{ "key", 401, "{\"error\":{\"message\":\"bad key\",\"code\":\"invalid_api_key\"}}", CLASS_AUTH, false, "bad key" },
		{ "payment", 402, "{\"error\":{\"code\":402,\"message\":\"no credits\"}}", CLASS_RATE_LIMITED, true, "no credits" },
		{ "forbidden", 403, "{\"error\":{\"code\":403,\"message\":\"guardrail\"}}", CLASS_AUTH, false, "guardrail" },
		{ "model", 404, "{\"error\":{\"message\":\"no such model\",\"code\":\"model_not_found\"}}", CLASS_BAD_REQUEST, false,
		    NULL },
		{ "timeout", 408, "{\"error\":\"t\"}", CLASS_TIMEOUT, false, "t" },
		{ "conflict", 409, "{\"error\":\"t\"}", CLASS_OTHER, false, NULL },
		{ "too large", 413, "{\"error\":{\"type\":\"request_too_large\",\"message\":\"m\"}}", CLASS_BAD_REQUEST, false, NULL },
		{ "too long, by code", 400, "{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}", CLASS_CONTEXT_LENGTH,
		    false, NULL },
		{ "too long, by message", 400, "{\"error\":{\"message\":\"This model's maximum context length is 8 tokens\"}}",
		    CLASS_CONTEXT_LENGTH, false, NULL },
		{ "too long, llama.cpp", 400, "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context size\","
		    "\"type\":\"exceed_context_size_error\"}}", CLASS_CONTEXT_LENGTH, false, NULL },
		{ "too long, vLLM", 400, "{\"object\":\"error\",\"message\":\"This model's maximum context length is 8\",\"code\":400}",
		    CLASS_CONTEXT_LENGTH, false, NULL },
		{ "a rate limit that speaks of contexts", 429, "{\"error\":{\"message\":\"maximum context length per minute\"}}",
		    CLASS_RATE_LIMITED, false, NULL },
		{ "filter", 400, "{\"error\":{\"message\":\"filtered\",\"code\":\"content_filter\",\"innererror\":{\"code\":"
		    "\"ResponsibleAIPolicyViolation\"}}}",
		    CLASS_CONTENT_FILTER, false, NULL },
		{ "rate", 429, "{\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}", CLASS_RATE_LIMITED, false, NULL },
		{ "quota by code", 429, "{\"error\":{\"message\":\"pay\",\"type\":\"x\",\"code\":\"insufficient_quota\"}}",
		    CLASS_RATE_LIMITED, true, "pay" },
		{ "quota by type", 429, "{\"error\":{\"message\":\"pay\",\"type\":\"insufficient_quota\",\"code\":null}}",
		    CLASS_RATE_LIMITED, true, NULL },
		{ "billing", 402, "{\"type\":\"error\",\"error\":{\"type\":\"billing_error\",\"message\":\"pay\"}}", CLASS_RATE_LIMITED,
		    true, NULL },
		{ "server", 500, "{\"error\":{\"message\":\"oops\"}}", CLASS_SERVER_ERROR, false, "oops" },
		{ "loading", 503, "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}",
		    CLASS_SERVER_ERROR, false, NULL },
		{ "gateway timeout", 504, "{\"error\":{\"message\":\"t\"}}", CLASS_TIMEOUT, false, NULL },
		{ "overloaded", 529, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"o\"}}", CLASS_SERVER_ERROR,
		    false, "o" },
		{ "unknown status", 999, "{\"error\":\"x\"}", CLASS_OTHER, false, NULL },
		{ "in a stream: type", 200, "{\"error\":{\"type\":\"permission_error\",\"message\":\"m\"}}", CLASS_AUTH, false, NULL },
		{ "in a stream: status word", 200, "{\"error\":{\"status\":\"DEADLINE_EXCEEDED\",\"message\":\"m\"}}", CLASS_TIMEOUT, false,
		    NULL },
		{ "in a stream: number", 200, "{\"error\":{\"code\":504,\"message\":\"m\"}}", CLASS_TIMEOUT, false, NULL },
		{ "in a stream: nothing", 200, "{\"error\":{\"message\":\"m\"}}", CLASS_SERVER_ERROR, false, "m" },
		{ "message at the top", 500, "{\"message\":\"top\",\"detail\":\"d\"}", CLASS_SERVER_ERROR, false, "top" },
		{ "detail", 422, "{\"detail\":\"d\"}", CLASS_BAD_REQUEST, false, "d" },
		{ "detail list", 422, "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\",\"type\":\"missing\"}]}",
		    CLASS_BAD_REQUEST, false, "field required" },
		{ "only a type", 400, "{\"error\":{\"type\":\"strange\"}}", CLASS_BAD_REQUEST, false, "strange" },
		{ "nothing known", 400, "{\"a\":[1,2]}", CLASS_BAD_REQUEST, false, "{\"a\":[1,2]}" },
		{ "message of a wrong type", 400, "{\"error\":{\"message\":5}}", CLASS_BAD_REQUEST, false, "{\"error\":{\"message\":5}}" },
		{ "array", 403, "[{\"error\":{\"message\":\"m\"}}]", CLASS_AUTH, false, "m" },
		{ "array of no object", 200, "[3]", CLASS_SERVER_ERROR, false, "[3]" },
		{ "a number", 500, "3", CLASS_SERVER_ERROR, false, "3" },
		{ "empty array", 500, "[]", CLASS_SERVER_ERROR, false, "[]" },
		{ "web page", 404, "<html><head><title>Not\xff Found</title>", CLASS_SERVER_ERROR, false,
		    "a web page came instead of an answer (HTTP 404, Not\ufffd Found); check the base URL" },
		{ "web page without an end of its title", 500, "<title>x", CLASS_SERVER_ERROR, false,
		    "a web page came instead of an answer (HTTP 500); check the base URL" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct answer a;

		answer_init(&a);
		failure_from_body(&a, cases[i].status, cases[i].body, strlen(cases[i].body));
		if (!a.has_error || a.error_class != cases[i].class || a.is_quota != cases[i].is_quota ||
		    (cases[i].text != NULL && strcmp(a.error_text, cases[i].text) != 0)) {
			fail_msg("%s: class %s, quota %d, \"%s\"", cases[i].name, error_class_name(a.error_class), a.is_quota,
			    a.error_text);
		}
		answer_free(&a);
	}
}

static void test_text(void **state)
{
	static const struct {
		const char *text;
		size_t len, size;
		const char *expect;
	} cases[] = {
		{ "plain", 5, 400, "plain" },
		{ "", 0, 400, "" },
		{ "a\0b", 3, 400, "a b" },
		{ "a\xff\xf0\x9f", 4, 400, "a\ufffd\ufffd" },
		{ "\ufffd", 3, 400, "\ufffd" },
		{ "Incorrect API key provided: sk-proj-abcdEFGH1234. See", 53, 400, "Incorrect API key provided: sk-\u2026 See" },
		{ "key=AIzaSyA1234567890, Bearer abcdefgh12", 40, 400, "key=AIza\u2026, Bearer \u2026" },
		{ "risk-averse disk-full task-sk-1 sk-ab", 37, 400, "risk-averse disk-full task-sk-1 sk-ab" },
		{ "abcdefghij", 10, 10, "abcdef\u2026" },
		{ "abc\u20acdefghij", 13, 8, "abc\u2026" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[400];

		failure_text(out, cases[i].size, cases[i].text, cases[i].len);
		assert_string_equal(out, cases[i].expect);
	}
}

/* Long texts end in an ellipsis, are cut at a character and never pass the room. */
static void test_long(void **state)
{
	struct answer a;
	char body[3000] = "";

	(void)state;
	while (strlen(body) + 4 < sizeof(body)) {
		strcat(body, "\u20ac");
	}
	answer_init(&a);
	failure_from_body(&a, 500, body, strlen(body));
	assert_true(strlen(a.error_text) <= 204);
	assert_non_null(strstr(a.error_text, "\u20ac"));
	assert_null(strstr(a.error_text, "\ufffd"));
	assert_string_equal(a.error_text + strlen(a.error_text) - 3, "\u2026");
	failure_set(&a, CLASS_OTHER, "%s", body);
	assert_true(strlen(a.error_text) > 390 && strlen(a.error_text) < sizeof(a.error_text));
	assert_string_equal(a.error_text + strlen(a.error_text) - 3, "\u2026");
	answer_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_classes), cmocka_unit_test(test_text), cmocka_unit_test(test_long) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
