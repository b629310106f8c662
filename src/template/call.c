#include "template/call.h"

#include <string.h>

#include "template/render.h"

const struct call_row *call_find(const struct call_table *table, struct span name)
{
	for (const struct call_row *const *rows = table->rows; *rows != NULL; rows++) {
		for (const struct call_row *row = *rows; row->name != NULL; row++) {
			if (span_is(name, (struct span){ row->name, strlen(row->name) })) {
				return row;
			}
		}
	}
	return NULL;
}

size_t call_params(const struct call_row *row)
{
	size_t n = 0;

	while (row->params[n] != NULL) {
		n++;
	}
	return n;
}

bool call_text(struct render *r, const struct call *c, size_t i, const char *otherwise, struct span *out)
{
	*out = (struct span){ otherwise, strlen(otherwise) };
	return c->args[i].kind == VALUE_UNDEFINED || render_text(r, c->node, &c->args[i], out);
}

bool call_int(struct render *r, const struct call *c, size_t i, int64_t otherwise, int64_t *out)
{
	const struct value *v = &c->args[i];

	*out = v->kind == VALUE_INT ? v->integer : otherwise;
	return v->kind == VALUE_INT || v->kind == VALUE_UNDEFINED ||
	    render_failed(r, c->node, TEMPLATE_TYPE, "the argument '%s' of %s must be an integer, not %s", c->row->params[i], c->row->name,
		value_kind_name(v));
}

bool call_true(const struct call *c, size_t i)
{
	return value_is_true(&c->args[i]);
}

bool call_self_text(struct render *r, const struct call *c, struct span *out)
{
	return render_text(r, c->node, &c->self, out);
}

bool call_give_scratch(struct render *r, const struct call *c, struct value *out)
{
	return render_scratch(r, c->node, out);
}

bool call_wrong_self(struct render *r, const struct call *c)
{
	return render_failed(r, c->node, TEMPLATE_TYPE, "%s does not go with %s", c->row->name, value_kind_name(&c->self));
}

const struct call_table filters = {
	.noun = "filter",
	.unknown = TEMPLATE_UNKNOWN_FILTER,
	.rows = (const struct call_row *const[]){ text_filters, list_filters, value_filters, NULL },
};
