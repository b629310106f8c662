#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "net/server.h"
#include "tests/net/nap.h"

struct fixture {
	struct loop *loop;
	struct server *server;
	struct exchange *held; /* by /hold */
	int requests, gone;
};

/* ---- the server's side: what happens is in the path ---- */

static void count_gone(void *ctx)
{
	struct fixture *f = ctx;

	f->gone++;
	f->held = NULL;
}

static void serve_echo(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	struct buf b = { 0 };

	(void)f;
	(void)buf_addf(&b, "%s %s?%s ", r->method, r->path, r->query);
	(void)buf_add(&b, r->body, r->body_len);
	exchange_reply(x, 200, "text/plain", "X-A: 1\r\nX-B: 2\r\n", buf_str(&b), b.len);
	buf_free(&b);
}

static void serve_chunks(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_start(x, 200, "text/event-stream", "X-A: 1\r\n");
	exchange_chunk(x, "hello ", 6);
	exchange_chunk(x, "", 0);
	exchange_chunk(x, "0123456789abcdef", 16);
	exchange_end(x);
}

static void serve_empty(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	(void)r;
	exchange_reply(x, 204, NULL, NULL, "", 0);
}

static void serve_hold(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	f->held = x;
	if (strcmp(r->query, "quiet") != 0) {
		exchange_on_gone(x, count_gone, f);
	}
}

static void serve_break(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	(void)f;
	exchange_start(x, 200, NULL, NULL);
	exchange_chunk(x, "abc", 3);
	exchange_break(x, strcmp(r->query, "reset") == 0);
}

#define BIG ((size_t)32 << 20)

static void serve_big(struct fixture *f, struct exchange *x, const struct server_request *r)
{
	char *s = x_malloc(BIG);

	(void)f;
	(void)r;
	for (size_t i = 0; i < BIG; i++) {
		s[i] = (char)('a' + i % 23);
	}
	exchange_reply(x, 200, NULL, NULL, s, BIG);
	free(s);
}

static const struct {
	const char *path;
	void (*serve)(struct fixture *f, struct exchange *x, const struct server_request *r);
} paths[] = {
	{ "/chunks", serve_chunks },
	{ "/empty", serve_empty },
	{ "/hold", serve_hold },
	{ "/break", serve_break },
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
	serve_echo(f, x, r);
}

static int setup(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));
	struct err e;

	f->loop = loop_new();
	f->server = server_new(f->loop, "127.0.0.1", 0, serve, f, &e);
	*state = f;
	return f->server != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	server_free(f->server);
	loop_free(f->loop);
	free(f);
	return 0;
}

#define PATIENCE_MS 60000 /* of the client: a server that says nothing for so long has forgotten it */

/* ---- the client's side: a blocking one on a thread ---- */

struct client {
	int port;
	const char *bytes;
	size_t len;      /* 0: strlen */
	size_t step;     /* bytes a send; 0: all at once */
	int pause_ms;    /* between sends */
	bool is_patient; /* between sends waits for something to come */
	int wait_ms;     /* before reading */
	bool is_ending;  /* ends its side after sending, then reads */
	bool is_closing; /* closes after sending, without reading */
	struct buf answer;
	int error; /* errno of the last recv; 0: the server closed properly; EAGAIN: it said nothing */
	bool is_over;
};

static void sleep_ms(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	(void)nanosleep(&t, NULL);
}

static int connect_to(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* small pieces leave as they are */
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static void client_read(struct client *c, int fd)
{
	static _Thread_local char bytes[65536];
	ssize_t n;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, PATIENCE_MS) == 0) {
			c->error = EAGAIN;
			return;
		}
		n = recv(fd, bytes, sizeof(bytes), 0);
		if (n <= 0) {
			c->error = n < 0 ? errno : 0;
			return;
		}
		(void)buf_add(&c->answer, bytes, (size_t)n);
	}
}

static void client_work(void *arg)
{
	struct client *c = arg;
	size_t len = c->len > 0 ? c->len : strlen(c->bytes), step = c->step > 0 ? c->step : len;
	int fd = connect_to(c->port);

	for (size_t at = 0; at < len; at += step) {
		if (send(fd, c->bytes + at, len - at < step ? len - at : step, MSG_NOSIGNAL) < 0) {
			break;
		}
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (c->is_patient && at + step < len) {
			(void)poll(&p, 1, PATIENCE_MS);
		}
		sleep_ms(c->pause_ms);
	}
	if (c->is_ending) {
		(void)shutdown(fd, SHUT_WR);
	}
	if (!c->is_closing) {
		sleep_ms(c->wait_ms);
		client_read(c, fd);
	}
	(void)close(fd);
}

