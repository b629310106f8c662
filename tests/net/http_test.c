#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "net/http.h"
#include "net/server.h"
#include "tests/net/nap.h"

struct fixture {
	struct loop *loop;
	struct http *http;
	struct server *server;
	int requests, gone;
};

enum cancel { CANCEL_NEVER, CANCEL_IN_REPLY, CANCEL_IN_DATA, CANCEL_IN_DONE };

/* One call and what came of it. */
struct log {
	struct fixture *f;
	struct http_call *call;
	struct http_reply reply;
	struct http_result result;
	struct buf body;
	int replies, reads, dones;
	bool is_over;
	int64_t first_read_us, last_read_us;
	enum cancel cancel;
	struct log *victim; /* cancelled by the first read of this one */
	struct log *next;   /* started by the first read of this one */
	const char *next_path;
};

static void on_reply(void *ctx, const struct http_reply *reply)
{
	struct log *l = ctx;

	l->replies++;
	l->reply = *reply;
	assert_int_equal(l->reads, 0);
	if (l->cancel == CANCEL_IN_REPLY) {
		http_cancel(l->call);
		l->is_over = true;
	}
}

static struct http_call *get(struct fixture *f, struct log *l, const char *path);

static void on_data(void *ctx, const char *bytes, size_t len)
{
	struct log *l = ctx;

	assert_int_equal(l->replies, 1);
	assert_true(len > 0);
	l->last_read_us = clock_mono_us();
	if (l->reads++ == 0) {
		l->first_read_us = l->last_read_us;
		if (l->victim != NULL) {
			http_cancel(l->victim->call);
		}
		if (l->next != NULL) {
			l->next->call = get(l->f, l->next, l->next_path);
		}
	}
	(void)buf_add(&l->body, bytes, len);
	if (l->cancel == CANCEL_IN_DATA) {
		http_cancel(l->call);
		l->is_over = true;
	}
}

static void on_done(void *ctx, const struct http_result *result)
{
	struct log *l = ctx;

	l->dones++;
	l->result = *result;
	l->is_over = true;
	if (l->cancel == CANCEL_IN_DONE) {
		http_cancel(l->call);
	}
}

static const struct http_handler handler = { .on_reply = on_reply, .on_data = on_data, .on_done = on_done };

static struct http_call *send_to(struct fixture *f, struct log *l, const struct http_request *r)
{
	l->f = f;
	l->call = http_send(f->http, r, &handler, l);
	return l->call;
}

static char *url_of(const struct fixture *f, const char *path)
{
	return x_asprintf("http://127.0.0.1:%d%s", server_port(f->server), path);
}

static struct http_call *get(struct fixture *f, struct log *l, const char *path)
{
	char *url = url_of(f, path);
	const struct http_request r = { .method = "GET", .url = url };

	(void)send_to(f, l, &r);
	free(url);
	return l->call;
}

static void finish(struct log *l)
{
	loop_run_until(l->f->loop, &l->is_over);
}

/* ---- the server of these tests: what happens is in the path ---- */

struct stream { /* chunks "0", "1", ... at equal distances */
	struct fixture *f;
	struct exchange *x;
	ev_timer timer;
	int sent, n;
};

static void stream_gone(void *ctx)
{
	struct stream *s = ctx;

	s->f->gone++;
	ev_timer_stop(s->f->loop->ev, &s->timer);
	free(s);
}

static void stream_tick(struct ev_loop *ev, ev_timer *w, int events)
{
	struct stream *s = w->data;
	char c = (char)('0' + s->sent % 10);

	(void)events;
	if (s->sent++ < s->n) {
		exchange_chunk(s->x, &c, 1);
		return;
	}
	ev_timer_stop(ev, w);
	exchange_end(s->x);
	free(s);
}

static void stream_start(struct fixture *f, struct exchange *x, int n)
{
	struct stream *s = x_calloc(1, sizeof(*s));

	*s = (struct stream){ .f = f, .x = x, .n = n };
	exchange_on_gone(x, stream_gone, s);
	exchange_start(x, 200, "text/event-stream", NULL);
	ev_timer_init(&s->timer, stream_tick, 0.02, 0.02);
	s->timer.data = s;
	ev_timer_start(f->loop->ev, &s->timer);
}

static void count_gone(void *ctx)
{
	((struct fixture *)ctx)->gone++;
}

static void serve_ok(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_reply(x, 200, "application/json; charset=utf-8", "X-Request-Id: req_7\r\n", "{\"ok\":true}", 11);
}

