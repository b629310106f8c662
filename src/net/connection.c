#include "net/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define MAX_HEAD ((size_t)64 << 10)
#define MAX_BODY ((size_t)64 << 20)
#define MAX_UNSENT ((size_t)256 << 20)
#define MAX_AHEAD ((size_t)64 << 10) /* read this far ahead while an answer is being made */
#define READ_SIZE ((size_t)64 << 10)
#define DRAIN_S 2.0 /* after our FIN: how long the client may take to close */

enum phase {
	PHASE_READING,
	PHASE_ANSWERING,
	PHASE_FINISHING, /* the last answer is being sent */
	PHASE_DRAINING,  /* FIN is sent; input is dropped, for closing with input unread would send RST and may undo the answer */
};

struct connection {
	struct loop *loop;
	const struct connection_handler *handler;
	void *ctx;
	int fd;
	ev_io readable, writable;
	ev_timer patience;
	double patience_s;
	enum phase phase;
	bool is_broken; /* to be closed from the loop */
	bool is_pumping;
	struct request_parser *parser;
	struct buf in;
	struct buf out;
	size_t out_sent; /* bytes of out that are gone already */
};

static bool is_unsent(const struct connection *c)
{
	return c->out_sent < c->out.len;
}

/* The one timer guards, in this order: a client that does not read, one that does not close, one that does not ask.
 * The server may take as long as it likes. */
static void arm(struct connection *c)
{
	if (!is_unsent(c) && c->phase == PHASE_ANSWERING) {
		ev_timer_stop(c->loop->ev, &c->patience);
		return;
	}
	c->patience.repeat = c->phase == PHASE_DRAINING ? DRAIN_S : c->patience_s;
	ev_timer_again(c->loop->ev, &c->patience);
}

/* Has on_readable run from the loop, where closing is safe. */
static void call_soon(struct connection *c)
{
	ev_feed_event(c->loop->ev, &c->readable, EV_CUSTOM);
}

static void break_off(struct connection *c)
{
	c->is_broken = true;
	call_soon(c);
}

void connection_close(struct connection *c)
{
	ev_io_stop(c->loop->ev, &c->readable);
	ev_io_stop(c->loop->ev, &c->writable);
	ev_timer_stop(c->loop->ev, &c->patience);
	(void)close(c->fd);
	c->handler->on_closed(c->ctx);
	request_parser_free(c->parser);
	buf_free(&c->in);
	buf_free(&c->out);
	free(c);
}

static void end_stream(struct connection *c)
{
	if (shutdown(c->fd, SHUT_WR) != 0) {
		break_off(c);
		return;
	}
	c->phase = PHASE_DRAINING;
	ev_io_start(c->loop->ev, &c->readable);
	arm(c);
}

static void flush(struct connection *c)
{
	bool was_unsent = is_unsent(c);

	while (is_unsent(c) && !c->is_broken) {
		ssize_t n = send(c->fd, c->out.s + c->out_sent, c->out.len - c->out_sent, MSG_NOSIGNAL);

		if (n >= 0) {
			c->out_sent += (size_t)n;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			ev_io_start(c->loop->ev, &c->writable);
			arm(c);
			return;
		} else if (errno != EINTR) {
			break_off(c);
		}
	}
	if (c->is_broken) {
		return;
	}
	buf_clear(&c->out);
	c->out_sent = 0;
	ev_io_stop(c->loop->ev, &c->writable);
	if (c->phase == PHASE_FINISHING) {
		end_stream(c);
	} else if (was_unsent) {
		arm(c);
	}
}

/* Gives the bytes read to the parser, as far as a request may be read now. */
static void pump(struct connection *c)
{
	size_t used = 0;

	c->is_pumping = true;
	while (c->phase == PHASE_READING && used < c->in.len) {
		used += request_parser_feed(c->parser, c->in.s + used, c->in.len - used);
		const struct request *r = request_parser_request(c->parser);

		if (request_parser_take_continue(c->parser)) {
			static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

			connection_write(c, go_on, sizeof(go_on) - 1);
		}
		switch (request_parser_state(c->parser)) {
		case REQUEST_WHOLE:
			c->phase = PHASE_ANSWERING;
			arm(c);
			c->handler->on_request(c->ctx, r);
			break;
		case REQUEST_BAD:
			c->phase = PHASE_ANSWERING;
			c->handler->on_refusal(c->ctx, r->refusal, r->reason);
			break;
		case REQUEST_OPEN:
			if (request_parser_is_in_body(c->parser)) { /* a body may be long; a head may not */
				arm(c);
			}
			break;
		}
	}
	c->is_pumping = false;
	buf_drop(&c->in, used);
}

