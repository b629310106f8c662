/* The section `route` of the configuration file: what the target auto stands for. */
#include "gateway/file_reader.h"

#include <string.h>

#include "base/mem.h"
#include "gateway/route.h"
#include "gateway/target.h"

/* A target that is there; whether it can be used is asked when it is. */
static void read_level(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const char *text = as_text(r, v);
	struct err e;
	struct target *t;

	if (text == NULL) {
		return;
	}
	if (strcmp(text, ROUTE_AUTO) == 0) {
		problem(r, v->node, "%s cannot be auto itself; name a target", v->path);
		return;
	}
	t = target_find(r->c, text, &e);
	if (t == NULL) {
		problem(r, v->node, "%s: %s; %s", v->path, e.text, e.hint);
		return;
	}
	target_free(t);
	read_text(r, k, v, into);
}

static const struct key route_keys[] = {
	{ .name = "simple", .read = read_level, .offset = ROUTE_SIMPLE * sizeof(char *), .help = "target of simple requests; not set: the next one that is" },
	{ .name = "medium", .read = read_level, .offset = ROUTE_MEDIUM * sizeof(char *), .help = "target of medium ones" },
	{ .name = "complex", .read = read_level, .offset = ROUTE_COMPLEX * sizeof(char *), .help = "target of complex ones" },
};
const struct key_table route_key_table = { "route", route_keys, COUNT_OF(route_keys) };

void read_route(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	const struct yaml_node *map = as_map(r, v, "simple: fast");

	(void)k;
	(void)into;
	if (map != NULL) {
		read_keys(r, map, v->path, route_keys, COUNT_OF(route_keys), r->c->route);
	}
}
