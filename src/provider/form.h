/* form - the form an answer is to have: a JSON schema, and the tools the model may call, both JSON texts of the user's.
 * Tools are written as OpenAI has them: [{"type": "function", "function": {"name", "description", "parameters"}}]. */
#ifndef SONDE_PROVIDER_FORM_H
#define SONDE_PROVIDER_FORM_H

#include <jansson.h>

#include "provider/provider.h"

/* Whether a text can be sent as one; the sentence says what is wrong with it, and where. */
bool form_check_schema(const char *text, size_t len, struct err *e) SONDE_MUST_CHECK;
bool form_check_tools(const char *text, size_t len, struct err *e) SONDE_MUST_CHECK;

/* For the wire formats: those of a request, NULL for none; the caller's. False: one of them can not be sent, and both are NULL. */
bool form_read(const struct chat_request *r, json_t **schema, json_t **tools, struct err *e) SONDE_MUST_CHECK;
/* The functions alone: {"name", "description", PARAMETERS: schema}, where a tool without parameters takes an empty object. */
json_t *form_functions(const json_t *tools, const char *parameters);

#endif
