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

bool prompt_file_is(const char *path, const char *text, size_t len)
{
	return import_sniff_own(&(struct import_source){ .path = path, .text = text, .len = len });
}

static size_t blanks(const char *s, const char *end)
{
	const char *from = s;

	while (s < end && *s == ' ') {
		s++;
	}
	return (size_t)(s - from);
}

/* What a block is indented by: its first line with words, in the file and in the text. */
static size_t indent_of(const struct import_source *s, size_t line, const char *value)
{
	const char *at = s->text, *end = s->text + s->len, *newline;

	for (size_t i = 1; i < line && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL; i++) {
		at = newline + 1;
	}
	while (*value == '\n' && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		value++;
		at = newline + 1;
	}
	size_t in_file = blanks(at, end), in_text = blanks(value, value + strlen(value));

	return in_file > in_text ? in_file - in_text : 0;
}

void prompt_file_place(const struct yaml_node *root, const char *text, size_t len, size_t part, size_t *line, size_t *column)
{
	const struct import_source s = { .path = "", .text = text, .len = len };
	const struct yaml_node *messages = yaml_get(root, "messages");
	const struct yaml_node *message = messages != NULL && messages->type == YAML_LIST && part < messages->n ? messages->items[part] : NULL;
	const struct yaml_node *value = messages != NULL ? yaml_get(message, "content") : yaml_get(root, "text");

	if (value != NULL && value->type == YAML_SCALAR) {
		size_t begin = (size_t)import_text_line(&s, value);

		if (begin > (size_t)value->line) {
			*column += indent_of(&s, begin, value->text);
			*line += begin - 1;
		} else {
			*column = (size_t)value->column + (value->is_quoted ? 0 : *column - 1);
			*line = begin;
		}
	}
}

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
