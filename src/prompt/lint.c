#include "prompt/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "prompt/render.h"
#include "template/check.h"

#define CACHED_PREFIX "cached_prefix"

const char *lint_level_name(enum lint_level level)
{
	static const char *const names[] = { "error", "warning", "note" };

	return names[level];
}

bool lint_is_kind(const char *name)
{
	for (enum template_lint_kind kind = LINT_SINGLE_BRACE; kind <= LINT_MISSING; kind++) {
		if (strcmp(template_lint_name(kind), name) == 0) {
			return true;
		}
	}
	return strcmp(name, CACHED_PREFIX) == 0;
}

struct found {
	struct lint lint;
	char message[240];
};

/* One judging: the parts, then the partials that they and those include. */
struct judging {
	const struct lint_task *task;
	json_t *declared;     /* NULL: not known */
	struct found *found;
	size_t n, cap;
	size_t part;          /* that is looked at now */
	bool is_partial;      /* what is looked at is one: its mistakes are its own */
	bool is_known;        /* all partials were found */
	size_t n_templates;   /* looked at */
	struct map *unused;   /* variable -> in how many of them it is not used */
	struct map *told;     /* variables told to be missing */
	struct map *partials; /* names met already */
};

static void add(struct judging *j, enum lint_level level, const char *kind, size_t line, size_t column, const char *fmt, ...) SONDE_PRINTF(6, 7);
static void add(struct judging *j, enum lint_level level, const char *kind, size_t line, size_t column, const char *fmt, ...)
{
	struct found *f = array_push(j->found, j->n, j->cap);
	va_list ap;

	f->lint = (struct lint){ .level = level, .kind = kind, .line = line, .column = column, .part = j->part };
	va_start(ap, fmt);
	(void)vsnprintf(f->message, sizeof(f->message), fmt, ap);
	va_end(ap);
}

static void on_lint(void *ctx, const struct template_lint *l)
{
	struct judging *j = ctx;

	if (l->kind == LINT_UNUSED) {
		size_t n = (size_t)(uintptr_t)map_get(j->unused, l->name, strlen(l->name));

		(void)map_put(j->unused, l->name, strlen(l->name), (void *)(uintptr_t)(n + 1));
		return;
	}
	if (!j->is_partial && (l->kind != LINT_MISSING || map_put(j->told, l->name, strlen(l->name), j) == NULL)) {
		add(j, LINT_WARNING, template_lint_name(l->kind), l->line, l->column, "%s", l->message);
	}
}

static void on_include(void *ctx, const char *name, size_t len);

static void judge(struct judging *j, const char *text, size_t len)
{
	struct template_error why;
	struct template *t = template_parse("", text, len, &why);

	if (t == NULL) {
		j->is_known = false;
		if (!j->is_partial) {
			add(j, LINT_ERROR, template_error_name(why.kind), why.line, why.column, "%s%s%s", why.message, why.hint[0] != '\0' ? "; " : "", why.hint);
		}
		return;
	}
	j->n_templates++;
	template_lint(t, j->declared, on_lint, j);
	template_includes(t, on_include, j);
	template_free(t);
}

static void on_include(void *ctx, const char *name, size_t len)
{
	struct judging *j = ctx;
	struct partials partials = { .r = j->task->r, .lock = json_object_get(j->task->bundle->json, "lock"), .is_open = true };
	struct buf text = { 0 };
	bool was_partial = j->is_partial;

	if (map_put(j->partials, name, len, j) != NULL) {
		return;
	}
	char *ref = x_strndup(name, len);

	if (partials_find(&partials, ref, &text)) {
		j->is_partial = true;
		judge(j, buf_str(&text), text.len);
		j->is_partial = was_partial;
	} else {
		j->is_known = false;
	}
	free(ref);
	buf_free(&text);
}

static void find_unused(struct judging *j)
{
	const char *name;
	json_t *value;

	j->part = 0;
	json_object_foreach(j->declared, name, value) {
		if (j->is_known && (size_t)(uintptr_t)map_get(j->unused, name, strlen(name)) == j->n_templates) {
			add(j, LINT_WARNING, template_lint_name(LINT_UNUSED), 1, 1, "%.100s is declared but not used", name);
		}
	}
}

static void find_prefix(struct judging *j)
{
	const struct lint_task *t = j->task;
	struct prefix p;

	prefix_compare(t->r, t->against, t->bundle, &p);
	if (p.by == PREFIX_KEPT) {
		return;
	}
	static const char *const what[] = { [PREFIX_BY_TEXT] = "this edit", [PREFIX_BY_VARIABLE] = "a variable here", [PREFIX_BY_TOOLS] = "a change of the tools",
		[PREFIX_BY_SCHEMA] = "a change of the response schema" };
	bool is_small = p.tokens < PREFIX_LEAST;

	j->part = p.part;
	add(j, is_small ? LINT_NOTE : LINT_WARNING, CACHED_PREFIX, p.line, p.column, "%s ends the cached prefix of %.40s: ~%lld of its ~%lld tokens stay%s", what[p.by],
	    t->against_name, (long long)p.kept, (long long)p.tokens, is_small ? " (providers cache from about 1,024 on)" : "");
}

static int by_place(const void *a, const void *b)
{
	const struct lint *x = &((const struct found *)a)->lint, *y = &((const struct found *)b)->lint;
	const size_t keys[][2] = { { x->part, y->part }, { x->line, y->line }, { x->column, y->column } };

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		if (keys[i][0] != keys[i][1]) {
			return keys[i][0] < keys[i][1] ? -1 : 1;
		}
	}
	return strcmp(((const struct found *)a)->message, ((const struct found *)b)->message);
}

void lint_bundle(const struct lint_task *t, lint_visit *visit, void *ctx)
{
	const json_t *vars = json_object_get(t->bundle->json, "vars");
	struct judging j = { .task = t, .is_known = true, .unused = map_new(), .told = map_new(), .partials = map_new() };

	if (json_object_size(vars) + json_object_size(t->given) > 0) {
		j.declared = json_object();
		(void)json_object_update(j.declared, (json_t *)vars);
		(void)json_object_update(j.declared, (json_t *)t->given);
	}
	for (j.part = 0; j.part < bundle_n_parts(t->bundle); j.part++) {
		struct bundle_part p = bundle_part(t->bundle, j.part);

		judge(&j, p.text, p.len);
	}
	find_unused(&j);
	if (t->against != NULL) {
		find_prefix(&j);
	}
	if (j.n > 0) {
		qsort(j.found, j.n, sizeof(*j.found), by_place);
	}
	for (size_t i = 0; i < j.n; i++) {
		j.found[i].lint.message = j.found[i].message;
		visit(ctx, &j.found[i].lint);
	}
	free(j.found);
	map_free(j.unused, NULL);
	map_free(j.told, NULL);
	map_free(j.partials, NULL);
	json_decref(j.declared);
}
