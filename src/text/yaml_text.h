/* yaml_text - JSON values as YAML text that reads well in version control, and back from the nodes of base/yaml.h.
 * What is written is read back as the same value: texts keep every byte. One form for one value, byte by byte the same on every machine.
 * Long texts and those of several lines are literal blocks, one line a line; where a block cannot hold a text (CR, controls, nothing but
 * blanks) it is quoted, still with one line a line. */
#ifndef SONDE_TEXT_YAML_TEXT_H
#define SONDE_TEXT_YAML_TEXT_H

#include <jansson.h>

#include "base/buf.h"
#include "base/yaml.h"

struct yaml_style {
	const char *const *first;  /* keys that stand first in their map, in this order, NULL-terminated; all others follow by the alphabet */
	const char *const *blocks; /* keys whose text is a block however short it is, NULL-terminated */
};

/* Appends an object. Its texts hold no NUL: no YAML file can. */
void yaml_text(struct buf *out, const json_t *object, const struct yaml_style *style);

/* The value of a node: quoted scalars and blocks are texts; others are what JSON or YAML takes them for: numbers, true, false, null, else texts.
 * The caller's. */
json_t *yaml_text_value(const struct yaml_node *node);

#endif
