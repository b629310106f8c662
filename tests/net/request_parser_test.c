#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/request_parser.h"

#define MAX_HEAD 300
#define MAX_BODY 40
#define HOST "Host: h\r\n"

/* Requests are written down as METHOD path?query {name=value,...} [body] and ! when the connection ends after them; refusals as #status. */
static const struct {
	const char *name;
	const char *bytes;
	const char *seen;
} cases[] = {
	{ "plain", "GET / HTTP/1.1\r\n" HOST "\r\n", "GET /? {Host=h} []" },
	{ "query", "GET /a/b?c=%20d&e HTTP/1.1\r\n" HOST "\r\n", "GET /a/b?c=%20d&e {Host=h} []" },
	{ "escapes in the path", "GET /a%20b%2Fc%c3%a9%41 HTTP/1.1\r\n" HOST "\r\n",
	    "GET /a b/c\xC3\xA9"
	    "A? {Host=h} []" },
	{ "colon in the path", "POST /v1beta/models/m:generateContent HTTP/1.1\r\n" HOST "\r\n",
	    "POST /v1beta/models/m:generateContent? {Host=h} []" },
	{ "as sent to a proxy", "GET http://h:80/a?b HTTP/1.1\r\n" HOST "\r\n", "GET /a?b {Host=h} []" },
	{ "as sent to a proxy, without a path", "GET http://h HTTP/1.1\r\n" HOST "\r\n", "GET /? {Host=h} []" },
	{ "asterisk", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", "OPTIONS *? {Host=h} []" },
	{ "bare LF", "GET / HTTP/1.1\nHost: h\n\n", "GET /? {Host=h} []" },
	{ "empty lines first", "\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", "GET /? {Host=h} []" },
	{ "blanks around values", "GET / HTTP/1.1\r\nHost:h\r\nA: \t b c \t\r\nB:\r\nC: \r\n\r\n", "GET /? {Host=h,A=b c,B=,C=} []" },
	{ "body", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc", "POST /? {Host=h,Content-Length=3} [abc]" },
	{ "no body", "POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", "POST /? {Host=h,Content-Length=0} []" },
	{ "longest body", "POST / HTTP/1.1\r\n" HOST "Content-Length: 40\r\n\r\n0123456789012345678901234567890123456789",
	    "POST /? {Host=h,Content-Length=40} [0123456789012345678901234567890123456789]" },
	{ "chunks", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n00A;x=y\r\n0123456789\r\n0\r\n\r\n",
	    "POST /? {Host=h,Transfer-Encoding=Chunked} [abc0123456789]" },
	{ "chunks with line ends in them", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n",
	    "POST /? {Host=h,Transfer-Encoding=chunked} [\r\n\r\n]" },
	{ "trailers", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n",
	    "POST /? {Host=h,Transfer-Encoding=chunked} [a]" },
	{ "two after each other", "POST /1 HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\naGET /2 HTTP/1.1\r\nHost: i\r\n\r\n",
	    "POST /1? {Host=h,Content-Length=1} [a]GET /2? {Host=i} []" },
	{ "close", "GET / HTTP/1.1\r\n" HOST "Connection: x, Close\r\n\r\n", "GET /? {Host=h,Connection=x, Close} []!" },
	{ "HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "GET /? {} []!" },
	{ "HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /? {Connection=keep-alive} []" },
	{ "unfinished", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nab", "" },
	{ "no target", "GET HTTP/1.1\r\n", "#400" },
	{ "empty target", "GET  HTTP/1.1\r\n", "#400" },
	{ "no version", "GET /\r\n", "#400" },
	{ "not a path", "GET a HTTP/1.1\r\n", "#400" },
	{ "authority", "CONNECT h:80 HTTP/1.1\r\n", "#400" },
	{ "two blanks", "GET / x HTTP/1.1\r\n", "#400" },
	{ "no method", " / HTTP/1.1\r\n", "#400" },
	{ "odd method", "G(T / HTTP/1.1\r\n", "#400" },
	{ "long method", "GETGETGETGETGETGETGETGETGETGETGETGET / HTTP/1.1\r\n", "#400" },
	{ "broken escape", "GET /%4 HTTP/1.1\r\n", "#400" },
	{ "broken escape at the end", "GET /% HTTP/1.1\r\n", "#400" },
	{ "no hex", "GET /%zz HTTP/1.1\r\n", "#400" },
	{ "escaped NUL", "GET /a%00b HTTP/1.1\r\n", "#400" },
	{ "control character", "GET /\x01 HTTP/1.1\r\n", "#400" },
	{ "HTTP/2", "PRI * HTTP/2.0\r\n", "#505" },
	{ "TLS", "\x16\x03\x01\x02\x01\n", "#400" },
	{ "no host", "GET / HTTP/1.1\r\n\r\n", "#400" },
	{ "two hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", "#400" },
	{ "no colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", "#400" },
	{ "blank before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", "#400" },
	{ "folded", "GET / HTTP/1.1\r\n" HOST "A: b\r\n c\r\n\r\n", "#400" },
	{ "empty name", "GET / HTTP/1.1\r\n: b\r\n\r\n", "#400" },
	{ "control character in a value", "GET / HTTP/1.1\r\nA: b\x01\r\n\r\n", "#400" },
	{ "CR in a value", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", "#400" },
	{ "length is no number", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3x\r\n\r\n", "#400" },
	{ "length is negative", "POST / HTTP/1.1\r\n" HOST "Content-Length: -3\r\n\r\n", "#400" },
	{ "length is empty", "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", "#400" },
	{ "two lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", "#400" },
	{ "length and chunks", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "#400" },
	{ "chunks and length", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", "#400" },
	{ "chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "#400" },
	{ "other encoding", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", "#501" },
	{ "body too long", "POST / HTTP/1.1\r\n" HOST "Content-Length: 41\r\n\r\n", "#413" },
	{ "body far too long", "POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999999\r\n\r\n", "#413" },
	{ "chunk too long", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n29\r\n", "#413" },
	{ "chunk far too long", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n", "#413" },
	{ "chunks too long together", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n26\r\n", "#413" },
	{ "chunk without a size", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n\r\n", "#400" },
	{ "chunk of an odd size", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3g\r\n", "#400" },
	{ "chunk longer than it says", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", "#400" },
	{ "expectation", "POST / HTTP/1.1\r\n" HOST "Expect: tea\r\n\r\n", "#417" },
	{ "head too long",
	    "GET / HTTP/1.1\r\nA: "
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxx"
	    "xx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxx"
	    "xx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n\r\n",
	    "#431" },
};

static void write_down(struct buf *out, const struct request *r)
{
	(void)buf_addf(out, "%s %s?%s {", r->method, r->path, r->query);
	for (size_t i = 0; i < r->n_fields; i++) {
		(void)buf_addf(out, "%s%s=%s", i > 0 ? "," : "", r->fields[i].name, r->fields[i].value);
	}
	(void)buf_addf(out, "} [");
	(void)buf_add(out, r->body, r->body_len);
	(void)buf_addf(out, "]%s", r->is_kept_alive ? "" : "!");
}

static bool feed(struct request_parser *p, const char *bytes, size_t len, struct buf *out)
{
	char *copy = x_malloc(len); /* of exactly this size: reading past it is seen */
	size_t used = 0;

	memcpy(copy, bytes, len);
	while (used < len) {
		used += request_parser_feed(p, copy + used, len - used);
		if (request_parser_state(p) == REQUEST_WHOLE) {
			write_down(out, request_parser_request(p));
			request_parser_reset(p);
		} else if (request_parser_state(p) == REQUEST_BAD) {
			(void)buf_addf(out, "#%d", request_parser_request(p)->refusal);
			assert_non_null(request_parser_request(p)->reason);
			free(copy);
			return false;
		}
	}
	free(copy);
	return true;
}

static void run(size_t i, size_t a, size_t step)
{
	struct request_parser *p = request_parser_new(MAX_HEAD, MAX_BODY);
	struct buf out = { 0 };
	size_t len = strlen(cases[i].bytes);
	bool ok = feed(p, cases[i].bytes, a, &out);

	for (size_t at = a; ok && at < len; at += step) {
		ok = feed(p, cases[i].bytes + at, len - at < step ? len - at : step, &out);
	}
	if (strcmp(buf_str(&out), cases[i].seen) != 0) {
		fail_msg("%s, cut at %zu, then every %zu: %s, expected %s", cases[i].name, a, step, buf_str(&out), cases[i].seen);
	}
	buf_free(&out);
	request_parser_free(p);
}

static void test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t len = strlen(cases[i].bytes);

		run(i, 0, 1);
		for (size_t a = 0; a <= len; a++) {
			run(i, a, len);
		}
	}
}

static void test_fields_by_name(void **state)
{
	static const char bytes[] = "GET / HTTP/1.1\r\nHost: h\r\nX-Api-Key: a\r\nx-api-key: b\r\n\r\n";
	struct request_parser *p = request_parser_new(MAX_HEAD, MAX_BODY);

	(void)state;
	assert_int_equal(request_parser_feed(p, bytes, sizeof(bytes) - 1), sizeof(bytes) - 1);
	assert_string_equal(request_field(request_parser_request(p), "X-API-KEY"), "a");
	assert_string_equal(request_field(request_parser_request(p), "host"), "h");
	assert_null(request_field(request_parser_request(p), "hos"));
	request_parser_free(p);
}

static void test_continue_once(void **state)
{
	static const char head[] = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r";
	struct request_parser *p = request_parser_new(MAX_HEAD, MAX_BODY);

	(void)state;
	assert_false(request_parser_has_begun(p));
	(void)request_parser_feed(p, head, sizeof(head) - 1);
	assert_true(request_parser_has_begun(p));
	assert_false(request_parser_is_in_body(p));
	assert_false(request_parser_take_continue(p));
	(void)request_parser_feed(p, "\n", 1);
	assert_true(request_parser_is_in_body(p));
	assert_true(request_parser_take_continue(p));
	assert_false(request_parser_take_continue(p));
	(void)request_parser_feed(p, "ab", 2);
	assert_int_equal(request_parser_state(p), REQUEST_WHOLE);
	request_parser_free(p);
}

static void test_no_continue_when_the_body_comes_anyway(void **state)
{
	static const char bytes[] = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\na";
	struct request_parser *p = request_parser_new(MAX_HEAD, MAX_BODY);

	(void)state;
	(void)request_parser_feed(p, bytes, sizeof(bytes) - 1);
	assert_false(request_parser_take_continue(p));
	request_parser_free(p);
}

static void test_many_chunks_are_not_a_long_head(void **state)
{
	struct request_parser *p = request_parser_new(MAX_HEAD, 1000);
	struct buf b = { 0 };

	(void)state;
	(void)buf_add_str(&b, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 1000; i++) {
		(void)buf_add_str(&b, "1\r\nx\r\n");
	}
	(void)buf_add_str(&b, "0\r\n\r\n");
	assert_int_equal(request_parser_feed(p, b.s, b.len), b.len);
	assert_int_equal(request_parser_state(p), REQUEST_WHOLE);
	assert_int_equal(request_parser_request(p)->body_len, 1000);
	request_parser_free(p);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_fields_by_name),
		cmocka_unit_test(test_continue_once),
		cmocka_unit_test(test_no_continue_when_the_body_comes_anyway),
		cmocka_unit_test(test_many_chunks_are_not_a_long_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
