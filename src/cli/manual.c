#include "cli/manual.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/config_file.h"
#include "gateway/limit.h"
#include "metrics/filter.h"

void manual_cell(struct buf *out, const char *text)
{
	for (const char *s = text; *s != '\0'; s++) {
		if (*s == '|') {
			(void)buf_add_char(out, '\\');
		}
		(void)buf_add_char(out, *s);
	}
}

void manual_commands(struct buf *out, const struct cli_command *const *commands, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct cli_command *c = commands[i];

		(void)buf_addf(out, "### sonde %s\n\n", c->name);
		(void)buf_addf(out, "%c%s.\n\n", toupper((unsigned char)c->summary[0]), c->summary + 1);
		(void)buf_addf(out, "```text\n%s\n\n%s```\n%s", c->usage, c->help, i + 1 < n ? "\n" : "");
	}
}

/* "`A` or `B`" */
static void variables(struct buf *out, const struct provider *p)
{
	for (size_t i = 0; i < COUNT_OF(p->key_env) && p->key_env[i] != NULL; i++) {
		(void)buf_addf(out, "%s`%s`", i > 0 ? " or " : "", p->key_env[i]);
	}
	if (!p->needs_key) {
		(void)buf_add_str(out, p->key_env[0] != NULL ? ", optional" : "none needed");
	}
}

void manual_providers(struct buf *out)
{
	(void)buf_add_str(out, "| kind | provider | key | address | default address |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < n_providers; i++) {
		const struct provider *p = providers[i];

		(void)buf_addf(out, "| `%s` | %s | ", p->kind, p->title);
		variables(out, p);
		(void)buf_addf(out, " | `%s` | `%s` |\n", p->base_url_env, p->base_url);
	}
}

void manual_filter(struct buf *out)
{
	const char *name, *help, *example;

	(void)buf_add_str(out, "| field | is | example |\n|---|---|---|\n");
	for (size_t i = 0; (name = filter_field(i, &help, &example)) != NULL; i++) {
		(void)buf_addf(out, "| `%s` | %s | `%s` |\n", name, help, example);
	}
}

void manual_limits(struct buf *out)
{
	const char *name, *help;

	(void)buf_add_str(out, "| figure | is |\n|---|---|\n");
	for (size_t i = 0; (name = limit_figure(i, &help)) != NULL; i++) {
		(void)buf_addf(out, "| `%s` | %s |\n", name, help);
	}
}

struct table {
	struct buf *out;
	const char *path; /* of the heading written last */
};

static void add_key(void *ctx, const char *path, const char *name, const char *values, const char *help)
{
	struct table *t = ctx;

	if (t->path == NULL || strcmp(t->path, path) != 0) {
		(void)buf_addf(t->out, "%s`%s`:\n\n| key | values | meaning |\n|---|---|---|\n", t->path != NULL ? "\n" : "", path);
		t->path = path;
	}
	(void)buf_addf(t->out, "| `%s` | ", name);
	manual_cell(t->out, values);
	(void)buf_add_str(t->out, values[0] != '\0' ? " | " : "| ");
	manual_cell(t->out, help);
	(void)buf_add_str(t->out, " |\n");
}

void manual_config(struct buf *out)
{
	struct table t = { .out = out };

	config_file_keys(add_key, &t);
}
