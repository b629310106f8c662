#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/http_error.h"

static const struct {
	struct http_failure f;
	const char *text, *hint; /* hint: a part of it; "" when there is none */
	bool is_permanent;
} cases[] = {
	{ { .code = CURLE_COULDNT_RESOLVE_HOST }, "no address found for h:1", "host name", false },
	{ { .code = CURLE_COULDNT_RESOLVE_PROXY }, "no address found for the proxy to h:1", "http_proxy", false },
	{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ECONNREFUSED }, "no connection to h:1: connection refused", "port", false },
	{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ECONNREFUSED, .has_proxy = true },
	    "no connection to the proxy for h:1: connection refused", "http_proxy", false },
	{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ENETUNREACH }, "no connection to h:1: the network is unreachable", "network",
	    false },
	{ { .code = CURLE_COULDNT_CONNECT, .os_errno = EHOSTUNREACH }, "no connection to h:1: the host is unreachable", "network", false },
	{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ETIMEDOUT }, "no connection to h:1: it does not answer", "firewall", false },
	{ { .code = CURLE_COULDNT_CONNECT, .words = "some\nreason\x1b" }, "no connection to h:1: some?reason?", "network", false },
	{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify_result = 9 }, "the certificate of h:1 is not valid yet", "clock", true },
	{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify_result = 10 }, "the certificate of h:1 has expired", "renew", true },
	{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify_result = 18 }, "the certificate of h:1 is not trusted: it is self-signed",
	    "SSL_CERT_FILE", true },
	{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify_result = 19 },
	    "the certificate of h:1 is not trusted: its chain ends in a self-signed one", "SSL_CERT_FILE", true },
	{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify_result = 20 },
	    "the certificate of h:1 is not trusted: its issuer is unknown here", "SSL_CERT_FILE", true },
	{ { .code = CURLE_PEER_FAILED_VERIFICATION,
	      .verify_result = 1,
	      .words = "SSL: no alternative certificate subject name matches target host name 'h'" },
	    "the certificate of h:1 is for another host name", "host name", true },
	{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify_result = 26, .words = "why" }, "the certificate of h:1 is not trusted: why",
	    "SSL_CERT_FILE", true },
	{ { .code = CURLE_SSL_CACERT_BADFILE }, "no certificates of authorities could be read, so h:1 cannot be trusted", "ca-certificates",
	    true },
	{ { .code = CURLE_SSL_CONNECT_ERROR, .words = "x: wrong version number" }, "no TLS connection to h:1: x: wrong version number",
	    "http://", true },
	{ { .code = CURLE_SSL_CONNECT_ERROR, .words = "SSL_ERROR_SYSCALL" }, "no TLS connection to h:1: SSL_ERROR_SYSCALL", "TLS", false },
	{ { .code = CURLE_RECV_ERROR, .words = "Recv failure: Connection reset by peer" }, "h:1 broke the connection before it answered",
	    "", false },
	{ { .code = CURLE_RECV_ERROR, .words = "Recv failure: Connection reset by peer", .body_started = true },
	    "h:1 broke the connection in the middle of its answer", "", false },
	{ { .code = CURLE_RECV_ERROR, .words = "OpenSSL SSL_read: unexpected eof", .body_started = true },
	    "h:1 broke the connection in the middle of its answer", "", false },
	{ { .code = CURLE_SEND_ERROR, .words = "Send failure: Broken pipe" }, "h:1 broke the connection before it answered", "", false },
	{ { .code = CURLE_RECV_ERROR, .words = "Illegal chunk" }, "the answer of h:1 is not valid HTTP: Illegal chunk", "", false },
	{ { .code = CURLE_RECV_ERROR, .words = "CONNECT tunnel failed, response 403", .proxy_status = 403, .has_proxy = true },
	    "the proxy opens no tunnel to h:1: CONNECT tunnel failed, response 403", "http_proxy", true },
	{ { .code = CURLE_ABORTED_BY_CALLBACK }, "h:1 broke the connection before it answered", "", false },
	{ { .code = CURLE_GOT_NOTHING }, "h:1 closed the connection without an answer", "https://", false },
	{ { .code = CURLE_PARTIAL_FILE }, "h:1 ended the answer early: the connection closed before it was whole", "", false },
	{ { .code = CURLE_OPERATION_TIMEDOUT }, "no connection to h:1 in time", "network", false },
	{ { .code = CURLE_UNSUPPORTED_PROTOCOL }, "what answers at h:1 does not speak HTTP", "https://", true },
	{ { .code = CURLE_BAD_CONTENT_ENCODING }, "the answer of h:1 is compressed in a way that cannot be undone", "", false },
	{ { .code = CURLE_OUT_OF_MEMORY, .words = "Out of memory" }, "the answer of h:1 cannot be taken", "header line", true },
	{ { .code = CURLE_UPLOAD_FAILED, .words = "Words" }, "the request to h:1 failed: Words", "", false },
};

