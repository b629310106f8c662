#include "template/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "template/call.h"
#include "template/op.h"

/* Longer paths are not followed. */
#define PATH_NODES 32
#define PATH_BYTES 1000

static void expression(struct tree_walk *w, const struct node *n, unsigned use, bool is_asked);
static void statements(struct tree_walk *w, const struct node *n);

/* ---- paths ---- */

static const struct local *find_local(const struct tree_walk *w, struct span name)
{
	for (size_t i = w->n_locals; i > 0; i--) {
		if (span_is(w->locals[i - 1].name, name)) {
			return &w->locals[i - 1];
		}
	}
	return NULL;
}

static bool is_identifier(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80 || (i > 0 && c >= '0' && c <= '9'))) {
			return false;
		}
	}
	return s.len > 0;
}

static bool is_vars(const struct tree_walk *w, const struct node *n)
{
	return n->kind == NODE_NAME && span_is(n->name, SPAN("vars")) && find_local(w, n->name) == NULL;
}

static bool is_key(const struct node *n)
{
	return n->kind == NODE_MEMBER || (n->kind == NODE_INDEX && n->b->kind == NODE_LITERAL && n->b->value.kind == VALUE_STRING);
}

static struct span key_of(const struct node *n)
{
	return n->kind == NODE_MEMBER ? n->name : n->b->value.string;
}