static void serve_echo(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	static const char *const names[] = { "user-agent", "accept-encoding", "content-type", "expect", "authorization", "content-length" };
	struct buf b = { 0 };

	(void)f;
	(void)buf_addf(&b, "%s %s?%s\n", r->method, r->path, r->query);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *value = exchange_header(x, names[i]);

		(void)buf_addf(&b, "%s: %s\n", names[i], value != NULL ? value : "-");
	}
	(void)buf_add(&b, r->body, r->body_len);
	exchange_reply(x, 200, "text/plain", NULL, buf_str(&b), b.len);
	buf_free(&b);
}

static void serve_length(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	char text[32];

	(void)f;
	exchange_reply(x, 200, NULL, NULL, text, (size_t)snprintf(text, sizeof(text), "%zu", r->body_len));
}

static void serve_stream(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)r;
	stream_start(f, x, 5);
}

static void serve_endless(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)r;
	stream_start(f, x, 1000);
}

static void serve_not_found(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_reply(x, 404, "text/plain", NULL, "no", 2);
}

static void serve_limit(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_reply(x, 429, "application/json", "Retry-After: 3\r\nx-should-retry: true\r\n", "{}", 2);
}

static void serve_redirect(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_reply(x, 302, NULL, "Location: /ok\r\n", "", 0);
}

static void serve_reset(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_break(x, true);
}

static void serve_reset_mid(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_start(x, 200, "text/event-stream", NULL);
	exchange_chunk(x, "abc", 3);
	exchange_break(x, true);
}

static void serve_fin(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_break(x, false);
}

static void serve_fin_mid(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_start(x, 200, "text/event-stream", NULL);
	exchange_chunk(x, "abc", 3);
	exchange_break(x, false);
}

static void serve_stall(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)r;
	exchange_on_gone(x, count_gone, f);
}

static void serve_stall_headers(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)r;
	exchange_on_gone(x, count_gone, f);
	exchange_start(x, 200, "text/event-stream", NULL);
}

static void serve_stall_mid(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)r;
	exchange_on_gone(x, count_gone, f);
	exchange_start(x, 200, "text/event-stream", NULL);
	exchange_chunk(x, "abc", 3);
}

/* printf 'hello hello hello hello\n' | gzip -9n */
static const char gzipped[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\xb9\x00\x00\x88\x59\x0b\x18\x00\x00\x00";

static void serve_gzip(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_start(x, 200, "text/plain", "Content-Encoding: gzip\r\n");
	for (size_t i = 0; i < sizeof(gzipped) - 1; i++) {
		exchange_chunk(x, gzipped + i, 1);
	}
	exchange_end(x);
}

static void serve_bad_gzip(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_reply(x, 200, "text/plain", "Content-Encoding: gzip\r\n", "this is plain text", 18);
}

static void serve_big(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	size_t len = 8 << 20;
	char *s = x_malloc(len);

	(void)f;
	(void)r;
	for (size_t i = 0; i < len; i++) {
		s[i] = (char)('a' + i % 23);
	}
	exchange_reply(x, 200, "text/plain", NULL, s, len);
	free(s);
}

static const struct {
	const char *path;
	void (*serve)(struct fixture *f, struct exchange *x, const struct server_request *r);
} paths[] = {
	{ "/ok", serve_ok },
	{ "/echo", serve_echo },
	{ "/length", serve_length },
	{ "/stream", serve_stream },
	{ "/endless", serve_endless },
	{ "/limit", serve_limit },
	{ "/redirect", serve_redirect },
	{ "/reset", serve_reset },
	{ "/reset-mid", serve_reset_mid },
	{ "/fin", serve_fin },
	{ "/fin-mid", serve_fin_mid },
	{ "/stall", serve_stall },
	{ "/stall-headers", serve_stall_headers },
	{ "/stall-mid", serve_stall_mid },
	{ "/gzip", serve_gzip },
	{ "/bad-gzip", serve_bad_gzip },
	{ "/big", serve_big },
};

static void serve(void *ctx, struct exchange *x, const struct server_request *r)
{
	struct fixture *f = ctx;

	f->requests++;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		if (strcmp(paths[i].path, r->path) == 0) {
			paths[i].serve(f, x, r);
			return;
		}
	}
	serve_not_found(f, x, r);
}

static int setup(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));
	struct err e;

	f->loop = loop_new();
	f->http = http_new(f->loop);
	f->server = server_new(f->loop, "127.0.0.1", 0, serve, f, &e);
	*state = f;
	return f->server != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	http_free(f->http);
	server_free(f->server);
	loop_free(f->loop);
	free(f);
	return 0;
}

