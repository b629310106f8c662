/* What of the facts is about the template: its variables, how it renders, and what keeps it from that. Each message is a template of its own, so
 * a value never makes a message, whatever it says. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/prompts.h"
#include "base/mem.h"
#include "template/template.h"

#define MOST_VARS 1000

const json_t *facts_value(const json_t *values, const char *var)
{
	const json_t *at = values;

	while (at != NULL && *var != '\0') {
		size_t len = strcspn(var, ".");
		char *part = x_strndup(var, len);

		at = json_object_get(at, part);
		free(part);
		var += len + (var[len] == '.');
	}
	return at;
}

/* -- partials ------------------------------------------------------------------------------------------------------------------------- */

/* The text of a prompt that is included: of all its messages. */
static bool include(void *ctx, const char *name, struct buf *text)
{
	struct registry *r = ctx;
	struct version_row v = { 0 };
	struct err e = { 0 };
	char *label = NULL;

	if (r == NULL || !version_resolve(r, name, NULL, &v, &label, &e)) {
		return false;
	}
	for (size_t i = 0; i < bundle_n_parts(&v.bundle); i++) {
		struct bundle_part part = bundle_part(&v.bundle, i);

		(void)buf_add(text, part.text, part.len);
	}
	free(label);
	version_free(&v);
	return true;
}

bool prompts_render_part(const char *dir, const struct bundle_part *part, const json_t *values, struct buf *out, struct err *e)
{
	struct err unread = { 0 };
	bool has_include = memmem(part->text, part->len, "include", 7) != NULL;
	struct registry *r = has_include ? registry_open(dir, false, &unread) : NULL;
	const struct template_env env = { .include = include, .ctx = r };
	struct template_error why;
	struct template *t = template_parse(part->role[0] != '\0' ? part->role : "text", part->text, part->len, &why);
	bool ok = t != NULL && template_render(t, values, &env, out, &why);

	if (!ok) {
		(void)template_error_err(&why, e);
	}
	template_free(t);
	registry_close(r);
	return ok;
}

/* -- variables and what comes of them ----------------------------------------------------------------------------------------------------------- */

static void add_var(struct facts *f, const char *s, size_t len)
{
	for (size_t i = 0; i < f->n_vars; i++) {
		if (strlen(f->vars[i]) == len && memcmp(f->vars[i], s, len) == 0) {
			return;
		}
	}
	f->vars = x_reallocarray(f->vars, f->n_vars + 1, sizeof(*f->vars));
	f->vars[f->n_vars++] = x_strndup(s, len);
}

/* Names behind "{{": what the parsed tree would tell of a text that is still being written and cannot be parsed. */
static void find_vars(struct facts *f)
{
	const char *s = buf_str(&f->text), *end = s + f->text.len;

	while (f->n_vars < MOST_VARS && (s = memmem(s, (size_t)(end - s), "{{", 2)) != NULL) {
		for (s += 2; *s == ' ' || *s == '-'; s++) {
		}
		size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");

		if (len > 0) {
			add_var(f, s, len);
		}
	}
	for (size_t i = 0; i < f->n_vars; i++) {
		f->n_missing += facts_value(f->values, f->vars[i]) == NULL;
	}
}

/* The messages rendered, each below its role. */
static void render(struct facts *f)
{
	struct bundle b = { 0 };
	struct err e = { 0 };
	struct request_text sent = { .n_messages = 0 };
	bool ok = bundle_with_script(NULL, buf_str(&f->text), f->text.len, &b, &e);

	for (size_t i = 0; ok && i < bundle_n_parts(&b); i++) {
		struct bundle_part part = bundle_part(&b, i);

		for (const char *c = part.role; *c != '\0'; c++) {
			(void)buf_add_char(&f->rendered, (char)toupper((unsigned char)*c));
		}
		(void)buf_add_str(&f->rendered, part.role[0] != '\0' ? "\n" : "");
		size_t at = f->rendered.len;

		ok = prompts_render_part(f->dir, &part, f->values, &f->rendered, &e);
		request_text_message(&sent, &f->counter, buf_str(&f->rendered) + at, f->rendered.len - at);
		(void)buf_add_str(&f->rendered, "\n");
	}
	if (!ok) {
		f->render_error = x_asprintf("%s%s%s", e.text, e.hint[0] != '\0' ? ": " : "", e.hint);
	}
	f->rendered_tokens = counter_input(&f->counter, &sent);
	bundle_free(&b);
}

void facts_render(struct facts *f)
{
	find_vars(f);
	if (f->text.len > 0) {
		render(f);
	}
}
