#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "net/http_reply.h"

#define NOW_US 784111777000000LL /* Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110 */

static const struct {
	const char *value;
	int64_t ms;
} waits[] = {
	{ "0", 0 },
	{ "120", 120000 },
	{ "1.5", 1500 },
	{ "0.0004", 1 },
	{ "99999999999999999999999", 1000000000000 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", 0 },
	{ "Sun, 06 Nov 1994 08:49:39 GMT", 2000 },
	{ "Sun, 06 Nov 1994 08:49:36 GMT", 0 },
	{ "Mon, 07 Nov 1994 08:49:37 GMT", 86400000 },
	{ "Sunday, 06-Nov-94 08:50:37 GMT", 60000 },
	{ "Sun Nov  6 08:50:37 1994", 60000 },
	{ "", -1 },
	{ "-1", -1 },
	{ "1s", -1 },
	{ "1.", 1000 },
	{ ".5", -1 },
	{ "soon", -1 },
	{ "nan", -1 },
	{ "0x10", -1 },
	{ "1,5", -1 },
	{ "Sun, 06 Nox 1994 08:49:37 GMT", -1 },
	{ "Sun, 06 Nov", -1 },
};

static void test_retry_after(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(waits); i++) {
		int64_t ms = http_reply_retry_after_ms(waits[i].value, NOW_US);

		if (ms != waits[i].ms) {
			fail_msg("\"%s\": %lld, expected %lld", waits[i].value, (long long)ms, (long long)waits[i].ms);
		}
	}
}

/* Feeds lines up to the end of the head; each ends with CRLF. */
static bool feed(struct http_reply *r, const char *lines)
{
	http_reply_init(r);
	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n") + 1;

		if (http_reply_line(r, lines, len, NOW_US)) {
			return true;
		}
		lines += len;
	}
	return false;
}

static void test_fields(void **state)
{
	struct http_reply r;

	(void)state;
	assert_true(feed(&r,
	    "HTTP/1.1 429 Too Many Requests\r\nContent-Type: Application/JSON; charset=utf-8\r\nRETRY-AFTER: 7\r\nX-Should-Retry:true\r\n"
	    "x-request-id:  req_1 \r\nServer: sonde-simulator\r\nX-Other: 1\r\nnonsense\r\n\r\n"));
	assert_int_equal(r.status, 429);
	assert_int_equal(r.http_version, 11);
	assert_string_equal(r.content_type, "application/json");
	assert_int_equal(r.retry_after_ms, 7000);
	assert_int_equal(r.should_retry, 1);
	assert_string_equal(r.request_id, "req_1");
	assert_string_equal(r.server, "sonde-simulator");
}

static void test_absent_fields(void **state)
{
	struct http_reply r;

	(void)state;
	assert_true(feed(&r, "HTTP/2 200\r\n\r\n"));
	assert_int_equal(r.status, 200);
	assert_int_equal(r.http_version, 20);
	assert_string_equal(r.content_type, "");
	assert_int_equal(r.retry_after_ms, -1);
	assert_int_equal(r.should_retry, -1);
	assert_string_equal(r.request_id, "");
}

static void test_milliseconds_go_first(void **state)
{
	struct http_reply r;

	(void)state;
	assert_true(
	    feed(&r, "HTTP/1.0 503 x\r\nretry-after-ms: 1500.2\r\nRetry-After: 9\r\nx-should-retry: false\r\nrequest-id: a\r\n\r\n"));
	assert_int_equal(r.retry_after_ms, 1501);
	assert_true(feed(&r, "HTTP/1.0 503 x\r\nRetry-After: 9\r\nretry-after-ms: 20\r\n\r\n"));
	assert_int_equal(r.retry_after_ms, 20);
	assert_true(feed(&r, "HTTP/1.0 503 x\r\nRetry-After: 9\r\nretry-after-ms: soon\r\n\r\n"));
	assert_int_equal(r.retry_after_ms, 9000);
	assert_int_equal(r.http_version, 10);
}

static void test_interim_answers_are_passed_over(void **state)
{
	struct http_reply r;

	(void)state;
	assert_false(feed(&r, "HTTP/1.1 100 Continue\r\nServer: early\r\n\r\n"));
	assert_true(feed(&r, "HTTP/1.1 103 Early Hints\r\nServer: early\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));
	assert_int_equal(r.status, 204);
	assert_string_equal(r.server, "");
}

static void test_long_values_are_cut(void **state)
{
	struct http_reply r;
	char line[2000];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "content-type:", 13);
	http_reply_init(&r);
	(void)http_reply_line(&r, line, sizeof(line), NOW_US);
	assert_int_equal(strlen(r.content_type), sizeof(r.content_type) - 1);
	memcpy(line, "x-request-id:", 13);
	(void)http_reply_line(&r, line, sizeof(line), NOW_US);
	assert_int_equal(strlen(r.request_id), sizeof(r.request_id) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_absent_fields),
		cmocka_unit_test(test_milliseconds_go_first),
		cmocka_unit_test(test_interim_answers_are_passed_over),
		cmocka_unit_test(test_long_values_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
