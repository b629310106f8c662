/* One struct http_call for each request. libcurl forbids handles to be added and removed from inside its callbacks, but callers live there
 * (on_reply, on_data): what they ask for is marked (is_waiting, is_cancelled) and done when libcurl has returned.
 *
 * libcurl would send a request again by itself when a kept connection breaks before a byte of the answer came. A request to a model
 * may have been carried out and billed by then, so it must not happen unseen: the second time a request is about to go out,
 * on_connected refuses, and whoever retries (gateway/call.h) does it with a record of both. Connections that a server has closed in
 * peace are found dead by libcurl before they are used again, and cost nothing.
 *
 * Time limits are one timer a call. It is armed when the call starts and when its first body byte comes, not at every byte: when it fires
 * too early, for bytes came in between, it is armed for the rest. */
#include "net/http.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/curl.h"
#include "net/http_error.h"
#include "net/http_reply.h"
#include "net/multi.h"

#define LIBRARY "libcurl.so.4"
#define KEEPALIVE_IDLE_S 30L
#define KEEPALIVE_INTERVAL_S 15L

struct http {
	struct loop *loop;
	struct curl curl;
	bool is_loaded;
	struct multi *multi;
	struct http_call *calls;
	bool has_deferred; /* a call is waiting or cancelled */
};

struct http_call {
	struct http *http;
	struct http_call *prev, *next;
	struct http_handler handler;
	void *ctx;
	CURL *easy;
	struct curl_slist *headers;
	ev_timer timer;
	int connect_ms, first_byte_ms, idle_ms;
	int64_t start_us, last_byte_us;
	bool is_added, is_waiting, is_cancelled, is_over;
	bool is_connected, is_replied;
	char *place; /* host:port */
	bool has_proxy;
	struct http_result result;
	char words[CURL_ERROR_SIZE];
};

/* The time limit that runs out next, and the sentence for it: before, place, after, seconds, end. */
struct limit {
	int ms; /* 0: no limit */
	int64_t at_us;
	const struct limit_sentence {
		const char *before, *after, *end, *hint;
	} * sentence;
};

static const struct limit_sentence no_connection = { "no connection to ", " within ", "",
	"check the network, and scheme, host and port of the base URL; a firewall may be in the way" };
static const struct limit_sentence no_answer = { "", " did not answer within ", "",
	"raise timeout_s of the provider, or check whether it is overloaded" };
static const struct limit_sentence headers_only = { "", " sent headers but no answer within ", "",
	"raise timeout_s of the provider, or check whether it is overloaded" };
static const struct limit_sentence silence = { "", " sent nothing for ", " in the middle of its answer",
	"try again; the provider may be overloaded" };

static void limit_lower(struct limit *l, int64_t from_us, int ms, const struct limit_sentence *sentence)
{
	int64_t at = from_us + ms * US_PER_MS;

	if (ms > 0 && (l->ms == 0 || at < l->at_us)) {
		*l = (struct limit){ .ms = ms, .at_us = at, .sentence = sentence };
	}
}

static struct limit call_limit(const struct http_call *c)
{
	struct limit l = { .ms = 0 };

	if (c->result.body_started) {
		limit_lower(&l, c->last_byte_us, c->idle_ms, &silence);
		return l;
	}
	limit_lower(&l, c->start_us, c->first_byte_ms, c->is_replied ? &headers_only : &no_answer);
	if (!c->is_connected) {
		limit_lower(&l, c->start_us, c->connect_ms, &no_connection);
	}
	return l;
}

static void arm(struct http_call *c)
{
	struct limit l = call_limit(c);
	int64_t left_us = l.at_us - clock_mono_us();

	ev_timer_stop(c->http->loop->ev, &c->timer);
	if (l.ms > 0) {
		ev_timer_set(&c->timer, left_us > 0 ? (double)left_us / (double)US_PER_S : 0., 0.);
		ev_timer_start(c->http->loop->ev, &c->timer);
	}
}

static int64_t info_us(const struct http_call *c, CURLINFO what)
{
	curl_off_t us = 0;

	(void)c->http->curl.easy_getinfo(c->easy, what, &us);
	return us > 0 ? us : -1;
}

static long info_long(const struct http_call *c, CURLINFO what)
{
	long v = 0;

	(void)c->http->curl.easy_getinfo(c->easy, what, &v);
	return v;
}

static void read_timings(struct http_call *c)
{
	struct http_result *r = &c->result;

	r->dns_us = info_us(c, CURLINFO_NAMELOOKUP_TIME_T);
	r->connect_us = info_us(c, CURLINFO_CONNECT_TIME_T);
	r->tls_us = info_us(c, CURLINFO_APPCONNECT_TIME_T);
	r->first_byte_us = r->reply.status > 0 ? info_us(c, CURLINFO_STARTTRANSFER_TIME_T) : -1;
}

