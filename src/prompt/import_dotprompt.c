/* Dotprompt (https://google.github.io/dotprompt/reference/frontmatter/): settings in front, then handlebars with {{role "user"}} between the messages.
 * Schemas may be written as Picoschema: "name?: type, what it is"; "tags(array): string"; "kind(enum): [a, b]"; "who(object): {...}". */
#include "prompt/import_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/yaml_text.h"

#define ROLE_TAG "{{role \""

bool import_sniff_dotprompt(const struct import_source *s)
{
	return import_has_ending(s, ".prompt");
}

/* ---- Picoschema ---- */

static json_t *schema_of(const struct yaml_node *node);

/* "type, what it is" */
static json_t *scalar_schema(const char *text)
{
	size_t n = strcspn(text, ",");
	const char *rest = text + n + (text[n] == ',');
	json_t *v = json_object();

	if (n != strlen("any") || memcmp(text, "any", n) != 0) {
		(void)json_object_set_new(v, "type", json_stringn(text, n));
	}
	rest += strspn(rest, " ");
	if (*rest != '\0') {
		(void)json_object_set_new(v, "description", json_string(rest));
	}
	return v;
}

static json_t *kinded_schema(const char *kind, size_t len, const struct yaml_node *value)
{
	if (len == strlen("array") && memcmp(kind, "array", len) == 0) {
		return json_pack("{s:s, s:o}", "type", "array", "items", schema_of(value));
	}
	if (len == strlen("enum") && memcmp(kind, "enum", len) == 0) {
		return json_pack("{s:o}", "enum", yaml_text_value(value));
	}
	return schema_of(value);
}

static json_t *object_schema(const struct yaml_node *map)
{
	json_t *properties = json_object(), *required = json_array();

	for (size_t i = 0; i < map->n; i++) {
		const char *key = map->keys[i]->text, *kind = strchr(key, '(');
		size_t n = strcspn(key, "?(");
		json_t *one = kind == NULL ? schema_of(map->items[i]) : kinded_schema(kind + 1, strcspn(kind + 1, ",)"), map->items[i]);
		size_t said = kind != NULL ? strcspn(kind, ",") : 0;

		if (kind != NULL && kind[said] == ',') { /* (array, what it is) */
			const char *text = kind + said + 1 + strspn(kind + said + 1, " ");

			(void)json_object_set_new(one, "description", json_stringn(text, strcspn(text, ")")));
		}
		(void)json_object_setn_new(properties, key, n, one);
		if (key[n] != '?') {
			(void)json_array_append_new(required, json_stringn(key, n));
		}
	}
	return json_pack("{s:s, s:o, s:o}", "type", "object", "properties", properties, "required", required);
}

/* A JSON schema is one already: it has a type, and properties or items beside it. */
static json_t *schema_of(const struct yaml_node *node)
{
	if (node->type == YAML_SCALAR) {
		return scalar_schema(node->text);
	}
	bool is_schema = yaml_get(node, "type") != NULL && (yaml_get(node, "properties") != NULL || yaml_get(node, "items") != NULL);

	return is_schema || node->type == YAML_LIST ? yaml_text_value(node) : object_schema(node);
}

/* ---- settings ---- */

static void input(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	const struct yaml_node *schema = yaml_get(value, "schema"), *defaults = yaml_get(value, "default");
	json_t *object = schema != NULL ? schema_of(schema) : NULL, *one, *v;
	const char *name, *part;

	json_object_foreach(json_object_get(object, "properties"), name, one) {
		json_object_foreach(one, part, v) {
			import_variable(p, name, part, json_incref(v));
		}
	}
	if (schema != NULL && !json_is_object(json_object_get(object, "properties"))) {
		import_note(im, schema->line, "schema of %s is not kept: it describes no variables by name", key);
	}
	for (size_t i = 0; defaults != NULL && defaults->type == YAML_MAP && i < defaults->n; i++) {
		import_variable(p, defaults->keys[i]->text, "default", yaml_text_value(defaults->items[i]));
	}
	json_decref(object);
}

static void output(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	const struct yaml_node *schema = yaml_get(value, "schema"), *format = yaml_get(value, "format");

	if (schema != NULL) {
		(void)json_object_set_new(p->object, "response_schema", schema_of(schema));
	} else if (format != NULL && format->type == YAML_SCALAR && strcmp(format->text, "json") == 0) {
		(void)json_object_set_new(p->object, "response_schema", json_pack("{s:s}", "type", "object"));
	} else if (format == NULL || format->type != YAML_SCALAR || strcmp(format->text, "text") != 0) {
		import_note(im, value->line, "%s is not kept: it has no counterpart", key);
	}
}

static void tools(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	(void)p;
	import_note(im, value->line, "%s is not kept: the file names tools without describing them", key);
}

static const struct import_field fields[] = {
	{ "name", NULL }, { "variant", NULL }, { "description", import_description }, { "model", import_setting_of }, { "config", import_settings }, { "input", input },
	{ "output", output }, { "tools", tools },
};

/* ---- messages ---- */

static void add_trimmed(struct import *im, struct import_prompt *p, const char *role, const char *s, const char *end, int line)
{
	while (s < end && strchr(" \t\r\n", *s) != NULL) {
		line += *s++ == '\n';
	}
	while (end > s && strchr(" \t\r\n", end[-1]) != NULL) {
		end--;
	}
	if (s < end) {
		import_message(im, p, role, SYNTAX_HANDLEBARS, s, (size_t)(end - s), line);
	}
}

static int lines_in(const char *s, const char *end)
{
	int n = 0;

	for (; s < end; s++) {
		n += *s == '\n';
	}
	return n;
}

static void messages(struct import *im, struct import_prompt *p, const struct import_matter *m)
{
	const char *end = m->body + m->len, *s = m->body, *at;
	char *role = x_strdup("user");
	int line = m->line;

	while ((at = memmem(s, (size_t)(end - s), ROLE_TAG, strlen(ROLE_TAG))) != NULL) {
		const char *name = at + strlen(ROLE_TAG), *close = memmem(name, (size_t)(end - name), "\"}}", 3);

		if (close == NULL) {
			break;
		}
		add_trimmed(im, p, role, s, at, line);
		free(role);
		role = x_strndup(name, (size_t)(close - name));
		line += lines_in(s, close);
		s = close + 3;
	}
	add_trimmed(im, p, role, s, end, line);
	free(role);
}

bool import_read_dotprompt(const struct import_source *s, struct import *out, struct err *e)
{
	struct import_matter m;

	if (!import_matter(s, &m, e)) {
		return false;
	}
	struct import_prompt *p = import_add(out, import_name_in(m.head, s));

	import_fields(out, p, m.head, fields, COUNT_OF(fields));
	yaml_tree_free(m.head);
	messages(out, p, &m);
	return json_object_get(p->object, "messages") != NULL || import_refuse(s, m.line, e, "there is no text behind the settings");
}
