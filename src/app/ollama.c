#include "app/ollama.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "net/http.h"
#include "net/http_error.h"
#include "provider/listing.h"
#include "text/clean.h"

#define CONNECT_MS 500
#define FIRST_BYTE_MS 1000
#define IDLE_MS 1000
#define BODY_MOST ((size_t)1 << 20)
#define MODEL_MOST 100

/* Asked one after the other: the models first, for they tell an Ollama from any other server. */
struct question {
	const char *path;
	bool (*take)(struct ollama_answer *a, const struct buf *body);
};

struct ollama_ask {
	struct http *http; /* NULL until somebody was found to listen, and libcurl is in memory */
	struct loop *loop;
	char *base_url;
	size_t question;
	struct buf body;
	bool is_too_long;
	bool is_abandoned; /* freed while a worker had it */
	bool is_loading;
	struct err refused; /* why nobody can be asked; ERR_NONE: somebody listens */
	void (*on_change)(void *ctx);
	void *ctx;
	struct ollama_answer answer;
};

/* Of a URL, brackets included; *end is what comes behind it. */
static char *host_of(const char *url, const char **end)
{
	const char *host = strstr(url, "://");

	host = host != NULL ? host + 3 : url;
	size_t len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
	*end = host + len;
	return x_strndup(host, len);
}

bool ollama_is_local(const char *base_url)
{
	const char *end;
	char *name = host_of(base_url, &end);
	bool is_local = http_error_is_loopback(name);

	free(name);
	return is_local;
}

/* A name that is sent back as it is must be what is seen. */
static bool is_usable(const char *name)
{
	size_t len = strlen(name);
	char *clean = clean_line(name, len, 0);
	bool is_same = len > 0 && len <= MODEL_MOST && strcmp(clean, name) == 0 && strpbrk(name, " \t\n") == NULL;

	free(clean);
	return is_same;
}

static bool take_models(struct ollama_answer *a, const struct buf *body)
{
	struct listing listing = { 0 };
	struct err e;

	a->is_there = listing_read(provider_find("ollama"), 200, buf_str(body), body->len, &listing, &e);
	for (size_t i = 0; i < listing.n && a->n_models < OLLAMA_MODELS_MOST; i++) {
		if (is_usable(listing.models[i].name)) {
			a->models[a->n_models++] = x_strdup(listing.models[i].name);
		}
	}
	listing_free(&listing);
	return a->is_there;
}

static bool take_version(struct ollama_answer *a, const struct buf *body)
{
	json_t *v = json_loadb(buf_str(body), body->len, 0, NULL);
	const char *version = json_get_string(v, "version", NULL);

	clean_line_into(version != NULL ? version : "", a->version, sizeof(a->version));
	json_decref(v);
	return true;
}

static const struct question questions[] = { { "/api/tags", take_models }, { "/api/version", take_version } };

static void end(struct ollama_ask *a)
{
	a->answer.is_over = true;
	a->on_change(a->ctx);
}

static void on_reply(void *ctx, const struct http_reply *reply)
{
	struct ollama_ask *a = ctx;

	a->answer.is_simulated = strncmp(reply->server, "sonde-simulator", 15) == 0;
}

static void on_data(void *ctx, const char *bytes, size_t len)
{
	struct ollama_ask *a = ctx;

	a->is_too_long |= !buf_add(&a->body, bytes, len);
}

static void ask(struct ollama_ask *a);

static void on_done(void *ctx, const struct http_result *result)
{
	struct ollama_ask *a = ctx;
	bool is_whole = result->outcome == HTTP_OK && result->reply.status == 200 && !a->is_too_long;

	if (!is_whole) {
		buf_clear(&a->body);
	}
	bool is_fine = questions[a->question].take(&a->answer, &a->body);

	if (result->outcome != HTTP_OK && !a->answer.is_there) {
		a->answer.err = result->err;
	} else if (!is_fine) {
		(void)err_set(&a->answer.err, ERR_PROVIDER, "something else answers there");
	}
	if (is_fine && ++a->question < COUNT_OF(questions)) {
		ask(a);
	} else {
		end(a);
	}
}

