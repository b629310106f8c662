#include "template/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "template/walk.h"

static int by_place(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

void template_vars(const struct template *t, template_var_visit *visit, void *ctx)
{
	struct tree_walk w;

	tree_walk(&w, t);
	if (w.n > 0) {
		qsort(w.uses, w.n, sizeof(*w.uses), by_place);
	}
	for (size_t i = 0; i < w.n; i++) {
		const struct use *u = &w.uses[i];
		struct template_var v = { .path = u->path, .root = u->root, .is_certain = u->is_certain, .is_asked = u->is_asked, .uses = u->uses };

		if (!u->is_parent) {
			source_place(&t->source, u->at, &v.line, &v.column);
			visit(ctx, &v);
		}
	}
	tree_walk_free(&w);
}

/* ---- lints ---- */

const char *template_lint_name(enum template_lint_kind kind)
{
	static const char *const names[] = { "single_brace", "hyphen", "trailing_space", "unreachable", "type_clash", "unused", "missing" };

	return names[kind];
}

#define OF_A_KIND 200 /* that are told of one template */

struct finding {
	size_t at;
	struct template_lint lint;
};

struct lints {
	const struct template *t;
	struct finding *findings;
	size_t n, cap;
	size_t counts[LINT_MISSING + 1]; /* of each kind, also of those that are not kept */
	struct finding spare;            /* for what is not */
};

static struct template_lint *find(struct lints *l, enum template_lint_kind kind, size_t at, const char *fmt, ...) SONDE_PRINTF(4, 5);
static struct template_lint *find(struct lints *l, enum template_lint_kind kind, size_t at, const char *fmt, ...)
{
	bool is_kept = ++l->counts[kind] <= OF_A_KIND || kind == LINT_UNUSED || kind == LINT_MISSING;
	struct finding *f = is_kept ? array_push(l->findings, l->n, l->cap) : &l->spare;
	va_list ap;

	f->at = at;
	f->lint.kind = kind;
	va_start(ap, fmt);
	(void)vsnprintf(f->lint.message, sizeof(f->lint.message), fmt, ap);
	va_end(ap);
	return &f->lint;
}

/* Bytes of "{name}" or "{user.name}" at s; 0 when it is something else. */
static size_t braced_name(const char *s, const char *end)
{
	const char *at = s + 1;

	while (at < end && ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_' || (at > s + 1 && (*at == '.' || (*at >= '0' && *at <= '9'))))) {
		at++;
	}
	bool is_closed = at > s + 1 && at < end && *at == '}' && (at + 1 == end || at[1] != '}');
	return is_closed ? (size_t)(at + 1 - s) : 0;
}

static void find_braces_in(struct lints *l, struct span text)
{
	const char *end = text.s + text.len;

	for (const char *s = text.s; s < end && (s = memchr(s, '{', (size_t)(end - s))) != NULL; s++) {
		size_t len = s > text.s && s[-1] == '{' ? 0 : braced_name(s, end);

		if (len > 0) {
			(void)find(l, LINT_SINGLE_BRACE, (size_t)(s - l->t->source.text.s), "%.*s is printed as it stands; a variable has two braces: {%.*s}", (int)len, s,
			    (int)len, s);
		}
	}
}

/* In literal text, but not in what `raw` encloses. */
static void find_braces(struct lints *l, const struct node *n)
{
	for (; n != NULL; n = n->next) {
		if (n->kind == NODE_TEXT && !n->flag) {
			find_braces_in(l, n->name);
		}
		find_braces(l, n->body);
		const struct node *last = n;
		while (last->otherwise != NULL && last->otherwise->kind == NODE_IF && last->otherwise->flag) { /* elif after elif: any number */
			last = last->otherwise;
			find_braces(l, last->body);
		}
		find_braces(l, last->otherwise);
	}
}

static void find_spaces(struct lints *l)
{
	const struct span text = l->t->source.text;

	for (size_t i = 0; i < text.len; i++) {
		bool is_blank = text.s[i] == ' ' || text.s[i] == '\t';
		size_t next = i + 1 < text.len && text.s[i + 1] == '\r' ? i + 2 : i + 1;

		if (is_blank && (next >= text.len || text.s[next] == '\n')) {
			(void)find(l, LINT_TRAILING_SPACE, i, "blanks at the end of the line");
		}
	}
}

static void find_clash(struct lints *l, const struct use *u)
{
	static const struct {
		unsigned uses;
		const char *what;
	} clashes[] = {
		{ USE_NUMBER | USE_OBJECT, "a number and an object" },
		{ USE_NUMBER | USE_LIST, "a number and a list" },
		{ USE_NUMBER | USE_TEXT, "a number and a text" },
		{ USE_TEXT | USE_OBJECT, "a text and an object" },
	};

	for (size_t i = 0; i < COUNT_OF(clashes); i++) {
		if ((u->uses & clashes[i].uses) == clashes[i].uses) {
			(void)find(l, LINT_TYPE_CLASH, u->at, "%.100s is used as %s", u->path, clashes[i].what);
			return;
		}
	}
}

static bool is_used(const struct tree_walk *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++) {
		if (strcmp(w->uses[i].root, name) == 0) {
			return true;
		}
	}
	return w->uses_all;
}

