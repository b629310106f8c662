#include "provider/form.h"

#include <string.h>

#include "base/json.h"

#define TOOLS_MOST 128
#define NAME_MOST 64

static json_t *parse(const char *text, size_t len, const char *what, struct err *e)
{
	json_error_t why;
	json_t *v = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);

	if (v == NULL) {
		(void)err_set(e, ERR_USAGE, "the %s is not valid JSON (line %d: %s)", what, why.line, why.text);
	}
	return v;
}

static json_t *read_schema(const char *text, size_t len, struct err *e)
{
	json_t *v = parse(text, len, "schema", e);

	if (v != NULL && !json_is_object(v)) {
		(void)err_set(e, ERR_USAGE, "the schema is no JSON schema: it must be an object, such as {\"type\": \"object\", ...}");
		json_decref(v);
		v = NULL;
	}
	return v;
}

static bool is_name(const char *name)
{
	size_t n = name != NULL ? strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") : 0;

	return n > 0 && n <= NAME_MOST && name[n] == '\0';
}

/* What is wrong with a tool, or NULL. */
static const char *wrong_with(const json_t *tool, const json_t *seen)
{
	const json_t *function = json_get_object(tool, "function"), *parameters = json_object_get(function, "parameters");
	const json_t *description = json_object_get(function, "description");
	const char *type = json_get_string(tool, "type", NULL), *name = json_get_string(function, "name", NULL);

	if (type == NULL || strcmp(type, "function") != 0 || function == NULL) {
		return "must be {\"type\": \"function\", \"function\": {...}}";
	}
	if (!is_name(name)) {
		return "needs a name of up to 64 letters, digits, \"_\" and \"-\"";
	}
	if (json_object_get(seen, name) != NULL) {
		return "has the name of one before it";
	}
	if (description != NULL && !json_is_string(description)) {
		return "has a description that is no text";
	}
	return parameters != NULL && !json_is_object(parameters) ? "has parameters that are no JSON schema (an object)" : NULL;
}

static bool check_tools(const json_t *list, struct err *e)
{
	json_t *seen = json_object();
	size_t i, n = json_array_size(list);
	const json_t *tool;
	bool ok = n > 0 && n <= TOOLS_MOST;

	if (!ok) {
		(void)err_set(e, ERR_USAGE, "the tools must be a JSON list of 1 to %d tools", TOOLS_MOST);
	}
	json_array_foreach (list, i, tool) {
		const char *why = ok ? wrong_with(tool, seen) : NULL;

		if (why != NULL) {
			ok = err_set(e, ERR_USAGE, "tool %zu of the list %s", i + 1, why);
		}
		if (ok) {
			(void)json_object_set_new(seen, json_get_string(json_object_get(tool, "function"), "name", NULL), json_true());
		}
	}
	json_decref(seen);
	return ok;
}

static json_t *read_tools(const char *text, size_t len, struct err *e)
{
	json_t *v = parse(text, len, "list of tools", e);

	if (v != NULL && !check_tools(v, e)) {
		json_decref(v);
		v = NULL;
	}
	return v;
}

bool form_check_schema(const char *text, size_t len, struct err *e)
{
	json_t *v = read_schema(text, len, e);

	json_decref(v);
	return v != NULL;
}

bool form_check_tools(const char *text, size_t len, struct err *e)
{
	json_t *v = read_tools(text, len, e);

	json_decref(v);
	return v != NULL;
}

bool form_read(const struct chat_request *r, json_t **schema, json_t **tools, struct err *e)
{
	*schema = r->schema_json != NULL ? read_schema(r->schema_json, strlen(r->schema_json), e) : NULL;
	*tools = NULL;
	if (r->schema_json != NULL && *schema == NULL) {
		return false;
	}
	*tools = r->tools_json != NULL ? read_tools(r->tools_json, strlen(r->tools_json), e) : NULL;
	if (r->tools_json != NULL && *tools == NULL) {
		json_decref(*schema);
		*schema = NULL;
		return false;
	}
	return true;
}

json_t *form_functions(const json_t *tools, const char *parameters)
{
	json_t *list = json_array();
	size_t i;
	const json_t *tool;

	json_array_foreach (tools, i, tool) {
		json_t *function = json_object_get(tool, "function"), *schema = json_object_get(function, "parameters");
		json_t *out = json_object(), *description = json_object_get(function, "description");

		(void)json_object_set(out, "name", json_object_get(function, "name"));
		if (description != NULL) {
			(void)json_object_set(out, "description", description);
		}
		if (schema != NULL) {
			(void)json_object_set(out, parameters, schema);
		} else {
			(void)json_object_set_new(out, parameters, json_pack("{s:s, s:{}}", "type", "object", "properties"));
		}
		(void)json_array_append_new(list, out);
	}
	return list;
}
