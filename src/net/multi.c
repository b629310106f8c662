#include "net/multi.h"

#include <stdlib.h>

#include "base/mem.h"

struct watch {
	ev_io io;
	struct multi *multi;
	struct watch *prev, *next;
};

struct multi {
	const struct curl *curl;
	struct loop *loop;
	CURLM *handle;
	ev_timer timer;
	struct watch *watches;
	const struct multi_handler *handler;
	void *ctx;
	int depth;
};

static void report(struct multi *m)
{
	CURLMsg *msg;
	int left;

	m->handler->on_returned(m->ctx);
	while ((msg = m->curl->multi_info_read(m->handle, &left)) != NULL) {
		if (msg->msg == CURLMSG_DONE) {
			m->handler->on_over(m->ctx, msg->easy_handle, msg->data.result);
		}
	}
}

static void act(struct multi *m, curl_socket_t fd, int what)
{
	int running;

	m->depth++;
	(void)m->curl->multi_socket_action(m->handle, fd, what, &running);
	m->depth--;
	report(m);
}

static void on_socket_event(struct ev_loop *ev, ev_io *w, int events)
{
	struct watch *watch = (struct watch *)w;
	int what = ((events & EV_READ) != 0 ? CURL_CSELECT_IN : 0) | ((events & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);

	(void)ev;
	act(watch->multi, w->fd, what); /* watch may be gone afterwards */
}

static void on_timer(struct ev_loop *ev, ev_timer *w, int events)
{
	(void)ev;
	(void)events;
	act(w->data, CURL_SOCKET_TIMEOUT, 0);
}

static void watch_free(struct watch *w)
{
	struct multi *m = w->multi;

	ev_io_stop(m->loop->ev, &w->io);
	if (w->prev != NULL) {
		w->prev->next = w->next;
	} else {
		m->watches = w->next;
	}
	if (w->next != NULL) {
		w->next->prev = w->prev;
	}
	free(w);
}

static struct watch *watch_new(struct multi *m, curl_socket_t fd)
{
	struct watch *w = x_calloc(1, sizeof(*w));

	w->multi = m;
	w->next = m->watches;
	if (m->watches != NULL) {
		m->watches->prev = w;
	}
	m->watches = w;
	ev_io_init(&w->io, on_socket_event, fd, EV_READ);
	(void)m->curl->multi_assign(m->handle, fd, w);
	return w;
}

static int on_socket_wish(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct multi *m = arg;
	struct watch *w = known;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w != NULL) {
			watch_free(w);
		}
		return 0;
	}
	if (w == NULL) {
		w = watch_new(m, fd);
	}
	ev_io_stop(m->loop->ev, &w->io);
	ev_io_set(&w->io, fd, ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) | ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));
	ev_io_start(m->loop->ev, &w->io);
	return 0;
}

static int on_timer_wish(CURLM *handle, long ms, void *arg)
{
	struct multi *m = arg;

	(void)handle;
	ev_timer_stop(m->loop->ev, &m->timer);
	if (ms >= 0) {
		ev_timer_set(&m->timer, (double)ms / 1000.0, 0.);
		ev_timer_start(m->loop->ev, &m->timer);
	}
	return 0;
}

struct multi *multi_new(const struct curl *curl, struct loop *l, const struct multi_handler *handler, void *ctx)
{
	CURLM *handle = curl->multi_init();

	if (handle == NULL) {
		return NULL;
	}
	struct multi *m = x_calloc(1, sizeof(*m));
	m->curl = curl;
	m->loop = l;
	m->handle = handle;
	m->handler = handler;
	m->ctx = ctx;
	ev_timer_init(&m->timer, on_timer, 0., 0.);
	m->timer.data = m;
	(void)curl->multi_setopt(handle, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
	(void)curl->multi_setopt(handle, CURLMOPT_SOCKETDATA, m);
	(void)curl->multi_setopt(handle, CURLMOPT_TIMERFUNCTION, on_timer_wish);
	(void)curl->multi_setopt(handle, CURLMOPT_TIMERDATA, m);
	return m;
}

void multi_free(struct multi *m)
{
	if (m == NULL) {
		return;
	}
	(void)m->curl->multi_cleanup(m->handle);
	while (m->watches != NULL) {
		watch_free(m->watches);
	}
	ev_timer_stop(m->loop->ev, &m->timer);
	free(m);
}

bool multi_is_inside(const struct multi *m)
{
	return m->depth > 0;
}

bool multi_add(struct multi *m, CURL *easy, struct err *e)
{
	CURLMcode code;

	ev_now_update(m->loop->ev); /* libcurl counts its deadlines from now, not from when the loop last woke */
	code = m->curl->multi_add_handle(m->handle, easy);
	return code == CURLM_OK || err_set(e, ERR_INTERNAL, "libcurl does not take the request: %s", m->curl->multi_strerror(code));
}

void multi_remove(struct multi *m, CURL *easy)
{
	(void)m->curl->multi_remove_handle(m->handle, easy);
}
