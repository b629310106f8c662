/* Filters of lists, and of what can be walked as one. */
#include <stdlib.h>
#include <string.h>
#include <unicase.h>

#include "template/render.h"
#include "template/words.h"

static bool self_items(struct render *r, const struct call *c, struct sequence *out)
{
	return render_sequence(r, c->node, &c->self, false, out);
}

/* ---- attributes and keys ---- */

/* The index that a part made of digits is; SIZE_MAX, which no list has, for any other part. */
static size_t index_of(struct span part)
{
	size_t i = 0, n = 0;

	for (; n < part.len && part.s[n] >= '0' && part.s[n] <= '9' && i < SIZE_MAX / 10; n++) {
		i = 10 * i + (size_t)(part.s[n] - '0');
	}
	return n > 0 && n == part.len ? i : SIZE_MAX;
}

/* "name", "user.name", "tags.0", or an integer: as `attribute` says it. */
static struct value attribute_of(const struct value *v, const struct value *attribute)
{
	struct value at = *v;

	if (attribute->kind == VALUE_INT) {
		bool is_there = v->kind == VALUE_LIST && attribute->integer >= 0 && (uint64_t)attribute->integer < value_count(v);

		return is_there ? value_at(v, (size_t)attribute->integer) : (struct value){ 0 };
	}
	for (struct span path = attribute->string; path.len > 0;) {
		const char *point = memchr(path.s, '.', path.len);
		struct span part = { path.s, point != NULL ? (size_t)(point - path.s) : path.len };
		size_t i = at.kind == VALUE_LIST ? index_of(part) : SIZE_MAX;

		at = i < value_count(&at) ? value_at(&at, i) : render_member(&at, part);
		path.s += part.len + (point != NULL);
		path.len -= part.len + (point != NULL);
	}
	return at;
}

/* The argument that names an attribute; undefined when it is not given. */
static bool attribute_arg(struct render *r, const struct call *c, size_t i, struct value *out)
{
	*out = c->args[i];
	return out->kind == VALUE_UNDEFINED || out->kind == VALUE_STRING || out->kind == VALUE_INT ||
	    render_failed(r, c->node, TEMPLATE_TYPE, "an attribute is a string or an integer, not %s", value_kind_name(out));
}

static bool lowered(struct render *r, const struct call *c, struct value *v)
{
	struct call lower = { .node = c->node, .row = c->row, .self = *v };

	return v->kind != VALUE_STRING || words_lower(r, &lower, v);
}

/* What items are sorted or compared by: their attribute, and texts in lower case unless the argument `case_arg` is true. */
static bool keys_of(struct render *r, const struct call *c, const struct sequence *seq, size_t case_arg, size_t attribute_arg_i, struct value **out)
{
	struct value attribute, *keys = arena_array(&r->arena, seq->n, sizeof(*keys));

	if (keys == NULL) {
		return render_no_memory(r, c->node);
	}
	if (!attribute_arg(r, c, attribute_arg_i, &attribute)) {
		return false;
	}
	for (size_t i = 0; i < seq->n; i++) {
		keys[i] = attribute.kind != VALUE_UNDEFINED ? attribute_of(&seq->items[i], &attribute) : seq->items[i];
		if (!render_defined(r, c->node, &keys[i]) || (!call_true(c, case_arg) && !lowered(r, c, &keys[i]))) {
			return false;
		}
	}
	*out = keys;
	return true;
}

/* ---- order ---- */

/* Merges two runs of places; stable, and `sign` -1 gives the reverse order with equal ones still as they were. */
static bool merge(struct render *r, const struct call *c, const struct value *keys, size_t *places, size_t *room, size_t left, size_t n, int sign)
{
	size_t i = 0, j = left, to = 0;

	while (i < left && j < n) {
		int order;

		if (!render_order(r, c->node, &keys[places[i]], &keys[places[j]], &order)) {
			return false;
		}
		room[to++] = order * sign <= 0 ? places[i++] : places[j++];
	}
	memcpy(room + to, places + i, (left - i) * sizeof(*room));
	memcpy(places, room, (to + left - i) * sizeof(*places));
	return true;
}

