/* yaml - a YAML file as a tree of nodes that know their line and column, for errors that point at the place.
 * Scalars stay text; the getters of the reader of the file decide what they must be. Anchors and tags are refused. */
#ifndef SONDE_BASE_YAML_H
#define SONDE_BASE_YAML_H

#include <stddef.h>

#include "base/err.h"

enum yaml_type { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_type type;
	int line, column;        /* from 1 */
	char *text;              /* scalar: its value, NUL-terminated; a NUL byte inside is refused at parsing */
	bool is_quoted;          /* scalar written in quotes or as a block: a string whatever it looks like */
	struct yaml_node **items; /* list: n items; map: n values */
	struct yaml_node **keys; /* map: n scalar keys, in the order of the file; no two alike */
	size_t n;
};

/* Parses one document. `name` (a file name) starts the error text: "NAME:LINE:COLUMN: ...". An empty document is an empty map.
 * Limits: 4 MiB, depth 32. Returns NULL and fills e (ERR_CONFIG) on failure; a repeated key is one. */
struct yaml_node *yaml_parse(const char *name, const char *text, size_t len, struct err *e);
/* Told of a key that stands in a map already: of the two the first is kept. The text of e has its place as above. */
typedef void yaml_repeat_fn(void *ctx, int line, int column, const struct err *e);
/* As yaml_parse, but a repeated key is told to fn and parsing goes on. */
struct yaml_node *yaml_parse_lenient(const char *name, const char *text, size_t len, yaml_repeat_fn *fn, void *ctx, struct err *e);
/* As yaml_parse, for files that hold texts and not settings: 256 MiB, depth 128. */
struct yaml_node *yaml_parse_large(const char *name, const char *text, size_t len, struct err *e);
/* Not yaml_free: libyaml exports a function of that name. */
void yaml_tree_free(struct yaml_node *node);
/* The value of a key of a map, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

#endif
