#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/sse.h"

/* Frames are written down as <name>data; one after the other. */
static bool note(void *ctx, const char *name, const char *data, size_t len)
{
	struct buf *out = ctx;

	assert_int_equal(data[len], '\0');
	(void)buf_addf(out, "<%s>", name);
	for (size_t i = 0; i < len; i++) {
		if (data[i] != '\0') {
			(void)buf_add_char(out, data[i]);
		} else {
			(void)buf_add_str(out, "(NUL)");
		}
	}
	(void)buf_add_char(out, ';');
	return true;
}

struct stream_case {
	const char *name;
	const char *bytes;
	size_t len; /* 0: strlen */
	const char *frames;
};

static const struct stream_case sse_cases[] = {
	{ "nothing", "", 0, "" },
	{ "two events, LF", "data: {\"a\":1}\n\ndata: [DONE]\n\n", 0, "<>{\"a\":1};<>[DONE];" },
	{ "two events, CRLF", "data: {\"a\":1}\r\n\r\ndata: [DONE]\r\n\r\n", 0, "<>{\"a\":1};<>[DONE];" },
	{ "two events, lone CR", "data: {\"a\":1}\r\rdata: [DONE]\r\r", 0, "<>{\"a\":1};<>[DONE];" },
	{ "all line ends mixed", "data: 1\r\ndata: 2\rdata: 3\n\r\ndata: 4\r\n\rdata: 5\n\r", 0, "<>1\n2\n3;<>4;<>5;" },
	{ "LF CR LF is two line ends", "data: 1\n\r\ndata: 2\n\n", 0, "<>1;<>2;" },
	{ "CR CR LF is two line ends", "data: 1\r\r\ndata: 2\r\r\n", 0, "<>1;<>2;" },
	{ "byte order mark",
	    "\xEF\xBB\xBF"
	    "data: 1\n\n",
	    0, "<>1;" },
	{ "byte order mark only at the start",
	    "data: 1\n\n\xEF\xBB\xBF"
	    "data: 2\n\n",
	    0, "<>1;" },
	{ "half a byte order mark",
	    "\xEF\xBB"
	    "data: 1\n\ndata: 2\n\n",
	    0, "<>2;" },
	{ "two-byte character", "data: \"caf\xC3\xA9\"\n\n", 0, "<>\"caf\xC3\xA9\";" },
	{ "four-byte character", "data: \"\xF0\x9F\x98\x80\"\n\n", 0, "<>\"\xF0\x9F\x98\x80\";" },
	{ "escapes and surrogate halves", "data: \"\\u00e9 \\ud83d\\ude00 \\u0000\"\n\n", 0, "<>\"\\u00e9 \\ud83d\\ude00 \\u0000\";" },
	{ "a line separator is no line end",
	    "data: a\xE2\x80\xA8"
	    "b\n\n",
	    0,
	    "<>a\xE2\x80\xA8"
	    "b;" },
	{ "a zero byte in data", "data: a\0b\n\ndata: c\n\n", 20, "<>a(NUL)b;<>c;" },
	{ "comments", ": OPENROUTER PROCESSING\n\n:\n\n:data: no\ndata: 1\n:x\ndata: 2\n\n", 0, "<>1\n2;" },
	{ "no blank after the colon", "data:{\"a\":1}\n\n", 0, "<>{\"a\":1};" },
	{ "one blank is taken, the second is data", "data:  x\n\n", 0, "<> x;" },
	{ "a tab is data", "data:\tx\n\n", 0, "<>\tx;" },
	{ "data without a colon", "data\n\n", 0, "<>;" },
	{ "data with a colon and nothing", "data:\n\n", 0, "<>;" },
	{ "two empty data lines", "data\ndata\n\n", 0, "<>\n;" },
	{ "multi-line data", "data: {\"a\":\ndata: 1}\n\n", 0, "<>{\"a\":\n1};" },
	{ "named events", "event: ping\ndata: {}\n\nevent: new\ndata: 1\n\ndata: 2\n\n", 0, "<ping>{};<new>1;<>2;" },
	{ "name after the data", "data: 1\nevent: late\n\n", 0, "<late>1;" },
	{ "name twice: the last", "event: a\nevent: b\ndata: 1\n\n", 0, "<b>1;" },
	{ "name without data", "event: ping\n\ndata: 1\n\n", 0, "<ping>;<>1;" },
	{ "empty name", "event:\n\nevent\n\n", 0, "" },
	{ "id, retry and unknown fields", "id: 7\nretry: 100\nfoo: bar\nbaz\ndata: 1\n\nid: 8\n\n", 0, "<>1;" },
	{ "names are exact", "Data: 1\ndata : 2\n data: 3\ndatax: 4\ndat: 5\neven: 6\n\n", 0, "" },
	{ "colons in data", "data: a:b: c\n\nid:x:data: 1\n\n", 0, "<>a:b: c;" },
	{ "many empty lines", "\n\n\n\r\n\r\ndata: 1\n\n\n\n", 0, "<>1;" },
	{ "more after [DONE]: the reader decides", "data:[DONE]\n\ndata: 1\n\n", 0, "<>[DONE];<>1;" },
	{ "[DONE] missing", "data: {\"a\":1}\n\n", 0, "<>{\"a\":1};" },
	{ "last event lacks the empty line", "data: {\"usage\":{\"n\":3}}\n", 0, "<>{\"usage\":{\"n\":3}};" },
	{ "last event lacks every line end", "data: {\"usage\":{\"s\":\"}\"}}", 0, "<>{\"usage\":{\"s\":\"}\"}};" },
	{ "last event ends with CR", "data: [1]\r", 0, "<>[1];" },
	{ "[DONE] lacks every line end", "data: 1\n\ndata: [DONE]", 0, "<>1;<>[DONE];" },
	{ "named last event lacks the empty line", "event: message_stop\ndata: {}\n", 0, "<message_stop>{};" },
	{ "cut in a JSON value", "data: {\"a\":1}\n\ndata: {\"a\":{\"b\":2}", 0, "<>{\"a\":1};" },
	{ "cut in a JSON string", "data: {\"a\":\"}", 0, "" },
	{ "cut after a backslash", "data: {\"a\":\"x\\\"}", 0, "" },
	{ "cut in [DONE]", "data: [DON", 0, "" },
	{ "cut in the field name", "data: 1\n\ndat", 0, "<>1;" },
	{ "cut between multi-line data", "data: {\"a\":\n", 0, "" },
	{ "error as data", "data: {\"error\":{\"message\":\"no\"}}\n\n", 0, "<>{\"error\":{\"message\":\"no\"}};" },
	{ "error as event", "event: error\ndata: {\"type\":\"error\"}\n\n", 0, "<error>{\"type\":\"error\"};" },
	{ "bare JSON on one line", "{\"error\":{\"code\":429}}", 0, "<!bare>{\"error\":{\"code\":429}};" },
	{ "bare JSON over several lines", "{\n  \"error\": {\n    \"code\": 400,\n\n    \"message\": \"a: b\"\n  }\n}\n", 0,
	    "<!bare>{\n  \"error\": {\n    \"code\": 400,\n\n    \"message\": \"a: b\"\n  }\n};" },
	{ "bare JSON with CRLF", "{\r\n\"a\": [\r\n]\r\n}\r\n", 0, "<!bare>{\n\"a\": [\n]\n};" },
	{ "bare JSON after a byte order mark and empty lines", "\xEF\xBB\xBF\n\n[{\"error\":1}]\n", 0, "<!bare>[{\"error\":1}];" },
	{ "bare array over several lines", "[{\"a\": \"]\"\n}\n,\r\n{\"b\": 2}]", 0, "<!bare>[{\"a\": \"]\"\n}\n,\n{\"b\": 2}];" },
	{ "bare JSON cut short", "{\"error\": {\n\"message\": \"ov", 0, "<!bare>{\"error\": {\n\"message\": \"ov;" },
	{ "bare JSON in mid-stream", "data: 1\n\n{\"error\":\n1}\n\ndata: 2\n\n", 0, "<>1;<!bare>{\"error\":\n1};<>2;" },
	{ "lines of bare JSON", "{\"a\":1}\n{\"b\":2}\n", 0, "<!bare>{\"a\":1};<!bare>{\"b\":2};" },
	{ "a brace inside an event is an unknown field", "data: 1\n{\"x\": 2}\ndata: 3\n\n", 0, "<>1\n3;" },
	{ "a page", "<html>\n<body>Bad gateway</body>\n</html>\n", 0, "" },
};

