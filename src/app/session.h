/* session - where the user was, for the next start: names with values, kept in one small file of the data directory (session.json).
 * Who has something to keep gives its names a start of its own: "play.user". The file is read by the user alone, replaced whole, and
 * never has a key in it. Of two consoles the one that writes last wins. Not here: what the values mean. */
#ifndef SONDE_APP_SESSION_H
#define SONDE_APP_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct session;

struct session *session_new(void);
void session_free(struct session *s);

/* Reads the file of a data directory. No file is no failure. False: it is broken and nothing was taken; e says so in one sentence. */
bool session_load(struct session *s, const char *dir, struct err *e) SONDE_MUST_CHECK;
/* Writes the file when something differs from what it was read or written as. */
bool session_save(struct session *s, const char *dir, struct err *e) SONDE_MUST_CHECK;

/* NULL: not kept. Borrowed until the next change. */
const char *session_get(const struct session *s, const char *name);
/* A whole number from lo to hi; otherwise when there is none such. */
long session_number(const struct session *s, const char *name, long lo, long hi, long otherwise);
/* A value that is very long or no UTF-8 is not kept. NULL: as if it had never been kept. */
void session_set(struct session *s, const char *name, const char *value);
void session_set_number(struct session *s, const char *name, long value);
/* "NAME.0", "NAME.1" and so on; NULL at the end. */
const char *session_item(const struct session *s, const char *name, size_t i);
void session_set_item(struct session *s, const char *name, size_t i, const char *value);
/* Forgets all names that begin so: "play.". */
void session_forget(struct session *s, const char *start);
/* Stars in place of a secret in every value. */
void session_hide(struct session *s, const char *secret);
/* Hides what the patterns match in every value. */
struct redact;
void session_redact(struct session *s, const struct redact *r);

#endif
