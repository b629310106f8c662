#include "cli/vars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"

static bool read_file(const char *path, json_t *vars, struct err *e)
{
	struct buf text = { 0 };
	json_error_t why;
	bool ok = cli_read(path, &text, e);
	json_t *v = ok ? json_loadb(buf_str(&text), text.len, 0, &why) : NULL;

	if (ok && v == NULL) {
		ok = err_set(e, ERR_TEMPLATE, "%.80s is not JSON: line %d: %.100s", path, why.line, why.text);
	} else if (ok && !json_is_object(v)) {
		ok = err_set(e, ERR_TEMPLATE, "%.80s must be one JSON object with the variables", path);
	} else if (ok) {
		(void)json_object_update(vars, v);
	}
	json_decref(v);
	buf_free(&text);
	return ok;
}

/* A text where the variable is one, or of no type; else what its text means. */
static json_t *value_of(const char *name, const struct buf *text, const struct bundle *b, struct err *e)
{
	const char *type = json_get_string(json_object_get(json_object_get(b->json, "vars"), name), "type", NULL);
	char what[80];

	if (type == NULL || strcmp(type, "string") == 0 || strcmp(type, "any") == 0) {
		(void)snprintf(what, sizeof(what), "the variable %.60s", name);
		return bundle_check_text(what, buf_str(text), text->len, e) ? json_stringn(buf_str(text), text->len) : NULL;
	}
	json_t *v = json_loadb(buf_str(text), text->len, JSON_DECODE_ANY, NULL);

	if (v == NULL) {
		err_set(e, ERR_TEMPLATE, "the variable %.60s must be of type %.20s, written as JSON", name, type);
	}
	return v;
}

static bool set_param(const char *param, const struct bundle *b, json_t *vars, struct err *e)
{
	const char *eq = strchr(param, '=');
	struct buf text = { 0 };

	if (eq == NULL || eq == param) {
		return err_set(e, ERR_USAGE, "-p takes name=value, not '%.60s'", param);
	}
	char *name = x_strndup(param, (size_t)(eq - param));
	bool ok = eq[1] == '@' ? cli_read(eq + 2, &text, e) : buf_add_str(&text, eq + 1);
	json_t *v = ok ? value_of(name, &text, b, e) : NULL;

	if (v != NULL && json_object_set_new(vars, name, v) != 0) {
		v = NULL;
		err_set(e, ERR_USAGE, "the name of a variable is not UTF-8 text");
	}
	free(name);
	buf_free(&text);
	return v != NULL;
}

json_t *cli_vars_read(const struct cli_vars *v, const struct bundle *b, struct err *e)
{
	json_t *vars = json_object();
	bool ok = v->file == NULL || read_file(v->file, vars, e);

	for (size_t i = 0; ok && i < v->n; i++) {
		ok = set_param(v->params[i], b, vars, e);
	}
	if (!ok) {
		json_decref(vars);
		return NULL;
	}
	return vars;
}