static const struct stream_case ndjson_cases[] = {
	{ "nothing", "", 0, "" },
	{ "two lines", "{\"a\":1}\n{\"b\":\"\xC3\xA9\"}\n", 0, "<>{\"a\":1};<>{\"b\":\"\xC3\xA9\"};" },
	{ "last line lacks its end", "{\"a\":1}\n{\"b\":2}", 0, "<>{\"a\":1};<>{\"b\":2};" },
	{ "CRLF", "{\"a\":1}\r\n{\"b\":2}\r\n", 0, "<>{\"a\":1};<>{\"b\":2};" },
	{ "CR is no line end", "{\"a\":\r1}\n", 0, "<>{\"a\":\r1};" },
	{ "empty lines", "\n\r\n  \n{\"a\":1}\n\t\n\n", 0, "<>{\"a\":1};" },
	{ "byte order mark", "\xEF\xBB\xBF{\"a\":1}\n", 0, "<>{\"a\":1};" },
	{ "error", "{\"error\":\"model not found\"}\n", 0, "<>{\"error\":\"model not found\"};" },
	{ "cut short: the reader sees it", "{\"a\":1}\n{\"b\":", 0, "<>{\"a\":1};<>{\"b\":;" },
};

/* Feeds in pieces that end at a and b, then one byte at a time from `from` on; cuts apart everything the parser could mix up. */
static void run(enum framing framing, const struct stream_case *c, size_t a, size_t b, bool is_bytewise)
{
	size_t len = c->len > 0 ? c->len : strlen(c->bytes);
	struct buf out = { 0 };
	struct frames *f = frames_new(framing, note, &out);
	struct err e = { 0 };
	/* A copy of exactly the right size: reading past a piece is seen by the address sanitizer. */
	size_t cuts[] = { 0, a, b, len };

	for (size_t i = 0; i + 1 < COUNT_OF(cuts); i++) {
		size_t step = is_bytewise ? 1 : cuts[i + 1] - cuts[i];

		for (size_t at = cuts[i]; at < cuts[i + 1]; at += step) {
			char *piece = malloc(step);

			assert_non_null(piece);
			memcpy(piece, c->bytes + at, step);
			assert_true(frames_feed(f, piece, step, &e));
			free(piece);
		}
	}
	assert_true(frames_end(f, &e));
	if (strcmp(buf_str(&out), c->frames) != 0) {
		fail_msg("%s, cut at %zu and %zu%s:\n%s\nexpected\n%s", c->name, a, b, is_bytewise ? ", byte by byte" : "", buf_str(&out),
		    c->frames);
	}
	frames_free(f);
	buf_free(&out);
}

