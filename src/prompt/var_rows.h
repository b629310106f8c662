/* var_rows - rows of values that a prompt is rendered with, from the text of a file: JSON lines, a JSON array or CSV with a head.
 * Not here: the file, and which row is the current one (app/prompts.h). */
#ifndef SONDE_PROMPT_VAR_ROWS_H
#define SONDE_PROMPT_VAR_ROWS_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

/* An array of at least one object, the caller's: by "[" a JSON array, by "{" JSON lines, else CSV (RFC 4180), of which every value is a text. A
 * byte order mark is passed over. NULL: ERR_TEMPLATE with the line. */
json_t *var_rows_read(const char *text, size_t len, struct err *e);

#endif