static bool sort_places(struct render *r, const struct call *c, const struct value *keys, size_t *places, size_t *room, size_t n, int sign)
{
	size_t left = n / 2;

	return n < 2 || (sort_places(r, c, keys, places, room, left, sign) && sort_places(r, c, keys, places + left, room, n - left, sign) &&
			    merge(r, c, keys, places, room, left, n, sign));
}

/* The items in the order of their keys, as a list. */
static bool sorted(struct render *r, const struct call *c, const struct sequence *seq, const struct value *keys, bool is_reverse, struct value *out)
{
	struct value_list *list = render_list(r, c->node, seq->n);
	size_t *places = arena_array(&r->arena, seq->n, 2 * sizeof(*places));

	if (list == NULL || places == NULL) {
		return list == NULL ? false : render_no_memory(r, c->node);
	}
	for (size_t i = 0; i < seq->n; i++) {
		places[i] = i;
	}
	if (!sort_places(r, c, keys, places, places + seq->n, seq->n, is_reverse ? -1 : 1)) {
		return false;
	}
	for (size_t i = 0; i < seq->n; i++) {
		list->items[list->n++] = seq->items[places[i]];
	}
	*out = value_of_list(list);
	return true;
}

static bool filter_sort(struct render *r, const struct call *c, struct value *out)
{
	struct sequence seq;
	struct value *keys;

	return self_items(r, c, &seq) && keys_of(r, c, &seq, 1, 2, &keys) && sorted(r, c, &seq, keys, call_true(c, 0), out);
}

static bool filter_dictsort(struct render *r, const struct call *c, struct value *out)
{
	struct sequence pairs;
	struct span by;

	if (c->self.kind != VALUE_OBJECT && c->self.kind != VALUE_UNDEFINED && c->self.kind != VALUE_NULL) {
		return call_wrong_self(r, c);
	}
	if (!render_sequence(r, c->node, &c->self, true, &pairs) || !call_text(r, c, 1, "key", &by)) {
		return false;
	}
	if (!span_is(by, SPAN("key")) && !span_is(by, SPAN("value"))) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "dictsort goes by \"key\" or by \"value\"");
	}
	struct value *keys = arena_array(&r->arena, pairs.n, sizeof(*keys));
	if (keys == NULL) {
		return render_no_memory(r, c->node);
	}
	for (size_t i = 0; i < pairs.n; i++) {
		keys[i] = value_at(&pairs.items[i], span_is(by, SPAN("value")));
		if (!call_true(c, 0) && !lowered(r, c, &keys[i])) {
			return false;
		}
	}
	return sorted(r, c, &pairs, keys, call_true(c, 2), out);
}

static bool extreme(struct render *r, const struct call *c, int sign, struct value *out)
{
	struct sequence seq;
	struct value *keys;
	size_t best = 0;

	if (!self_items(r, c, &seq) || !keys_of(r, c, &seq, 0, 1, &keys)) {
		return false;
	}
	for (size_t i = 1; i < seq.n; i++) {
		int order;

		if (!render_order(r, c->node, &keys[i], &keys[best], &order)) {
			return false;
		}
		best = order * sign > 0 ? i : best;
	}
	*out = seq.n > 0 ? seq.items[best] : (struct value){ 0 };
	return true;
}

static bool filter_min(struct render *r, const struct call *c, struct value *out)
{
	return extreme(r, c, -1, out);
}

static bool filter_max(struct render *r, const struct call *c, struct value *out)
{
	return extreme(r, c, 1, out);
}

/* Equal keys have the same text: an integral float prints as the integer it equals, and strings are quoted. */
static bool key_text(struct render *r, const struct call *c, const struct value *key)
{
	struct value v = *key;

	if (v.kind == VALUE_DOUBLE && v.real >= -9e15 && v.real <= 9e15 && !(v.real - (double)(int64_t)v.real < 0) &&
	    !(v.real - (double)(int64_t)v.real > 0)) {
		v = value_int((int64_t)v.real);
	}
	buf_clear(&r->scratch);
	return print_json(&r->scratch, &v, 0) || render_failed(r, c->node, TEMPLATE_LIMIT, "the value is nested too deep or too large");
}