/* The first use of each variable that will not be there. */
static void find_missing(struct lints *l, const struct tree_walk *w, const json_t *declared)
{
	struct map *told = map_new();

	for (size_t i = 0; i < w->n; i++) {
		const struct use *u = &w->uses[i];
		bool is_there = json_object_get(declared, u->root) != NULL || u->is_parent || u->is_asked;

		if (!is_there && map_put(told, u->root, strlen(u->root), l) == NULL) {
			find(l, LINT_MISSING, u->at, "%.100s is used but not declared", u->root)->name = u->root;
		}
	}
	map_free(told, NULL);
}

static void find_unused(struct lints *l, const struct tree_walk *w, const json_t *declared)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)declared, name, value) {
		if (!is_used(w, name)) {
			find(l, LINT_UNUSED, 0, "%.100s is declared but not used", name)->name = name;
		}
	}
}

static int by_finding(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at ? -1 : 1) : (int)x->lint.kind - (int)y->lint.kind;
}

/* Of all findings in one pass: they are in the order of the text. */
static void find_places(struct lints *l)
{
	const char *s = l->t->source.text.s;
	size_t at = 0, line = 1, column = 1;

	for (size_t i = 0; i < l->n; i++) {
		for (; at < l->findings[i].at; at++) {
			column = s[at] == '\n' ? 1 : column + ((s[at] & 0xC0) != 0x80);
			line += s[at] == '\n';
		}
		l->findings[i].lint.line = line;
		l->findings[i].lint.column = column;
	}
}

/* The last that is told of a kind tells of those that are not. */
static void tell_rest(struct lints *l)
{
	for (size_t i = l->n; i-- > 0;) {
		struct template_lint *lint = &l->findings[i].lint;
		size_t *count = &l->counts[lint->kind], len = strlen(lint->message);

		if (*count > OF_A_KIND && lint->name == NULL) {
			(void)snprintf(lint->message + len, sizeof(lint->message) - len, " (and %zu more like this)", *count - OF_A_KIND);
		}
		*count = 0;
	}
}

void template_lint(const struct template *t, const json_t *declared, template_lint_visit *visit, void *ctx)
{
	struct lints l = { .t = t };
	struct tree_walk w;

	tree_walk(&w, t);
	find_braces(&l, t->body);
	find_spaces(&l);
	for (size_t i = 0; i < w.n_hyphens; i++) {
		const struct node *n = w.hyphens[i];
		const struct span a = n->a->name, b = n->b->name;

		(void)find(&l, LINT_HYPHEN, n->a->at, "%.*s-%.*s is a difference; vars[\"%.*s-%.*s\"] reaches a name with a hyphen", (int)text_bytes(a, 20), a.s,
		    (int)text_bytes(b, 20), b.s, (int)text_bytes(a, 20), a.s, (int)text_bytes(b, 20), b.s);
	}
	for (size_t i = 0; i < w.n_unreachable; i++) {
		(void)find(&l, LINT_UNREACHABLE, w.unreachable[i]->at, "this is never reached: the condition is a constant");
	}
	for (size_t i = 0; i < w.n; i++) {
		find_clash(&l, &w.uses[i]);
	}
	if (declared != NULL) {
		find_missing(&l, &w, declared);
		find_unused(&l, &w, declared);
	}
	if (l.n > 0) {
		qsort(l.findings, l.n, sizeof(*l.findings), by_finding);
	}
	find_places(&l);
	tell_rest(&l);
	for (size_t i = 0; i < l.n; i++) {
		visit(ctx, &l.findings[i].lint);
	}
	free(l.findings);
	tree_walk_free(&w);
}