/* Whether the filter or method gives the elements it got. */
static bool keeps_elements(const struct node *n)
{
	static const char *const names[] = { "items", "values", "list", "sort", "reverse", "unique", "select", "reject", "selectattr", "rejectattr" };

	for (size_t i = 0; (n->kind == NODE_FILTER || n->kind == NODE_METHOD) && i < COUNT_OF(names); i++) {
		if (strcmp(n->row->name, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* The path of a name with members and indexes behind it, and its root; NULL for other expressions and for locals that stand for none. */
static char *path_of(const struct tree_walk *w, const struct node *n, char **root)
{
	if (n->kind == NODE_NAME) {
		const struct local *local = find_local(w, n->name);
		const char *path = local != NULL ? local->path : NULL;

		if ((local != NULL && path == NULL) || is_vars(w, n)) {
			return NULL;
		}
		if (path == NULL) {
			*root = x_strndup(n->name.s, n->name.len);
			return x_strndup(n->name.s, n->name.len);
		}
		*root = x_strdup(w->uses[(size_t)(uintptr_t)map_get(w->by_path, path, strlen(path)) - 1].root);
		return x_strdup(path);
	}
	if (is_key(n) && is_vars(w, n->a)) {
		struct span key = key_of(n);

		*root = x_strndup(key.s, key.len);
		return is_identifier(key) ? x_strdup(*root) : x_asprintf("vars[\"%s\"]", *root);
	}
	if (n->depth > PATH_NODES || (n->kind != NODE_MEMBER && n->kind != NODE_INDEX && !keeps_elements(n))) {
		return NULL;
	}
	char *parent = path_of(w, n->a, root), *path;
	if (parent != NULL && strlen(parent) > PATH_BYTES) {
		free(parent);
		free(*root);
		*root = NULL;
		return NULL;
	}
	if (parent == NULL || keeps_elements(n)) {
		return parent;
	}
	if (is_key(n)) {
		struct span key = key_of(n);

		path = x_asprintf(is_identifier(key) ? "%s.%.*s" : "%s[\"%.*s\"]", parent, (int)key.len, key.s);
	} else {
		path = x_asprintf("%s[]", parent);
	}
	free(parent);
	return path;
}

/* Takes path and root. */
static void record(struct tree_walk *w, char *path, char *root, size_t at, unsigned use, bool is_asked, bool is_parent)
{
	size_t len = strlen(path), i = (size_t)(uintptr_t)map_get(w->by_path, path, len);

	if (i == 0) {
		*array_push(w->uses, w->n, w->cap) = (struct use){ .path = path, .root = root, .at = at, .is_asked = true, .is_parent = true };
		i = w->n;
		(void)map_put(w->by_path, path, len, (void *)(uintptr_t)i);
	} else {
		free(path);
		free(root);
	}
	struct use *u = &w->uses[i - 1];
	u->uses |= use;
	if (u->is_parent && !is_parent) {
		u->at = at;
		u->is_parent = false;
	}
	if (!is_parent) {
		u->is_certain |= w->conditions == 0 && !is_asked;
		u->is_asked &= is_asked;
	}
}

/* The parts of a path before the last: what they must be. */
static void record_parents(struct tree_walk *w, const struct node *n)
{
	for (n = n->kind == NODE_MEMBER || n->kind == NODE_INDEX ? n : NULL; n != NULL; n = n->a->kind == NODE_MEMBER || n->a->kind == NODE_INDEX ? n->a : NULL) {
		char *root = NULL, *path = path_of(w, n->a, &root);
		bool is_list = n->kind == NODE_INDEX && !is_key(n);

		if (path != NULL) {
			record(w, path, root, n->a->at, is_list ? USE_LIST : USE_OBJECT, false, true);
		}
	}
}

/* ---- expressions ---- */

/* A number or a text, as far as the operand beside it tells. */
static unsigned use_beside(const struct node *operator, const struct node *other)
{
	bool is_arithmetic = operator->op->level == LEVEL_MULTIPLY || operator->op->level == LEVEL_POWER || strcmp(operator->op->text, "-") == 0;
	bool is_typed = operator->op->level == LEVEL_COMPARE || operator->op->level == LEVEL_ADD;

	if (is_arithmetic && strcmp(operator->op->text, "*") != 0) {
		return USE_NUMBER;
	}
	if (!is_typed || other->kind != NODE_LITERAL || strcmp(operator->op->text, "in") == 0) {
		return 0;
	}
	return value_is_number(&other->value) ? USE_NUMBER : other->value.kind == VALUE_STRING ? USE_TEXT : 0;
}

/* `user-name`, written as one word. */
static bool is_hyphen(const struct tree_walk *w, const struct node *n)
{
	const struct span text = w->t->source.text;

	return strcmp(n->op->text, "-") == 0 && (n->a->kind == NODE_NAME || n->a->kind == NODE_MEMBER) && n->b->kind == NODE_NAME && n->at > 0 &&
	    n->b->at == n->at + 1 && n->at + 1 < text.len && text.s[n->at - 1] != ' ' && text.s[n->at - 1] != ')';
}

static void conditional(struct tree_walk *w, const struct node *n)
{
	w->conditions++;
	if (n != NULL) {
		expression(w, n, 0, false);
	}
	w->conditions--;
}

static bool is_constant(const struct node *n, bool *is_true)
{
	bool inner;

	if (n->kind == NODE_NOT && is_constant(n->a, &inner)) {
		*is_true = !inner;
		return true;
	}
	*is_true = n->kind == NODE_LITERAL && value_is_true(&n->value);
	return n->kind == NODE_LITERAL;
}

static void never(struct tree_walk *w, const struct node *n)
{
	if (n != NULL) {
		*array_push(w->unreachable, w->n_unreachable, w->cap_unreachable) = n;
	}
}

static void choice(struct tree_walk *w, const struct node *n)
{
	bool is_true;

	if (is_constant(n->b, &is_true)) {
		never(w, is_true ? n->c : n->a);
	}
	expression(w, n->b, 0, false);
	conditional(w, n->a);
	conditional(w, n->c);
}

/* The operands of a node that is no path. */
static void operands(struct tree_walk *w, const struct node *n, bool is_asked)
{
	bool asks = (n->kind == NODE_FILTER || n->kind == NODE_TEST) && n->row->takes_undefined;
	unsigned use = n->kind == NODE_MINUS ? USE_NUMBER : 0;

	if (n->kind == NODE_BINARY) {
		if (is_hyphen(w, n)) {
			*array_push(w->hyphens, w->n_hyphens, w->cap_hyphens) = n;
		}
		expression(w, n->a, use_beside(n, n->b), false);
		expression(w, n->b, use_beside(n, n->a), false);
		return;
	}
	if (n->kind == NODE_AND || n->kind == NODE_OR) {
		expression(w, n->a, 0, false);
		conditional(w, n->b);
		return;
	}
	if (n->a != NULL) {
		expression(w, n->a, use, is_asked || asks);
	}
	if (n->b != NULL) {
		expression(w, n->b, 0, false);
	}
	for (size_t i = 0; i < n->n_args; i++) {
		if (n->args[i] != NULL) {
			expression(w, n->args[i], 0, false);
		}
	}
}

static void expression(struct tree_walk *w, const struct node *n, unsigned use, bool is_asked)
{
	char *root = NULL, *path = keeps_elements(n) ? NULL : path_of(w, n, &root);

	if (n->kind == NODE_CHOICE) {
		choice(w, n);
		return;
	}
	if (path == NULL) {
		w->uses_all |= is_vars(w, n);
		operands(w, n, is_asked);
		return;
	}
	record(w, path, root, n->at, use, is_asked, false);
	record_parents(w, n);
	for (; n->kind == NODE_MEMBER || n->kind == NODE_INDEX; n = n->a) { /* what indexes are made of */
		if (n->kind == NODE_INDEX && !is_key(n)) {
			expression(w, n->b, 0, false);
		}
	}
}

/* ---- statements ---- */

static void bind(struct tree_walk *w, struct span name, char *path)
{
	*array_push(w->locals, w->n_locals, w->cap_locals) = (struct local){ name, path };
}

static void unbind(struct tree_walk *w, size_t n)
{
	while (w->n_locals > n) {
		free(w->locals[--w->n_locals].path);
	}
}

static void walk_if(struct tree_walk *w, const struct node *n)
{
	int conditions = w->conditions;

	for (;; n = n->otherwise) {
		bool is_true, is_known = is_constant(n->a, &is_true);

		if (is_known) {
			never(w, is_true ? n->otherwise : n->body);
		}
		expression(w, n->a, 0, false);
		w->conditions += !(is_known && is_true);
		statements(w, n->body);
		w->conditions = conditions + 1;
		if (n->otherwise == NULL || n->otherwise->kind != NODE_IF || !n->otherwise->flag) {
			statements(w, n->otherwise);
			w->conditions = conditions;
			return;
		}
	}
}

static void walk_for(struct tree_walk *w, const struct node *n)
{
	size_t n_locals = w->n_locals;
	char *root = NULL, *path = path_of(w, n->a, &root);

	if (n->a->kind == NODE_LIST && n->a->n_args == 0) {
		never(w, n->body);
	}
	expression(w, n->a, USE_LIST, false);
	w->conditions++;
	for (size_t i = 0; i < n->n_args; i++) {
		char *element = path != NULL && (n->n_args == 1 || i == 1) ? x_asprintf("%s[]", path) : NULL;

		if (element != NULL) { /* its root must be known before it is used */
			record(w, x_strdup(element), x_strdup(root), n->args[i]->at, 0, true, true);
		}
		bind(w, n->args[i]->name, element);
	}
	if (n->b != NULL) {
		expression(w, n->b, 0, false);
	}
	bind(w, SPAN("loop"), NULL);
	statements(w, n->body);
	unbind(w, n_locals);
	statements(w, n->otherwise);
	w->conditions--;
	free(path);
	free(root);
}

static void walk_set(struct tree_walk *w, const struct node *n)
{
	char *root = NULL, *path = n->n_args == 1 ? path_of(w, n->a, &root) : NULL;

	expression(w, n->a, 0, false);
	for (size_t i = 0; i < n->n_args; i++) {
		bind(w, n->args[i]->name, path);
	}
	free(root);
}

static void statement(struct tree_walk *w, const struct node *n)
{
	switch (n->kind) {
	case NODE_OUTPUT: /* fallthrough */
	case NODE_INCLUDE: expression(w, n->a, 0, false); break;
	case NODE_IF: walk_if(w, n); break;
	case NODE_FOR: walk_for(w, n); break;
	case NODE_SET: walk_set(w, n); break;
	case NODE_SET_MEMBER: expression(w, n->b, 0, false); break;
	case NODE_SET_BLOCK:
		statements(w, n->body);
		bind(w, n->name, NULL);
		break;
	default: break;
	}
}

static void statements(struct tree_walk *w, const struct node *n)
{
	for (; n != NULL; n = n->next) {
		statement(w, n);
	}
}

void tree_walk(struct tree_walk *w, const struct template *t)
{
	*w = (struct tree_walk){ .t = t, .by_path = map_new() };
	statements(w, t->body);
}

void tree_walk_free(struct tree_walk *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free(w->uses[i].path);
		free(w->uses[i].root);
	}
	unbind(w, 0);
	free(w->uses);
	free(w->locals);
	free(w->unreachable);
	free(w->hyphens);
	map_free(w->by_path, NULL);
}
