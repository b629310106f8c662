/* render - a template and its variables to text, from a script or a shell. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "template/template.h"
#include "text/clean.h"
#include "text/json_text.h"

#define PARTIAL_LIMIT ((size_t)16 << 20)

struct options {
	const char *template, *partials;
	bool is_lenient, is_json;
	json_t *vars; /* an object */
};

/* A fault of the template or its variables, in the words asked for. */
static int fail(const struct options *o, const struct template_error *t)
{
	struct buf out = { 0 };
	struct err e;

	if (!o->is_json) {
		(void)template_error_err(t, &e);
		int status = cli_fail(&e);
		if (t->excerpt[0] != '\0') {
			template_error_caret(t, 7, &out);
			fputs(out.s, stderr);
			buf_free(&out);
		}
		return status;
	}
	(void)buf_addf(&out, "{\"error\":\"%s\",\"template\":", template_error_name(t->kind));
	json_text_string(&out, t->template);
	(void)buf_addf(&out, ",\"line\":%zu,\"column\":%zu,\"message\":", t->line, t->column);
	json_text_string(&out, t->message);
	(void)buf_add_str(&out, "}\n");
	(void)cli_out(out.s, out.len);
	buf_free(&out);
	return err_exit_status(ERR_TEMPLATE);
}

/* A fault of a file of variables or a parameter, which has a place only when it is JSON. */
static int fail_vars(const struct options *o, const char *name, int line, int column, const char *message)
{
	struct template_error t = { .kind = TEMPLATE_SYNTAX, .line = line > 0 ? (size_t)line : 1, .column = column > 0 ? (size_t)column : 1 };

	(void)snprintf(t.template, sizeof(t.template), "%s", name);
	(void)snprintf(t.message, sizeof(t.message), "%s", message);
	return fail(o, &t);
}

static int read_vars(struct options *o, const char *path)
{
	struct buf text = { 0 };
	struct err e = { 0 };
	json_error_t why;
	int status = 0;

	if (!cli_read(path, &text, &e)) {
		status = cli_fail(&e);
	} else {
		json_t *vars = json_loadb(buf_str(&text), text.len, JSON_ALLOW_NUL, &why);

		if (vars == NULL) {
			status = fail_vars(o, path, why.line, why.column, why.text);
		} else if (!json_is_object(vars)) {
			status = fail_vars(o, path, 1, 1, "the variables must be one JSON object");
		} else {
			(void)json_object_update(o->vars, vars);
		}
		json_decref(vars);
	}
	buf_free(&text);
	return status;
}

/* "name=value" or "name=@file". */
static int set_param(struct options *o, const char *param)
{
	const char *eq = strchr(param, '=');
	struct buf text = { 0 };
	struct err e = { 0 };

	if (eq == NULL || eq == param) {
		return cli_usage(&cli_render, "-p takes name=value, not '%.60s'", param);
	}
	if (eq[1] != '@') {
		(void)buf_add_str(&text, eq + 1);
	} else if (!cli_read(eq + 2, &text, &e)) {
		buf_free(&text);
		return cli_fail(&e);
	}
	char *name = x_strndup(param, (size_t)(eq - param));
	json_t *value = json_stringn(buf_str(&text), text.len);
	int status = value != NULL && json_object_set(o->vars, name, value) == 0 ? 0 : fail_vars(o, name, 1, 1, "the parameter is not UTF-8 text");

	json_decref(value);
	free(name);
	buf_free(&text);
	return status;
}

