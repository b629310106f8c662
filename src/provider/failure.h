/* failure - what an error body means: class, whether it is the account's quota, and the provider's own sentence.
 * Source: error tables of the providers' API references and clients as of August 2026. */
#ifndef SONDE_PROVIDER_FAILURE_H
#define SONDE_PROVIDER_FAILURE_H

#include <jansson.h>

#include "provider/provider.h"

/* Whether a JSON object is (or carries) an error rather than an answer. */
bool failure_is(const json_t *v);
/* status: of the HTTP answer; one below 400 says nothing about the class. The text is the first of error.message, error, message, detail,
 * detail[0].msg that is there, else the beginning of the JSON. */
void failure_from_json(struct answer *a, int status, const json_t *v);
/* From the bytes of a body: JSON, a web page, or anything. */
void failure_from_body(struct answer *a, int status, const char *body, size_t len);
/* An error that sonde itself found. */
void failure_set(struct answer *a, enum error_class class, const char *fmt, ...) SONDE_PRINTF(3, 4);
/* Copies a text of a provider: cut at a character, NULs and invalid bytes replaced, what looks like a key shortened to its beginning. */
void failure_text(char *out, size_t size, const char *text, size_t len);

#endif
