#include "template/op.h"

#include <math.h>
#include <string.h>

#include "template/lex.h"
#include "template/render.h"

static bool mismatch(struct render *r, const struct node *n, const struct value *a, const struct value *b)
{
	bool suggests_join = strcmp(n->op->text, "+") == 0 && (a->kind == VALUE_STRING || b->kind == VALUE_STRING);

	return render_failed(r, n, TEMPLATE_TYPE, "%s %s %s does not go%s", value_kind_name(a), n->op->text, value_kind_name(b),
	    suggests_join ? "; join texts with ~" : "");
}

static bool overflow(struct render *r, const struct node *n)
{
	return render_failed(r, n, TEMPLATE_TYPE, "the result does not fit 64 bits");
}

static bool give_double(struct render *r, const struct node *n, double d, struct value *out)
{
	*out = value_double(d);
	return isfinite(d) || render_failed(r, n, TEMPLATE_TYPE, "the result is no finite number");
}

static bool division_by_zero(struct render *r, const struct node *n)
{
	return render_failed(r, n, TEMPLATE_DIVISION_BY_ZERO, "division by zero");
}

static bool is_zero(const struct value *v)
{
	return !value_is_true(v);
}

/* ---- arithmetic ---- */

static bool add_lists(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	const struct value *sides[] = { a, b };
	struct value_list *list = render_list(r, n, value_count(a) + value_count(b));

	for (size_t side = 0; side < 2 && list != NULL; side++) {
		for (size_t i = 0; i < value_count(sides[side]); i++) {
			list->items[list->n++] = value_at(sides[side], i);
		}
	}
	if (list == NULL || !render_tick(r, n, list->n)) {
		return false;
	}
	*out = value_of_list(list);
	return true;
}

static bool join_texts(struct render *r, const struct node *n, struct span a, struct span b, struct value *out)
{
	if (!render_tick(r, n, (a.len + b.len) / 256)) {
		return false;
	}
	char *joined = arena_alloc(&r->arena, a.len + b.len);
	if (joined == NULL) {
		return render_no_memory(r, n);
	}
	if (a.len > 0) {
		memcpy(joined, a.s, a.len);
	}
	if (b.len > 0) {
		memcpy(joined + a.len, b.s, b.len);
	}
	*out = value_string(joined, a.len + b.len);
	return true;
}

static bool apply_add(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	if (a->kind == VALUE_INT && b->kind == VALUE_INT) {
		*out = value_int(0);
		return !__builtin_add_overflow(a->integer, b->integer, &out->integer) || overflow(r, n);
	}
	if (value_is_number(a) && value_is_number(b)) {
		return give_double(r, n, value_real(a) + value_real(b), out);
	}
	if (a->kind == VALUE_STRING && b->kind == VALUE_STRING) {
		return join_texts(r, n, a->string, b->string, out);
	}
	return a->kind == VALUE_LIST && b->kind == VALUE_LIST ? add_lists(r, n, a, b, out) : mismatch(r, n, a, b);
}

static bool apply_subtract(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	if (a->kind == VALUE_INT && b->kind == VALUE_INT) {
		*out = value_int(0);
		return !__builtin_sub_overflow(a->integer, b->integer, &out->integer) || overflow(r, n);
	}
	return value_is_number(a) && value_is_number(b) ? give_double(r, n, value_real(a) - value_real(b), out) : mismatch(r, n, a, b);
}

/* "-" * 20 */
static bool repeat(struct render *r, const struct node *n, struct span s, int64_t times, struct value *out)
{
	size_t len;

	if (times <= 0 || s.len == 0) {
		*out = value_string("", 0);
		return true;
	}
	if (__builtin_mul_overflow(s.len, (size_t)times, &len) || len > r->limits.output) {
		return render_failed(r, n, TEMPLATE_LIMIT, "the text would be longer than the output may be");
	}
	char *text = arena_alloc(&r->arena, len);
	if (text == NULL) {
		return render_no_memory(r, n);
	}
	for (size_t at = 0; at < len; at += s.len) {
		memcpy(text + at, s.s, s.len);
	}
	*out = value_string(text, len);
	return render_tick(r, n, len / 256);
}

