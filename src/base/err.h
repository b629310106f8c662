/* err - one error value: a code, a sentence for a person, and what to do about it.
 * The lowest layer that knows the cause fills it; upper layers may put context in front.
 * Owns nothing: a struct err is a plain value, zero-initialised means "no error". */
#ifndef SONDE_BASE_ERR_H
#define SONDE_BASE_ERR_H

#include <stdbool.h>

#define SONDE_MUST_CHECK __attribute__((warn_unused_result))
#define SONDE_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

enum err_code {
	ERR_NONE,
	ERR_INTERNAL,    /* a fault of sonde, the machine or the store */
	ERR_USAGE,       /* wrong command line */
	ERR_TEMPLATE,    /* template or variables */
	ERR_CONFIG,      /* configuration, unknown target */
	ERR_AUTH,        /* no key, wrong key */
	ERR_CHECK,       /* a check failed */
	ERR_BUDGET,      /* refused by a budget */
	ERR_RATE,        /* rate limited, or retries used up */
	ERR_PROVIDER,    /* the provider answered with an error or nonsense */
	ERR_NETWORK,     /* no connection, name not found, TLS, timeout */
	ERR_REFUSED,     /* refused or filtered by the provider */
	ERR_PARTIAL,     /* some of several targets failed */
	ERR_INTERRUPTED, /* SIGINT, SIGTERM */
	ERR_CODE_COUNT
};

struct err {
	enum err_code code;
	char text[240]; /* one sentence, no trailing full stop needed, no newline */
	char hint[160]; /* what to do; may be empty */
};

/* Fills e (which may be NULL) and returns false, so that callers can `return err_set(...)`. Clears the hint. */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...) SONDE_PRINTF(3, 4);
/* Sets the hint of e and returns false. */
bool err_hint(struct err *e, const char *fmt, ...) SONDE_PRINTF(2, 3);
/* Puts "<context>: " in front of the text and returns false. */
bool err_prefix(struct err *e, const char *fmt, ...) SONDE_PRINTF(2, 3);
/* A value from outside as part of an error text: control characters become '?', more than 40 bytes are cut at a character. Returns out. */
#define ERR_QUOTE_SIZE 44
const char *err_quote(const char *value, char out[ERR_QUOTE_SIZE]);
/* The process exit status that stands for a code: 0 for ERR_NONE, else 1 to 130 (README.md lists them). */
int err_exit_status(enum err_code code);

#endif
