/* walk - the static pass over a tree: every use of a variable, and every branch that is never taken. For check.h. */
#ifndef SONDE_TEMPLATE_WALK_H
#define SONDE_TEMPLATE_WALK_H

#include "base/map.h"
#include "template/check.h"
#include "template/node.h"

struct use {
	char *path, *root;
	size_t at;
	bool is_certain, is_asked, is_parent; /* is_parent: only a part of it is used */
	unsigned uses;
};

struct local {
	struct span name;
	char *path; /* the variable it stands for, or NULL */
};

struct tree_walk {
	const struct template *t;
	struct use *uses;
	size_t n, cap;
	struct map *by_path; /* -> place in uses, and one */
	struct local *locals;
	size_t n_locals, cap_locals;
	int conditions;       /* branches and loops around */
	bool uses_all;        /* `vars` as a whole: any variable may be used */
	const struct node **unreachable;
	size_t n_unreachable, cap_unreachable;
	const struct node **hyphens;
	size_t n_hyphens, cap_hyphens;
};

void tree_walk(struct tree_walk *w, const struct template *t);
void tree_walk_free(struct tree_walk *w);

#endif