static void run_all(enum framing framing, const struct stream_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = cases[i].len > 0 ? cases[i].len : strlen(cases[i].bytes);

		run(framing, &cases[i], len, len, true);
		for (size_t a = 0; a <= len; a++) {
			run(framing, &cases[i], a, len, false);
			for (size_t b = a; b <= len && b < a + 4; b++) {
				run(framing, &cases[i], a, b, false);
			}
		}
	}
}

static void test_sse_cut_anywhere(void **state)
{
	(void)state;
	run_all(FRAMING_SSE, sse_cases, COUNT_OF(sse_cases));
}

static void test_ndjson_cut_anywhere(void **state)
{
	(void)state;
	run_all(FRAMING_NDJSON, ndjson_cases, COUNT_OF(ndjson_cases));
}

static bool stop_at_done(void *ctx, const char *name, const char *data, size_t len)
{
	(void)note(ctx, name, data, len);
	return strcmp(data, "[DONE]") != 0;
}

static void test_stops_when_told(void **state)
{
	static const char bytes[] = "data: 1\n\ndata: [DONE]\n\ndata: 2\n\ndata: 3\r\r{}";

	(void)state;
	for (size_t cut = 0; cut < sizeof(bytes); cut++) {
		struct buf out = { 0 };
		struct frames *f = frames_new(FRAMING_SSE, stop_at_done, &out);

		assert_true(frames_feed(f, bytes, cut, NULL));
		assert_true(frames_feed(f, bytes + cut, sizeof(bytes) - 1 - cut, NULL));
		assert_true(frames_end(f, NULL));
		assert_string_equal(buf_str(&out), "<>1;<>[DONE];");
		frames_free(f);
		buf_free(&out);
	}
}

