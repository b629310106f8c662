/* bundle - what one version of a prompt is made of: messages or text, parameters, tools, response schema, variables, tests, note.
 * A plain value; immutable once made. Its identity is the SHA-256 of its canonical form: compact JSON, keys sorted by their bytes, absent and
 * empty parts left out, whole numbers without a point, other numbers in the fewest digits that give them back.
 * Not here: names, versions and labels (registry.h), the plain file (file.h). */
#ifndef SONDE_PROMPT_BUNDLE_H
#define SONDE_PROMPT_BUNDLE_H

#include <jansson.h>

#include "base/buf.h"

#define BUNDLE_LIMIT ((size_t)16 << 20) /* bytes of the canonical form; a template renders no more */
#define BUNDLE_DEPTH 64                 /* levels of JSON */
#define BUNDLE_HASH_SIZE 65             /* 64 hex digits and a NUL */

struct bundle {
	json_t *json; /* owned; only these members, all checked:
	               * "messages": [{"role": "system|user|assistant|developer|tool", "content": TEMPLATE, ...}] or "text": TEMPLATE
	               * "params": {...}  "overrides": {PROVIDER: {...}}  "tools": [{...}]  "response_schema": {...}
	               * "vars": {NAME: JSON-Schema subset: type, enum, default, description, minimum, maximum, items, properties, required}
	               * "tests": [{"name": .., "vars": {...}, "expect": TEXT}]  "note": TEXT
	               * "lock": {"NAME@LABEL": HASH} what its includes stood for when it was saved */
	char hash[BUNDLE_HASH_SIZE];
};

/* Checks an object of the members above (borrowed) and makes its canonical form. ERR_TEMPLATE with the path of what is wrong. */
bool bundle_from_json(const json_t *object, struct bundle *out, struct err *e) SONDE_MUST_CHECK;
/* A single text, byte for byte: UTF-8 without NUL. */
bool bundle_from_text(const char *text, size_t len, struct bundle *out, struct err *e) SONDE_MUST_CHECK;
void bundle_copy(const struct bundle *b, struct bundle *out);
void bundle_free(struct bundle *b);
/* Appends the canonical form, the bytes the hash is of. */
void bundle_canonical(const struct bundle *b, struct buf *out);
/* The hash of bytes that are a canonical form, as hex digits. */
void bundle_hash_bytes(const char *bytes, size_t len, char out[BUNDLE_HASH_SIZE]);
/* UTF-8 without NUL, and not too much of it. ERR_TEMPLATE with `what` ("standard input") and the place of the byte. */
bool bundle_check_text(const char *what, const char *text, size_t len, struct err *e) SONDE_MUST_CHECK;

extern const char *const bundle_roles[]; /* NULL at the end */

/* The templates in order: messages, or the one text (role ""). Borrowed. */
struct bundle_part {
	const char *role, *text;
	size_t len;
};
size_t bundle_n_parts(const struct bundle *b);
struct bundle_part bundle_part(const struct bundle *b, size_t i);

/* The script form, which people edit: each message under a line that is its role in capitals (SYSTEM, USER, ASSISTANT, DEVELOPER, TOOL) and with a
 * newline behind it. A bundle with one text is that text, without a role. A line of a text that looks like a role begins with a backslash. */
void bundle_script(const struct bundle *b, struct buf *out);
/* Line and column in the i-th part, both from 1, become those in the script. */
void bundle_script_place(const struct bundle *b, size_t i, size_t *line, size_t *column);
/* A bundle with the messages or the text of the script and all else of `base` (NULL: nothing else). Messages keep what the script does not
 * show (names, ids and calls of tools) when the message at their place has the same role. */
bool bundle_with_script(const struct bundle *base, const char *script, size_t len, struct bundle *out, struct err *e) SONDE_MUST_CHECK;

#endif
