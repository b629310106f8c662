/* machine - what this machine offers sonde: terminal, proxies, libcurl, the store. For `sonde doctor`; nothing here changes anything. */
#ifndef SONDE_CLI_MACHINE_H
#define SONDE_CLI_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct terminal {
	const char *name;      /* $TERM, or "" */
	const char *colorterm; /* $COLORTERM, or "" */
	const char *locale;    /* as named in the environment, or "" */
	int64_t colours;       /* as TERM and COLORTERM say: 0, 8, 16, 256, 2^24; UNKNOWN */
	bool is_utf8, has_no_color;
};
void machine_terminal(struct terminal *t);

struct proxy {
	const char *variable;
	char *value; /* the caller's; without user and password */
};
/* The proxy variables that are set, as libcurl reads them; returns how many, at most `most`. */
size_t machine_proxies(struct proxy *out, size_t most);

/* The version of libcurl when it can be loaded ("8.5.0, OpenSSL/3.0.13"), which is the caller's, or NULL and e. */
char *machine_curl(struct err *e);

struct store_file {
	char *path;       /* owned */
	bool exists, opens;
	int64_t bytes, schema; /* UNKNOWN */
	struct err err;   /* why it does not open, or cannot be written */
};
void machine_store(const char *dir, struct store_file *out);

#endif
