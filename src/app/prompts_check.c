/* What of the facts the templates tell by themselves: their variables, what is likely to be a mistake, what stays in a provider's cache. */
#include <stdlib.h>
#include <string.h>

#include "app/prompts_facts.h"
#include "base/json.h"
#include "base/mem.h"
#include "prompt/lint.h"
#include "template/check.h"

#define MOST_VARS 1000
#define MOST_LINTS 100

/* -- variables ------------------------------------------------------------------------------------------------------------------------ */

/* The one of that path; NULL: there are too many. */
static struct facts_var *var_of(struct facts *f, const char *path, size_t len)
{
	for (size_t i = 0; i < f->n_vars; i++) {
		if (strlen(f->vars[i].path) == len && memcmp(f->vars[i].path, path, len) == 0) {
			return &f->vars[i];
		}
	}
	if (f->n_vars == MOST_VARS) {
		return NULL;
	}
	f->vars = x_reallocarray(f->vars, f->n_vars + 1, sizeof(*f->vars));
	f->vars[f->n_vars] = (struct facts_var){ .path = x_strndup(path, len), .may_be_missing = true };
	return &f->vars[f->n_vars++];
}

static void found_var(void *ctx, const struct template_var *v)
{
	static const struct {
		unsigned use;
		const char *type;
	} types[] = { { USE_LIST, "array" }, { USE_OBJECT, "object" }, { USE_NUMBER, "number" }, { USE_TEXT, "string" } };
	size_t len = strcspn(v->path, "[");
	bool is_inside = v->path[len] == '['; /* elements belong to their list, a name that is no identifier stands alone */
	struct facts_var *var = is_inside && strncmp(v->path, v->root, len) != 0 ? var_of(ctx, v->root, strlen(v->root)) : var_of(ctx, v->path, len);

	if (var == NULL) {
		return;
	}
	var->is_certain |= v->is_certain;
	var->may_be_missing &= v->is_asked;
	for (size_t i = 0; i < COUNT_OF(types) && !is_inside && var->type == NULL; i++) {
		var->type = v->uses & types[i].use ? x_strdup(types[i].type) : NULL;
	}
}

/* Names behind "{{": all that can be told of a text that is still being written and cannot be parsed. */
static void guess_vars(struct facts *f, const struct bundle_part *part)
{
	const char *s = part->text, *end = s + part->len;

	while ((s = memmem(s, (size_t)(end - s), "{{", 2)) != NULL) {
		for (s += 2; s < end && (*s == ' ' || *s == '-'); s++) {
		}
		size_t len = s < end ? strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") : 0;
		struct facts_var *var = len > 0 ? var_of(f, s, len) : NULL;

		if (var != NULL) {
			var->may_be_missing = false;
		}
	}
}

/* The declared type of a variable; "ticket.body" looks into the properties of "ticket". NULL: none is. */
static const char *declared_type(const json_t *vars, const char *path)
{
	const json_t *schema = NULL;

	while (*path != '\0') {
		size_t len = strcspn(path, ".");
		char *part = x_strndup(path, len);

		schema = json_object_get(vars, part);
		vars = json_object_get(schema, "properties");
		free(part);
		path += len + (path[len] == '.');
	}
	return json_get_string(schema, "type", NULL);
}

static void find_vars(struct facts *f, const struct bundle *b)
{
	const json_t *declared = json_object_get(b->json, "vars");

	for (size_t i = 0; i < bundle_n_parts(b); i++) {
		struct bundle_part part = bundle_part(b, i);
		struct template_error why;
		struct template *t = template_parse(part.role, part.text, part.len, &why);

		if (t != NULL) {
			template_vars(t, found_var, f);
		} else {
			guess_vars(f, &part);
		}
		template_free(t);
	}
	for (size_t i = 0; i < f->n_vars; i++) {
		struct facts_var *var = &f->vars[i];
		const char *type = declared_type(declared, var->path);

		if (type != NULL) {
			free(var->type);
			var->type = x_strdup(type);
			var->is_declared = true;
		}
		f->n_missing += !var->may_be_missing && facts_value(f->values, var->path) == NULL;
	}
}

/* -- lints ---------------------------------------------------------------------------------------------------------------------------- */

struct linting {
	struct facts *f;
	const struct bundle *bundle;
};

/* What is an error is told as one of rendering already. */
static void found_lint(void *ctx, const struct lint *l)
{
	const struct linting *g = ctx;
	struct facts *f = g->f;
	size_t line = l->line, column = l->column;

	if (l->level == LINT_ERROR || f->n_lints == MOST_LINTS) {
		return;
	}
	bundle_script_place(g->bundle, l->part, &line, &column);
	f->lints = x_reallocarray(f->lints, f->n_lints + 1, sizeof(*f->lints));
	f->lints[f->n_lints++] = (struct facts_lint){ .text = x_strdup(l->message), .line = line, .is_warning = l->level == LINT_WARNING };
	f->n_warnings += l->level == LINT_WARNING;
}

/* Values that are given and not asked for are no mistake: they serve all prompts. */
static json_t *given_of(const struct facts *f)
{
	json_t *given = json_object();

	for (size_t i = 0; i < f->n_vars; i++) {
		char *root = x_strndup(f->vars[i].path, strcspn(f->vars[i].path, "."));
		json_t *value = json_object_get(f->values, root);

		if (value != NULL) {
			(void)json_object_set(given, root, value);
		}
		free(root);
	}
	return given;
}

void facts_check(struct facts *f, const struct bundle *b, struct registry *r)
{
	struct bundle against = { 0 };
	struct err e;
	struct linting g = { f, b };

	find_vars(f, b);
	bool has_against = f->against_number > 0 && bundle_with_script(b, buf_str(&f->against), f->against.len, &against, &e);
	char *name = x_asprintf("v%d", f->against_number);
	json_t *given = given_of(f);
	const struct lint_task task = { .bundle = b, .against = has_against ? &against : NULL, .against_name = name, .given = given, .r = r };

	lint_bundle(&task, found_lint, &g);
	json_decref(given);
	free(name);
	bundle_free(&against);
}

/* -- the prefix ----------------------------------------------------------------------------------------------------------------------- */

void facts_prefix(struct facts *f, struct registry *r)
{
	const struct bundle *base = f->base.json != NULL ? &f->base : NULL;
	const struct buf *after = facts_after(f);
	struct bundle from = { 0 }, to = { 0 };
	struct prefix *p = &f->prefix;
	struct err e;

	f->has_prefix = facts_has_pair(f) && bundle_with_script(base, buf_str(&f->against), f->against.len, &from, &e) &&
	    bundle_with_script(base, buf_str(after), after->len, &to, &e);
	if (f->has_prefix) {
		prefix_compare(r, &from, &to, p);
		bundle_script_place(&to, p->part, &p->line, &p->column);
	}
	bundle_free(&from);
	bundle_free(&to);
}