static bool filter_unique(struct render *r, const struct call *c, struct value *out)
{
	struct value_list *list = render_list(r, c->node, 8);
	struct sequence seq;
	struct value *keys;

	if (list == NULL || !self_items(r, c, &seq) || !keys_of(r, c, &seq, 0, 1, &keys)) {
		return false;
	}
	struct map *seen = map_new();
	bool ok = true;
	for (size_t i = 0; i < seq.n && ok; i++) {
		ok = key_text(r, c, &keys[i]) && render_tick(r, c->node, 4 + r->scratch.len / 64);
		if (ok && map_put(seen, buf_str(&r->scratch), r->scratch.len, list) == NULL) {
			ok = render_add(r, c->node, list, &seq.items[i]);
		}
	}
	map_free(seen, NULL);
	*out = value_of_list(list);
	return ok;
}

static bool filter_reverse(struct render *r, const struct call *c, struct value *out)
{
	struct sequence seq;
	struct value_list *list;

	if (!self_items(r, c, &seq) || (list = render_list(r, c->node, seq.n)) == NULL) {
		return false;
	}
	for (size_t i = seq.n; i > 0; i--) {
		list->items[list->n++] = seq.items[i - 1];
	}
	*out = value_of_list(list);
	if (c->self.kind != VALUE_STRING) {
		return true;
	}
	struct value reversed = *out;
	return words_join(r, c, &reversed, SPAN(""), &(struct value){ 0 }, out);
}

/* ---- choosing ---- */

/* The test or filter that an argument names, called with the arguments after it. */
static bool named_call(struct render *r, const struct call *c, size_t i, const struct call_table *table, struct call *out)
{
	const struct value *name = &c->args[i];
	struct call inner = { .node = c->node };

	if (name->kind != VALUE_STRING) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "the name of a %s must be a string, not %s", table->noun, value_kind_name(name));
	}
	inner.row = call_find(table, name->string);
	if (inner.row == NULL) {
		return render_failed(r, c->node, table->unknown, "there is no %s '%.*s'", table->noun, (int)text_bytes(name->string, 30), name->string.s);
	}
	size_t n = call_params(inner.row);
	for (size_t k = 0; k < n && c->row->params[i + 1 + k] != NULL && i + 1 + k < PARAMS_MOST; k++) {
		inner.args[k] = c->args[i + 1 + k];
	}
	for (size_t k = 0; k < inner.row->n_required; k++) {
		if (inner.args[k].kind == VALUE_UNDEFINED) {
			return render_failed(r, c->node, TEMPLATE_TYPE, "%s lacks its argument '%s'", inner.row->name, inner.row->params[k]);
		}
	}
	*out = inner;
	return true;
}

/* Keeps the items for which the test (or their truth, when none is named) is `wanted`. */
static bool choose(struct render *r, const struct call *c, bool has_attribute, bool wanted, struct value *out)
{
	struct value_list *list = render_list(r, c->node, 8);
	struct value attribute = { 0 };
	struct sequence seq;
	struct call test = { .row = NULL };
	size_t i_test = has_attribute ? 1 : 0;

	if (list == NULL || !self_items(r, c, &seq) || (has_attribute && !attribute_arg(r, c, 0, &attribute)) ||
	    (c->args[i_test].kind != VALUE_UNDEFINED && !named_call(r, c, i_test, &tests, &test))) {
		return false;
	}
	for (size_t i = 0; i < seq.n; i++) {
		struct value tested = has_attribute ? attribute_of(&seq.items[i], &attribute) : seq.items[i], result;

		if (test.row != NULL) {
			test.self = tested;
			if (!call_run(r, &test, &result)) {
				return false;
			}
		} else if (!render_defined(r, c->node, &tested)) {
			return false;
		} else {
			result = tested;
		}
		if (value_is_true(&result) == wanted && !render_add(r, c->node, list, &seq.items[i])) {
			return false;
		}
		if (!render_tick(r, c->node, 2)) {
			return false;
		}
	}
	*out = value_of_list(list);
	return true;
}

static bool filter_select(struct render *r, const struct call *c, struct value *out)
{
	return choose(r, c, false, true, out);
}

static bool filter_reject(struct render *r, const struct call *c, struct value *out)
{
	return choose(r, c, false, false, out);
}

static bool filter_selectattr(struct render *r, const struct call *c, struct value *out)
{
	return choose(r, c, true, true, out);
}

static bool filter_rejectattr(struct render *r, const struct call *c, struct value *out)
{
	return choose(r, c, true, false, out);
}

#define MAP_ATTRIBUTE 4
#define MAP_DEFAULT 5

