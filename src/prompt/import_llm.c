/* Templates of llm (https://llm.datasette.io/en/stable/templates.html): YAML with "prompt", "system" and variables as $name; a file may also be
 * the prompt alone. */
#include "prompt/import_part.h"

#include <string.h>

#include "base/mem.h"
#include "text/yaml_text.h"

bool import_sniff_llm(const struct import_source *s)
{
	return import_has_ending(s, ".yaml") || import_has_ending(s, ".yml");
}

static void defaults(struct import *im, struct import_prompt *p, const char *key, const struct yaml_node *value)
{
	if (value->type != YAML_MAP) {
		import_note(im, value->line, "%s is not kept: it is no map", key);
		return;
	}
	for (size_t i = 0; i < value->n; i++) {
		import_variable(p, value->keys[i]->text, "default", yaml_text_value(value->items[i]));
	}
}

static void add_text(const struct import_source *s, struct import *im, struct import_prompt *p, const char *role, const struct yaml_node *text)
{
	if (text != NULL && text->type == YAML_SCALAR && text->text[0] != '\0') {
		import_message(im, p, role, SYNTAX_DOLLAR, text->text, strlen(text->text), import_text_line(s, text));
	}
}

bool import_read_llm(const struct import_source *s, struct import *out, struct err *e)
{
	static const struct import_field fields[] = {
		{ "name", NULL }, { "system", NULL }, { "prompt", NULL }, { "defaults", defaults }, { "options", import_settings }, { "model", import_setting_of },
		{ "schema_object", import_setting_of },
	};
	struct yaml_node *root = yaml_parse_large(s->path, s->text, s->len, e);

	if (root == NULL) {
		e->code = ERR_CHECK;
		return false;
	}
	const struct yaml_node *system = yaml_get(root, "system"), *prompt = yaml_get(root, "prompt");
	bool ok = root->type == YAML_SCALAR || system != NULL || prompt != NULL;

	if (ok) {
		struct import_prompt *p = import_add(out, import_name_in(root, s));

		add_text(s, out, p, "system", system);
		add_text(s, out, p, "user", root->type == YAML_SCALAR ? root : prompt);
		import_fields(out, p, root->type == YAML_MAP ? root : NULL, fields, COUNT_OF(fields));
	} else {
		(void)import_refuse(s, root->line, e, "no prompt: a file of sonde has messages or text, a template of llm has prompt or system");
	}
	yaml_tree_free(root);
	return ok;
}
