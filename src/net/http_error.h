/* http_error - sentences for requests that failed below HTTP: which host, what happened, what to do. Pure. */
#ifndef SONDE_NET_HTTP_ERROR_H
#define SONDE_NET_HTTP_ERROR_H

#include "net/curl.h"

struct http_failure {
	CURLcode code;
	const char *words;  /* libcurl's own, "" when it has none */
	const char *place;  /* "host:port" */
	bool has_proxy;     /* the environment sets one for this place */
	int os_errno;       /* of connect */
	long verify_result; /* OpenSSL's verdict on the certificate, X509_V_* */
	int proxy_status;   /* of the answer to CONNECT; 0: none */
	bool body_started;
};

/* Fills e; false in *is_permanent when trying again may help. */
void http_error_describe(const struct http_failure *f, struct err *e, bool *is_permanent);

/* Whether libcurl finds a proxy for host in the environment. */
bool http_error_has_proxy(const char *host, bool is_tls);
/* 127.0.0.0/8, ::1, localhost and names below it. */
bool http_error_is_loopback(const char *host);

#endif
