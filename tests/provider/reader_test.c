#include "tests/provider/streams.h"

#include "provider/reader.h"
#include "provider/rows.h"

#define SAYS(text) "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define STOP "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define DONE "data: [DONE]\n\n"
#define CUT "error=network \"the stream ended before the answer was complete\""
#define BODY(s) .body = s, .len = sizeof(s) - 1

static void test_framing(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "CRLF", .body = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\r\n\r\ndata: "
		    "[DONE]\r\n\r\n",
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "lone CR", .body = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\r\rdata: "
		    "[DONE]\r\r",
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "byte order mark", .body = "\xef\xbb\xbf" SAYS("a") STOP, .expect = "text=\"a\" finish=stop" },
		{ .name = "comments, no blank after the colon, data without a colon, id, retry, unknown fields and events",
		    .body = ":\n\n: wait\n\nid: 7\nretry: 10\nfoo: bar\ndata:{\"choices\":[{\"delta\":{\"content\":"
		    "\"a\"}}]}\n\ndata\n\nevent: ping\n\n"
			    "event: news\ndata: {\"n\":1}\n\ndata:  {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n" STOP,
		    .expect = "text=\"ab\" finish=stop" },
		{ .name = "several data lines", .body = "data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"a\"},\ndata:\ndata: "
		    "\"finish_reason\":\"stop\"}]}\n\n",
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "[DONE] without the blank, more data behind it", .body = SAYS("a") STOP "data:[DONE]\n\n" SAYS("b"),
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "[DONE] among blanks", .body = SAYS("a") "data:   [DONE] \n\n" SAYS("b"), .expect = "text=\"a\"" },
		{ .name = "[DONE] missing", .body = SAYS("a") STOP, .expect = "text=\"a\" finish=stop" },
		{ .name = "[DONE] without its empty line", .body = SAYS("a") "data: [DONE]", .expect = "text=\"a\"" },
		{ .name = "no finish reason and no [DONE]", .body = SAYS("a"), .expect = "text=\"a\" " CUT },
		{ .name = "closed in the middle of an event", .body = SAYS("a") "data: {\"choices\":[{\"del", .expect = "text=\"a\" " CUT },
		{ .name = "closed in the middle of an event after the finish", .body = SAYS("a") STOP "data: {\"usage\":{\"prom",
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "junk after the finish", .body = SAYS("a") STOP "data: oops\n\n" DONE, .expect = "text=\"a\" finish=stop" },
		{ .name = "only [DONE]", .body = DONE, .expect = "error=server_error \"the stream ended without an answer in it\"" },
		{ .name = "only comments", .body = ": wait\n\n: wait\n\n", .expect = CUT },
		{ .name = "an event that is not JSON", .body = SAYS("a") "data: {\"choices\":[}\n\n" SAYS("b"),
		    .expect = "text=\"a\" error=server_error \"an event of the stream is not valid JSON (unexpected token near '}')\"" },
	};

	(void)state;
	stream_check(&provider_openai, cases, COUNT_OF(cases));
}

static void test_encoding(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "characters of all lengths", .body = SAYS("é€😀") SAYS("\\u00e9\\u20ac\\ud83d\\ude00") STOP,
		    .expect = "text=\"é€😀é€😀\" finish=stop" },
		{ .name = "NUL", .body = SAYS("a\\u0000b") STOP, .expect = "text=\"a\\x00b\" finish=stop" },
		{ .name = "NUL in a key", .body = "data: {\"a\\u0000\":1,\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n" STOP,
		    .expect = "text=\"x\" finish=stop" },
		{ .name = "lone surrogates", .body = SAYS("a\\ud83d") SAYS("\\ude00b") SAYS("\\ud83d\\u0041\\ud83d") STOP,
		    .expect = "text=\"a��b�A�\" finish=stop" },
		{ .name = "line separators", .body = SAYS("a\xe2\x80\xa8\\u2028") STOP,
		    .expect = "text=\"a\xe2\x80\xa8\xe2\x80\xa8\" finish=stop" },
		{ .name = "invalid UTF-8", .body = SAYS("a\xff\xc3z\xed\xa0\x80\xf0\x9f\x98") STOP,
		    .expect = "text=\"a��z����\" finish=stop" },
		{ .name = "raw control character", .body = SAYS("a\tb\x01") STOP, .expect = "text=\"a\\x09b\\x01\" finish=stop" },
		{ .name = "raw NUL", BODY("data: {\"choices\":[{\"delta\":{\"content\":\"a\0b\"}}]}\n\n" STOP),
		    .expect = "text=\"a\\x00b\" finish=stop" },
		{ .name = "integers past 64 bits", .body = "data: {\"created\":99999999999999999999,\"choices\":[{\"delta\":{\"content\":"
		    "\"\xff\"}}]}\n\n" STOP,
		    .expect = "text=\"�\" finish=stop" },
	};

	(void)state;
	stream_check(&provider_openai, cases, COUNT_OF(cases));
}

