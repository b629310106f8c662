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
	struct yaml_node **keys; /* map: n scalar keys; keys are unique */
	size_t n;
};

/* Parses one document. `name` (a file name) starts the error text: "NAME:LINE:COLUMN: ...". An empty document is an empty map.
 * Limits: 4 MiB, depth 32. Returns NULL and fills e on failure. */
struct yaml_node *yaml_parse(const char *name, const char *text, size_t len, struct err *e);
void yaml_free(struct yaml_node *node);
/* The value of a key of a map, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

#endif