static void ask(struct ollama_ask *a)
{
	static const struct http_handler handler = { .on_reply = on_reply, .on_data = on_data, .on_done = on_done };
	static const char *const headers[] = { "Connection: close", NULL };
	char *url = x_asprintf("%s%s", a->base_url, questions[a->question].path);
	struct http_request r = {
		.method = "GET", .url = url, .headers = headers, .connect_ms = CONNECT_MS, .first_byte_ms = FIRST_BYTE_MS, .idle_ms = IDLE_MS,
	};

	buf_clear(&a->body);
	(void)http_send(a->http, &r, &handler, a);
	free(url);
}

static void release(struct ollama_ask *a)
{
	http_free(a->http);
	for (size_t i = 0; i < a->answer.n_models; i++) {
		free(a->answer.models[i]);
	}
	buf_free(&a->body);
	free(a->base_url);
	free(a);
}

/* 0, or why not. On this machine it is known at once. */
static int try_address(const struct addrinfo *a)
{
	const struct timeval limit = { .tv_usec = CONNECT_MS * 1000 };
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), why;

	if (fd < 0) {
		return errno;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	why = connect(fd, a->ai_addr, a->ai_addrlen) == 0 ? 0 : errno == EINPROGRESS ? ETIMEDOUT : errno;
	(void)close(fd);
	return why;
}

/* Whether anybody listens there, by a connection without a byte on it: who has no Ollama need not load libcurl, which is 8 MiB with what it
 * brings. */
static bool is_listening(const char *base_url, struct err *e)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	const char *end;
	char *host = host_of(base_url, &end), *bare = x_strndup(host + (host[0] == '['), strcspn(host + (host[0] == '['), "]"));
	char *port = end[0] == ':' ? x_strndup(end + 1, strcspn(end + 1, "/")) : x_strdup(strncmp(base_url, "https:", 6) == 0 ? "443" : "80");
	char *place = x_asprintf("%s:%s", host, port);
	struct http_failure failure = { .code = CURLE_COULDNT_RESOLVE_HOST, .words = "", .place = place };
	struct addrinfo *list = NULL;
	bool is_permanent;

	(void)getaddrinfo(bare, port, &hints, &list);
	for (const struct addrinfo *a = list; a != NULL && failure.code != CURLE_OK; a = a->ai_next) {
		failure.os_errno = try_address(a);
		failure.code = failure.os_errno == 0 ? CURLE_OK : CURLE_COULDNT_CONNECT;
	}
	if (list != NULL) {
		freeaddrinfo(list);
	}
	if (failure.code != CURLE_OK) {
		http_error_describe(&failure, e, &is_permanent);
	}
	free(place);
	free(port);
	free(bare);
	free(host);
	return failure.code == CURLE_OK;
}

static void load(void *arg)
{
	struct ollama_ask *a = arg;

	if (is_listening(a->base_url, &a->refused)) {
		http_preload();
	}
}

static void loaded(void *arg)
{
	struct ollama_ask *a = arg;

	a->is_loading = false;
	if (a->is_abandoned) {
		release(a);
		return;
	}
	if (a->refused.code != ERR_NONE) {
		a->answer.err = a->refused;
		end(a);
		return;
	}
	a->http = http_new(a->loop);
	ask(a);
}

struct ollama_ask *ollama_ask_new(struct loop *l, const char *base_url, void (*on_change)(void *ctx), void *ctx)
{
	struct ollama_ask *a = x_calloc(1, sizeof(*a));

	assert(ollama_is_local(base_url));
	a->loop = l;
	a->base_url = x_strdup(base_url);
	a->on_change = on_change;
	a->ctx = ctx;
	a->is_loading = true;
	buf_init(&a->body, BODY_MOST);
	job_submit(l->jobs, load, loaded, a);
	return a;
}

void ollama_ask_free(struct ollama_ask *a)
{
	if (a != NULL && a->is_loading) {
		a->is_abandoned = true; /* the worker's end releases it */
	} else if (a != NULL) {
		release(a);
	}
}

const struct ollama_answer *ollama_ask_answer(const struct ollama_ask *a)
{
	return &a->answer;
}
