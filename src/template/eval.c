/* Expressions: one function a kind of node, in a table. */
#include <string.h>

#include "base/mem.h"
#include "template/op.h"
#include "template/render.h"

typedef bool evaluator(struct render *r, const struct node *n, struct value *out);

struct value render_member(const struct value *v, struct span name)
{
	static const struct value no_object = { 0 };

	return v->kind == VALUE_OBJECT ? value_get(v, name) : no_object;
}

static size_t last_left(const struct loop *l)
{
	return l->n - l->i;
}

/* `loop.index` and the others. */
static struct value loop_member(const struct loop *l, struct span name)
{
	int64_t depth = 0;

	for (const struct loop *up = l; up != NULL; up = up->up) {
		depth++;
	}
	const struct {
		struct span name;
		struct value value;
	} members[] = {
		{ SPAN("index"), value_int((int64_t)l->i + 1) },
		{ SPAN("index0"), value_int((int64_t)l->i) },
		{ SPAN("revindex"), value_int((int64_t)last_left(l)) },
		{ SPAN("revindex0"), value_int((int64_t)last_left(l) - 1) },
		{ SPAN("first"), value_bool(l->i == 0) },
		{ SPAN("last"), value_bool(l->i + 1 == l->n) },
		{ SPAN("length"), value_int((int64_t)l->n) },
		{ SPAN("depth"), value_int(depth) },
		{ SPAN("previtem"), l->i > 0 ? l->items[l->i - 1] : (struct value){ 0 } },
		{ SPAN("nextitem"), l->i + 1 < l->n ? l->items[l->i + 1] : (struct value){ 0 } },
	};

	for (size_t i = 0; i < COUNT_OF(members); i++) {
		if (span_is(members[i].name, name)) {
			return members[i].value;
		}
	}
	return (struct value){ 0 };
}

static bool eval_literal(struct render *r, const struct node *n, struct value *out)
{
	(void)r;
	*out = n->value;
	return true;
}

static bool eval_name(struct render *r, const struct node *n, struct value *out)
{
	*out = render_lookup(r, n->name);
	if (out->kind == VALUE_UNDEFINED) {
		out->from = n;
	}
	return out->kind != VALUE_UNDEFINED || !r->env->is_fixed ||
	       render_failed(r, n, TEMPLATE_UNDEFINED, "%.*s is a variable", (int)text_bytes(n->name, 60), n->name.s);
}

static bool eval_list(struct render *r, const struct node *n, struct value *out)
{
	struct value_list *list = render_list(r, n, n->n_args);

	if (list == NULL) {
		return false;
	}
	for (; list->n < n->n_args; list->n++) {
		if (!eval(r, n->args[list->n], &list->items[list->n])) {
			return false;
		}
	}
	*out = value_of_list(list);
	return true;
}

/* Of an object literal and of namespace(...): keys and values in turn. */
static bool eval_members(struct render *r, const struct node *n, struct value *out)
{
	struct value_object *object = value_object_new(&r->arena);

	if (object == NULL) {
		return render_no_memory(r, n);
	}
	for (size_t i = 0; i < n->n_args; i += 2) {
		struct value key, value;

		if (!eval_defined(r, n->args[i], &key) || !eval(r, n->args[i + 1], &value)) {
			return false;
		}
		if (key.kind != VALUE_STRING) {
			return render_failed(r, n->args[i], TEMPLATE_TYPE, "a key must be a string, not %s", value_kind_name(&key));
		}
		if (!render_tick(r, n, object->n / 16) || !value_object_set(&r->arena, object, key.string, &value)) {
			return r->err->kind != TEMPLATE_OK ? false : render_no_memory(r, n);
		}
	}
	*out = value_of_object(object);
	return true;
}

static bool eval_member(struct render *r, const struct node *n, struct value *out)
{
	struct value object;

	if (!eval(r, n->a, &object)) {
		return false;
	}
	*out = object.kind == VALUE_LOOP ? loop_member(object.loop, n->name) : render_member(&object, n->name);
	if (out->kind == VALUE_UNDEFINED) {
		out->from = n;
	}
	return true;
}

/* The place of an index that may count from the end; false when there is none. */
static bool place_of(int64_t index, size_t count, size_t *i)
{
	int64_t at = index < 0 ? index + (int64_t)count : index;

	*i = (size_t)at;
	return at >= 0 && at < (int64_t)count;
}

static struct value char_at(struct span s, size_t i)
{
	size_t from = text_bytes(s, i);
	struct span rest = { s.s + from, s.len - from };

	return value_string(rest.s, text_bytes(rest, 1));
}

