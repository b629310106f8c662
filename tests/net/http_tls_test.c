/* TLS against the s_server of OpenSSL, with certificates made here. Skipped where the openssl program is missing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
			if (o.result.outcome != HTTP_OK || o.result.reply.status != 200 || o.body.len == 0 || o.result.tls_us <= 0) {
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_certificates, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
