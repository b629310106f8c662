/* redact - patterns whose matches never reach the disk: each match becomes REDACTED. Perl-compatible regular expressions; text that is not
 * UTF-8 is matched all the same. A text for which a pattern takes too long is hidden as a whole.
 * Patterns are compiled once and may then be used by several threads. */
#ifndef SONDE_STORE_REDACT_H
#define SONDE_STORE_REDACT_H

#include "base/err.h"
#include "store/record.h"

#define REDACTED "[redacted]"

struct redact;
struct redact *redact_new(void);
void redact_free(struct redact *r);
/* False with what is wrong with it and where (ERR_CONFIG); a pattern that matches nothing at all is refused too. */
bool redact_add(struct redact *r, const char *pattern, struct err *e) SONDE_MUST_CHECK;

/* The text with its matches replaced, the caller's; NULL when there are none. r may be NULL: no patterns. */
char *redact_text(const struct redact *r, const char *s, size_t len, size_t *out_len);
/* The same for what owns its strings (call_row_copy and its neighbours): texts of people and providers, not names of models and the like. */
void redact_row(const struct redact *r, struct call_row *row);
void redact_run(const struct redact *r, struct run_row *run);
/* A stream cuts text into pieces, which no pattern can see whole: the raw response is left out where it is one, and where the answer has a
 * match that it does not show. */
void redact_body(const struct redact *r, struct call_body *body, bool is_streamed);

#endif