/* ---- answers ---- */

static void test_success(void **state)
{
	struct log l = { 0 };

	(void)get(*state, &l, "/ok");
	assert_int_equal(l.dones, 0); /* from the loop, never from http_send */
	finish(&l);
	assert_int_equal(l.result.outcome, HTTP_OK);
	assert_int_equal(l.result.err.code, ERR_NONE);
	assert_int_equal(l.reply.status, 200);
	assert_int_equal(l.result.reply.status, 200);
	assert_int_equal(l.reply.http_version, 11);
	assert_string_equal(l.reply.content_type, "application/json");
	assert_string_equal(l.reply.request_id, "req_7");
	assert_string_equal(buf_str(&l.body), "{\"ok\":true}");
	assert_int_equal(l.replies, 1);
	assert_int_equal(l.dones, 1);
	assert_true(l.result.body_started);
	assert_true(l.result.dns_us >= -1 && l.result.connect_us > 0 && l.result.tls_us == -1);
	assert_true(l.result.first_byte_us >= l.result.connect_us);
	assert_true(l.result.total_us >= l.result.first_byte_us);
	buf_free(&l.body);
}

static void test_what_is_sent(void **state)
{
	static const char *const headers[] = { "Authorization: Bearer k", "Content-Type: application/json", NULL };
	struct fixture *f = *state;
	char *url = url_of(f, "/echo?a=b");
	struct log l = { 0 }, bare = { 0 }, none = { 0 };
	struct http_request r = { .method = "POST", .url = url, .headers = headers, .body = "a\0b", .body_len = 3 };

	(void)send_to(f, &l, &r);
	finish(&l);
	static const char expected[] =
	    "POST /echo?a=b\nuser-agent: sonde\naccept-encoding: gzip, deflate\ncontent-type: application/json\nexpect: -\n"
	    "authorization: Bearer k\ncontent-length: 3\na\0b";
	assert_int_equal(l.body.len, sizeof(expected) - 1);
	assert_memory_equal(l.body.s, expected, sizeof(expected));

	r = (struct http_request){ .method = "POST", .url = url };
	(void)send_to(f, &bare, &r);
	finish(&bare);
	assert_string_equal(buf_str(&bare.body),
	    "POST /echo?a=b\nuser-agent: sonde\naccept-encoding: gzip, deflate\ncontent-type: -\nexpect: -\n"
	    "authorization: -\ncontent-length: 0\n");
	r.method = "DELETE";
	(void)send_to(f, &none, &r);
	finish(&none);
	assert_memory_equal(buf_str(&none.body), "DELETE /echo?a=b\n", 17);
	buf_free(&l.body);
	buf_free(&bare.body);
	buf_free(&none.body);
	free(url);
}

static void test_large_request(void **state)
{
	struct fixture *f = *state;
	char *url = url_of(f, "/length"), *body = x_calloc(1, 5 << 20);
	struct log l = { 0 };
	const struct http_request r = { .method = "POST", .url = url, .body = body, .body_len = 5 << 20 };

	(void)send_to(f, &l, &r);
	free(body); /* everything is copied */
	free(url);
	finish(&l);
	assert_string_equal(buf_str(&l.body), "5242880");
	buf_free(&l.body);
}

static void test_large_answer(void **state)
{
	struct log l = { 0 };

	(void)get(*state, &l, "/big");
	finish(&l);
	assert_int_equal(l.result.outcome, HTTP_OK);
	assert_int_equal(l.body.len, 8 << 20);
	for (size_t i = 0; i < l.body.len; i++) {
		if (l.body.s[i] != (char)('a' + i % 23)) {
			fail_msg("byte %zu is wrong", i);
		}
	}
	buf_free(&l.body);
}

static void test_chunks_come_as_they_are_sent(void **state)
{
	struct log l = { 0 };

	(void)get(*state, &l, "/stream");
	finish(&l);
	assert_string_equal(buf_str(&l.body), "01234");
	assert_int_equal(l.reads, 5);
	assert_true(l.last_read_us - l.first_read_us > 60 * US_PER_MS); /* four gaps of 20 ms */
	assert_true(l.result.first_byte_us < l.result.total_us - 60 * US_PER_MS);
	buf_free(&l.body);
}

