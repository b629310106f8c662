/* line_error - what a log says about a failed call, folded to one error class and one short text without secrets. */
#ifndef SONDE_METRICS_LINE_ERROR_H
#define SONDE_METRICS_LINE_ERROR_H

#include "store/record.h"

struct line_error {
	bool is_error;       /* the log says that the call failed */
	int http_status;     /* 0: not given */
	const char *type, *code, *message; /* NULL: not given */
	const char *text;    /* for people, beside those; NULL */
};

/* CLASS_NONE when nothing points to a failure. Names of our own classes and the names, codes and phrases of providers are known;
 * special words win over the HTTP status, the status over general words. */
enum error_class line_error_class(const struct line_error *e);
/* Cuts a text to at most `max` bytes at a character and masks what looks like an API key, in place. */
void line_error_tidy(char *text, size_t max);

#endif
