/* Methods of strings, lists and objects, and the functions. */
#include <string.h>

#include "template/render.h"
#include "template/words.h"

static bool method_startswith(struct render *r, const struct call *c, struct value *out)
{
	struct span s, start;

	if (!call_self_text(r, c, &s) || !call_text(r, c, 0, "", &start)) {
		return false;
	}
	*out = value_bool(s.len >= start.len && span_is((struct span){ s.s, start.len }, start));
	return true;
}

static bool method_endswith(struct render *r, const struct call *c, struct value *out)
{
	struct span s, end;

	if (!call_self_text(r, c, &s) || !call_text(r, c, 0, "", &end)) {
		return false;
	}
	*out = value_bool(s.len >= end.len && span_is((struct span){ s.s + s.len - end.len, end.len }, end));
	return true;
}

/* ", ".join(list) */
static bool method_join(struct render *r, const struct call *c, struct value *out)
{
	struct span separator;

	return call_self_text(r, c, &separator) && words_join(r, c, &c->args[0], separator, &(struct value){ 0 }, out);
}

static bool members(struct render *r, const struct call *c, bool wants_keys, struct value *out)
{
	struct value_list *list = render_list(r, c->node, value_count(&c->self));
	struct walk w = { 0 };
	struct span key;
	struct value v;

	if (list == NULL) {
		return false;
	}
	while (value_walk(&c->self, &w, &key, &v)) {
		list->items[list->n++] = wants_keys ? value_span(key) : v;
	}
	*out = value_of_list(list);
	return render_tick(r, c->node, list->n / 4);
}

static bool method_keys(struct render *r, const struct call *c, struct value *out)
{
	return members(r, c, true, out);
}

static bool method_values(struct render *r, const struct call *c, struct value *out)
{
	return members(r, c, false, out);
}

/* get(key, default): null when there is neither. */
static bool method_get(struct render *r, const struct call *c, struct value *out)
{
	struct span key;

	if (!call_text(r, c, 0, "", &key)) {
		return false;
	}
	*out = render_member(&c->self, key);
	if (out->kind == VALUE_UNDEFINED) {
		*out = c->args[1].kind != VALUE_UNDEFINED ? c->args[1] : value_null();
	}
	return true;
}

/* Where an argument stands: the elements of a list equal to it, or the places of a string, not overlapping. *first: the first place, in elements
 * or code points. */
static bool find_all(struct render *r, const struct call *c, size_t *first, int64_t *n)
{
	struct span s, part;

	*n = 0;
	if (c->self.kind == VALUE_LIST) {
		for (size_t i = 0; i < value_count(&c->self); i++) {
			struct value item = value_at(&c->self, i);
			bool is_equal;

			if (!render_equal(r, c->node, &item, &c->args[0], &is_equal)) {
				return false;
			}
			*first = is_equal && *n == 0 ? i : *first;
			*n += is_equal;
		}
		return true;
	}
	if (c->self.kind != VALUE_STRING && c->self.kind != VALUE_UNDEFINED && c->self.kind != VALUE_NULL) {
		return call_wrong_self(r, c);
	}
	if (!call_self_text(r, c, &s) || !call_text(r, c, 0, "", &part)) {
		return false;
	}
	if (part.len == 0) {
		*first = 0;
		*n = (int64_t)text_count(s) + 1;
		return true;
	}
	for (const char *at = s.s, *end = s.s + s.len, *found; at < end && (found = memmem(at, (size_t)(end - at), part.s, part.len)) != NULL;) {
		*first = *n == 0 ? text_count((struct span){ s.s, (size_t)(found - s.s) }) : *first;
		++*n;
		at = found + part.len;
	}
	return render_tick(r, c->node, s.len / 64);
}

static bool method_count(struct render *r, const struct call *c, struct value *out)
{
	size_t first = 0;

	*out = value_int(0);
	return find_all(r, c, &first, &out->integer);
}

