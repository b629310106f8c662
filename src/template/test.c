/* Tests: what may stand behind `is`. */
#include <string.h>

#include "template/op.h"
#include "template/render.h"

static bool give(struct value *out, bool b)
{
	*out = value_bool(b);
	return true;
}

static bool test_defined(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind != VALUE_UNDEFINED);
}

static bool test_undefined(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind == VALUE_UNDEFINED);
}

static bool test_none(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind == VALUE_NULL);
}

static bool test_string(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind == VALUE_STRING);
}

static bool test_number(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, value_is_number(&c->self));
}

static bool test_integer(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind == VALUE_INT);
}

static bool test_float(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind == VALUE_DOUBLE);
}

static bool test_boolean(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind == VALUE_BOOL);
}

static bool test_mapping(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind == VALUE_OBJECT);
}

/* A list, a string or an object, as in Jinja2; the same go for iterable. */
static bool test_sequence(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind == VALUE_LIST || c->self.kind == VALUE_STRING || c->self.kind == VALUE_OBJECT);
}

/* The remainder by a divisor, for integers only. */
static bool remainder_of(struct render *r, const struct call *c, int64_t divisor, int64_t *out)
{
	if (c->self.kind != VALUE_INT) {
		return call_wrong_self(r, c);
	}
	if (divisor == 0) {
		return render_failed(r, c->node, TEMPLATE_DIVISION_BY_ZERO, "division by zero");
	}
	*out = divisor == -1 ? 0 : c->self.integer % divisor;
	return true;
}

static bool test_even(struct render *r, const struct call *c, struct value *out)
{
	int64_t rest = 0;

	return remainder_of(r, c, 2, &rest) && give(out, rest == 0);
}

static bool test_odd(struct render *r, const struct call *c, struct value *out)
{
	int64_t rest = 0;

	return remainder_of(r, c, 2, &rest) && give(out, rest != 0);
}

static bool test_divisibleby(struct render *r, const struct call *c, struct value *out)
{
	int64_t divisor, rest = 0;

	return call_int(r, c, 0, 0, &divisor) && remainder_of(r, c, divisor, &rest) && give(out, rest == 0);
}

static bool test_true(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind == VALUE_BOOL && c->self.boolean);
}

static bool test_false(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	return give(out, c->self.kind == VALUE_BOOL && !c->self.boolean);
}

/* By the operators of the same meaning. */
static bool by_operator(struct render *r, const struct call *c, const char *op, struct value *out)
{
	struct node n = *c->node;

	for (n.op = op_rows; strcmp(n.op->text, op) != 0; n.op++) {
	}
	return n.op->apply(r, &n, &c->self, &c->args[0], out);
}

static bool test_in(struct render *r, const struct call *c, struct value *out)
{
	return by_operator(r, c, "in", out);
}

static bool test_eq(struct render *r, const struct call *c, struct value *out)
{
	return by_operator(r, c, "==", out);
}

static bool test_ne(struct render *r, const struct call *c, struct value *out)
{
	return by_operator(r, c, "!=", out);
}

static const struct call_row test_rows[] = {
	{ .name = "boolean", .run = test_boolean },
	{ .name = "defined", .takes_undefined = true, .run = test_defined },
	{ .name = "divisibleby", .params = { "num" }, .n_required = 1, .run = test_divisibleby },
	{ .name = "eq", .params = { "value" }, .n_required = 1, .run = test_eq },
	{ .name = "equalto", .params = { "value" }, .n_required = 1, .run = test_eq },
	{ .name = "even", .run = test_even },
	{ .name = "false", .run = test_false },
	{ .name = "float", .run = test_float },
	{ .name = "in", .params = { "seq" }, .n_required = 1, .run = test_in },
	{ .name = "integer", .run = test_integer },
	{ .name = "iterable", .run = test_sequence },
	{ .name = "mapping", .run = test_mapping },
	{ .name = "ne", .params = { "value" }, .n_required = 1, .run = test_ne },
	{ .name = "none", .run = test_none },
	{ .name = "number", .run = test_number },
	{ .name = "odd", .run = test_odd },
	{ .name = "sequence", .run = test_sequence },
	{ .name = "string", .run = test_string },
	{ .name = "true", .run = test_true },
	{ .name = "undefined", .takes_undefined = true, .run = test_undefined },
	{ 0 },
};

const struct call_table tests = {
	.noun = "test",
	.unknown = TEMPLATE_UNKNOWN_TEST,
	.rows = (const struct call_row *const[]){ test_rows, NULL },
};