static void unlink_call(struct http_call *c)
{
	if (c->prev != NULL) {
		c->prev->next = c->next;
	} else {
		c->http->calls = c->next;
	}
	if (c->next != NULL) {
		c->next->prev = c->prev;
	}
}

/* Takes the call apart, which closes its connection unless the answer was whole. The struct itself stays. */
static void release(struct http_call *c)
{
	ev_timer_stop(c->http->loop->ev, &c->timer);
	unlink_call(c);
	c->is_over = true;
	if (c->easy != NULL) {
		if (c->is_added) {
			multi_remove(c->http->multi, c->easy);
		}
		c->http->curl.easy_cleanup(c->easy);
		c->http->curl.slist_free_all(c->headers);
	}
	free(c->place);
}

static void drop(struct http_call *c)
{
	release(c);
	free(c);
}

/* Not from inside libcurl. */
static void finish(struct http_call *c, enum http_outcome outcome)
{
	c->result.outcome = outcome;
	if (!c->is_replied) { /* half a head is no reply */
		http_reply_init(&c->result.reply);
	}
	if (c->easy != NULL) {
		read_timings(c);
	}
	c->result.total_us = clock_mono_us() - c->start_us;
	release(c);
	c->handler.on_done(c->ctx, &c->result);
	free(c);
}

static void on_limit(struct ev_loop *ev, ev_timer *w, int events)
{
	struct http_call *c = w->data;
	struct limit l = call_limit(c);

	(void)ev;
	(void)events;
	if (c->easy == NULL) { /* could not even start; result.err says why */
		finish(c, HTTP_NETWORK);
		return;
	}
	if (l.ms == 0 || clock_mono_us() < l.at_us) {
		arm(c);
		return;
	}
	const struct limit_sentence *s = l.sentence;

	(void)err_set(&c->result.err, ERR_NETWORK, "%s%s%s%g s%s", s->before, c->place, s->after, l.ms / 1000.0, s->end);
	(void)err_hint(&c->result.err, "%s", s->hint);
	/* The streams of HTTP/2 share a connection, and that one may be dead: whoever tries again gets another. */
	(void)c->http->curl.easy_setopt(c->easy, CURLOPT_FORBID_REUSE, 1L);
	finish(c, HTTP_TIMEOUT);
}

static size_t on_header(char *line, size_t size, size_t n, void *arg)
{
	struct http_call *c = arg;

	/* After the head, header lines are trailers. */
	if (!c->is_replied && !c->is_cancelled && http_reply_line(&c->result.reply, line, size * n, clock_wall_us())) {
		c->is_replied = true;
		if (c->handler.on_reply != NULL) {
			c->handler.on_reply(c->ctx, &c->result.reply);
		}
	}
	return c->is_cancelled ? 0 : size * n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct http_call *c = arg;
	size_t len = size * n;

	if (len == 0) {
		return 0;
	}
	if (!c->is_cancelled) {
		c->last_byte_us = clock_mono_us();
		if (!c->result.body_started) {
			c->result.body_started = true;
			arm(c);
		}
		if (c->handler.on_data != NULL) {
			c->handler.on_data(c->ctx, bytes, len);
		}
	}
	return c->is_cancelled ? 0 : len; /* fewer than given: libcurl gives up and closes */
}

/* Before the request goes out on a connection. */
static int on_connected(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct http_call *c = arg;
	bool is_again = c->is_connected;

	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	c->is_connected = true;
	return is_again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static int on_socket_made(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	(void)arg;
	(void)purpose;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC); /* programs started from here shall not hold connections open */
	return CURL_SOCKOPT_OK;
}

static void on_over(void *ctx, CURL *easy, CURLcode code)
{
	struct http *h = ctx;
	struct http_call *c = NULL;

	(void)h->curl.easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&c);
	if (c->is_cancelled) {
		drop(c);
		return;
	}
	if (code == CURLE_OK && c->is_replied) {
		finish(c, HTTP_OK);
		return;
	}
	if (code == CURLE_OK) { /* the connection closed within the head, which libcurl lets pass */
		code = CURLE_PARTIAL_FILE;
	}
	struct http_failure f = {
		.code = code,
		.words = c->words[0] != '\0' ? c->words : h->curl.easy_strerror(code),
		.place = c->place,
		.has_proxy = c->has_proxy,
		.os_errno = (int)info_long(c, CURLINFO_OS_ERRNO),
		.verify_result = info_long(c, CURLINFO_SSL_VERIFYRESULT),
		.proxy_status = c->is_replied ? 0 : (int)info_long(c, CURLINFO_HTTP_CONNECTCODE),
		.body_started = c->result.body_started,
	};
	http_error_describe(&f, &c->result.err, &c->result.is_permanent);
	finish(c, code == CURLE_OPERATION_TIMEDOUT ? HTTP_TIMEOUT : HTTP_NETWORK);
}

