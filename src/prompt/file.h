/* file - the plain file of a prompt: one YAML document that reads well in version control and holds all of a version.
 * name and labels stand first and are no part of the version; then come the members of bundle.h by name, texts as literal blocks.
 * Lossless: what is read from a file that was written is the same version, and is written as the same bytes. Not here: directories (sync.h). */
#ifndef SONDE_PROMPT_FILE_H
#define SONDE_PROMPT_FILE_H

#include "base/buf.h"

#include <jansson.h>

/* Appends the file. bundle: members as in bundle.h. labels: an array of names, or NULL. */
void prompt_file(struct buf *out, const char *name, const json_t *labels, const json_t *bundle);

/* Whether a file of that name with that text is one. */
bool prompt_file_is(const char *path, const char *text, size_t len);
/* Line and column in the i-th part of the bundle, both from 1, become those in the file it was read from, of which root is the tree. Of a text in
 * quotes the beginning. */
struct yaml_node;
void prompt_file_place(const struct yaml_node *root, const char *text, size_t len, size_t part, size_t *line, size_t *column);

#endif