static bool apply_multiply(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	if (a->kind == VALUE_INT && b->kind == VALUE_INT) {
		*out = value_int(0);
		return !__builtin_mul_overflow(a->integer, b->integer, &out->integer) || overflow(r, n);
	}
	if (a->kind == VALUE_STRING && b->kind == VALUE_INT) {
		return repeat(r, n, a->string, b->integer, out);
	}
	return value_is_number(a) && value_is_number(b) ? give_double(r, n, value_real(a) * value_real(b), out) : mismatch(r, n, a, b);
}

static bool apply_divide(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	if (!value_is_number(a) || !value_is_number(b)) {
		return mismatch(r, n, a, b);
	}
	if (is_zero(b)) {
		return division_by_zero(r, n);
	}
	if (a->kind == VALUE_INT && b->kind == VALUE_INT) {
		if (b->integer == -1) {
			*out = value_int(0);
			return !__builtin_sub_overflow(0, a->integer, &out->integer) || overflow(r, n);
		}
		if (a->integer % b->integer == 0) {
			*out = value_int(a->integer / b->integer);
			return true;
		}
	}
	return give_double(r, n, value_real(a) / value_real(b), out);
}

/* `//` and `%` round down, as in Python: -7 // 2 = -4, -7 % 3 = 2. */
static bool apply_floor(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	if (!value_is_number(a) || !value_is_number(b)) {
		return mismatch(r, n, a, b);
	}
	if (is_zero(b)) {
		return division_by_zero(r, n);
	}
	if (a->kind != VALUE_INT || b->kind != VALUE_INT) {
		return give_double(r, n, floor(value_real(a) / value_real(b)), out);
	}
	if (b->integer == -1) {
		*out = value_int(0);
		return !__builtin_sub_overflow(0, a->integer, &out->integer) || overflow(r, n);
	}
	int64_t rest = a->integer % b->integer;
	*out = value_int(a->integer / b->integer - (rest != 0 && (rest < 0) != (b->integer < 0)));
	return true;
}

static bool apply_modulo(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	if (!value_is_number(a) || !value_is_number(b)) {
		return mismatch(r, n, a, b);
	}
	if (is_zero(b)) {
		return division_by_zero(r, n);
	}
	if (a->kind != VALUE_INT || b->kind != VALUE_INT) {
		double y = value_real(b), rest = fmod(value_real(a), y);

		return give_double(r, n, (rest < 0 || rest > 0) && (rest < 0) != (y < 0) ? rest + y : rest, out);
	}
	int64_t rest = b->integer == -1 ? 0 : a->integer % b->integer;
	*out = value_int(rest != 0 && (rest < 0) != (b->integer < 0) ? rest + b->integer : rest);
	return true;
}

static bool int_power(int64_t base, int64_t exponent, int64_t *out)
{
	*out = 1;
	while (exponent > 0) {
		if ((exponent & 1) != 0 && __builtin_mul_overflow(*out, base, out)) {
			return false;
		}
		exponent >>= 1;
		if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) {
			return false;
		}
	}
	return true;
}

static bool apply_power(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	if (!value_is_number(a) || !value_is_number(b)) {
		return mismatch(r, n, a, b);
	}
	if (a->kind == VALUE_INT && b->kind == VALUE_INT && b->integer >= 0) {
		*out = value_int(0);
		return int_power(a->integer, b->integer, &out->integer) || overflow(r, n);
	}
	if (is_zero(a) && value_real(b) < 0) {
		return division_by_zero(r, n);
	}
	return give_double(r, n, pow(value_real(a), value_real(b)), out);
}

bool op_minus(struct render *r, const struct node *n, const struct value *a, struct value *out)
{
	if (a->kind == VALUE_INT) {
		*out = value_int(0);
		return !__builtin_sub_overflow(0, a->integer, &out->integer) || overflow(r, n);
	}
	*out = value_double(a->kind == VALUE_DOUBLE ? -a->real : 0);
	return a->kind == VALUE_DOUBLE || render_failed(r, n, TEMPLATE_TYPE, "- before %s does not go", value_kind_name(a));
}

