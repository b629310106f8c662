/* scan - one pass over the members of one JSON object, without a tree: keys and values are slices of the text.
 * Strict: RFC 8259 grammar, well-formed UTF-8, nothing after the object, nesting of at most 32; so a text that was walked to its end is JSON.
 * A value that is an object can be walked by a scan of its own. Owns nothing. */
#ifndef SONDE_METRICS_SCAN_H
#define SONDE_METRICS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scan_type { SCAN_NULL, SCAN_FALSE, SCAN_TRUE, SCAN_NUMBER, SCAN_STRING, SCAN_OBJECT, SCAN_ARRAY };

struct scan_slice {
	enum scan_type type;
	bool has_escapes; /* strings: scan_unescape is needed */
	const char *s;    /* strings: without the quotes */
	size_t len;
};

struct scan {
	const char *p, *end;
	bool is_started;
	const char *why; /* after SCAN_BAD: a few words, static */
};

enum scan_step { SCAN_BAD, SCAN_END, SCAN_MEMBER };

void scan_init(struct scan *s, const char *text, size_t len);
/* The next member. After SCAN_END the whole text was one object. */
enum scan_step scan_next(struct scan *s, struct scan_slice *key, struct scan_slice *value);
/* The text of a string into out (value->len bytes always suffice); returns its length. U+0000 and lone surrogates become U+FFFD. */
size_t scan_unescape(const struct scan_slice *value, char *out);

/* A decimal number ("12", "-0.5", "1e-3") times 10^scale as an integer, exactly, half rounded away from zero.
 * False when it is not a number as JSON writes them, or does not fit. */
bool scan_decimal(const char *s, size_t len, int scale, int64_t *out);

#endif