static bool eval_index(struct render *r, const struct node *n, struct value *out)
{
	struct value object, key;
	size_t i;

	if (!eval(r, n->a, &object) || !eval_defined(r, n->b, &key)) {
		return false;
	}
	*out = (struct value){ .from = n };
	if (object.kind == VALUE_OBJECT && key.kind == VALUE_STRING) {
		*out = value_get(&object, key.string);
	} else if (object.kind == VALUE_LOOP && key.kind == VALUE_STRING) {
		*out = loop_member(object.loop, key.string);
	} else if (object.kind == VALUE_LIST && key.kind == VALUE_INT && place_of(key.integer, value_count(&object), &i)) {
		*out = value_at(&object, i);
	} else if (object.kind == VALUE_STRING && key.kind == VALUE_INT && place_of(key.integer, value_count(&object), &i)) {
		*out = char_at(object.string, i);
	}
	if (out->kind == VALUE_UNDEFINED) {
		out->from = n;
	}
	return object.kind != VALUE_STRING || render_tick(r, n, object.string.len / 256);
}

/* ---- slices ---- */

struct slice {
	int64_t from, to, step;
};

/* As Python: bounds that count from the end, and are drawn to it when they lie outside. */
static int64_t bound(const struct value *v, int64_t count, int64_t step, int64_t otherwise)
{
	int64_t low = step < 0 ? -1 : 0, high = step < 0 ? count - 1 : count;

	if (v->kind != VALUE_INT) {
		return otherwise;
	}
	int64_t at = v->integer < 0 ? (v->integer < -count ? -1 : v->integer + count) : v->integer;
	return at < low ? low : at > high ? high : at;
}

static bool slice_of(struct render *r, const struct node *n, int64_t count, struct slice *s)
{
	struct value parts[3];

	for (size_t i = 0; i < 3; i++) {
		parts[i] = value_null();
		if (n->args[i] != NULL && !eval_defined(r, n->args[i], &parts[i])) {
			return false;
		}
		if (parts[i].kind != VALUE_NULL && parts[i].kind != VALUE_INT) {
			return render_failed(r, n->args[i], TEMPLATE_TYPE, "a slice needs integers, not %s", value_kind_name(&parts[i]));
		}
	}
	s->step = parts[2].kind == VALUE_INT ? parts[2].integer : 1;
	if (s->step == 0) {
		return render_failed(r, n->args[2], TEMPLATE_TYPE, "the step of a slice is zero");
	}
	/* A step longer than all there is takes one element, whatever its length. */
	s->step = s->step > count ? count + 1 : s->step < -count ? -count - 1 : s->step;
	s->from = bound(&parts[0], count, s->step, s->step < 0 ? count - 1 : 0);
	s->to = bound(&parts[1], count, s->step, s->step < 0 ? -1 : count);
	return true;
}

static bool slice_text(struct render *r, const struct node *n, struct span text, const struct slice *s, struct value *out)
{
	if (s->step == 1) {
		size_t from = text_bytes(text, (size_t)s->from);
		struct span rest = { text.s + from, text.len - from };

		*out = value_string(rest.s, s->to > s->from ? text_bytes(rest, (size_t)(s->to - s->from)) : 0);
		return true;
	}
	/* Where each character begins. */
	size_t count = text_count(text), at = 0;
	size_t *starts = arena_array(&r->arena, count + 1, sizeof(*starts));
	char *bytes = arena_alloc(&r->arena, text.len);
	if (starts == NULL || bytes == NULL) {
		return render_no_memory(r, n);
	}
	for (size_t i = 0; i <= count; i++) {
		starts[i] = at;
		at += text_bytes((struct span){ text.s + at, text.len - at }, 1);
	}
	at = 0;
	for (int64_t i = s->from; s->step > 0 ? i < s->to : i > s->to; i += s->step) {
		memcpy(bytes + at, text.s + starts[i], starts[i + 1] - starts[i]);
		at += starts[i + 1] - starts[i];
	}
	*out = value_string(bytes, at);
	return true;
}

static bool slice_list(struct render *r, const struct node *n, const struct value *list, const struct slice *s, struct value *out)
{
	struct value_list *part = render_list(r, n, value_count(list));

	if (part == NULL) {
		return false;
	}
	for (int64_t i = s->from; s->step > 0 ? i < s->to : i > s->to; i += s->step) {
		part->items[part->n++] = value_at(list, (size_t)i);
	}
	*out = value_of_list(part);
	return true;
}

static bool eval_slice(struct render *r, const struct node *n, struct value *out)
{
	struct value v;
	struct slice s = { 0 };

	if (!eval_defined(r, n->a, &v)) {
		return false;
	}
	if (v.kind == VALUE_UNDEFINED || v.kind == VALUE_NULL) {
		*out = (struct value){ .from = n };
		return true;
	}
	if (v.kind != VALUE_STRING && v.kind != VALUE_LIST) {
		return render_failed(r, n, TEMPLATE_TYPE, "%s cannot be sliced", value_kind_name(&v));
	}
	size_t count = value_count(&v);
	return slice_of(r, n, (int64_t)count, &s) && render_tick(r, n, count / 16) &&
	    (v.kind == VALUE_LIST ? slice_list(r, n, &v, &s, out) : slice_text(r, n, v.string, &s, out));
}