static void test_error_statuses_are_answers(void **state)
{
	struct log none = { 0 }, limit = { 0 }, redirect = { 0 };

	(void)get(*state, &none, "/nowhere");
	finish(&none);
	assert_int_equal(none.result.outcome, HTTP_OK);
	assert_int_equal(none.reply.status, 404);
	assert_string_equal(buf_str(&none.body), "no");
	(void)get(*state, &limit, "/limit");
	finish(&limit);
	assert_int_equal(limit.reply.status, 429);
	assert_int_equal(limit.reply.retry_after_ms, 3000);
	assert_int_equal(limit.reply.should_retry, 1);
	(void)get(*state, &redirect, "/redirect");
	finish(&redirect);
	assert_int_equal(redirect.reply.status, 302); /* not followed */
	assert_int_equal(redirect.result.outcome, HTTP_OK);
	assert_int_equal(((struct fixture *)*state)->requests, 3);
	buf_free(&none.body);
	buf_free(&limit.body);
}

static void test_gzip(void **state)
{
	struct log l = { 0 }, bad = { 0 };

	(void)get(*state, &l, "/gzip");
	finish(&l);
	assert_int_equal(l.result.outcome, HTTP_OK);
	assert_string_equal(buf_str(&l.body), "hello hello hello hello\n");
	(void)get(*state, &bad, "/bad-gzip");
	finish(&bad);
	assert_int_equal(bad.result.outcome, HTTP_NETWORK);
	assert_non_null(strstr(bad.result.err.text, "compressed"));
	buf_free(&l.body);
}

static void test_connections_are_reused(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 5; i++) {
		struct log l = { 0 };
		int64_t connect_us;

		(void)get(f, &l, "/ok");
		finish(&l);
		connect_us = l.result.connect_us;
		assert_true(i == 0 || connect_us == -1 || connect_us < 1000);
		buf_free(&l.body);
	}
}

static void test_fifty_at_a_time(void **state)
{
	static struct log logs[50];

	memset(logs, 0, sizeof(logs));
	for (size_t i = 0; i < COUNT_OF(logs); i++) {
		(void)get(*state, &logs[i], "/stream");
	}
	for (size_t i = 0; i < COUNT_OF(logs); i++) {
		finish(&logs[i]);
		assert_int_equal(logs[i].result.outcome, HTTP_OK);
		assert_string_equal(buf_str(&logs[i].body), "01234");
		assert_int_equal(logs[i].dones, 1);
		buf_free(&logs[i].body);
	}
}

/* ---- failures ---- */

static void expect_failure(struct log *l, enum http_outcome outcome, const char *text, bool has_hint)
{
	assert_int_equal(l->dones, 1);
	if (l->result.outcome != outcome || strstr(l->result.err.text, text) == NULL) {
		fail_msg("outcome %d, \"%s\"; expected \"%s\"", (int)l->result.outcome, l->result.err.text, text);
	}
	assert_int_not_equal(l->result.err.code, ERR_NONE);
	if (has_hint) {
		assert_string_not_equal(l->result.err.hint, "");
	}
}

static int closed_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	(void)close(fd);
	return ntohs(a.sin_port);
}

static void test_connection_refused(void **state)
{
	int port = closed_port();
	char *url = x_asprintf("http://127.0.0.1:%d/v1", port),
	     *text = x_asprintf("no connection to 127.0.0.1:%d: connection refused", port);
	struct log l = { 0 };
	const struct http_request r = { .method = "GET", .url = url };

	(void)send_to(*state, &l, &r);
	finish(&l);
	expect_failure(&l, HTTP_NETWORK, text, true);
	assert_int_equal(l.result.err.code, ERR_NETWORK);
	assert_int_equal(l.result.reply.status, 0);
	assert_int_equal(l.result.first_byte_us, -1);
	assert_int_equal(l.replies, 0);
	assert_false(l.result.is_permanent);
	free(url);
	free(text);
}

static void test_name_not_found(void **state)
{
	struct log l = { 0 };
	const struct http_request r = { .method = "GET", .url = "https://user:secret@api.sonde.invalid/v1?key=secret" };

	(void)send_to(*state, &l, &r);
	finish(&l);
	expect_failure(&l, HTTP_NETWORK, "no address found for api.sonde.invalid:443", true);
	assert_null(strstr(l.result.err.text, "secret"));
}

