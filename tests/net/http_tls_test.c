/* TLS against the s_server of OpenSSL, with certificates made here. Skipped where the openssl program is missing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/http.h"

struct fixture {
	char *dir;
	struct loop *loop;
	bool has_openssl;
};

static int run_command(const char *command)
{
	return system(command); /* fixed words and our own temporary directory */
}

static char *in_dir(const struct fixture *f, const char *name)
{
	return x_asprintf("%s/%s", f->dir, name);
}

/* good.pem: for localhost, self-signed; expired.pem: the same, ended yesterday; one key. */
static bool make_certificates(const struct fixture *f)
{
	char *command =
	    x_asprintf("cd '%s' && { openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out good.pem -days 2 -subj /CN=localhost "
		       "-addext subjectAltName=DNS:localhost && openssl req -new -key key.pem -out r.csr -subj /CN=localhost && "
		       "openssl x509 -req -in r.csr -signkey key.pem -days -1 -out expired.pem; } >log 2>&1",
		f->dir);
	int status = run_command(command);

	free(command);
	return status == 0;
}

static int setup(void **state)
{
	struct fixture *f = x_calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	f->dir = x_asprintf("%s/sonde-tls-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(f->dir) == NULL) {
		return -1;
	}
	f->loop = loop_new();
	f->has_openssl = run_command("openssl version >/dev/null 2>&1") == 0 && make_certificates(f);
	if (!f->has_openssl) {
		print_message("skipped: no openssl program that makes certificates\n");
	}
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = { "key.pem", "good.pem", "expired.pem", "r.csr", "log" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *path = in_dir(f, names[i]);

		(void)unlink(path);
		free(path);
	}
	(void)rmdir(f->dir);
	(void)unsetenv("SSL_CERT_FILE");
	loop_free(f->loop);
	free(f->dir);
	free(f);
	return 0;
}

/* s_server -www answers every GET with a page about the connection; it takes a port that is free and prints it once it listens. */
static pid_t start_server(const struct fixture *f, const char *certificate, int *port)
{
	char line[200];
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 0);
		(void)dup2(fds[1], 1);
		(void)dup2(null, 2);
		if (chdir(f->dir) == 0) {
			(void)execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", "key.pem", "-www",
			    (char *)NULL);
		}
		_exit(127);
	}
	(void)close(fds[1]);
	FILE *out = fdopen(fds[0], "r");
	*port = 0;
	while (*port == 0 && fgets(line, sizeof(line), out) != NULL) {
		(void)sscanf(line, "ACCEPT 127.0.0.1:%d", port);
	}
	(void)fclose(out);
	assert_int_not_equal(*port, 0);
	return pid;
}

static void stop_server(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

struct outcome {
	struct http_result result;
	struct buf body;
	bool is_over;
};

static void on_data(void *ctx, const char *bytes, size_t len)
{
	(void)buf_add(&((struct outcome *)ctx)->body, bytes, len);
}

static void on_done(void *ctx, const struct http_result *result)
{
	struct outcome *o = ctx;

	o->result = *result;
	o->is_over = true;
}

static const struct {
	const char *name, *certificate, *trusted, *url; /* %d: the port */
	const char *text, *hint;                        /* NULL: it works */
} cases[] = {
	{ "trusted", "good.pem", "good.pem", "https://localhost", NULL, NULL },
	{ "unknown authority", "good.pem", NULL, "https://localhost", "is not trusted: it is self-signed", "SSL_CERT_FILE" },
	{ "other host", "good.pem", "good.pem", "https://127.0.0.1", "is for another host name", "host name" },
	{ "expired", "expired.pem", "expired.pem", "https://localhost", "has expired", "renew" },
	{ "plain HTTP to a TLS port", "good.pem", NULL, "http://localhost", "", "" },
	{ "no such file of authorities", "good.pem", "nowhere.pem", "https://localhost", "no certificates of authorities could be read",
	    "SSL_CERT_FILE" },
};

static void test_certificates(void **state)
{
	struct fixture *f = *state;
	static const struct http_handler handler = { .on_data = on_data, .on_done = on_done };

	if (!f->has_openssl) {
		skip();
	}
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int port;
		pid_t pid = start_server(f, cases[i].certificate, &port);
		char *url = x_asprintf("%s:%d/", cases[i].url, port);
		char *trusted = cases[i].trusted != NULL ? in_dir(f, cases[i].trusted) : NULL;
		struct http *http = http_new(f->loop);
		struct outcome o = { .is_over = false };
		const struct http_request r = { .method = "GET", .url = url, .connect_ms = 60000, .first_byte_ms = 60000 };

		(void)(trusted != NULL ? setenv("SSL_CERT_FILE", trusted, 1) : unsetenv("SSL_CERT_FILE"));
		(void)http_send(http, &r, &handler, &o);
		loop_run_until(f->loop, &o.is_over);
		http_free(http);
		stop_server(pid);
		const struct err *e = &o.result.err;

		if (cases[i].text == NULL) {
			if (o.result.outcome != HTTP_OK || o.result.reply.status != 200 || o.result.reply.http_version > 11 || o.body.len == 0 || o.result.tls_us <= 0) {
				fail_msg("%s: outcome %d, %s", cases[i].name, (int)o.result.outcome, e->text);
			}
		} else if (o.result.outcome != HTTP_NETWORK || strstr(e->text, cases[i].text) == NULL ||
			   strstr(e->hint, cases[i].hint) == NULL) {
			fail_msg("%s: outcome %d, %s (%s)", cases[i].name, (int)o.result.outcome, e->text, e->hint);
		}
		print_message("%s: %s\n", cases[i].name, cases[i].text == NULL ? "works" : e->text);
		free(url);
		free(trusted);
		buf_free(&o.body);
	}
}

