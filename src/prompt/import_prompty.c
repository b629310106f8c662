/* Prompty (https://prompty.ai/docs/prompty-specification): settings in front, then messages under lines such as "system:"; the language is Jinja,
 * or Mustache when the settings say so. */
#include "prompt/import_part.h"

#include <string.h>

#include "base/mem.h"
#include "text/yaml_text.h"

bool import_sniff_prompty(const struct import_source *s)
{
	return import_has_ending(s, ".prompty");
}

static void model_part(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	(void)p;
	if (strcmp(key, "api") == 0) {
		if (value->type != YAML_SCALAR || strcmp(value->text, "chat") != 0) {
			import_note(im, value->line, "api is not kept: a prompt here is for chat");
		}
		return;
	}
	import_note(im, value->line, "%s of the model is not kept: providers are set up in the configuration, not in a prompt", key);
}

static void model(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	static const struct import_field fields[] = {
		{ "api", model_part }, { "configuration", model_part }, { "connection", model_part }, { "id", model_part }, { "provider", model_part },
		{ "response", NULL }, { "parameters", import_settings }, { "options", import_settings },
	};

	if (value->type != YAML_MAP) {
		import_setting(im, p, value->line, key, yaml_text_value(value));
		return;
	}
	import_fields(im, p, value, fields, COUNT_OF(fields));
}

static void input(struct import *im, struct import_prompt *p, const char *name, const struct yaml_node *value)
{
	static const struct {
		const char *theirs, *ours;
	} members[] = { { "type", "type" }, { "description", "description" }, { "default", "default" }, { "sample", "default" }, { "enum", "enum" } };

	if (value->type != YAML_MAP) {
		import_variable(p, name, "default", yaml_text_value(value));
		return;
	}
	for (size_t i = 0; i < value->n; i++) {
		size_t k = 0;

		while (k < COUNT_OF(members) && strcmp(members[k].theirs, value->keys[i]->text) != 0) {
			k++;
		}
		if (k < COUNT_OF(members)) {
			import_variable(p, name, members[k].ours, yaml_text_value(value->items[i]));
		} else {
			import_note(im, value->keys[i]->line, "%.80s of the input %.80s is not kept: it has no counterpart", value->keys[i]->text, name);
		}
	}
}

static void inputs(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	if (value->type != YAML_MAP) {
		import_note(im, value->line, "%s is not kept: it is no map", key);
		return;
	}
	for (size_t i = 0; i < value->n; i++) {
		input(im, p, value->keys[i]->text, value->items[i]);
	}
}

static const struct import_field fields[] = {
	{ "name", NULL }, { "template", NULL }, { "description", import_description }, { "model", model }, { "inputs", inputs }, { "sample", inputs },
};

static enum syntax syntax_of(struct import *im, const struct yaml_node *head)
{
	const struct yaml_node *t = yaml_get(head, "template"), *format = yaml_get(t, "format"), *type = yaml_get(t, "type");

	t = format != NULL ? format : type != NULL ? type : t;
	if (t == NULL || t->type != YAML_SCALAR || strcmp(t->text, "jinja2") == 0 || strcmp(t->text, "jinja") == 0) {
		return SYNTAX_SONDE;
	}
	if (strcmp(t->text, "mustache") == 0 || strcmp(t->text, "handlebars") == 0) {
		return SYNTAX_HANDLEBARS;
	}
	import_note(im, t->line, "the template language %.60s is not known; the text is taken as it is", t->text);
	return SYNTAX_LITERAL;
}

/* The role that a line "system:" or "# system:" begins, or NULL. */
static const char *role_of(const char *line, const char *end)
{
	static const char *const roles[] = { "system", "user", "assistant", "developer", "tool", "function" };

	while (line < end && strchr(" \t#", *line) != NULL) {
		line++;
	}
	while (end > line && strchr(" \t\r", end[-1]) != NULL) {
		end--;
	}
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		size_t n = strlen(roles[i]);

		if ((size_t)(end - line) == n + 1 && memcmp(line, roles[i], n) == 0 && line[n] == ':') {
			return roles[i];
		}
	}
	return NULL;
}

static void add_trimmed(struct import *im, struct import_prompt *p, const char *role, enum syntax syntax, const char *s, const char *end, int line)
{
	while (s < end && (*s == '\n' || *s == '\r')) {
		line += *s++ == '\n';
	}
	while (end > s && strchr("\r\n", end[-1]) != NULL) {
		end--;
	}
	if (memmem(s, (size_t)(end - s), "![", 2) != NULL) {
		import_note(im, line, "a picture (![...]) stays as text: attach it when you run the prompt");
	}
	if (s < end) {
		import_message(im, p, role, syntax, s, (size_t)(end - s), line);
	}
}

static void messages(struct import *im, struct import_prompt *p, enum syntax syntax, const struct import_matter *m)
{
	const char *role = "system", *end = m->body + m->len, *from = m->body;
	int line = m->line, from_line = m->line;

	for (const char *s = m->body; s < end; line++) {
		const char *newline = memchr(s, '\n', (size_t)(end - s)), *next = newline != NULL ? newline + 1 : end;
		const char *other = role_of(s, newline != NULL ? newline : end);

		if (other != NULL) {
			add_trimmed(im, p, role, syntax, from, s, from_line);
			role = other;
			from = next;
			from_line = line + 1;
		}
		s = next;
	}
	add_trimmed(im, p, role, syntax, from, end, from_line);
}

bool import_read_prompty(const struct import_source *s, struct import *out, struct err *e)
{
	struct import_matter m;

	if (!import_matter(s, &m, e)) {
		return false;
	}
	struct import_prompt *p = import_add(out, import_name_in(m.head, s));

	import_fields(out, p, m.head, fields, COUNT_OF(fields));
	messages(out, p, syntax_of(out, m.head), &m);
	yaml_tree_free(m.head);
	return json_object_get(p->object, "messages") != NULL || import_refuse(s, m.line, e, "there is no text behind the settings");
}