static void start(struct http_call *c)
{
	c->is_waiting = false;
	c->is_added = multi_add(c->http->multi, c->easy, &c->result.err);
	if (c->is_added) {
		arm(c);
		return;
	}
	c->http->curl.easy_cleanup(c->easy);
	c->http->curl.slist_free_all(c->headers);
	c->easy = NULL;
	ev_timer_start(c->http->loop->ev, &c->timer); /* at once, but from the loop */
}

static void on_returned(void *ctx)
{
	struct http *h = ctx;
	struct http_call *next;

	if (!h->has_deferred) {
		return;
	}
	h->has_deferred = false;
	for (struct http_call *c = h->calls; c != NULL; c = next) {
		next = c->next;
		if (c->is_cancelled) {
			drop(c);
		} else if (c->is_waiting) {
			start(c);
		}
	}
}

static bool load(struct http *h, struct err *e)
{
	static const struct multi_handler handler = { .on_returned = on_returned, .on_over = on_over };

	if (!h->is_loaded) {
		h->is_loaded = curl_load(&h->curl, LIBRARY, e);
	}
	if (h->is_loaded && h->multi == NULL) {
		h->multi = multi_new(&h->curl, h->loop, &handler, h);
		return h->multi != NULL || err_set(e, ERR_INTERNAL, "libcurl does not start up");
	}
	return h->is_loaded;
}

/* The URL as far as it may be shown: no user, no query, for keys live there. */
static bool bad_url(struct err *e, const char *url, const char *why)
{
	if (strchr(url, '@') != NULL) {
		(void)err_set(e, ERR_CONFIG, "the URL of the request cannot be used: %s", why);
	} else {
		(void)err_set(e, ERR_CONFIG, "\"%.*s\" cannot be used as a URL: %s",
		    (int)(strcspn(url, "?#") < 120 ? strcspn(url, "?#") : 120), url, why);
	}
	return err_hint(e, "the base URL of the provider starts with http:// or https:// and a host name");
}

static bool read_place(struct http_call *c, const char *url, struct err *e)
{
	const struct curl *curl = &c->http->curl;
	CURLU *u = curl->url();
	char *scheme = NULL, *host = NULL, *port = NULL;
	CURLUcode code = curl->url_set(u, CURLUPART_URL, url, 0);

	if (code == CURLUE_OK) {
		code = curl->url_get(u, CURLUPART_SCHEME, &scheme, 0);
	}
	if (code == CURLUE_OK && strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
		code = CURLUE_UNSUPPORTED_SCHEME;
	}
	if (code == CURLUE_OK) {
		code = curl->url_get(u, CURLUPART_HOST, &host, 0);
	}
	if (code == CURLUE_OK) {
		code = curl->url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	}
	if (code == CURLUE_OK) {
		c->place = x_asprintf("%s:%s", host, port);
		c->has_proxy = http_error_has_proxy(host, strcmp(scheme, "https") == 0);
		if (http_error_is_loopback(host)) { /* a proxy would look for it on its own machine */
			(void)curl->easy_setopt(c->easy, CURLOPT_PROXY, "");
		}
	} else {
		(void)bad_url(e, url, curl->url_strerror(code));
	}
	curl->free(scheme);
	curl->free(host);
	curl->free(port);
	curl->url_cleanup(u);
	return code == CURLUE_OK;
}

static bool add_headers(struct http_call *c, const struct http_request *r, struct err *e)
{
	/* An empty value takes a header out: libcurl would wait for "100 Continue" before large bodies, and call them forms. */
	bool has_type = false;

	c->headers = c->http->curl.slist_append(NULL, "Expect:");
	for (const char *const *h = r->headers; h != NULL && *h != NULL; h++) {
		if (strpbrk(*h, "\r\n") != NULL) {
			(void)err_set(e, ERR_CONFIG, "a request header (%.*s) has a line break in it", (int)strcspn(*h, ":\r\n"), *h);
			return err_hint(e, "check the key and the headers of the provider for a stray line end");
		}
		has_type = has_type || strncasecmp(*h, "content-type:", 13) == 0;
		c->headers = c->http->curl.slist_append(c->headers, *h);
	}
	if (!has_type) {
		c->headers = c->http->curl.slist_append(c->headers, "Content-Type:");
	}
	return true;
}