static void test_errors(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "as a data line", .body = SAYS("a") "data: {\"error\":{\"message\":\"The server had an error\",\"type\":"
		    "\"server_error\",\"code\":null}}\n\n" DONE,
		    .expect = "text=\"a\" finish=error error=server_error \"The server had an error\"" },
		{ .name = "as a named event", .body = SAYS("a") "event: error\ndata: {\"code\":\"rate_limit_exceeded\",\"message\":"
		    "\"slow\"}\n\n",
		    .expect = "text=\"a\" finish=error error=rate_limited \"slow\"" },
		{ .name = "as a named event that is not JSON", .body = SAYS("a") "event: error\ndata: out of cheese\n\n",
		    .expect = "text=\"a\" finish=error error=server_error \"out of cheese\"" },
		{ .name = "as a named event without data", .body = SAYS("a") "event: error\n\n",
		    .expect = "text=\"a\" finish=error error=server_error \"HTTP 200 without any content\"" },
		{ .name = "bare, first", .body = "{\"error\":{\"message\":\"no\",\"code\":400}}\n",
		    .expect = "finish=error error=bad_request \"no\"" },
		{ .name = "bare, in between", .body = SAYS("a") "{\"error\":{\"message\":\"no\",\"code\":401}}\n",
		    .expect = "text=\"a\" finish=error error=auth \"no\"" },
		{ .name = "beside choices", .body = "data: {\"error\":{\"message\":\"no\",\"code\":503},\"choices\":[{\"delta\":"
		    "{\"content\":\"a\"},\"finish_reason\":\"error\"}]}\n\n",
		    .expect = "text=\"a\" finish=error error=server_error \"no\"" },
		{ .name = "of old vLLM", .body = "data: {\"object\":\"error\",\"message\":\"no\",\"type\":\"BadRequestError\",\"code\":"
		    "400}\n\n" DONE,
		    .expect = "finish=error error=bad_request \"no\"" },
		{ .name = "null, false and empty are no errors", .body = "data: {\"error\":null}\n\ndata: {\"error\":false}\n\ndata: "
		    "{\"error\":\"\"}\n\n" SAYS("a") STOP,
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "after the finish", .body = SAYS("a") STOP "data: {\"error\":\"late\"}\n\n",
		    .expect = "text=\"a\" finish=error error=server_error \"late\"" },
	};

	(void)state;
	stream_check(&provider_openai, cases, COUNT_OF(cases));
}

/* Bodies of error statuses, and what is not an answer at all. */
static void test_bodies(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "plain text", .status = 502, .content_type = "text/plain", .body = "upstream connect error\n",
		    .expect = "error=server_error \"upstream connect error\"" },
		{ .name = "plain text in a 200", .content_type = "text/plain", .body = "upstream",
		    .expect = "error=server_error \"upstream\"" },
		{ .name = "web page", .status = 502, .content_type = "text/html",
		    .body = "<!doctype html>\n<TITLE>502 Bad Gateway</TITLE><p>nginx",
		    .expect = "error=server_error \"a web page came instead of an answer (HTTP 502, 502 Bad Gateway); check the base URL\""
		    },
		{ .name = "web page in a 200", .body = "<html>Log in", .expect = "error=server_error \"a web page came instead of an "
		    "answer (HTTP 200); check the base URL\"" },
		{ .name = "redirect", .status = 301, .content_type = "text/html", .body = "<html>",
		    .expect = "error=bad_request \"the server sends elsewhere (HTTP 301), which is not followed; check the base URL\"" },
		{ .name = "blanks", .content_type = "application/json", .body = " \r\n\t",
		    .expect = "error=server_error \"HTTP 200 without any content\"" },
		{ .name = "blanks, error", .status = 401, .content_type = "", .body = "\n",
		    .expect = "error=auth \"HTTP 401 without any content\"" },
		{ .name = "broken JSON", .content_type = "application/json", .is_plain = true, .body = "{\"choices\":[",
		    .expect = "error=server_error \"the answer is not valid JSON (']' expected near end of file)\"" },
		{ .name = "a JSON string", .content_type = "application/json", .is_plain = true, .body = "\"hello\"",
		    .expect = "error=server_error \"\"hello\"\"" },
		{ .name = "invalid bytes", .status = 500, .content_type = "text/plain", .body = "a\xff\xf0\x9f",
		    .expect = "error=server_error \"a��\"" },
	};

	(void)state;
	stream_check(&provider_openai, cases, COUNT_OF(cases));
}