static bool apply_join(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	struct span x, y;

	return render_text(r, n, a, &x) && render_text(r, n, b, &y) && join_texts(r, n, x, y, out);
}

/* ---- comparisons ---- */

static bool apply_equal(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	*out = value_bool(false);
	return render_equal(r, n, a, b, &out->boolean);
}

static bool apply_not_equal(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	bool ok = apply_equal(r, n, a, b, out);

	out->boolean = !out->boolean;
	return ok;
}

static bool compare(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out, bool less,
    bool same, bool more)
{
	int order;

	if (!render_order(r, n, a, b, &order)) {
		return false;
	}
	*out = value_bool(order < 0 ? less : order == 0 ? same : more);
	return true;
}

static bool apply_less(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	return compare(r, n, a, b, out, true, false, false);
}

static bool apply_at_most(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	return compare(r, n, a, b, out, true, true, false);
}

static bool apply_more(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	return compare(r, n, a, b, out, false, false, true);
}

static bool apply_at_least(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	return compare(r, n, a, b, out, false, true, true);
}

static bool apply_in(struct render *r, const struct node *n, const struct value *a, const struct value *b, struct value *out)
{
	*out = value_bool(false);
	if (b->kind == VALUE_LIST) {
		for (size_t i = 0, count = value_count(b); i < count && !out->boolean; i++) {
			struct value item = value_at(b, i);

			if (!render_equal(r, n, a, &item, &out->boolean)) {
				return false;
			}
		}
		return true;
	}
	if (b->kind == VALUE_OBJECT) {
		struct value member = a->kind == VALUE_STRING ? value_get(b, a->string) : (struct value){ 0 };

		out->boolean = member.kind != VALUE_UNDEFINED;
		return true;
	}
	if (b->kind == VALUE_STRING && a->kind == VALUE_STRING) {
		out->boolean = a->string.len == 0 || memmem(b->string.s, b->string.len, a->string.s, a->string.len) != NULL;
		return render_tick(r, n, b->string.len / 256);
	}
	return b->kind == VALUE_UNDEFINED || b->kind == VALUE_NULL || mismatch(r, n, a, b);
}

const struct op_row op_rows[] = {
	{ "or", LEVEL_OR, 0, NODE_OR, NULL },
	{ "and", LEVEL_AND, 0, NODE_AND, NULL },
	{ "in", LEVEL_COMPARE, 0, NODE_BINARY, apply_in },
	{ "==", LEVEL_COMPARE, OP2('=', '='), NODE_BINARY, apply_equal },
	{ "!=", LEVEL_COMPARE, OP2('!', '='), NODE_BINARY, apply_not_equal },
	{ "<", LEVEL_COMPARE, OP1('<'), NODE_BINARY, apply_less },
	{ "<=", LEVEL_COMPARE, OP2('<', '='), NODE_BINARY, apply_at_most },
	{ ">", LEVEL_COMPARE, OP1('>'), NODE_BINARY, apply_more },
	{ ">=", LEVEL_COMPARE, OP2('>', '='), NODE_BINARY, apply_at_least },
	{ "+", LEVEL_ADD, OP1('+'), NODE_BINARY, apply_add },
	{ "-", LEVEL_ADD, OP1('-'), NODE_BINARY, apply_subtract },
	{ "~", LEVEL_JOIN, OP1('~'), NODE_BINARY, apply_join },
	{ "*", LEVEL_MULTIPLY, OP1('*'), NODE_BINARY, apply_multiply },
	{ "/", LEVEL_MULTIPLY, OP1('/'), NODE_BINARY, apply_divide },
	{ "//", LEVEL_MULTIPLY, OP2('/', '/'), NODE_BINARY, apply_floor },
	{ "%", LEVEL_MULTIPLY, OP1('%'), NODE_BINARY, apply_modulo },
	{ "**", LEVEL_POWER, OP2('*', '*'), NODE_BINARY, apply_power },
	{ NULL, LEVEL_OR, 0, NODE_BINARY, NULL },
};