static int parse(struct options *o, int argc, char **argv)
{
	enum { TEMPLATE = 256, VARS, PARTIALS, LENIENT, ERROR_JSON };
	static const struct option longs[] = {
		{ "template", required_argument, NULL, TEMPLATE }, { "vars", required_argument, NULL, VARS },
		{ "partials", required_argument, NULL, PARTIALS }, { "lenient", no_argument, NULL, LENIENT },
		{ "error-json", no_argument, NULL, ERROR_JSON }, { NULL, 0, NULL, 0 },
	};
	const char *vars = NULL, **params = x_calloc((size_t)argc, sizeof(*params));
	size_t n_params = 0;
	int option, status = 0;

	while (status == 0 && (option = cli_option(argc, argv, "p:", longs)) != -1) {
		switch (option) {
		case 'p': params[n_params++] = optarg; break;
		case TEMPLATE: o->template = optarg; break;
		case VARS: vars = optarg; break;
		case PARTIALS: o->partials = optarg; break;
		case LENIENT: o->is_lenient = true; break;
		case ERROR_JSON: o->is_json = true; break;
		default: status = cli_bad_option(&cli_render, argv); break;
		}
	}
	if (status == 0 && (o->template == NULL || optind < argc)) {
		status = cli_usage(&cli_render, o->template == NULL ? "no template was given" : "'%.60s' is one word too many", argv[optind]);
	}
	/* Parameters go before the file, whatever their order. */
	if (status == 0 && vars != NULL) {
		status = read_vars(o, vars);
	}
	for (size_t i = 0; i < n_params && status == 0; i++) {
		status = set_param(o, params[i]);
	}
	free(params);
	return status;
}

/* DIR/NAME, or that with an ending a partial may have. A name stays below the directory. */
static bool include(void *ctx, const char *name, struct buf *text)
{
	static const char *const endings[] = { "", ".txt", ".md", ".j2" };
	const struct options *o = ctx;
	bool is_found = false;

	if (o->partials == NULL || name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL) {
		return false;
	}
	for (size_t i = 0; i < COUNT_OF(endings) && !is_found; i++) {
		char *path = x_asprintf("%s/%s%s", o->partials, name, endings[i]);
		struct err e;

		buf_clear(text);
		text->limit = PARTIAL_LIMIT;
		is_found = file_read(path, text, NULL, &e);
		free(path);
	}
	return is_found;
}

/* Byte for byte; for the eyes of a person without what a terminal would obey. */
static void print(const struct buf *text)
{
	if (!isatty(STDOUT_FILENO)) {
		(void)cli_out(buf_str(text), text->len);
		return;
	}
	char *clean = clean_text(buf_str(text), text->len);

	(void)cli_out(clean, strlen(clean));
	free(clean);
}

static int render(struct options *o, const struct buf *source)
{
	struct template_env env = { .is_lenient = o->is_lenient, .include = include, .ctx = o };
	struct template_error why;
	struct buf out = { 0 };
	struct template *t = template_parse(o->template, buf_str(source), source->len, &why);
	bool ok = t != NULL && template_render(t, o->vars, &env, &out, &why);

	if (ok) {
		print(&out);
	}
	template_free(t);
	buf_free(&out);
	return ok ? 0 : fail(o, &why);
}

static int run(int argc, char **argv)
{
	struct options o = { .vars = json_object() };
	struct buf source = { 0 };
	struct err e = { 0 };
	int status = parse(&o, argc, argv);

	if (status == 0) {
		status = cli_read(o.template, &source, &e) ? render(&o, &source) : cli_fail(&e);
	}
	buf_free(&source);
	json_decref(o.vars);
	return status;
}

const struct cli_command cli_render = {
	.name = "render",
	.summary = "fill in a template and print the text",
	.usage = "sonde render --template FILE|- [--vars FILE.json] [-p NAME=VALUE]... [--partials DIR]",
	.help =
	    "  --template FILE  the template; - is standard input\n"
	    "  --vars FILE      variables: a JSON object\n"
	    "  -p NAME=VALUE    one variable, a text; goes before the same name in --vars\n"
	    "  -p NAME=@FILE    one variable, the text of a file\n"
	    "  --partials DIR   where {% include \"name\" %} finds files: name, name.txt, name.md, name.j2\n"
	    "  --lenient        what is undefined prints as nothing, instead of being an error\n"
	    "  --error-json     an error as {\"error\",\"template\",\"line\",\"column\",\"message\"} on standard output\n"
	    "\n"
	    "  The text is printed byte for byte, with no newline added. An error of the template or its variables ends with 3.\n"
	    "\n"
	    "  sonde render --template review.txt --vars case.json -p diff=@change.diff\n",
	.run = run,
};