static bool filter_map(struct render *r, const struct call *c, struct value *out)
{
	struct value_list *list;
	struct value attribute;
	struct sequence seq;
	struct call filter = { .row = NULL };

	if (!self_items(r, c, &seq) || !attribute_arg(r, c, MAP_ATTRIBUTE, &attribute) || (list = render_list(r, c->node, seq.n)) == NULL) {
		return false;
	}
	if (attribute.kind == VALUE_UNDEFINED && !named_call(r, c, 0, &filters, &filter)) {
		return false;
	}
	for (size_t i = 0; i < seq.n; i++) {
		struct value item = attribute_of(&seq.items[i], &attribute);

		if (filter.row != NULL) {
			filter.self = seq.items[i];
			if (!call_run(r, &filter, &item)) {
				return false;
			}
		} else if (item.kind == VALUE_UNDEFINED) {
			item = c->args[MAP_DEFAULT];
		}
		list->items[list->n++] = item;
		if (!render_tick(r, c->node, 2)) {
			return false;
		}
	}
	*out = value_of_list(list);
	return true;
}

/* ---- the others ---- */

bool words_join(struct render *r, const struct call *c, const struct value *list, struct span separator, const struct value *attribute,
    struct value *out)
{
	struct buf joined = { .limit = r->limits.output };
	struct sequence seq;
	bool ok = render_sequence(r, c->node, list, false, &seq);

	for (size_t i = 0; i < seq.n && ok; i++) {
		struct value item = attribute->kind != VALUE_UNDEFINED ? attribute_of(&seq.items[i], attribute) : seq.items[i];

		if (i > 0) {
			(void)buf_add(&joined, separator.s, separator.len);
		}
		ok = render_defined(r, c->node, &item) && render_tick(r, c->node, 1) &&
		    (print_value(&joined, &item) || render_failed(r, c->node, TEMPLATE_LIMIT, "the value is nested too deep or too large"));
	}
	if (ok) {
		buf_clear(&r->scratch);
		(void)buf_add(&r->scratch, buf_str(&joined), joined.len);
		r->scratch.is_full |= joined.is_full;
		ok = call_give_scratch(r, c, out);
	}
	buf_free(&joined);
	return ok;
}

static bool filter_join(struct render *r, const struct call *c, struct value *out)
{
	struct value attribute;
	struct span separator;

	return call_text(r, c, 0, "", &separator) && attribute_arg(r, c, 1, &attribute) && words_join(r, c, &c->self, separator, &attribute, out);
}

static bool filter_length(struct render *r, const struct call *c, struct value *out)
{
	if (value_is_number(&c->self) || c->self.kind == VALUE_BOOL || c->self.kind == VALUE_LOOP) {
		return call_wrong_self(r, c);
	}
	*out = value_int((int64_t)value_count(&c->self));
	return true;
}

static bool filter_first(struct render *r, const struct call *c, struct value *out)
{
	struct sequence seq;

	if (!self_items(r, c, &seq)) {
		return false;
	}
	*out = seq.n > 0 ? seq.items[0] : (struct value){ 0 };
	return true;
}

static bool filter_last(struct render *r, const struct call *c, struct value *out)
{
	struct sequence seq;

	if (!self_items(r, c, &seq)) {
		return false;
	}
	*out = seq.n > 0 ? seq.items[seq.n - 1] : (struct value){ 0 };
	return true;
}

static bool filter_list(struct render *r, const struct call *c, struct value *out)
{
	struct sequence seq;
	struct value_list *list;

	if (!self_items(r, c, &seq) || (list = render_list(r, c->node, seq.n)) == NULL) {
		return false;
	}
	if (seq.n > 0) {
		memcpy(list->items, seq.items, seq.n * sizeof(*list->items));
	}
	list->n = seq.n;
	*out = value_of_list(list);
	return true;
}

bool words_items(struct render *r, const struct call *c, struct value *out)
{
	struct value_list *list = render_list(r, c->node, 0);
	struct sequence pairs;

	if (c->self.kind != VALUE_OBJECT && c->self.kind != VALUE_UNDEFINED && c->self.kind != VALUE_NULL) {
		return call_wrong_self(r, c);
	}
	if (list == NULL || !render_sequence(r, c->node, &c->self, true, &pairs)) {
		return false;
	}
	*list = (struct value_list){ .n = pairs.n, .cap = pairs.n, .items = (struct value *)pairs.items };
	*out = value_of_list(list);
	return true;
}