/* ---- HTTP/2 ---- */

/* What every client begins a TLS connection with: the first bytes it sends, then the connection ends. The child's exit status is 0 when
 * HTTP/2 is offered before HTTP/1.1, by ALPN (RFC 7301). */
static pid_t start_listener(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	pid_t pid = fork();
	if (pid == 0) {
		static const char offer[] = "\0\x0c\x02h2\x08http/1.1";
		char hello[4096];
		int fd = accept(listener, NULL, NULL);
		ssize_t n = read(fd, hello, sizeof(hello));

		_exit(n > 0 && memmem(hello, (size_t)n, offer, sizeof(offer) - 1) != NULL ? 0 : 1);
	}
	(void)close(listener);
	return pid;
}

static void test_offer(void **state)
{
	struct fixture *f = *state;
	static const struct http_handler handler = { .on_data = on_data, .on_done = on_done };
	struct outcome o = { .is_over = false };
	int port, status;
	pid_t pid = start_listener(&port);
	char *url = x_asprintf("https://127.0.0.1:%d/", port);
	const struct http_request r = { .method = "GET", .url = url, .connect_ms = 60000, .first_byte_ms = 60000 };
	struct http *http = http_new(f->loop);

	(void)unsetenv("SSL_CERT_FILE");
	(void)http_send(http, &r, &handler, &o);
	loop_run_until(f->loop, &o.is_over);
	assert_int_equal(o.result.outcome, HTTP_NETWORK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	http_free(http);
	buf_free(&o.body);
	free(url);
}

/* A server that takes both versions: tells the version of a request and how many connections there were; below /stall it says nothing. */
static const char server_js[] =
    "const fs = require('fs'), h2 = require('http2'); let n = 0;"
    "const s = h2.createSecureServer({ key: fs.readFileSync('key.pem'), cert: fs.readFileSync('good.pem'), allowHTTP1: true },"
    " (q, a) => { q.resume(); q.on('end', () => { if (q.url !== '/stall') a.end(q.httpVersion + ' ' + n); }); });"
    "s.on('secureConnection', () => n++); s.listen(0, '127.0.0.1', () => console.log(s.address().port));";

static pid_t start_node(const struct fixture *f, int *port)
{
	char line[200];
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)dup2(fds[1], 1);
		(void)dup2(open("/dev/null", O_RDWR), 2);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a check fails */
		if (chdir(f->dir) == 0) {
			(void)execlp("node", "node", "-e", server_js, (char *)NULL);
		}
		_exit(127);
	}
	(void)close(fds[1]);
	FILE *out = fdopen(fds[0], "r");
	*port = fgets(line, sizeof(line), out) != NULL ? atoi(line) : 0;
	(void)fclose(out);
	return pid;
}

static void ask(struct fixture *f, struct http *http, int port, const char *path, int first_byte_ms, struct outcome *o)
{
	static const struct http_handler handler = { .on_data = on_data, .on_done = on_done };
	char *url = x_asprintf("https://localhost:%d%s", port, path);
	const struct http_request r = { .method = "POST", .url = url, .body = "{}", .body_len = 2, .connect_ms = 60000, .first_byte_ms = first_byte_ms };

	*o = (struct outcome){ .is_over = false };
	(void)http_send(http, &r, &handler, o);
	loop_run_until(f->loop, &o->is_over);
	free(url);
}

/* Two requests share a connection; after one that had no answer in time, the next goes over another. */
static void test_http2(void **state)
{
	static const struct {
		const char *path, *body;
		int first_byte_ms;
	} requests[] = { { "/", "2.0 1", 60000 }, { "/", "2.0 1", 60000 }, { "/stall", NULL, 300 }, { "/", "2.0 2", 60000 } };
	struct fixture *f = *state;
	char *trusted = in_dir(f, "good.pem");
	int port = 0;

	if (!f->has_openssl || run_command("node --version >/dev/null 2>&1") != 0) {
		free(trusted);
		skip();
	}
	pid_t pid = start_node(f, &port);
	assert_int_not_equal(port, 0);
	(void)setenv("SSL_CERT_FILE", trusted, 1);
	struct http *http = http_new(f->loop);
	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		struct outcome o;

		ask(f, http, port, requests[i].path, requests[i].first_byte_ms, &o);
		if (requests[i].body != NULL && (o.result.outcome != HTTP_OK || strcmp(buf_str(&o.body), requests[i].body) != 0)) {
			fail_msg("request %zu: \"%s\" %s", i, buf_str(&o.body), o.result.err.text);
		}
		assert_int_equal(o.result.outcome, requests[i].body != NULL ? HTTP_OK : HTTP_TIMEOUT);
		assert_int_equal(o.result.reply.http_version, requests[i].body != NULL ? 20 : 0);
		buf_free(&o.body);
	}
	http_free(http);
	stop_server(pid);
	free(trusted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_certificates, setup, teardown),
		cmocka_unit_test_setup_teardown(test_offer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_http2, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