static void client_done(void *arg)
{
	((struct client *)arg)->is_over = true;
}

static void start(struct fixture *f, struct client *c)
{
	c->port = server_port(f->server);
	job_submit(f->loop->jobs, client_work, client_done, c);
}

static void talk(struct fixture *f, struct client *c)
{
	start(f, c);
	loop_run_until(f->loop, &c->is_over);
}

static void wait_held(struct fixture *f)
{
	while (f->held == NULL) {
		nap(f->loop, 0.002);
	}
}

/* The Date header makes answers differ: takes it out. */
static void drop_date(struct buf *b)
{
	char *date;

	while (b->s != NULL && (date = strstr(b->s, "Date: ")) != NULL) {
		size_t at = (size_t)(date - b->s), n = strcspn(date, "\n") + 1;

		assert_int_equal(n, strlen("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
		memmove(date, date + n, b->len - at - n + 1);
		b->len -= n;
	}
}

#define KEPT "Connection: keep-alive\r\n"
#define CLOSED "Connection: close\r\n"
#define ECHO(body, len) "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" KEPT "X-A: 1\r\nX-B: 2\r\nContent-Length: " len "\r\n\r\n" body
#define REFUSAL(line, len, text)                                                                                                           \
	"HTTP/1.1 " line "\r\nContent-Type: text/plain; charset=utf-8\r\n" CLOSED "Content-Length: " len "\r\n\r\n" text "\n"

#define STAYS_OPEN (-1) /* the server waits for another request, until the client ends its side */

static const struct {
	const char *name, *bytes, *answer;
	int error;
} talks[] = {
	{ "get", "GET /a%20b?c=d HTTP/1.1\r\nHost: h\r\n\r\n", ECHO("GET /a b?c=d ", "13"), STAYS_OPEN },
	{ "post", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", ECHO("POST /? abc", "11"), STAYS_OPEN },
	{ "chunked request", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
	    ECHO("POST /? abc", "11"), STAYS_OPEN },
	{ "two at once", "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
	    ECHO("GET /1? ", "8") ECHO("GET /2? ", "8"), STAYS_OPEN },
	{ "two, the first in chunks", "GET /chunks HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" KEPT "X-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "6\r\nhello \r\n10\r\n0123456789abcdef\r\n0\r\n\r\n" ECHO("GET /2? ", "8"),
	    STAYS_OPEN },
	{ "close", "GET /chunks HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" CLOSED "X-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "6\r\nhello \r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
	    0 },
	{ "HEAD", "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n", ECHO("", "9") ECHO("GET /2? ", "8"),
	    STAYS_OPEN },
	{ "HEAD of chunks", "HEAD /chunks HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" KEPT
	    "X-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n" ECHO("GET /2? ", "8"),
	    STAYS_OPEN },
	{ "no content", "GET /empty HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 204 No Content\r\n" KEPT "\r\n", STAYS_OPEN },
	{ "HTTP/1.0 knows no chunks", "GET /chunks HTTP/1.0\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" CLOSED "X-A: 1\r\n\r\nhello 0123456789abcdef", 0 },
	{ "early end", "GET /break HTTP/1.1\r\nHost: h\r\n\r\n",
	    "HTTP/1.1 200 OK\r\n" KEPT "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 0 },
	{ "reset", "GET /break?reset HTTP/1.1\r\nHost: h\r\n\r\n",
	    "HTTP/1.1 200 OK\r\n" KEPT "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", ECONNRESET },
	{ "nonsense", "hello\r\n\r\n", REFUSAL("400 Bad Request", "49", "the request line is not \"METHOD target HTTP/1.1\""), 0 },
	{ "nonsense after a request", "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nhello\r\nGET / HTTP/1.1\r\n",
	    ECHO("GET /1? ", "8") REFUSAL("400 Bad Request", "49", "the request line is not \"METHOD target HTTP/1.1\""), 0 },
	{ "too long", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 67108865\r\n\r\nabc",
	    REFUSAL("413 Content Too Large", "21", "the body is too long"), 0 },
	{ "too long to be asked for", "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 67108865\r\n\r\n",
	    REFUSAL("413 Content Too Large", "21", "the body is too long"), 0 },
	{ "other version", "GET / HTTP/3.0\r\n\r\n",
	    REFUSAL("505 HTTP Version Not Supported", "43", "only HTTP/1.0 and HTTP/1.1 are spoken here"), 0 },
};

static void test_talks(void **state)
{
	static const size_t steps[] = { 0, 1, 7 };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(talks); i++) {
		for (size_t j = 0; j < COUNT_OF(steps); j++) {
			bool stays_open = talks[i].error == STAYS_OPEN;
			struct client c = { .bytes = talks[i].bytes, .step = steps[j], .is_ending = stays_open };

			talk(f, &c);
			drop_date(&c.answer);
			if (strcmp(buf_str(&c.answer), talks[i].answer) != 0 || c.error != (stays_open ? 0 : talks[i].error)) {
				fail_msg("%s, %zu bytes at a time: error %d, expected %d\n%s\nexpected\n%s", talks[i].name, steps[j],
				    c.error, talks[i].error, buf_str(&c.answer), talks[i].answer);
			}
			buf_free(&c.answer);
		}
	}
}

static void test_long_headers(void **state)
{
	struct buf b = { 0 };

	(void)buf_add_str(&b, "GET / HTTP/1.1\r\nHost: h\r\nA: ");
	while (b.len < 70000) {
		(void)buf_add_char(&b, 'x');
	}
	(void)buf_add_str(&b, "\r\n\r\n");
	struct client c = { .bytes = b.s };

	talk(*state, &c);
	assert_memory_equal(buf_str(&c.answer), "HTTP/1.1 431 ", 13);
	assert_int_equal(c.error, 0);
	buf_free(&b);
	buf_free(&c.answer);
}

static void test_refusal_arrives_though_the_body_is_unread(void **state)
{
	size_t len = 4 << 20;
	char *s = x_calloc(1, len);
	static const char head[] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n";

	memset(s, 'x', len);
	memcpy(s, head, sizeof(head) - 1);
	struct client c = { .bytes = s, .len = len };

	talk(*state, &c);
	assert_memory_equal(buf_str(&c.answer), "HTTP/1.1 413 ", 13);
	assert_int_equal(c.error, 0); /* not ECONNRESET, which could have eaten the answer */
	free(s);
	buf_free(&c.answer);
}

static void test_large_body(void **state)
{
	struct buf b = { 0 };

	(void)buf_addf(&b, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", 3 << 20);
	size_t head = b.len;
	while (b.len < head + (3 << 20)) {
		(void)buf_add_char(&b, 'y');
	}
	struct client c = { .bytes = b.s, .is_ending = true };

	talk(*state, &c);
	assert_true(c.answer.len > (3 << 20));
	assert_string_equal(strstr(c.answer.s, "POST /? ") + 8, b.s + head);
	buf_free(&b);
	buf_free(&c.answer);
}

static void test_continue(void **state)
{
	/* The client sends the head, then waits; the step ends where the body starts. */
	static const char head[] = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
	char *bytes = x_asprintf("%sab", head);
	struct client c = { .bytes = bytes, .step = sizeof(head) - 1, .is_patient = true, .is_ending = true };

	talk(*state, &c);
	drop_date(&c.answer);
	assert_string_equal(buf_str(&c.answer), "HTTP/1.1 100 Continue\r\n\r\n" ECHO("POST /? ab", "10"));
	free(bytes);
	buf_free(&c.answer);
}

static void test_name(void **state)
{
	struct fixture *f = *state;
	static const char *const requests[] = { "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "nonsense\r\n\r\n" };

	server_set_name(f->server, "sonde-simulator");
	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		struct client c = { .bytes = requests[i] };

		talk(f, &c);
		assert_non_null(strstr(buf_str(&c.answer), "\r\nServer: sonde-simulator\r\n"));
		buf_free(&c.answer);
	}
	server_set_name(f->server, NULL);
	struct client c = { .bytes = requests[0] };

	talk(f, &c);
	assert_null(strstr(buf_str(&c.answer), "Server:"));
	buf_free(&c.answer);
}

static void test_slow_client_reads_all(void **state)
{
	struct client c = { .bytes = "GET /big HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", .wait_ms = 100 };

	talk(*state, &c);
	const char *body = strstr(buf_str(&c.answer), "\r\n\r\n") + 4;

	assert_int_equal(c.error, 0);
	assert_int_equal(c.answer.len - (size_t)(body - c.answer.s), BIG);
	for (size_t i = 0; i < BIG; i++) {
		if (body[i] != (char)('a' + i % 23)) {
			fail_msg("byte %zu is wrong", i);
		}
	}
	buf_free(&c.answer);
}

static void test_patience(void **state)
{
	static const struct {
		const char *name, *bytes, *answer;
		size_t step;
		int pause_ms, wait_ms;
	} cases[] = {
		{ "says nothing", "", "", 0, 0, 0 },
		{ "stops in the head", "GET / HTTP/1.1\r\nHo", "HTTP/1.1 408 ", 0, 0, 0 },
		{ "trickles the head", "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nB: c\r\nC: d\r\n\r\n", "HTTP/1.1 408 ", 2, 40, 0 },
		{ "stops in the body", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab", "HTTP/1.1 408 ", 0, 0, 0 },
		{ "trickles the body", "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 20\r\n\r\n01234567890123456789",
		    "HTTP/1.1 200 ", 72, 0, 0 },
		{ "asks once, then nothing", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200 ", 0, 0, 0 },
	};
	struct fixture *f = *state;

	server_set_patience(f->server, 600);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct client c = { .bytes = cases[i].bytes, .step = cases[i].step, .pause_ms = cases[i].pause_ms };

		talk(f, &c);
		if (strncmp(buf_str(&c.answer), cases[i].answer, strlen(cases[i].answer)) != 0 || c.error != 0 ||
		    (cases[i].answer[0] == '\0') != (c.answer.len == 0)) {
			fail_msg("%s: error %d, %s", cases[i].name, c.error, buf_str(&c.answer));
		}
		buf_free(&c.answer);
	}
}

static void test_a_body_may_take_its_time(void **state)
{
	struct fixture *f = *state;
	struct client c = { .bytes = "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 300\r\n\r\n"
				     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
				     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
				     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
		.step = 90,
		.pause_ms = 80 };
	bool is_taken = false;

	/* Four gaps of 80 ms: longer than that altogether, but never silent for it, unless the machine is busy: hence several tries. */
	server_set_patience(f->server, 150);
	for (int i = 0; i < 20 && !is_taken; i++) {
		c.is_over = false;
		talk(f, &c);
		is_taken = strncmp(buf_str(&c.answer), "HTTP/1.1 200 ", 13) == 0;
		buf_free(&c.answer);
	}
	assert_true(is_taken);
}

static void test_client_that_does_not_read(void **state)
{
	struct fixture *f = *state;
	struct client c = { .bytes = "GET /big HTTP/1.1\r\nHost: h\r\n\r\n", .wait_ms = 600 };

	bool is_cut = false;

	server_set_patience(f->server, 150);
	for (int i = 0; i < 20 && !is_cut; i++) { /* a busy machine may leave the server less time than the client waits */
		c.is_over = false;
		talk(f, &c);
		is_cut = c.answer.len > 0 && c.answer.len < BIG;
		buf_free(&c.answer);
	}
	assert_true(is_cut);
}

static void test_client_goes_away(void **state)
{
	struct fixture *f = *state;
	struct client told = { .bytes = "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n", .pause_ms = 20, .is_closing = true };
	struct client untold = { .bytes = "GET /hold?quiet HTTP/1.1\r\nHost: h\r\nX-A: b\r\n\r\n", .pause_ms = 20, .is_closing = true };

	talk(f, &told);
	run_for(f->loop, 0.02);
	assert_int_equal(f->gone, 1);
	assert_null(f->held);

	talk(f, &untold);
	run_for(f->loop, 0.02);
	assert_int_equal(f->gone, 1);
	assert_null(exchange_header(f->held, "X-A"));
	exchange_start(f->held, 200, NULL, NULL); /* into the void */
	exchange_chunk(f->held, "abc", 3);
	exchange_end(f->held);
}

static void test_late_answers(void **state)
{
	struct fixture *f = *state;
	struct client c = { .bytes =
				"GET /hold HTTP/1.1\r\nHost: h\r\nX-A: b\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" };

	start(f, &c);
	wait_held(f);
	run_for(f->loop, 0.05);
	assert_int_equal(f->requests, 1); /* the second one waits for its turn */
	assert_string_equal(exchange_header(f->held, "x-a"), "b");
	exchange_start(f->held, 200, NULL, NULL);
	run_for(f->loop, 0.01);
	exchange_chunk(f->held, "abc", 3);
	exchange_end(f->held);
	loop_run_until(f->loop, &c.is_over);
	assert_int_equal(f->requests, 2);
	assert_int_equal(f->gone, 0);
	assert_non_null(strstr(buf_str(&c.answer), "\r\n\r\n3\r\nabc\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"));
	buf_free(&c.answer);
}

static void test_writing_to_a_client_that_left(void **state)
{
	struct fixture *f = *state;
	struct client c = { .bytes = "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n", .pause_ms = 20, .is_closing = true };
	static char bytes[1 << 20];

	start(f, &c);
	wait_held(f);
	exchange_start(f->held, 200, NULL, NULL);
	sleep_ms(60); /* it leaves, and the loop does not see it yet */
	for (int i = 0; i < 4; i++) {
		exchange_chunk(f->held, bytes, sizeof(bytes));
		assert_int_equal(f->gone, 0); /* never from inside */
		sleep_ms(2);
	}
	loop_run_until(f->loop, &c.is_over);
	run_for(f->loop, 0.02);
	assert_int_equal(f->gone, 1);
}

static void test_free_tells_what_is_open(void **state)
{
	struct fixture *f = *state;
	struct client c = { .bytes = "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n" };

	start(f, &c);
	wait_held(f);
	server_free(f->server);
	f->server = NULL;
	assert_int_equal(f->gone, 1);
	loop_run_until(f->loop, &c.is_over);
	assert_int_equal(c.answer.len, 0);
}

static void test_more_clients_than_places(void **state)
{
	struct fixture *f = *state;
	int fds[256];
	struct client c = { .bytes = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" };

	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		fds[i] = connect_to(server_port(f->server));
		assert_true(fds[i] >= 0);
	}
	run_for(f->loop, 0.05);
	start(f, &c);
	run_for(f->loop, 0.1);
	assert_int_equal(f->requests, 0); /* no place: it waits */
	(void)close(fds[17]);
	loop_run_until(f->loop, &c.is_over);
	assert_int_equal(f->requests, 1);
	assert_memory_equal(buf_str(&c.answer), "HTTP/1.1 200 ", 13);
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		if (i != 17) {
			(void)close(fds[i]);
		}
	}
	buf_free(&c.answer);
}

static void test_where_to_listen(void **state)
{
	struct fixture *f = *state;
	struct err e = { 0 };
	const struct {
		const char *host;
		int port;
		enum err_code code;
		const char *text;
	} cases[] = {
		{ "localhost", 0, ERR_USAGE, "\"localhost\" port 0 is not an address to listen on" },
		{ "", 0, ERR_USAGE, "is not an address" },
		{ "127.0.0.1", 70000, ERR_USAGE, "port 70000 is not an address" },
		{ "127.0.0.1", -1, ERR_USAGE, "is not an address" },
		{ "127.0.0.1", server_port(f->server), ERR_NETWORK, "cannot listen on 127.0.0.1 port" },
		{ "192.0.2.1", 0, ERR_NETWORK, "cannot listen on 192.0.2.1 port 0" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct server *s = server_new(f->loop, cases[i].host, cases[i].port, serve, f, &e);

		assert_null(s);
		assert_int_equal(e.code, cases[i].code);
		assert_non_null(strstr(e.text, cases[i].text));
		assert_string_not_equal(e.hint, "");
	}
	struct server *s = server_new(f->loop, "::1", 0, serve, f, &e);
	if (s != NULL) { /* a machine may lack IPv6 */
		assert_true(server_port(s) > 0);
	}
	server_free(s);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_talks),
		TEST(test_long_headers),
		TEST(test_refusal_arrives_though_the_body_is_unread),
		TEST(test_large_body),
		TEST(test_continue),
		TEST(test_name),
		TEST(test_slow_client_reads_all),
		TEST(test_patience),
		TEST(test_a_body_may_take_its_time),
		TEST(test_client_that_does_not_read),
		TEST(test_client_goes_away),
		TEST(test_late_answers),
		TEST(test_writing_to_a_client_that_left),
		TEST(test_free_tells_what_is_open),
		TEST(test_more_clients_than_places),
		TEST(test_where_to_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