static void set_body(struct http_call *c, const struct http_request *r)
{
	const struct curl *curl = &c->http->curl;

	if (strcmp(r->method, "HEAD") == 0) {
		(void)curl->easy_setopt(c->easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (r->body_len > 0 || strcmp(r->method, "POST") == 0) {
		(void)curl->easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
		(void)curl->easy_setopt(c->easy, CURLOPT_COPYPOSTFIELDS, r->body_len > 0 ? r->body : "");
	}
	(void)curl->easy_setopt(c->easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static void set_options(struct http_call *c)
{
	const struct curl *curl = &c->http->curl;
	const char *ca_file = getenv("SSL_CERT_FILE");
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS }, /* where the server takes it; over plain TCP 1.1 */
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
		{ CURLOPT_TCP_KEEPALIVE, 1 },
		{ CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
		{ CURLOPT_TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S },
#if LIBCURL_VERSION_NUM >= 0x075700
		{ CURLOPT_QUICK_EXIT, 1 }, /* a cancelled call does not wait for its name lookup */
#endif
	};

	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		(void)curl->easy_setopt(c->easy, numbers[i].option, numbers[i].value);
	}
	(void)curl->easy_setopt(c->easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	(void)curl->easy_setopt(c->easy, CURLOPT_USERAGENT, "sonde");
	if (ca_file != NULL && ca_file[0] != '\0') {
		(void)curl->easy_setopt(c->easy, CURLOPT_CAINFO, ca_file);
	}
	(void)curl->easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->words);
	(void)curl->easy_setopt(c->easy, CURLOPT_PRIVATE, c);
	(void)curl->easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl->easy_setopt(c->easy, CURLOPT_HEADERDATA, c);
	(void)curl->easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl->easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	(void)curl->easy_setopt(c->easy, CURLOPT_PREREQFUNCTION, on_connected);
	(void)curl->easy_setopt(c->easy, CURLOPT_PREREQDATA, c);
	(void)curl->easy_setopt(c->easy, CURLOPT_SOCKOPTFUNCTION, on_socket_made);
}

static bool prepare(struct http_call *c, const struct http_request *r, struct err *e)
{
	const struct curl *curl = &c->http->curl;

	if (!load(c->http, e)) {
		return false;
	}
	c->easy = curl->easy_init();
	if (c->easy == NULL) {
		return err_set(e, ERR_INTERNAL, "libcurl makes no request");
	}
	if (!read_place(c, r->url, e) || !add_headers(c, r, e)) {
		curl->easy_cleanup(c->easy);
		curl->slist_free_all(c->headers);
		c->easy = NULL;
		return false;
	}
	set_options(c);
	set_body(c, r);
	(void)curl->easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
	(void)curl->easy_setopt(c->easy, CURLOPT_URL, r->url);
	return true;
}

struct http *http_new(struct loop *l)
{
	struct http *h = x_calloc(1, sizeof(*h));

	h->loop = l;
	return h;
}

void http_free(struct http *h)
{
	if (h == NULL) {
		return;
	}
	assert(h->multi == NULL || !multi_is_inside(h->multi));
	while (h->calls != NULL) {
		drop(h->calls);
	}
	multi_free(h->multi);
	if (h->is_loaded) {
		curl_unload(&h->curl);
	}
	free(h);
}

void http_preload(void)
{
	curl_preload(LIBRARY);
}

static void preload(void *arg)
{
	(void)arg;
	http_preload();
}

static void nothing(void *arg)
{
	(void)arg;
}

void http_warm_up(struct loop *l)
{
	job_submit(l->jobs, preload, nothing, NULL);
}

struct http_call *http_send(struct http *h, const struct http_request *r, const struct http_handler *handler, void *ctx)
{
	struct http_call *c = x_calloc(1, sizeof(*c));

	c->http = h;
	c->handler = *handler;
	c->ctx = ctx;
	c->connect_ms = r->connect_ms;
	c->first_byte_ms = r->first_byte_ms;
	c->idle_ms = r->idle_ms;
	c->start_us = clock_mono_us();
	c->result = (struct http_result){ .dns_us = -1, .connect_us = -1, .tls_us = -1, .first_byte_us = -1, .total_us = -1 };
	http_reply_init(&c->result.reply);
	ev_timer_init(&c->timer, on_limit, 0., 0.);
	c->timer.data = c;
	c->next = h->calls;
	if (h->calls != NULL) {
		h->calls->prev = c;
	}
	h->calls = c;
	if (!prepare(c, r, &c->result.err)) {
		c->result.is_permanent = true;
		ev_timer_start(h->loop->ev, &c->timer); /* at once, but from the loop */
	} else if (multi_is_inside(h->multi)) {
		c->is_waiting = h->has_deferred = true;
	} else {
		start(c);
	}
	return c;
}

void http_cancel(struct http_call *c)
{
	if (c->is_over) { /* inside its on_done, which frees it */
		return;
	}
	c->is_cancelled = true;
	if (c->http->multi != NULL && multi_is_inside(c->http->multi)) {
		ev_timer_stop(c->http->loop->ev, &c->timer);
		c->http->has_deferred = true;
	} else {
		drop(c);
	}
}