/* ---- operators ---- */

static bool eval_not(struct render *r, const struct node *n, struct value *out)
{
	struct value v;

	if (!eval_defined(r, n->a, &v)) {
		return false;
	}
	*out = value_bool(!value_is_true(&v));
	return true;
}

static bool eval_minus(struct render *r, const struct node *n, struct value *out)
{
	struct value v;

	return eval_defined(r, n->a, &v) && op_minus(r, n, &v, out);
}

/* `and` and `or` give the operand that decides. */
static bool eval_and(struct render *r, const struct node *n, struct value *out)
{
	return eval_defined(r, n->a, out) && (!value_is_true(out) || eval(r, n->b, out));
}

static bool eval_or(struct render *r, const struct node *n, struct value *out)
{
	return eval_defined(r, n->a, out) && (value_is_true(out) || eval(r, n->b, out));
}

static bool eval_binary(struct render *r, const struct node *n, struct value *out)
{
	struct value a, b;

	return eval_defined(r, n->a, &a) && eval_defined(r, n->b, &b) && n->op->apply(r, n, &a, &b, out);
}

static bool eval_choice(struct render *r, const struct node *n, struct value *out)
{
	struct value condition;

	if (!eval_defined(r, n->b, &condition)) {
		return false;
	}
	*out = value_string("", 0);
	return value_is_true(&condition) ? eval(r, n->a, out) : n->c == NULL || eval(r, n->c, out);
}

/* ---- calls ---- */

bool call_run(struct render *r, const struct call *c, struct value *out)
{
	enum value_kind receiver = c->row->receiver;

	if (!c->row->takes_undefined && !render_defined(r, c->node, &c->self)) {
		return false;
	}
	if (receiver != VALUE_UNDEFINED && c->self.kind != receiver && c->self.kind != VALUE_UNDEFINED && c->self.kind != VALUE_NULL) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "%s has no method %s", value_kind_name(&c->self), c->row->name);
	}
	return c->row->run(r, c, out);
}

static bool eval_call(struct render *r, const struct node *n, struct value *out)
{
	struct call c = { .node = n, .row = n->row };

	if (n->a != NULL && !eval(r, n->a, &c.self)) {
		return false;
	}
	for (size_t i = 0; i < n->n_args; i++) {
		if (n->args[i] != NULL && !eval_defined(r, n->args[i], &c.args[i])) {
			return false;
		}
	}
	if (!call_run(r, &c, out)) {
		return false;
	}
	if (out->kind == VALUE_UNDEFINED) {
		out->from = n;
	}
	return true;
}

/* namespace(...) takes any number of members; functions have no receiver. */
static bool eval_function(struct render *r, const struct node *n, struct value *out)
{
	if (n->row->run != NULL) {
		struct call c = { .node = n, .row = n->row };

		for (size_t i = 0; i < n->n_args; i++) {
			if (n->args[i] != NULL && !eval_defined(r, n->args[i], &c.args[i])) {
				return false;
			}
		}
		return n->row->run(r, &c, out);
	}
	if (!eval_members(r, n, out)) {
		return false;
	}
	out->object->is_namespace = true;
	return true;
}

static bool eval_test(struct render *r, const struct node *n, struct value *out)
{
	if (!eval_call(r, n, out)) {
		return false;
	}
	out->boolean ^= n->flag;
	return true;
}

static evaluator *const evaluators[NODE_KIND_COUNT] = {
	[NODE_LITERAL] = eval_literal,
	[NODE_NAME] = eval_name,
	[NODE_LIST] = eval_list,
	[NODE_OBJECT] = eval_members,
	[NODE_MEMBER] = eval_member,
	[NODE_INDEX] = eval_index,
	[NODE_SLICE] = eval_slice,
	[NODE_CALL] = eval_function,
	[NODE_METHOD] = eval_call,
	[NODE_FILTER] = eval_call,
	[NODE_TEST] = eval_test,
	[NODE_NOT] = eval_not,
	[NODE_MINUS] = eval_minus,
	[NODE_AND] = eval_and,
	[NODE_OR] = eval_or,
	[NODE_BINARY] = eval_binary,
	[NODE_CHOICE] = eval_choice,
};

bool eval(struct render *r, const struct node *n, struct value *out)
{
	return render_tick(r, n, 1) && evaluators[n->kind](r, n, out);
}

bool eval_defined(struct render *r, const struct node *n, struct value *out)
{
	return eval(r, n, out) && render_defined(r, n, out);
}