static bool method_index(struct render *r, const struct call *c, struct value *out)
{
	size_t first = 0;
	int64_t n;

	if (!find_all(r, c, &first, &n)) {
		return false;
	}
	*out = value_int((int64_t)first);
	return n > 0 || render_failed(r, c->node, TEMPLATE_TYPE, "it is not there; ask with `in` first");
}

static const struct call_row method_rows[] = {
	{ .name = "capitalize", .receiver = VALUE_STRING, .run = words_capitalize },
	{ .name = "count", .params = { "value" }, .n_required = 1, .run = method_count },
	{ .name = "endswith", .params = { "suffix" }, .n_required = 1, .receiver = VALUE_STRING, .run = method_endswith },
	{ .name = "get", .params = { "key", "default" }, .n_required = 1, .receiver = VALUE_OBJECT, .run = method_get },
	{ .name = "index", .params = { "value" }, .n_required = 1, .run = method_index },
	{ .name = "items", .receiver = VALUE_OBJECT, .run = words_items },
	{ .name = "join", .params = { "list" }, .n_required = 1, .receiver = VALUE_STRING, .run = method_join },
	{ .name = "keys", .receiver = VALUE_OBJECT, .run = method_keys },
	{ .name = "lower", .receiver = VALUE_STRING, .run = words_lower },
	{ .name = "replace", .params = { "old", "new", "count" }, .n_required = 2, .receiver = VALUE_STRING, .run = words_replace },
	{ .name = "split", .params = { "sep", "maxsplit" }, .receiver = VALUE_STRING, .run = words_split },
	{ .name = "startswith", .params = { "prefix" }, .n_required = 1, .receiver = VALUE_STRING, .run = method_startswith },
	{ .name = "strip", .params = { "chars" }, .receiver = VALUE_STRING, .run = words_trim },
	{ .name = "title", .receiver = VALUE_STRING, .run = words_title },
	{ .name = "upper", .receiver = VALUE_STRING, .run = words_upper },
	{ .name = "values", .receiver = VALUE_OBJECT, .run = method_values },
	{ 0 },
};

const struct call_table methods = {
	.noun = "method",
	.unknown = TEMPLATE_SYNTAX,
	.rows = (const struct call_row *const[]){ method_rows, NULL },
};

/* ---- functions ---- */

/* range(end), range(start, end), range(start, end, step) */
static bool function_range(struct render *r, const struct call *c, struct value *out)
{
	int64_t start, end, step;

	if (!call_int(r, c, 0, 0, &start) || !call_int(r, c, 1, 0, &end) || !call_int(r, c, 2, 1, &step)) {
		return false;
	}
	if (c->args[1].kind == VALUE_UNDEFINED) {
		end = start;
		start = 0;
	}
	if (step == 0) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "the step of a range is zero");
	}
	bool is_empty = step > 0 ? start >= end : start <= end;
	uint64_t distance = step > 0 ? (uint64_t)end - (uint64_t)start : (uint64_t)start - (uint64_t)end;
	uint64_t stride = step > 0 ? (uint64_t)step : 0 - (uint64_t)step;
	uint64_t n = is_empty ? 0 : (distance - 1) / stride + 1;
	if (n > r->limits.steps) {
		return render_failed(r, c->node, TEMPLATE_LIMIT, "a range of more than %llu numbers", (unsigned long long)r->limits.steps);
	}
	struct value_list *list = render_list(r, c->node, n);
	if (list == NULL) {
		return false;
	}
	for (; list->n < n; list->n++) {
		list->items[list->n] = value_int((int64_t)((uint64_t)start + list->n * (uint64_t)step));
	}
	*out = value_of_list(list);
	return render_tick(r, c->node, n / 4);
}

static const struct call_row function_rows[] = {
	{ .name = "namespace" }, /* takes any members: the parser and the interpreter know it */
	{ .name = "range", .params = { "start", "end", "step" }, .n_required = 1, .run = function_range },
	{ 0 },
};

const struct call_table functions = {
	.noun = "function",
	.unknown = TEMPLATE_SYNTAX,
	.rows = (const struct call_row *const[]){ function_rows, NULL },
};
