#include "template/prefix.h"

#include <stdlib.h>

#include "base/mem.h"
#include "template/render.h"

/* Where a statement begins; an expression is placed at its operator. */
static size_t start_of(const struct node *n, struct span source)
{
	if (n->kind == NODE_TEXT) {
		return (size_t)(n->name.s - source.s);
	}
	const struct node *left = n;

	while (n->kind == NODE_OUTPUT && left->a != NULL) {
		left = left->a;
	}
	return left->at;
}

void template_prefix(const struct template *t, const struct template_env *env, struct template_prefix *out)
{
	const struct template_env fixed = { .is_fixed = true, .limits = env->limits, .include = env->include, .ctx = env->ctx, .tokenizer = env->tokenizer };
	const struct span source = t->source.text;
	const struct node *n = t->body;
	struct template_error why;
	struct render r;
	bool ok = true;

	*out = (struct template_prefix){ .n = 0 };
	render_begin(&r, t, NULL, &fixed, &out->text, &why);
	while (ok && n != NULL) {
		*array_push(out->marks, out->n, out->cap) = (struct template_mark){ out->text.len, start_of(n, source), n->kind == NODE_TEXT };
		ok = render_statement(&r, n);
		n = ok ? n->next : n;
	}
	*array_push(out->marks, out->n, out->cap) = (struct template_mark){ out->text.len, ok ? source.len : start_of(n, source), false };
	out->is_whole = ok;
	render_end(&r);
}

void template_prefix_free(struct template_prefix *p)
{
	buf_free(&p->text);
	free(p->marks);
	*p = (struct template_prefix){ .n = 0 };
}

void template_prefix_place(const struct template *t, const struct template_prefix *p, size_t at, size_t *line, size_t *column)
{
	const struct template_mark *m = &p->marks[p->n - 1];

	while (m > p->marks && m->at > at) {
		m--;
	}
	source_place(&t->source, m->from + (m->is_text ? at - m->at : 0), line, column);
}
