#include "gateway/base_url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"

#define LEN_MOST 2048

static size_t scheme_len(const char *text)
{
	return strncasecmp(text, "http://", 7) == 0 ? 7 : strncasecmp(text, "https://", 8) == 0 ? 8 : 0;
}

static bool is_port(const char *s, size_t len)
{
	if (len == 0 || len > 5 || strspn(s, "0123456789") < len) {
		return false;
	}
	long port = strtol(s, NULL, 10);
	return port >= 1 && port <= 65535;
}

/* Length of the host at the start of an authority of `len` bytes, brackets of IPv6 included. 0: none. */
static size_t host_len(const char *s, size_t len)
{
	static const char v6[] = "0123456789abcdefABCDEF:.";
	static const char name[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_";

	if (s[0] == '[') {
		size_t n = strspn(s + 1, v6);

		return n >= 2 && n + 2 <= len && s[n + 1] == ']' ? n + 2 : 0;
	}
	size_t n = strspn(s, name);
	return n < len ? n : len;
}

static const char *wrong_with(const char *text)
{
	size_t scheme = scheme_len(text);
	size_t len = strnlen(text, LEN_MOST + 1);

	if (len > LEN_MOST) {
		return "is longer than 2048 bytes";
	}
	for (size_t i = 0; i < len; i++) {
		if (text[i] <= ' ' || text[i] == 0x7f || (unsigned char)text[i] >= 0x80) {
			return "holds blanks, control or non-ASCII characters; write a plain URL";
		}
	}
	if (scheme == 0) {
		return "must start with http:// or https://";
	}
	const char *host = text + scheme;
	size_t authority = strcspn(host, "/?#\\");
	if (memchr(host, '@', authority) != NULL) {
		return "must not hold a user name or password; keys belong in the environment (api_key_env)";
	}
	if (strpbrk(host, "?#\\") != NULL) {
		return "must end before any ? or #; only host, port and path belong in it";
	}
	size_t n = host_len(host, authority);
	if (n == 0) {
		return "has no valid host; write it like https://host:port/path";
	}
	if (n < authority && (host[n] != ':' || !is_port(host + n + 1, authority - n - 1))) {
		return "has no valid host and port; the port is a number from 1 to 65535";
	}
	return NULL;
}

char *base_url_clean(const char *text, const char **why)
{
	*why = wrong_with(text);
	if (*why != NULL) {
		return NULL;
	}
	size_t len = strlen(text), scheme = scheme_len(text);
	while (len > scheme && text[len - 1] == '/') {
		len--;
	}
	return x_strndup(text, len);
}

/* The ":11434" at the end of a URL without a path, or "". */
static const char *port_of(const char *url)
{
	const char *colon = strrchr(url, ':');

	return colon != NULL && is_port(colon + 1, strlen(colon + 1)) ? colon : "";
}

/* What a client must connect to when a server was told to listen there. */
static const char *loopback_of(const char *host, size_t len)
{
	static const struct {
		const char *any, *loopback;
	} rows[] = { { "", "127.0.0.1" }, { "0.0.0.0", "127.0.0.1" }, { "[::]", "[::1]" } };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (strlen(rows[i].any) == len && memcmp(rows[i].any, host, len) == 0) {
			return rows[i].loopback;
		}
	}
	return NULL;
}

char *base_url_of_host(const char *text, const char *default_url, const char **why)
{
	struct buf url = { 0 };
	size_t scheme = scheme_len(text);
	const char *host = text + scheme;
	size_t authority = strcspn(host, "/?#\\");
	const char *first = memchr(host, ':', authority), *last = memrchr(host, ':', authority);
	bool is_bare_v6 = host[0] != '[' && first != last;
	size_t n = authority;

	if (strstr(text, "://") != NULL && scheme == 0) {
		return base_url_clean(text, why);
	}
	if (!is_bare_v6 && last != NULL && (host[0] != '[' || last > (const char *)memchr(host, ']', authority))) {
		n = (size_t)(last - host);
	}
	char *name = is_bare_v6 ? x_asprintf("[%.*s]", (int)n, host) : x_strndup(host, n);
	const char *loopback = loopback_of(name, strlen(name));
	(void)buf_add(&url, scheme > 0 ? text : "http://", scheme > 0 ? scheme : 7);
	(void)buf_add_str(&url, loopback != NULL ? loopback : name);
	if (n < authority) {
		(void)buf_add(&url, host + n, authority - n);
	} else if (scheme == 0) {
		(void)buf_add_str(&url, port_of(default_url));
	}
	(void)buf_add_str(&url, host + authority);
	char *clean = base_url_clean(buf_str(&url), why);
	free(name);
	buf_free(&url);
	return clean;
}

char *base_url_without_user(const char *url)
{
	const char *sep = strstr(url, "://");
	const char *host = sep != NULL ? sep + 3 : url;
	const char *at = strrchr(host, '@');

	return at == NULL ? x_strdup(url) : x_asprintf("%.*s%s", (int)(host - url), url, at + 1);
}
