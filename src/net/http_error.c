#include "net/http_error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define PROXY_HINT "check http_proxy, https_proxy, all_proxy and no_proxy in the environment"
#define CA_HINT "if its certificate comes from an authority of your own, set SSL_CERT_FILE to the file of that authority"

struct sentence { /* before + place + after */
	const char *before, *after, *hint;
	bool is_permanent;
};

static const struct {
	int os_errno;
	const char *after, *hint;
} connect_rows[] = {
	{ ECONNREFUSED, ": connection refused", "is the server running, and is the port of the base URL right?" },
	{ ENETUNREACH, ": the network is unreachable", "check the network" },
	{ EHOSTUNREACH, ": the host is unreachable", "check the network and the base URL" },
	{ ETIMEDOUT, ": it does not answer", "check the network and the base URL; a firewall may be in the way" },
	{ ECONNRESET, ": the connection was reset", "" },
	{ EADDRNOTAVAIL, ": no local address or port is free", "fewer requests at a time may help" },
};

/* X509_V_ERR_*: openssl/x509_vfy.h, stable since OpenSSL 1.0. */
static const struct {
	long verify_result;
	struct sentence sentence;
} verify_rows[] = {
	{ 9, { "the certificate of ", " is not valid yet", "check the clock of this machine", true } },
	{ 10, { "the certificate of ", " has expired", "its operator has to renew it; check the clock of this machine too", true } },
	{ 18, { "the certificate of ", " is not trusted: it is self-signed", CA_HINT, true } },
	{ 19, { "the certificate of ", " is not trusted: its chain ends in a self-signed one", CA_HINT, true } },
	{ 20, { "the certificate of ", " is not trusted: its issuer is unknown here", CA_HINT, true } },
	{ 21, { "the certificate of ", " is not trusted: its issuer is unknown here", CA_HINT, true } },
	{ 23, { "the certificate of ", " has been revoked", "its operator has to renew it", true } },
	{ 62, { "the certificate of ", " is for another host name", "check the host name of the base URL", true } },
};

static const struct {
	CURLcode code;
	struct sentence sentence;
} rows[] = {
	{ CURLE_COULDNT_RESOLVE_HOST,
	    { "no address found for ", "", "check the host name of the base URL, and that the network is up", false } },
	{ CURLE_COULDNT_RESOLVE_PROXY, { "no address found for the proxy to ", "", PROXY_HINT, false } },
	{ CURLE_PROXY, { "the proxy to ", " failed", PROXY_HINT, false } },
	{ CURLE_OPERATION_TIMEDOUT, { "no connection to ", " in time", "check the network and the base URL", false } },
	{ CURLE_ABORTED_BY_CALLBACK, { "", " broke the connection before it answered", "", false } }, /* see http.c: not sent twice */
	{ CURLE_GOT_NOTHING, { "", " closed the connection without an answer",
				 "check scheme and port of the base URL; for TLS it starts with https://", false } },
	/* libcurl before 8.6 has no other code for a header line over its limit; memory of our own ends in abort(). */
	{ CURLE_OUT_OF_MEMORY, { "the answer of ", " cannot be taken", "a header line of it is over 100 KB: check the base URL", true } },
	{ CURLE_PARTIAL_FILE, { "", " ended the answer early: the connection closed before it was whole", "", false } },
	{ CURLE_UNSUPPORTED_PROTOCOL, { "what answers at ", " does not speak HTTP",
					  "check scheme and port of the base URL; for TLS it starts with https://", true } },
	{ CURLE_WEIRD_SERVER_REPLY, { "what answers at ", " does not speak HTTP",
					"check scheme and port of the base URL; for TLS it starts with https://", true } },
	{ CURLE_BAD_CONTENT_ENCODING, { "the answer of ", " is compressed in a way that cannot be undone", "", false } },
	{ CURLE_SSL_CACERT_BADFILE, { "no certificates of authorities could be read, so ", " cannot be trusted",
					"install ca-certificates, or set SSL_CERT_FILE", true } },
};

/* Says s, with libcurl's own words after it when words is not NULL. */
static void say(struct err *e, const struct sentence *s, const char *place, const char *words)
{
	bool has_words = words != NULL && words[0] != '\0';

	(void)err_set(e, ERR_NETWORK, "%s%s%s%s%s", s->before, place, s->after, has_words ? ": " : "", has_words ? words : "");
	for (char *c = e->text; *c != '\0'; c++) { /* words may quote the server */
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			*c = '?';
		}
	}
	(void)err_hint(e, "%s", s->hint);
}

static struct sentence connect_sentence(const struct http_failure *f)
{
	struct sentence s = { f->has_proxy ? "no connection to the proxy for " : "no connection to ", "",
		"check the network and the base URL", false };

	for (size_t i = 0; i < COUNT_OF(connect_rows); i++) {
		if (connect_rows[i].os_errno == f->os_errno) {
			s.after = connect_rows[i].after;
			s.hint = connect_rows[i].hint;
		}
	}
	if (f->has_proxy) {
		s.hint = PROXY_HINT;
	}
	return s;
}