static bool count(void *ctx, const char *name, const char *data, size_t len)
{
	(void)name;
	(void)data;
	*(size_t *)ctx += len + 1;
	return true;
}

/* n bytes of 'x' after `start`, in pieces of 1 MiB. */
static bool feed_long(struct frames *f, const char *start, size_t n, struct err *e)
{
	static char piece[1 << 20];

	memset(piece, 'x', sizeof(piece));
	if (!frames_feed(f, start, strlen(start), e)) {
		return false;
	}
	while (n > 0) {
		size_t len = n < sizeof(piece) ? n : sizeof(piece);

		if (!frames_feed(f, piece, len, e)) {
			return false;
		}
		n -= len;
	}
	return true;
}

static void test_limits(void **state)
{
	static const struct {
		const char *name;
		enum framing framing;
		const char *start;
		size_t n;
		int lines; /* how many such lines */
		bool ok;
	} cases[] = {
		{ "a line just below the limit", FRAMING_SSE, "data: ", (16 << 20) - 6, 1, true },
		{ "a line above it", FRAMING_SSE, "data: ", (16 << 20) - 5, 1, false },
		{ "an event above it", FRAMING_SSE, "data: ", 9 << 20, 2, false },
		{ "a comment above it", FRAMING_SSE, ":", 16 << 20, 1, false },
		{ "a bare value above it", FRAMING_SSE, "{", 9 << 20, 2, false },
		{ "a JSON line at it", FRAMING_NDJSON, "{", (16 << 20) - 1, 3, true },
		{ "a JSON line above it", FRAMING_NDJSON, "{", 16 << 20, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t seen = 0;
		struct err e = { 0 };
		struct frames *f = frames_new(cases[i].framing, count, &seen);
		bool ok = true;

		for (int j = 0; ok && j < cases[i].lines; j++) {
			ok = feed_long(f, cases[i].start, cases[i].n, &e) && frames_feed(f, "\n", 1, &e);
		}
		ok = ok && frames_feed(f, "\n", 1, &e);
		if (ok != cases[i].ok) {
			fail_msg("%s: %s", cases[i].name, ok ? "accepted" : e.text);
		}
		if (!ok) {
			assert_int_equal(e.code, ERR_PROVIDER);
			assert_non_null(strstr(e.text, "16 MiB"));
			assert_false(frames_feed(f, "data: 1\n\n", 9, &e));
			assert_false(frames_end(f, &e));
		}
		frames_free(f);
	}
}

static void test_limit_of_a_line_in_one_read(void **state)
{
	size_t n = (16 << 20) + 10, seen = 0;
	char *bytes = malloc(n);
	struct err e = { 0 };
	struct frames *f = frames_new(FRAMING_SSE, count, &seen);

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'x', n);
	memcpy(bytes, "data: ", 6);
	bytes[n - 1] = '\n';
	assert_false(frames_feed(f, bytes, n, &e));
	assert_int_equal(e.code, ERR_PROVIDER);
	frames_free(f);
	free(bytes);
}

static void test_one_megabyte_in_one_event(void **state)
{
	struct buf stream = { 0 };
	size_t seen = 0;

	(void)state;
	(void)buf_add_str(&stream, "data: {\"t\":\"");
	while (stream.len < (1 << 20)) {
		(void)buf_add_str(&stream, "0123456789");
	}
	(void)buf_add_str(&stream, "\"}\n\n");
	for (size_t step = 1; step < stream.len; step = step * 7 + 1) {
		struct frames *f = frames_new(FRAMING_SSE, count, &seen);

		seen = 0;
		for (size_t at = 0; at < stream.len; at += step) {
			assert_true(frames_feed(f, stream.s + at, stream.len - at < step ? stream.len - at : step, NULL));
		}
		assert_int_equal(seen, stream.len - 6 - 2 + 1);
		frames_free(f);
	}
	buf_free(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sse_cut_anywhere),
		cmocka_unit_test(test_ndjson_cut_anywhere),
		cmocka_unit_test(test_stops_when_told),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_limit_of_a_line_in_one_read),
		cmocka_unit_test(test_one_megabyte_in_one_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
