#include "prompt/file.h"

#include <string.h>

#include "base/mem.h"
#include "prompt/import_part.h"
#include "text/yaml_text.h"

static const char *const first[] = { "name", "labels", "note", "role", "type", "description", "params", "overrides", "vars", "tools", "response_schema",
	"text", "messages", "content", "tests", "expect", "lock", NULL };
static const char *const blocks[] = { "text", "content", "expect", NULL };
static const struct yaml_style style = { first, blocks };

void prompt_file(struct buf *out, const char *name, const json_t *labels, const json_t *bundle)
{
	json_t *file = json_copy((json_t *)bundle);

	(void)json_object_set_new(file, "name", json_string(name));
	if (json_array_size(labels) > 0) {
		(void)json_object_set(file, "labels", (json_t *)labels);
	}
	yaml_text(out, file, &style);
	json_decref(file);
}

/* ---- back ---- */

bool import_sniff_own(const struct import_source *s)
{
	return (import_has_ending(s, ".yaml") || import_has_ending(s, ".yml")) && (import_has_key(s, "messages") || import_has_key(s, "text"));
}

static bool read_labels(const struct import_source *s, const struct yaml_node *node, json_t **labels, struct err *e)
{
	*labels = node != NULL ? yaml_text_value(node) : NULL;
	if (node == NULL) {
		return true;
	}
	for (size_t i = 0; i < node->n; i++) {
		if (node->type != YAML_LIST || node->items[i]->type != YAML_SCALAR || node->items[i]->text[0] == '\0') {
			return import_refuse(s, node->items[i]->line, e, "labels must be a list of names");
		}
	}
	return node->type == YAML_LIST || import_refuse(s, node->line, e, "labels must be a list of names");
}

bool import_read_own(const struct import_source *s, struct import *out, struct err *e)
{
	struct yaml_node *root = yaml_parse_large(s->path, s->text, s->len, e);
	const struct yaml_node *name = yaml_get(root, "name");
	bool ok = root != NULL;

	if (!ok) {
		e->code = ERR_CHECK;
	} else if (root->type != YAML_MAP) {
		ok = import_refuse(s, root->line, e, "no prompt: a map with name and messages or text is wanted");
	} else if (name != NULL && (name->type != YAML_SCALAR || name->text[0] == '\0')) {
		ok = import_refuse(s, name->line, e, "name must be a text");
	}
	if (ok) {
		struct import_prompt *p = array_push(out->prompts, out->n, out->cap);

		p->name = x_strdup(name != NULL ? name->text : s->name);
		p->object = yaml_text_value(root);
		(void)json_object_del(p->object, "name");
		(void)json_object_del(p->object, "labels");
		ok = read_labels(s, yaml_get(root, "labels"), &p->labels, e) &&
		     (bundle_from_json(p->object, &p->bundle, e) || import_wrong(s, root, e));
	}
	yaml_tree_free(root);
	return ok;
}
