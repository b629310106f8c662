#include "net/server.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/connection.h"
#include "net/request_parser.h"

#define MAX_CLIENTS 256
#define PATIENCE_MS 30000
#define ACCEPT_PAUSE_S 0.2 /* when the process has no file descriptor left */

struct client {
	struct server *server;
	struct client *prev, *next;
	struct connection *connection;
	struct exchange *exchange; /* being answered; NULL when none */
};

struct server {
	struct loop *loop;
	int fd, port, patience_ms;
	char *name;
	ev_io acceptable;
	ev_timer pause;
	struct client *clients;
	size_t n_clients;
	server_fn *fn;
	void *ctx;
};

struct exchange {
	struct client *client; /* NULL when the client is gone */
	const struct request *request;
	bool is_kept_alive, is_http10, is_head, is_bodiless, has_started;
	void (*on_gone)(void *);
	void *gone_ctx;
};

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 402, "Payment Required" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 413, "Content Too Large" },
	{ 417, "Expectation Failed" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
	{ 529, "Overloaded" },
};

static const char *reason_of(int status)
{
	for (size_t i = 0; i < COUNT_OF(reasons); i++) {
		if (reasons[i].status == status) {
			return reasons[i].reason;
		}
	}
	return "Unknown";
}

static void add_date(struct buf *b, time_t now)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL) { /* not strftime: its names follow the locale */
		(void)buf_addf(b, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n", days + (ptrdiff_t)tm.tm_wday * 3, tm.tm_mday,
		    months + (ptrdiff_t)tm.tm_mon * 3, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	}
}

static void add_head(
    struct buf *b, const struct server *s, int status, const char *content_type, const char *extra_headers, bool is_kept_alive)
{
	(void)buf_addf(b, "HTTP/1.1 %d %s\r\n", status, reason_of(status));
	add_date(b, (time_t)ev_now(s->loop->ev));
	if (s->name != NULL) {
		(void)buf_addf(b, "Server: %s\r\n", s->name);
	}
	if (content_type != NULL) {
		(void)buf_addf(b, "Content-Type: %s\r\n", content_type);
	}
	(void)buf_addf(b, "Connection: %s\r\n", is_kept_alive ? "keep-alive" : "close");
	(void)buf_add_str(b, extra_headers != NULL ? extra_headers : "");
}

static void write_and_free(struct connection *c, struct buf *b)
{
	connection_write(c, buf_str(b), b->len);
	buf_free(b);
}

/* The answer is whole: x ends here, its connection goes on or not. */
static void end_exchange(struct exchange *x)
{
	struct client *client = x->client;
	bool is_kept_alive = x->is_kept_alive;

	free(x);
	client->exchange = NULL;
	if (is_kept_alive) {
		connection_next(client->connection);
	} else {
		connection_finish(client->connection);
	}
}

const char *exchange_header(const struct exchange *x, const char *name)
{
	return x->client != NULL ? request_field(x->request, name) : NULL;
}

void exchange_on_gone(struct exchange *x, void (*fn)(void *ctx), void *ctx)
{
	x->on_gone = fn;
	x->gone_ctx = ctx;
}

void exchange_reply(struct exchange *x, int status, const char *content_type, const char *extra_headers, const char *body, size_t len)
{
	struct buf b = { 0 };

	assert(!x->has_started);
	if (x->client == NULL) {
		free(x);
		return;
	}
	add_head(&b, x->client->server, status, content_type, extra_headers, x->is_kept_alive);
	if (status != 204 && status != 304) {
		(void)buf_addf(&b, "Content-Length: %zu\r\n", len);
	}
	(void)buf_add_str(&b, "\r\n");
	if (status != 204 && status != 304 && !x->is_head) {
		(void)buf_add(&b, body, len);
	}
	write_and_free(x->client->connection, &b);
	end_exchange(x);
}