static void test_sentences(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct http_failure f = cases[i].f;
		struct err e = { 0 };
		bool is_permanent = !cases[i].is_permanent;

		f.place = "h:1";
		f.words = f.words != NULL ? f.words : "";
		http_error_describe(&f, &e, &is_permanent);
		assert_string_equal(e.text, cases[i].text);
		assert_int_equal(e.code, ERR_NETWORK);
		if (strstr(e.hint, cases[i].hint) == NULL || (cases[i].hint[0] == '\0') != (e.hint[0] == '\0')) {
			fail_msg("%s: hint \"%s\"", e.text, e.hint);
		}
		if (is_permanent != cases[i].is_permanent) {
			fail_msg("%s: wrong about trying again", e.text);
		}
	}
}

static void test_loopback(void **state)
{
	static const struct {
		const char *host;
		bool is_loopback;
	} hosts[] = {
		{ "127.0.0.1", true },
		{ "127.1.2.3", true },
		{ "[::1]", true },
		{ "localhost", true },
		{ "LocalHost", true },
		{ "a.localhost", true },
		{ "127.example.org", false },
		{ "mylocalhost", false },
		{ "localhost.example.org", false },
		{ "10.0.0.1", false },
		{ "[::2]", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		if (http_error_is_loopback(hosts[i].host) != hosts[i].is_loopback) {
			fail_msg("%s", hosts[i].host);
		}
	}
}

static void test_proxy_of_the_environment(void **state)
{
	static const struct {
		const char *name, *value, *no_proxy, *host;
		bool is_tls, has_proxy;
	} settings[] = {
		{ "http_proxy", "p", "", "a.org", false, true },
		{ "http_proxy", "p", "", "a.org", true, false },
		{ "HTTP_PROXY", "p", "", "a.org", false, false },
		{ "HTTPS_PROXY", "p", "", "a.org", true, true },
		{ "https_proxy", "", "", "a.org", true, false },
		{ "ALL_PROXY", "p", "", "a.org", false, true },
		{ "all_proxy", "p", "", "a.org", true, true },
		{ "all_proxy", "p", "", "localhost", true, false },
		{ "all_proxy", "p", "*", "a.org", true, false },
		{ "all_proxy", "p", "b.org, a.org", "a.org", true, false },
		{ "all_proxy", "p", "b.org,.a.org", "x.A.org", true, false },
		{ "all_proxy", "p", "a.org", "xa.org", true, true },
		{ "all_proxy", "p", ",,", "a.org", true, true },
	};
	static const char *const names[] = { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
		"NO_PROXY" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		for (size_t j = 0; j < COUNT_OF(names); j++) {
			(void)unsetenv(names[j]);
		}
		(void)setenv(settings[i].name, settings[i].value, 1);
		(void)setenv(i % 2 == 0 ? "no_proxy" : "NO_PROXY", settings[i].no_proxy, 1);
		if (http_error_has_proxy(settings[i].host, settings[i].is_tls) != settings[i].has_proxy) {
			fail_msg("row %zu: %s, %s", i, settings[i].name, settings[i].host);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_proxy_of_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