static void test_what_cannot_start(void **state)
{
	static const char *const bad_headers[] = { "Authorization: Bearer sk-secret\nX: y", NULL };
	static const struct {
		const char *url, *const *headers, *text;
	} cases[] = {
		{ "ftp://h/", NULL, "\"ftp://h/\" cannot be used as a URL" },
		{ "h/v1", NULL, "\"h/v1\" cannot be used as a URL" },
		{ "", NULL, "cannot be used as a URL" },
		{ "http://", NULL, "cannot be used as a URL" },
		{ "http://h:99999999/", NULL, "cannot be used as a URL" },
		{ "http://u:secret@h:x/?key=secret", NULL, "the URL of the request cannot be used" },
		{ "http://h:x/?key=secret", NULL, "\"http://h:x/\" cannot be used" },
		{ "http://h/", bad_headers, "a request header (Authorization) has a line break in it" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct log l = { 0 };
		const struct http_request r = { .method = "GET", .url = cases[i].url, .headers = cases[i].headers };

		(void)send_to(*state, &l, &r);
		assert_int_equal(l.dones, 0);
		finish(&l);
		expect_failure(&l, HTTP_NETWORK, cases[i].text, true);
		assert_null(strstr(l.result.err.text, "secret"));
		assert_true(l.result.is_permanent);
	}
}

static void test_broken_connections(void **state)
{
	static const struct {
		const char *path, *text, *body;
		int status;
	} cases[] = {
		{ "/reset", " broke the connection before it answered", "", 0 },
		{ "/reset-mid", " broke the connection in the middle of its answer", "abc", 200 },
		{ "/fin", " closed the connection without an answer", "", 0 },
		{ "/fin-mid", " ended the answer early", "abc", 200 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct log l = { 0 };

		(void)get(*state, &l, cases[i].path);
		finish(&l);
		expect_failure(&l, HTTP_NETWORK, cases[i].text, false);
		assert_non_null(strstr(l.result.err.text, "127.0.0.1:"));
		assert_string_equal(buf_str(&l.body), cases[i].body);
		assert_int_equal(l.result.body_started, cases[i].body[0] != '\0');
		assert_int_equal(l.result.reply.status, cases[i].status);
		assert_false(l.result.is_permanent);
		buf_free(&l.body);
	}
}

static void test_nothing_is_sent_twice(void **state)
{
	struct fixture *f = *state;
	static const char *const paths_broken[] = { "/reset", "/fin" };

	for (size_t i = 0; i < COUNT_OF(paths_broken); i++) {
		struct log first = { 0 }, l = { 0 };

		(void)get(f, &first, "/ok");
		finish(&first);
		f->requests = 0;
		(void)get(f, &l, paths_broken[i]); /* on the kept connection */
		finish(&l);
		assert_int_equal(f->requests, 1);
		expect_failure(&l, HTTP_NETWORK, " broke the connection before it answered", false);
		assert_false(l.result.is_permanent);
		buf_free(&first.body);
	}
}

static void test_kept_connection_that_the_server_closed(void **state)
{
	struct fixture *f = *state;

	server_set_patience(f->server, 30);
	for (int i = 0; i < 3; i++) {
		struct log l = { 0 };

		(void)get(f, &l, "/ok");
		finish(&l);
		assert_int_equal(l.result.outcome, HTTP_OK);
		assert_int_equal(f->requests, i + 1);
		run_for(f->loop, 0.08);
		buf_free(&l.body);
	}
}

/* A server that sends these very bytes and closes. */
struct raw {
	int fd;
	const char *bytes;
	size_t len;
	bool is_over;
};

static void raw_work(void *arg)
{
	struct raw *w = arg;
	char c[4096];
	int fd = accept(w->fd, NULL, NULL);

	if (fd >= 0) {
		(void)recv(fd, c, sizeof(c), 0);
		(void)send(fd, w->bytes, w->len, MSG_NOSIGNAL);
		(void)shutdown(fd, SHUT_WR);
		while (recv(fd, c, sizeof(c), 0) > 0) {
		}
		(void)close(fd);
	}
}

static void raw_done(void *arg)
{
	((struct raw *)arg)->is_over = true;
}

static int listen_on_loopback(int backlog, int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static const struct {
	const char *name, *bytes;
	enum http_outcome outcome;
	const char *text, *body;
	int status;
} raws[] = {
	{ "interim answer", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", HTTP_OK, "", "ab", 200 },
	{ "until the end", "HTTP/1.1 200 OK\r\n\r\nabc", HTTP_OK, "", "abc", 200 },
	{ "HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nabc", HTTP_OK, "", "abc", 200 },
	{ "trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nServer: no\r\n\r\n", HTTP_OK, "", "ab", 200 },
	{ "too short", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", HTTP_NETWORK, "ended the answer early", "abc", 200 },
	{ "no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", HTTP_NETWORK, "ended the answer early", "ab",
	    200 },
	{ "cut in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", HTTP_NETWORK, "ended the answer early", "ab",
	    200 },
	{ "bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n", HTTP_NETWORK, "is not valid HTTP", "ab",
	    200 },
	{ "no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", HTTP_NETWORK, "does not speak HTTP", "", 0 },
	{ "TLS alert", "\x15\x03\x01\x02\x02\x16", HTTP_NETWORK, "does not speak HTTP", "", 0 },
	{ "nothing", "", HTTP_NETWORK, "closed the connection without an answer", "", 0 },
	{ "half a head", "HTTP/1.1 200 OK\r\nContent-", HTTP_NETWORK, "ended the answer early", "", 0 },
};

static void test_odd_servers(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(raws); i++) {
		int port;
		struct raw w = { .fd = listen_on_loopback(1, &port), .bytes = raws[i].bytes, .len = strlen(raws[i].bytes) };
		char *url = x_asprintf("http://127.0.0.1:%d/", port);
		struct log l = { 0 };
		const struct http_request r = { .method = "GET", .url = url };

		job_submit(f->loop->jobs, raw_work, raw_done, &w);
		(void)send_to(f, &l, &r);
		finish(&l);
		if (l.result.outcome != raws[i].outcome || strstr(l.result.err.text, raws[i].text) == NULL ||
		    strcmp(buf_str(&l.body), raws[i].body) != 0 || l.result.reply.status != raws[i].status) {
			fail_msg("%s: outcome %d, \"%s\", status %d, body \"%s\"", raws[i].name, (int)l.result.outcome, l.result.err.text,
			    l.result.reply.status, buf_str(&l.body));
		}
		assert_string_not_equal(l.result.reply.server, "no");
		/* What the client closed the server sees, unless the connection is kept. */
		http_free(f->http);
		f->http = http_new(f->loop);
		loop_run_until(f->loop, &w.is_over);
		(void)close(w.fd);
		free(url);
		buf_free(&l.body);
	}
}

/* ---- time limits ---- */

static void test_time_limits(void **state)
{
	static const struct {
		const char *path;
		int connect_ms, first_byte_ms, idle_ms;
		const char *text, *body;
		bool has_reply;
	} cases[] = {
		{ "/stall", 60000, 80, 60000, " did not answer within 0.08 s", "", false },
		{ "/stall-headers", 60000, 500, 20, " sent headers but no answer within 0.5 s", "", true },
		{ "/stall-mid", 60000, 60000, 90, " sent nothing for 0.09 s in the middle of its answer", "abc", true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *url = url_of(f, cases[i].path);
		struct log l = { 0 };
		const struct http_request r = { .method = "GET",
			.url = url,
			.connect_ms = cases[i].connect_ms,
			.first_byte_ms = cases[i].first_byte_ms,
			.idle_ms = cases[i].idle_ms };
		int64_t start_us = clock_mono_us(), took_us;

		(void)send_to(f, &l, &r);
		finish(&l);
		took_us = clock_mono_us() - start_us;
		expect_failure(&l, HTTP_TIMEOUT, cases[i].text, true);
		assert_non_null(strstr(l.result.err.text, "127.0.0.1:"));
		assert_string_equal(buf_str(&l.body), cases[i].body);
		assert_int_equal(l.replies, cases[i].has_reply);
		assert_true(took_us >= 79 * US_PER_MS);
		assert_true(l.result.total_us >= 79 * US_PER_MS && l.result.total_us <= took_us);
		run_for(f->loop, 0.05);
		assert_int_equal(f->gone, (int)i + 1); /* the connection was closed */
		free(url);
		buf_free(&l.body);
	}
}

static void test_idle_limit_counts_from_the_last_byte(void **state)
{
	struct fixture *f = *state;
	char *url = url_of(f, "/stream"); /* 100 ms altogether, never 60 ms without a byte: unless the machine is busy, hence several tries */
	const struct http_request r = { .method = "GET", .url = url, .first_byte_ms = 60000, .idle_ms = 60 };
	bool is_whole = false;

	for (int i = 0; i < 20 && !is_whole; i++) {
		struct log l = { 0 };

		(void)send_to(f, &l, &r);
		finish(&l);
		is_whole = l.result.outcome == HTTP_OK && strcmp(buf_str(&l.body), "01234") == 0;
		buf_free(&l.body);
	}
	assert_true(is_whole);
	free(url);
}

static void test_connect_limit(void **state)
{
	static const char *const schemes[] = { "http", "https" }; /* TCP that hangs; TLS that hangs */

	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		int port, fd = listen_on_loopback(i == 0 ? 0 : 10, &port), fillers[4];
		struct sockaddr_in a = {
			.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)
		};
		char *url = x_asprintf("%s://127.0.0.1:%d/", schemes[i], port);
		struct log l = { 0 };
		const struct http_request r = { .method = "GET", .url = url, .connect_ms = 100, .first_byte_ms = 3000 };

		for (size_t j = 0; i == 0 && j < COUNT_OF(fillers); j++) { /* a full queue: further SYNs stay unanswered */
			fillers[j] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
			(void)connect(fillers[j], (struct sockaddr *)&a, sizeof(a));
		}
		(void)send_to(*state, &l, &r);
		finish(&l);
		expect_failure(&l, HTTP_TIMEOUT, "no connection to 127.0.0.1:", true);
		assert_non_null(strstr(l.result.err.text, "within 0.1 s"));
		for (size_t j = 0; i == 0 && j < COUNT_OF(fillers); j++) {
			(void)close(fillers[j]);
		}
		(void)close(fd);
		free(url);
	}
}

/* ---- cancelling ---- */

static void test_cancel_in_callbacks(void **state)
{
	static const struct {
		enum cancel cancel;
		int replies, reads;
	} cases[] = { { CANCEL_IN_REPLY, 1, 0 }, { CANCEL_IN_DATA, 1, 1 } };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct log l = { .cancel = cases[i].cancel };

		(void)get(f, &l, "/endless");
		finish(&l);
		run_for(f->loop, 0.06);
		assert_int_equal(l.replies, cases[i].replies);
		assert_int_equal(l.reads, cases[i].reads);
		assert_int_equal(l.dones, 0);
		assert_int_equal(f->gone, (int)i + 1); /* the server saw the connection close */
		buf_free(&l.body);
	}
}

static void test_cancel_in_the_last_callback(void **state)
{
	struct fixture *f = *state;
	struct log l = { .cancel = CANCEL_IN_DONE };

	(void)get(f, &l, "/ok");
	finish(&l);
	run_for(f->loop, 0.02);
	assert_int_equal(l.dones, 1);
	buf_free(&l.body);
}

static void test_cancel_from_outside(void **state)
{
	static const double after_s[] = { 0, 0.005, 0.05 }; /* before the connection, about the head, in mid-stream */
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(after_s); i++) {
		struct log l = { 0 };
		int reads;

		(void)get(f, &l, "/endless");
		if (after_s[i] > 0) {
			run_for(f->loop, after_s[i]);
		}
		reads = l.reads;
		http_cancel(l.call);
		run_for(f->loop, 0.05);
		assert_int_equal(l.reads, reads);
		assert_int_equal(l.dones, 0);
		assert_int_equal(f->gone, (int)i);
		buf_free(&l.body);
	}
}

static void test_cancel_during_the_lookup(void **state)
{
	const struct http_request r = { .method = "GET", .url = "http://api.sonde.invalid/" };
	int64_t least_us = INT64_MAX;
	struct fixture *f = *state;

	for (int i = 0; i < 5; i++) { /* the machine may be busy at one of them */
		struct log l = { 0 };

		(void)send_to(f, &l, &r);
		nap(f->loop, 0.0001);
		int64_t start_us = clock_mono_us();
		if (l.dones == 0) {
			http_cancel(l.call);
		}
		int64_t took_us = clock_mono_us() - start_us;
		least_us = took_us < least_us ? took_us : least_us;
		run_for(f->loop, 0.02);
	}
	assert_true(least_us < 100 * US_PER_MS);
}

static void test_cancel_another_call(void **state)
{
	struct fixture *f = *state;
	struct log victim = { 0 }, l = { .victim = &victim };
	int reads;

	(void)get(f, &victim, "/endless");
	run_for(f->loop, 0.05);
	assert_true(victim.reads > 0);
	(void)get(f, &l, "/ok");
	finish(&l);
	reads = victim.reads;
	run_for(f->loop, 0.06);
	assert_int_equal(victim.reads, reads);
	assert_int_equal(victim.dones, 0);
	assert_int_equal(f->gone, 1);
	buf_free(&l.body);
	buf_free(&victim.body);
}

static void test_send_in_a_callback(void **state)
{
	struct log next = { 0 }, l = { .next = &next, .next_path = "/stream" };

	(void)get(*state, &l, "/ok");
	finish(&l);
	finish(&next);
	assert_string_equal(buf_str(&next.body), "01234");
	buf_free(&l.body);
	buf_free(&next.body);
}

static void test_free_cancels(void **state)
{
	struct fixture *f = *state;
	struct log a = { 0 }, b = { 0 }, c = { 0 };
	const struct http_request bad = { .method = "GET", .url = "nonsense" };

	(void)get(f, &a, "/endless");
	(void)get(f, &b, "/stall");
	run_for(f->loop, 0.05);
	(void)send_to(f, &c, &bad);
	http_free(f->http);
	f->http = NULL;
	run_for(f->loop, 0.05);
	assert_int_equal(a.dones + b.dones + c.dones, 0);
	assert_int_equal(f->gone, 2);
	buf_free(&a.body);
}

/* ---- quiet ---- */

static void count_rounds(void *ctx)
{
	(*(int *)ctx)++;
}

static void test_idle_loop_sleeps(void **state)
{
	struct fixture *f = *state;
	struct log l = { 0 };
	int rounds = 0;

	(void)get(f, &l, "/ok");
	finish(&l);
	run_for(f->loop, 0.02);
	loop_before_sleep(f->loop, count_rounds, &rounds);
	nap(f->loop, 0.3);
	loop_before_sleep(f->loop, NULL, NULL);
	assert_in_range(rounds, 1, 2);
	buf_free(&l.body);
}

static void test_sockets_are_not_inherited(void **state)
{
	struct fixture *f = *state;
	struct log l = { 0 };

	(void)get(f, &l, "/ok");
	finish(&l);
	for (int fd = 3; fd < 200; fd++) {
		struct sockaddr_storage a;
		socklen_t len = sizeof(a);

		if (getpeername(fd, (struct sockaddr *)&a, &len) == 0 && a.ss_family == AF_INET) {
			assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		}
	}
	buf_free(&l.body);
}

static void test_proxies(void **state)
{
	struct fixture *f = *state;
	int port = closed_port();
	char *dead = x_asprintf("http://user:secret@127.0.0.1:%d", port), *ours = url_of(f, "");
	struct log direct = { 0 }, refused = { 0 }, through = { 0 }, tunnel = { 0 };
	const struct http_request plain = { .method = "GET", .url = "http://api.sonde.invalid/echo?x" };
	const struct http_request tls = { .method = "GET", .url = "https://api.sonde.invalid/echo?x" };

	assert_int_equal(setenv("http_proxy", dead, 1), 0);
	(void)get(f, &direct, "/ok"); /* loopback needs none */
	finish(&direct);
	assert_int_equal(direct.result.outcome, HTTP_OK);
	(void)send_to(f, &refused, &plain);
	finish(&refused);
	expect_failure(&refused, HTTP_NETWORK, "no connection to the proxy for api.sonde.invalid:80: connection refused", true);
	assert_null(strstr(refused.result.err.text, "secret"));

	assert_int_equal(setenv("http_proxy", ours, 1), 0);
	(void)send_to(f, &through, &plain);
	finish(&through);
	assert_int_equal(through.result.outcome, HTTP_OK);
	assert_memory_equal(buf_str(&through.body), "GET /echo?x\n", 12);
	assert_int_equal(unsetenv("http_proxy"), 0);

	assert_int_equal(setenv("https_proxy", ours, 1), 0);
	(void)send_to(f, &tunnel, &tls);
	finish(&tunnel);
	expect_failure(&tunnel, HTTP_NETWORK, "the proxy opens no tunnel to api.sonde.invalid:443", true);
	assert_true(tunnel.result.is_permanent);
	assert_int_equal(unsetenv("https_proxy"), 0);
	free(dead);
	free(ours);
	buf_free(&direct.body);
	buf_free(&through.body);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_success),
		TEST(test_what_is_sent),
		TEST(test_large_request),
		TEST(test_large_answer),
		TEST(test_chunks_come_as_they_are_sent),
		TEST(test_error_statuses_are_answers),
		TEST(test_gzip),
		TEST(test_connections_are_reused),
		TEST(test_fifty_at_a_time),
		TEST(test_connection_refused),
		TEST(test_name_not_found),
		TEST(test_what_cannot_start),
		TEST(test_broken_connections),
		TEST(test_nothing_is_sent_twice),
		TEST(test_kept_connection_that_the_server_closed),
		TEST(test_odd_servers),
		TEST(test_time_limits),
		TEST(test_idle_limit_counts_from_the_last_byte),
		TEST(test_connect_limit),
		TEST(test_cancel_in_callbacks),
		TEST(test_cancel_in_the_last_callback),
		TEST(test_cancel_from_outside),
		TEST(test_cancel_during_the_lookup),
		TEST(test_cancel_another_call),
		TEST(test_send_in_a_callback),
		TEST(test_free_cancels),
		TEST(test_idle_loop_sleeps),
		TEST(test_sockets_are_not_inherited),
		TEST(test_proxies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