static bool filter_sum(struct render *r, const struct call *c, struct value *out)
{
	struct value attribute;
	struct sequence seq;
	struct value sum = c->args[1].kind != VALUE_UNDEFINED ? c->args[1] : value_int(0);

	if (!self_items(r, c, &seq) || !attribute_arg(r, c, 0, &attribute)) {
		return false;
	}
	for (size_t i = 0; i < seq.n; i++) {
		struct value item = attribute.kind != VALUE_UNDEFINED ? attribute_of(&seq.items[i], &attribute) : seq.items[i];

		if (!value_is_number(&item) || !value_is_number(&sum)) {
			return render_failed(r, c->node, TEMPLATE_TYPE, "%s cannot be summed", value_kind_name(value_is_number(&sum) ? &item : &sum));
		}
		if (sum.kind == VALUE_INT && item.kind == VALUE_INT) {
			if (__builtin_add_overflow(sum.integer, item.integer, &sum.integer)) {
				return render_failed(r, c->node, TEMPLATE_TYPE, "the sum does not fit 64 bits");
			}
		} else {
			sum = value_double(value_real(&sum) + value_real(&item));
		}
	}
	*out = sum;
	return true;
}

/* Lists of so many items each; the last is filled up when there is something to fill it with. */
static bool filter_batch(struct render *r, const struct call *c, struct value *out)
{
	struct value_list *list = render_list(r, c->node, 8), *row = NULL;
	struct sequence seq;
	int64_t size;

	if (list == NULL || !self_items(r, c, &seq) || !call_int(r, c, 0, 1, &size)) {
		return false;
	}
	if (size < 1 || (size > (int64_t)r->limits.steps && size > (int64_t)seq.n)) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "a batch has at least one item, and not too many");
	}
	for (size_t i = 0; i < seq.n; i++) {
		if (i % (size_t)size == 0) {
			row = render_list(r, c->node, 8);
			struct value v = value_of_list(row);

			if (row == NULL || !render_add(r, c->node, list, &v)) {
				return false;
			}
		}
		if (!render_add(r, c->node, row, &seq.items[i])) {
			return false;
		}
	}
	while (row != NULL && c->args[1].kind != VALUE_UNDEFINED && row->n < (size_t)size) {
		if (!render_add(r, c->node, row, &c->args[1]) || !render_tick(r, c->node, 1)) {
			return false;
		}
	}
	*out = value_of_list(list);
	return true;
}

const struct call_row list_filters[] = {
	{ .name = "batch", .params = { "linecount", "fill_with" }, .n_required = 1, .run = filter_batch },
	{ .name = "count", .run = filter_length },
	{ .name = "dictsort", .params = { "case_sensitive", "by", "reverse" }, .run = filter_dictsort },
	{ .name = "first", .run = filter_first },
	{ .name = "items", .run = words_items },
	{ .name = "join", .params = { "d", "attribute" }, .run = filter_join },
	{ .name = "last", .run = filter_last },
	{ .name = "length", .run = filter_length },
	{ .name = "list", .run = filter_list },
	{ .name = "map", .params = { "filter", "first", "second", "third", [MAP_ATTRIBUTE] = "attribute", [MAP_DEFAULT] = "default" }, .run = filter_map },
	{ .name = "max", .params = { "case_sensitive", "attribute" }, .run = filter_max },
	{ .name = "min", .params = { "case_sensitive", "attribute" }, .run = filter_min },
	{ .name = "reject", .params = { "test", "value" }, .run = filter_reject },
	{ .name = "rejectattr", .params = { "attribute", "test", "value" }, .n_required = 1, .run = filter_rejectattr },
	{ .name = "reverse", .run = filter_reverse },
	{ .name = "select", .params = { "test", "value" }, .run = filter_select },
	{ .name = "selectattr", .params = { "attribute", "test", "value" }, .n_required = 1, .run = filter_selectattr },
	{ .name = "sort", .params = { "reverse", "case_sensitive", "attribute" }, .run = filter_sort },
	{ .name = "sum", .params = { "attribute", "start" }, .run = filter_sum },
	{ .name = "unique", .params = { "case_sensitive", "attribute" }, .run = filter_unique },
	{ 0 },
};
