#include "template/node.h"

static void walk(const struct node *n, template_include *visit, void *ctx)
{
	for (; n != NULL; n = n->next) {
		if (n->kind == NODE_INCLUDE && n->a != NULL && n->a->kind == NODE_LITERAL && n->a->value.kind == VALUE_STRING) {
			visit(ctx, n->a->value.string.s, n->a->value.string.len);
		}
		walk(n->body, visit, ctx);
		walk(n->otherwise, visit, ctx);
	}
}

void template_includes(const struct template *t, template_include *visit, void *ctx)
{
	walk(t->body, visit, ctx);
}
