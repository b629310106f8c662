/* render - a template or a version of a prompt and its variables to text, from a script or a shell. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/ref.h"

#define PARTIAL_LIMIT ((size_t)16 << 20)

struct options {
	const char *template, *ref, *key, *partials;
	bool is_lenient, is_json;
	struct cli_vars vars;
};

static int parse(struct options *o, int argc, char **argv)
{
	enum { TEMPLATE = 256, KEY, VARS, PARTIALS, LENIENT, ERROR_JSON };
	static const struct option longs[] = {
		{ "template", required_argument, NULL, TEMPLATE }, { "key", required_argument, NULL, KEY }, { "vars", required_argument, NULL, VARS },
		{ "partials", required_argument, NULL, PARTIALS }, { "lenient", no_argument, NULL, LENIENT },
		{ "error-json", no_argument, NULL, ERROR_JSON }, { NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = cli_option(argc, argv, "t:p:", longs)) != -1) {
		switch (option) {
		case 't': o->ref = optarg; break;
		case 'p': *array_push(o->vars.params, o->vars.n, o->vars.cap) = optarg; break;
		case TEMPLATE: o->template = optarg; break;
		case KEY: o->key = optarg; break;
		case VARS: o->vars.file = optarg; break;
		case PARTIALS: o->partials = optarg; break;
		case LENIENT: o->is_lenient = true; break;
		case ERROR_JSON: o->is_json = true; break;
		default: return cli_bad_option(&cli_render, argv);
		}
	}
	if (optind < argc) {
		return cli_usage(&cli_render, "'%.60s' is one word too many", argv[optind]);
	}
	if ((o->template == NULL) == (o->ref == NULL)) {
		return cli_usage(&cli_render, o->ref == NULL ? "no template was given: -t NAME or --template FILE" : "-t does not go with --template");
	}
	if (o->ref != NULL && o->partials != NULL) {
		return cli_usage(&cli_render, "--partials goes with --template; a prompt includes prompts");
	}
	if (o->ref == NULL && o->key != NULL) {
		return cli_usage(&cli_render, "--key goes with -t");
	}
	return 0;
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

static bool render_file(const struct options *o, struct buf *out, struct template_error *why, struct err *e)
{
	const struct template_env env = { .is_lenient = o->is_lenient, .include = include, .ctx = (void *)o };
	struct buf source = { 0 };
	json_t *vars = cli_read(o->template, &source, e) ? cli_vars_read(&o->vars, NULL, why, e) : NULL;
	struct template *t = vars != NULL ? template_parse(o->template, buf_str(&source), source.len, why) : NULL;
	bool ok = t != NULL && template_render(t, vars, &env, out, why);

	template_free(t);
	json_decref(vars);
	buf_free(&source);
	return ok;
}

static bool render_version(const struct options *o, struct buf *out, struct template_error *why, struct err *e)
{
	struct registry *r = ref_registry(e);
	struct ref f;
	bool ok = r != NULL && ref_fill(&f, r, o->ref, o->key, &o->vars, o->is_lenient, why, e);

	if (ok) {
		rendered_text(&f.rendered, out);
		ref_free(&f);
	}
	registry_close(r);
	return ok;
}

static int render(const struct options *o)
{
	struct template_error why = { .kind = TEMPLATE_OK };
	struct buf text = { 0 }, out = { 0 };
	struct err e = { 0 };
	bool ok = o->ref != NULL ? render_version(o, &text, &why, &e) : render_file(o, &text, &why, &e);

	if (ok) {
		cli_add_text(&out, buf_str(&text), text.len);
		(void)cli_out(buf_str(&out), out.len);
	}
	buf_free(&text);
	buf_free(&out);
	return ok ? 0 : why.kind != TEMPLATE_OK ? cli_template_fail(&why, o->is_json) : cli_fail(&e);
}

static int run(int argc, char **argv)
{
	struct options o = { .template = NULL };
	int status = parse(&o, argc, argv);

	status = status == 0 ? render(&o) : status;
	free(o.vars.params);
	return status;
}

const struct cli_command cli_render = {
	.name = "render",
	.summary = "fill in a template and print the text",
	.usage = "sonde render -t PROMPT|--template FILE|- [--vars FILE.json] [-p NAME=VALUE]... [--partials DIR]",
	.help =
	    "  -t PROMPT        a prompt of the registry: NAME, NAME@LABEL, NAME@v3 or NAME@HASH; with roles each message stands below its own\n"
	    "  --key USER       with -t: which version of a split that user gets\n"
	    "  --template FILE  a template; - is standard input\n"
	    "  --vars FILE      variables: a JSON object\n"
	    "  -p NAME=VALUE    one variable, a text; goes before the same name in --vars\n"
	    "  -p NAME=@FILE    one variable, the text of a file\n"
	    "  --partials DIR   where {% include \"name\" %} finds files: name, name.txt, name.md, name.j2\n"
	    "  --lenient        what is undefined prints as nothing, instead of being an error\n"
	    "  --error-json     an error as {\"error\",\"template\",\"line\",\"column\",\"message\"} on standard output\n"
	    "\n"
	    "  The text is printed byte for byte, with no newline added. An error of the template or its variables ends with 3.\n"
	    "\n"
	    "  sonde render --template review.txt --vars case.json -p diff=@change.diff\n"
	    "  sonde render -t support/triage@v3 -p ticket=@mail.txt\n",
	.run = run,
};