/* CURLE_PEER_FAILED_VERIFICATION. The host name is compared by libcurl itself, which tells so in its words alone ("no alternative
 * certificate subject name matches ...", "... does not match ..."). */
static void say_verification(const struct http_failure *f, struct err *e)
{
	static const struct sentence other_host = { "the certificate of ", " is for another host name",
		"check the host name of the base URL", true };
	static const struct sentence other = { "the certificate of ", " is not trusted", CA_HINT, true };

	for (size_t i = 0; i < COUNT_OF(verify_rows); i++) {
		if (verify_rows[i].verify_result == f->verify_result) {
			say(e, &verify_rows[i].sentence, f->place, NULL);
			return;
		}
	}
	if (strstr(f->words, "match") != NULL) {
		say(e, &other_host, f->place, NULL);
	} else {
		say(e, &other, f->place, f->words);
	}
}

static bool starts_with(const char *s, const char *start)
{
	return strncmp(s, start, strlen(start)) == 0;
}

static void say_transfer(const struct http_failure *f, struct err *e)
{
	static const struct sentence early = { "", " broke the connection before it answered", "", false };
	static const struct sentence midway = { "", " broke the connection in the middle of its answer", "", false };
	static const struct sentence invalid = { "the answer of ", " is not valid HTTP", "", false };
	static const struct sentence tunnel = { "the proxy opens no tunnel to ", "", PROXY_HINT, true };

	if (f->proxy_status >= 300) {
		say(e, &tunnel, f->place, f->words);
	} else if (starts_with(f->words, "Recv failure") || starts_with(f->words, "Send failure") || strstr(f->words, "SSL_") != NULL) {
		say(e, f->body_started ? &midway : &early, f->place, NULL);
	} else {
		say(e, &invalid, f->place, f->words);
	}
}

void http_error_describe(const struct http_failure *f, struct err *e, bool *is_permanent)
{
	static const struct sentence tls = { "no TLS connection to ", "",
		"does the server speak TLS on this port? A plain one starts with http://", false };
	static const struct sentence unknown = { "the request to ", " failed", "", false };

	*is_permanent = f->code == CURLE_PEER_FAILED_VERIFICATION ||
			(f->code == CURLE_SSL_CONNECT_ERROR && strstr(f->words, "wrong version number") != NULL);
	if (f->code == CURLE_COULDNT_CONNECT) {
		struct sentence s = connect_sentence(f);

		say(e, &s, f->place, s.after[0] == '\0' ? f->words : NULL);
		return;
	}
	if (f->code == CURLE_PEER_FAILED_VERIFICATION) {
		say_verification(f, e);
		return;
	}
	if (f->code == CURLE_RECV_ERROR || f->code == CURLE_SEND_ERROR) {
		*is_permanent = f->proxy_status >= 300;
		say_transfer(f, e);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].code == f->code) {
			*is_permanent = rows[i].sentence.is_permanent;
			say(e, &rows[i].sentence, f->place, NULL);
			return;
		}
	}
	say(e, f->code == CURLE_SSL_CONNECT_ERROR ? &tls : &unknown, f->place, f->words);
}

static bool ends_with_name(const char *host, const char *name, size_t len)
{
	size_t n = strlen(host);

	return n >= len && strncasecmp(host + n - len, name, len) == 0 && (n == len || host[n - len - 1] == '.');
}

bool http_error_is_loopback(const char *host)
{
	struct in_addr a;

	return strcmp(host, "[::1]") == 0 || ends_with_name(host, "localhost", 9) ||
	       (inet_pton(AF_INET, host, &a) == 1 && ntohl(a.s_addr) >> 24 == 127);
}

/* no_proxy: names and domains, or "*". Networks in it (10.0.0.0/8) are not looked at here: the sentence may then name a proxy too many. */
static bool is_excepted(const char *host)
{
	const char *s = getenv("no_proxy") != NULL ? getenv("no_proxy") : getenv("NO_PROXY");

	while (s != NULL && *s != '\0') {
		s += strspn(s, ", ");
		s += *s == '.' ? 1 : 0;
		size_t len = strcspn(s, ", ");

		if (len > 0 && ((len == 1 && *s == '*') || ends_with_name(host, s, len))) {
			return true;
		}
		s += len;
	}
	return false;
}

bool http_error_has_proxy(const char *host, bool is_tls)
{
	/* HTTP_PROXY in capitals is no setting: a web server sets it from a header. libcurl does the same. */
	static const char *const for_plain[] = { "http_proxy", "all_proxy", "ALL_PROXY" };
	static const char *const for_tls[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
	const char *const *names = is_tls ? for_tls : for_plain;
	size_t n = is_tls ? COUNT_OF(for_tls) : COUNT_OF(for_plain);

	if (http_error_is_loopback(host) || is_excepted(host)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0') {
			return true;
		}
	}
	return false;
}
