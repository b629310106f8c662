#include "tests/provider/streams.h"

#include <math.h>

#include "provider/rows.h"

#define UNSET .params = { .temperature = NAN, .top_p = NAN, .max_tokens = UNKNOWN, .seed = UNKNOWN }
#define SAYS(text) "{\"model\":\"q\",\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"},\"done\":false}\n"

static void test_streams(void **state)
{
	static const struct stream_case cases[] = {
		{ .name = "ollama-basic", .expect = "text=\"Blü café 😀.\" finish=stop in=8 cached=0 written=0 out=3 reason=0 model=q"
		    },
		{ .name = "ollama-tools",
		    .expect = "reasoning=\"Hm.\" tool=0,,lookup,{\"q\":\"café\"} tool=1,call_2,now,{} finish=tool_calls cached=0 "
		    "written=0 out=30 model=q" },
		{ .name = "last line without LF", .body = SAYS("a") "{\"done\":true,\"done_reason\":\"length\",\"eval_count\":1}",
		    .expect = "text=\"a\" finish=length cached=0 written=0 out=1 reason=0 model=q" },
		{ .name = "done without a reason or figures", .body = SAYS("a") "{\"done\":true}\n",
		    .expect = "text=\"a\" finish=stop model=q" },
		{ .name = "CRLF and empty lines", .body = "\n\r\n{\"message\":{\"content\":\"a\"}}\r\n\n{\"done\":true,\"done_reason\":"
		    "\"stop\"}\r\n",
		    .expect = "text=\"a\" finish=stop" },
		{ .name = "error in the stream", .body = SAYS("a") "{\"error\":\"model runner has unexpectedly stopped\"}\n",
		    .expect = "text=\"a\" finish=error model=q error=server_error \"model runner has unexpectedly stopped\"" },
		{ .name = "cut in the middle of a line", .body = SAYS("a") "{\"model\":\"q\",\"mess",
		    .expect = "text=\"a\" model=q error=network \"the stream ended before the answer was complete\"" },
		{ .name = "a line that is not JSON", .body = SAYS("a") "oops\n" SAYS("b"),
		    .expect = "text=\"a\" model=q error=server_error \"an event of the stream is not valid JSON ('[' or '{' expected near "
		    "'oops')\"" },
		{ .name = "nothing after done", .body = SAYS("a") "{\"done\":true}\n" SAYS("b"), .expect = "text=\"a\" finish=stop model=q"
		    },
		{ .name = "JSON over several lines",
		    .body = "{\n  \"model\": \"q\",\n  \"message\": {\n    \"content\": \"a\"\n  },\n  \"done\": true,\n  "
		    "\"prompt_eval_count\": 2\n}\n",
		    .expect = "text=\"a\" finish=stop in=2 cached=0 written=0 reason=0 model=q" },
		{ .name = "web page", .content_type = "text/html", .body = "<html><head><title>It works</title></head></html>",
		    .expect = "error=server_error \"a web page came instead of an answer (HTTP 200, It works); check the base URL\"" },
		{ .name = "plain", .content_type = "application/json", .is_plain = true,
		    .body = "{\"model\":\"q\",\"message\":{\"role\":\"assistant\",\"content\":\"a\"},\"done_reason\":\"stop\",\"done\":"
		    "true,\"eval_count\":1}",
		    .expect = "text=\"a\" finish=stop cached=0 written=0 out=1 reason=0 model=q" },
		{ .name = "not found", .status = 404, .content_type = "application/json", .body = "{\"error\":\"model 'q' not found\"}",
		    .expect = "error=bad_request \"model 'q' not found\"" },
	};

	(void)state;
	stream_check(&provider_ollama, cases, COUNT_OF(cases));
}

static void test_build(void **state)
{
	static const char *stop[] = { "END" };
	static const struct message talk[] = { { .role = ROLE_SYSTEM, .text = "s" }, { .role = ROLE_USER, .text = "a" }, { .role = ROLE_ASSISTANT, .text = "b" } };
	static const struct build_case cases[] = {
		{ .name = "least", .request = { "q", talk + 1, 1, UNSET, false }, .url = "http://localhost:11434/api/chat",
		    .expect_headers = "Content-Type: application/json",
		    .body = "{\"model\":\"q\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"stream\":false}" },
		{ .name = "all, hosted", .key = "k", .base_url = "https://ollama.com", .request = { "q:7b", talk, 3, { 0, 0.9, 100, 7, stop,
		    1 }, true },
		    .url = "https://ollama.com/api/chat", .expect_headers = "Content-Type: application/json\nAuthorization: Bearer k",
		    .body = "{\"model\":\"q:7b\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":"
		    "\"a\"},"
			    "{\"role\":\"assistant\",\"content\":\"b\"}],\"stream\":true,\"options\":{\"temperature\":0.0,\"top_p\":0.9,"
			    "\"num_predict\":100,\"seed\":7,\"stop\":[\"END\"]}}" },
	};

	(void)state;
	build_check(&provider_ollama, cases, COUNT_OF(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_streams), cmocka_unit_test(test_build) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
