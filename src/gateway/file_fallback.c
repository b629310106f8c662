/* The key `fallback` of the section `targets`. A fallback may be an alias with fallbacks of its own, which then follow it: each alias
 * ends up with one flat list, every target once, and a call need not know how it came about. */
#include "gateway/file_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/target.h"

#define FALLBACK_MOST 8 /* targets after the first; so deep do aliases nest as well */

struct chain {
	struct reader *r;
	const struct yaml_node *targets;
	struct target *first;
	size_t cap;
	bool is_cycle, is_long;
};

static struct target *alias_of(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_aliases; i++) {
		if (strcmp(c->aliases[i]->name, name) == 0) {
			return c->aliases[i];
		}
	}
	return NULL;
}

static const struct yaml_node *list_of(const struct chain *c, const char *alias)
{
	const struct yaml_node *target = yaml_get(c->targets, alias);
	const struct yaml_node *list = target != NULL && target->type == YAML_MAP ? yaml_get(target, "fallback") : NULL;

	return list != NULL && list->type == YAML_LIST ? list : NULL;
}

static bool has(const struct target *t, const char *name)
{
	for (size_t i = 0; i < t->n_fallback; i++) {
		if (strcmp(t->fallback[i]->name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* The target of one name; NULL when it means nothing, which is told where it stands (tell) or somewhere else. */
static struct target *named(const struct chain *c, const struct yaml_node *item, const char *path, bool tell)
{
	const struct target *alias = alias_of(c->r->c, item->text);
	struct err e = { 0 };

	if (alias != NULL) {
		return target_copy_alone(alias);
	}
	if (yaml_get(c->targets, item->text) != NULL) { /* an alias with a mistake of its own */
		return NULL;
	}
	struct target *t = target_of_model(c->r->c, item->text, &e);
	if (t == NULL && tell) {
		problem(c->r, item, "%s: %s; %s", path, e.text, e.hint);
	}
	return t;
}

/* Adds one name and, when it is an alias, what that falls back to. */
static void follow(struct chain *c, const struct yaml_node *item, const char *path, bool is_own)
{
	if (item->type != YAML_SCALAR || is_nothing(item)) {
		if (is_own) {
			problem(c->r, item, "%s must hold names of targets, not %s", path, kind_of(item));
		}
		return;
	}
	if (strcmp(item->text, c->first->name) == 0) {
		c->is_cycle = true;
		return;
	}
	if (has(c->first, item->text)) {
		return;
	}
	if (c->first->n_fallback == FALLBACK_MOST) {
		c->is_long = true;
		return;
	}
	struct target *t = named(c, item, path, is_own);
	if (t == NULL) {
		return;
	}
	*array_push(c->first->fallback, c->first->n_fallback, c->cap) = t;
	const struct yaml_node *list = alias_of(c->r->c, item->text) != NULL ? list_of(c, item->text) : NULL;
	for (size_t i = 0; list != NULL && i < list->n && !c->is_cycle && !c->is_long; i++) {
		follow(c, list->items[i], path, false);
	}
}

static void read_chain(struct reader *r, const struct yaml_node *targets, struct target *first)
{
	struct chain c = { .r = r, .targets = targets, .first = first };
	const struct yaml_node *list = list_of(&c, first->name);
	char path[PATH_SIZE], shown[ERR_QUOTE_SIZE], again[ERR_QUOTE_SIZE];

	(void)snprintf(path, sizeof(path), "targets.%s.fallback", err_quote(first->name, shown));
	for (size_t i = 0; list != NULL && i < list->n && !c.is_long; i++) {
		const struct yaml_node *item = list->items[i];

		c.is_cycle = false;
		follow(&c, item, path, true);
		if (c.is_cycle) {
			bool is_itself = strcmp(item->text, first->name) == 0;

			problem(r, item, "%s: %s %s; take one of them out", path, err_quote(item->text, again),
			    is_itself ? "cannot be its own fallback" : "falls back to this target again");
		} else if (c.is_long) {
			problem(r, item, "%s: more than %d targets, those of aliases included; take some out", path, FALLBACK_MOST);
		}
	}
}

void read_fallbacks(struct reader *r, const struct yaml_node *targets)
{
	for (size_t i = 0; i < targets->n; i++) {
		bool falls_back = targets->items[i]->type == YAML_MAP && yaml_get(targets->items[i], "fallback") != NULL;
		struct target *first = falls_back ? alias_of(r->c, targets->keys[i]->text) : NULL;

		if (first != NULL) {
			read_chain(r, targets, first);
		}
	}
}