void exchange_start(struct exchange *x, int status, const char *content_type, const char *extra_headers)
{
	struct buf b = { 0 };

	assert(!x->has_started);
	x->has_started = true;
	if (x->client == NULL) {
		return;
	}
	x->is_bodiless = x->is_head || status == 204 || status == 304;
	x->is_kept_alive = x->is_kept_alive && !x->is_http10; /* 1.0 knows no chunks: the body ends with the connection */
	add_head(&b, x->client->server, status, content_type, extra_headers, x->is_kept_alive);
	(void)buf_add_str(&b, x->is_http10 || status == 204 || status == 304 ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n");
	write_and_free(x->client->connection, &b);
}

void exchange_chunk(struct exchange *x, const char *bytes, size_t len)
{
	struct buf b = { 0 };

	assert(x->has_started);
	if (x->client == NULL || x->is_bodiless || len == 0) { /* an empty chunk would be the last one */
		return;
	}
	if (x->is_http10) {
		connection_write(x->client->connection, bytes, len);
		return;
	}
	(void)buf_addf(&b, "%zx\r\n", len);
	(void)buf_add(&b, bytes, len);
	(void)buf_add_str(&b, "\r\n");
	write_and_free(x->client->connection, &b);
}

void exchange_end(struct exchange *x)
{
	assert(x->has_started);
	if (x->client == NULL) {
		free(x);
		return;
	}
	if (!x->is_bodiless && !x->is_http10) {
		connection_write(x->client->connection, "0\r\n\r\n", 5);
	}
	end_exchange(x);
}

void exchange_break(struct exchange *x, bool is_reset)
{
	struct client *client = x->client;

	free(x);
	if (client == NULL) {
		return;
	}
	client->exchange = NULL;
	if (is_reset) {
		connection_reset(client->connection);
	} else {
		connection_finish(client->connection);
	}
}

static void on_request(void *ctx, const struct request *r)
{
	struct client *client = ctx;
	struct exchange *x = x_calloc(1, sizeof(*x));

	x->client = client;
	x->request = r;
	x->is_kept_alive = r->is_kept_alive;
	x->is_http10 = r->is_http10;
	x->is_head = strcmp(r->method, "HEAD") == 0;
	client->exchange = x;
	struct server_request given = { .method = r->method, .path = r->path, .query = r->query, .body = r->body, .body_len = r->body_len };

	client->server->fn(client->server->ctx, x, &given);
}

static void on_refusal(void *ctx, int status, const char *reason)
{
	struct client *client = ctx;
	struct buf b = { 0 };

	add_head(&b, client->server, status, "text/plain; charset=utf-8", NULL, false);
	(void)buf_addf(&b, "Content-Length: %zu\r\n\r\n%s\n", strlen(reason) + 1, reason);
	write_and_free(client->connection, &b);
	connection_finish(client->connection);
}

static void on_closed(void *ctx)
{
	struct client *client = ctx;
	struct server *s = client->server;
	struct exchange *x = client->exchange;

	if (client->prev != NULL) {
		client->prev->next = client->next;
	} else {
		s->clients = client->next;
	}
	if (client->next != NULL) {
		client->next->prev = client->prev;
	}
	free(client);
	if (s->n_clients-- == MAX_CLIENTS) {
		ev_io_start(s->loop->ev, &s->acceptable);
	}
	if (x != NULL) {
		x->client = NULL;
		if (x->on_gone != NULL) {
			x->on_gone(x->gone_ctx);
			free(x);
		}
	}
}

static const struct connection_handler handler = { .on_request = on_request, .on_refusal = on_refusal, .on_closed = on_closed };

static void on_acceptable(struct ev_loop *ev, ev_io *w, int events)
{
	struct server *s = w->data;
	int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			ev_io_stop(ev, w); /* the socket stays readable: without a pause this would spin */
			ev_timer_set(&s->pause, ACCEPT_PAUSE_S, 0.);
			ev_timer_start(ev, &s->pause);
		}
		return;
	}
	struct client *client = x_calloc(1, sizeof(*client));
	client->server = s;
	client->next = s->clients;
	if (s->clients != NULL) {
		s->clients->prev = client;
	}
	s->clients = client;
	client->connection = connection_new(s->loop, fd, s->patience_ms, &handler, client);
	if (++s->n_clients == MAX_CLIENTS) {
		ev_io_stop(ev, w); /* further ones wait in the kernel's queue */
	}
}

static void on_pause_over(struct ev_loop *ev, ev_timer *w, int events)
{
	struct server *s = w->data;

	(void)events;
	if (s->n_clients < MAX_CLIENTS) {
		ev_io_start(ev, &s->acceptable);
	}
}

static bool bind_and_listen(int fd, const struct addrinfo *a, const char *host, int port, struct err *e)
{
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0) {
		int why = errno;

		(void)err_set(e, ERR_NETWORK, "cannot listen on %s port %d: %s", host, port, strerror(why));
		return err_hint(e, "%s",
		    why == EADDRINUSE ? "another program uses this port; choose another one, or 0 for a free one"
		    : why == EACCES   ? "ports below 1024 need privileges; choose a higher one"
				      : "choose an address of this machine, such as 127.0.0.1");
	}
	return true;
}

static int port_of(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
		return 0;
	}
	return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port : ((struct sockaddr_in *)&a)->sin_port);
}

static int listening_socket(const char *host, int port, struct err *e)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM };
	struct addrinfo *a = NULL;
	char service[16];

	(void)snprintf(service, sizeof(service), "%d", port);
	if (port < 0 || port > 65535 || getaddrinfo(host, service, &hints, &a) != 0) {
		(void)err_set(e, ERR_USAGE, "\"%s\" port %d is not an address to listen on", host, port);
		(void)err_hint(e, "give an address such as 127.0.0.1 or ::1, and a port from 0 to 65535");
		return -1;
	}
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		(void)err_set(e, ERR_NETWORK, "cannot make a socket for %s: %s", host, strerror(errno));
	} else if (!bind_and_listen(fd, a, host, port, e)) {
		(void)close(fd);
		fd = -1;
	}
	freeaddrinfo(a);
	return fd;
}

struct server *server_new(struct loop *l, const char *host, int port, server_fn *fn, void *ctx, struct err *e)
{
	int fd = listening_socket(host, port, e);

	if (fd < 0) {
		return NULL;
	}
	struct server *s = x_calloc(1, sizeof(*s));
	s->loop = l;
	s->fd = fd;
	s->port = port_of(fd);
	s->patience_ms = PATIENCE_MS;
	s->fn = fn;
	s->ctx = ctx;
	ev_io_init(&s->acceptable, on_acceptable, fd, EV_READ);
	ev_timer_init(&s->pause, on_pause_over, 0., 0.);
	s->acceptable.data = s->pause.data = s;
	ev_io_start(l->ev, &s->acceptable);
	return s;
}

void server_free(struct server *s)
{
	if (s == NULL) {
		return;
	}
	while (s->clients != NULL) {
		connection_close(s->clients->connection);
	}
	ev_io_stop(s->loop->ev, &s->acceptable);
	ev_timer_stop(s->loop->ev, &s->pause);
	(void)close(s->fd);
	free(s->name);
	free(s);
}

int server_port(const struct server *s)
{
	return s->port;
}

void server_set_name(struct server *s, const char *name)
{
	free(s->name);
	s->name = x_strdup(name);
}

void server_set_patience(struct server *s, int ms)
{
	s->patience_ms = ms;
}
