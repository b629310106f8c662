#include "template/prefix.h"

#include <stdlib.h>

#include "base/mem.h"
#include "template/render.h"

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
		bool is_text = n->kind == NODE_TEXT;
		size_t from = is_text ? (size_t)(n->name.s - source.s) : n->at;

		*array_push(out->marks, out->n, out->cap) = (struct template_mark){ out->text.len, from, is_text };
		ok = render_statement(&r, n);
		n = ok ? n->next : n;
	}
	*array_push(out->marks, out->n, out->cap) = (struct template_mark){ out->text.len, ok ? source.len : n->at, false };
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
