#include "cli/vars.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "text/json_text.h"
#include "text/utf8.h"

struct reading {
	const struct bundle *b; /* NULL: none */
	json_t *vars;
	struct template_error *why;
	struct err *e;
};

/* What a file or parameter holds is no good; of JSON with its place. */
static bool refuse(struct reading *r, const char *name, int line, int column, const char *fmt, ...) SONDE_PRINTF(5, 6);
static bool refuse(struct reading *r, const char *name, int line, int column, const char *fmt, ...)
{
	struct template_error *t = r->why;
	va_list ap;

	*t = (struct template_error){ .kind = TEMPLATE_SYNTAX, .line = line > 0 ? (size_t)line : 1, .column = column > 0 ? (size_t)column : 1 };
	(void)snprintf(t->template, sizeof(t->template), "%s", name);
	va_start(ap, fmt);
	(void)vsnprintf(t->message, sizeof(t->message), fmt, ap);
	va_end(ap);
	return template_error_err(t, r->e);
}

static bool read_file(struct reading *r, const char *path)
{
	const char *what = strcmp(path, "-") == 0 ? "standard input" : path;
	struct buf text = { 0 };
	json_error_t why;
	bool ok = cli_read(path, &text, r->e);
	json_t *v = ok ? json_loadb(buf_str(&text), text.len, r->b == NULL ? JSON_ALLOW_NUL : 0, &why) : NULL;

	if (ok && v == NULL) {
		ok = refuse(r, what, why.line, why.column, "%s", why.text);
	} else if (ok && !json_is_object(v)) {
		ok = refuse(r, what, 1, 1, "the variables must be one JSON object");
	} else if (ok) {
		(void)json_object_update(r->vars, v);
	}
	json_decref(v);
	buf_free(&text);
	return ok;
}

/* A text where the variable is one, or of no type; else what its text means. */
static json_t *value_of(struct reading *r, const char *name, const struct buf *text)
{
	const json_t *schema = r->b != NULL ? json_object_get(json_object_get(r->b->json, "vars"), name) : NULL;
	const char *type = json_get_string(schema, "type", NULL);

	if (type == NULL || strcmp(type, "string") == 0 || strcmp(type, "any") == 0) {
		bool has_nul = r->b != NULL && text->len > 0 && memchr(text->s, '\0', text->len) != NULL;
		json_t *v = has_nul ? NULL : json_stringn(buf_str(text), text->len);

		return v != NULL || refuse(r, name, 1, 1, has_nul ? "the variable holds a NUL character" : "the variable is not UTF-8 text") ? v : NULL;
	}
	json_t *v = json_loadb(buf_str(text), text->len, JSON_DECODE_ANY, NULL);

	return v != NULL || refuse(r, name, 1, 1, "the variable must be of type %.20s, written as JSON", type) ? v : NULL;
}

static bool set_param(struct reading *r, const char *param)
{
	const char *eq = strchr(param, '=');
	struct buf text = { 0 };

	if (eq == NULL || eq == param) {
		return err_set(r->e, ERR_USAGE, "-p takes name=value, not '%.60s'", param);
	}
	char *name = x_strndup(param, (size_t)(eq - param));
	bool is_name = utf8_valid(name, strlen(name)) || err_set(r->e, ERR_USAGE, "the name of a variable is not UTF-8 text");
	bool ok = is_name && (eq[1] == '@' ? cli_read(eq + 2, &text, r->e) : buf_add_str(&text, eq + 1));
	json_t *v = ok ? value_of(r, name, &text) : NULL;

	ok = v != NULL && json_object_set_new(r->vars, name, v) == 0;
	free(name);
	buf_free(&text);
	return ok;
}

json_t *cli_vars_read(const struct cli_vars *v, const struct bundle *b, struct template_error *why, struct err *e)
{
	struct reading r = { .b = b, .vars = json_object(), .why = why, .e = e };

	*why = (struct template_error){ .kind = TEMPLATE_OK };
	bool ok = v->file == NULL || read_file(&r, v->file);

	for (size_t i = 0; ok && i < v->n; i++) {
		ok = set_param(&r, v->params[i]);
	}
	if (!ok) {
		json_decref(r.vars);
		return NULL;
	}
	return r.vars;
}

int cli_template_fail(const struct template_error *why, bool is_json)
{
	struct buf out = { 0 };
	struct err e;

	if (!is_json) {
		(void)template_error_err(why, &e);
		int status = cli_fail(&e);

		if (why->excerpt[0] != '\0') {
			template_error_caret(why, 7, &out);
			fputs(buf_str(&out), stderr);
		}
		buf_free(&out);
		return status;
	}
	(void)buf_addf(&out, "{\"error\":\"%s\",\"template\":", template_error_name(why->kind));
	json_text_string(&out, why->template);
	(void)buf_addf(&out, ",\"line\":%zu,\"column\":%zu,\"message\":", why->line, why->column);
	json_text_string(&out, why->message);
	(void)buf_add_str(&out, "}\n");
	(void)cli_out(buf_str(&out), out.len);
	buf_free(&out);
	return err_exit_status(ERR_TEMPLATE);
}