static void at_end_of_input(struct connection *c)
{
	if (c->phase == PHASE_FINISHING || (c->phase == PHASE_READING && is_unsent(c))) {
		/* The client has said all it wanted; it still gets what it asked for. */
		ev_io_stop(c->loop->ev, &c->readable);
		c->phase = PHASE_FINISHING;
		return;
	}
	connection_close(c);
}

static void on_readable(struct ev_loop *ev, ev_io *w, int events)
{
	struct connection *c = w->data;
	char bytes[READ_SIZE];

	if (c->is_broken) {
		connection_close(c);
		return;
	}
	if ((events & EV_READ) != 0) {
		ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

		if (n == 0) {
			at_end_of_input(c);
			return;
		}
		if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
			connection_close(c);
			return;
		}
		if (n > 0 && c->phase < PHASE_FINISHING) {
			(void)buf_add(&c->in, bytes, (size_t)n);
		}
	}
	pump(c);
	if (c->phase == PHASE_ANSWERING && c->in.len >= MAX_AHEAD && !c->is_broken) { /* stopping would undo call_soon */
		ev_io_stop(ev, w);
	}
}

static void on_writable(struct ev_loop *ev, ev_io *w, int events)
{
	(void)ev;
	(void)events;
	flush(w->data);
}

static void on_patience(struct ev_loop *ev, ev_timer *w, int events)
{
	struct connection *c = w->data;

	(void)events;
	ev_timer_stop(ev, w);
	if (c->phase == PHASE_READING && !is_unsent(c) && request_parser_has_begun(c->parser)) {
		c->phase = PHASE_ANSWERING;
		c->handler->on_refusal(c->ctx, 408, "the request took too long to arrive");
		return;
	}
	connection_close(c);
}

struct connection *connection_new(struct loop *l, int fd, int patience_ms, const struct connection_handler *handler, void *ctx)
{
	struct connection *c = x_calloc(1, sizeof(*c));
	int on = 1;

	c->loop = l;
	c->fd = fd;
	c->handler = handler;
	c->ctx = ctx;
	c->patience_s = patience_ms / 1000.0;
	c->parser = request_parser_new(MAX_HEAD, MAX_BODY);
	buf_init(&c->out, MAX_UNSENT);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* a chunk goes out when it is written */
	ev_io_init(&c->readable, on_readable, fd, EV_READ);
	ev_io_init(&c->writable, on_writable, fd, EV_WRITE);
	ev_timer_init(&c->patience, on_patience, 0., 0.);
	c->readable.data = c->writable.data = c->patience.data = c;
	ev_io_start(l->ev, &c->readable);
	arm(c);
	return c;
}

void connection_write(struct connection *c, const char *bytes, size_t len)
{
	if (c->is_broken) {
		return;
	}
	if (c->out_sent > c->out.len / 2) { /* amortised: each byte is moved at most once for each byte sent */
		buf_drop(&c->out, c->out_sent);
		c->out_sent = 0;
	}
	if (!buf_add(&c->out, bytes, len)) {
		break_off(c);
		return;
	}
	flush(c);
}

void connection_next(struct connection *c)
{
	if (c->phase != PHASE_ANSWERING || c->is_broken) {
		return;
	}
	c->phase = PHASE_READING;
	request_parser_reset(c->parser);
	ev_io_start(c->loop->ev, &c->readable);
	arm(c);
	if (!c->is_pumping && c->in.len > 0) {
		call_soon(c);
	}
}

void connection_finish(struct connection *c)
{
	if (c->is_broken) {
		return;
	}
	c->phase = PHASE_FINISHING;
	flush(c);
}

void connection_reset(struct connection *c)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	break_off(c);
}