static void test_empty_body(void **state)
{
	struct answer a;

	(void)state;
	answer_init(&a);
	struct answer_reader *rd = answer_reader_new(&provider_openai, &a, 200, NULL, true, NULL, NULL);
	answer_reader_end(rd);
	assert_true(a.has_error);
	assert_int_equal(a.error_class, CLASS_SERVER_ERROR);
	answer_reader_free(rd);
	answer_free(&a);
	answer_reader_free(NULL);
}

/* One text of 1 MB in one event, and a text, reasoning or argument past its limit. */
static void test_large(void **state)
{
	const size_t len = 1 << 20;
	struct buf body = { 0 };
	struct answer a;

	(void)state;
	(void)buf_add_str(&body, "data: {\"choices\":[{\"delta\":{\"content\":\"");
	for (size_t i = 0; i < len; i++) {
		(void)buf_add_char(&body, (char)('a' + i % 26));
	}
	(void)buf_add_str(&body, "\"},\"finish_reason\":\"stop\"}]}\n\n");
	answer_init(&a);
	struct answer_reader *rd = answer_reader_new(&provider_openai, &a, 200, "text/event-stream", true, NULL, NULL);
	assert_true(answer_reader_feed(rd, body.s, body.len));
	for (int i = 0; i < 63; i++) {
		assert_true(answer_reader_feed(rd, body.s, body.len));
	}
	assert_int_equal(a.text.len, 64 * len);
	assert_false(answer_reader_feed(rd, body.s, body.len));
	answer_reader_end(rd);
	assert_true(a.has_error);
	assert_int_equal(a.text.len, 64 * len);
	answer_reader_free(rd);
	answer_free(&a);
	buf_free(&body);
}

static void test_many_events(void **state)
{
	static const char event[] = SAYS("tok ");
	struct answer a;

	(void)state;
	answer_init(&a);
	struct answer_reader *rd = answer_reader_new(&provider_openai, &a, 200, "text/event-stream", true, NULL, NULL);
	for (int i = 0; i < 100000; i++) {
		assert_true(answer_reader_feed(rd, event, sizeof(event) - 1));
	}
	answer_reader_end(rd);
	assert_int_equal(a.text.len, 400000);
	assert_int_equal(a.error_class, CLASS_NETWORK);
	answer_reader_free(rd);
	answer_free(&a);
}

static void test_many_tool_calls(void **state)
{
	struct answer a;
	bool goes_on = true;
	char event[120];

	(void)state;
	answer_init(&a);
	struct answer_reader *rd = answer_reader_new(&provider_openai, &a, 200, "text/event-stream", true, NULL, NULL);
	for (int i = 0; i < 2000 && goes_on; i++) {
		int n = snprintf(event, sizeof(event), "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":%d,\"id\":"
		    "\"x\"}]}}]}\n\n", i);

		goes_on = answer_reader_feed(rd, event, (size_t)n);
	}
	assert_false(goes_on);
	assert_true(a.has_error);
	assert_int_equal(a.n_tool_calls, 1024);
	answer_reader_free(rd);
	answer_free(&a);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(finish_name(FINISH_NONE), "");
	assert_string_equal(finish_name(FINISH_TOOL_CALLS), "tool_calls");
	assert_string_equal(finish_name((enum finish)99), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_framing),    cmocka_unit_test(test_encoding),    cmocka_unit_test(test_errors),
		cmocka_unit_test(test_bodies),     cmocka_unit_test(test_empty_body),  cmocka_unit_test(test_large),
		cmocka_unit_test(test_many_events), cmocka_unit_test(test_many_tool_calls), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
