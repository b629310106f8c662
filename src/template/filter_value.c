/* Filters of numbers, JSON and any value. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "template/render.h"

#define JSON_SIZE 48 /* bytes in memory for a byte of JSON, at worst: [[],[],[] */

/* default(value, boolean): with boolean true also for what is false. */
static bool filter_default(struct render *r, const struct call *c, struct value *out)
{
	bool is_missing = c->self.kind == VALUE_UNDEFINED || (call_true(c, 1) && !value_is_true(&c->self));

	(void)r;
	*out = !is_missing ? c->self : c->args[0].kind != VALUE_UNDEFINED ? c->args[0] : value_string("", 0);
	return true;
}

/* The number a text is, with blanks around it; undefined when it is none. */
static struct value number_of(struct span s)
{
	char text[64], *end;

	while (s.len > 0 && strchr(" \t\r\n", s.s[0]) != NULL && s.s[0] != '\0') {
		s.s++;
		s.len--;
	}
	while (s.len > 0 && s.s[s.len - 1] != '\0' && strchr(" \t\r\n", s.s[s.len - 1]) != NULL) {
		s.len--;
	}
	if (s.len == 0 || s.len >= sizeof(text)) {
		return (struct value){ 0 };
	}
	memcpy(text, s.s, s.len);
	text[s.len] = '\0';
	if (strspn(text, "0123456789+-.eE") != s.len) { /* no hex, no "inf" */
		return (struct value){ 0 };
	}
	errno = 0;
	long long i = strtoll(text, &end, 10);
	if (end == text + s.len && errno == 0) {
		return value_int(i);
	}
	double d = strtod(text, &end);
	return end == text + s.len && isfinite(d) ? value_double(d) : (struct value){ 0 };
}

static struct value as_number(const struct value *v)
{
	return v->kind == VALUE_STRING ? number_of(v->string) : v->kind == VALUE_BOOL ? value_int(v->boolean) : *v;
}

static bool filter_int(struct render *r, const struct call *c, struct value *out)
{
	struct value v = as_number(&c->self);

	(void)r;
	if (v.kind == VALUE_DOUBLE && v.real > -9.2233720368547748e18 && v.real < 9.2233720368547748e18) {
		v = value_int((int64_t)v.real);
	}
	*out = v.kind == VALUE_INT ? v : c->args[0].kind != VALUE_UNDEFINED ? c->args[0] : value_int(0);
	return true;
}

static bool filter_float(struct render *r, const struct call *c, struct value *out)
{
	struct value v = as_number(&c->self);

	(void)r;
	*out = value_is_number(&v) ? value_double(value_real(&v)) : c->args[0].kind != VALUE_UNDEFINED ? c->args[0] : value_double(0);
	return true;
}

static bool filter_abs(struct render *r, const struct call *c, struct value *out)
{
	*out = c->self;
	if (c->self.kind == VALUE_DOUBLE) {
		out->real = fabs(c->self.real);
		return true;
	}
	if (c->self.kind != VALUE_INT) {
		return call_wrong_self(r, c);
	}
	return c->self.integer >= 0 || !__builtin_sub_overflow(0, c->self.integer, &out->integer) ||
	    render_failed(r, c->node, TEMPLATE_TYPE, "the result does not fit 64 bits");
}

enum rounding { ROUND_COMMON, ROUND_CEIL, ROUND_FLOOR };

/* Rounds the decimal digits that the number is written with, so that 2.345 is a tie and goes to 2.35: the nearest double to it is below. */
static double round_decimal(double d, int64_t places, enum rounding how)
{
	char digits[DIGITS_SIZE], text[DIGITS_SIZE + 16];
	int exponent, n = print_digits(d, digits, &exponent);
	int64_t kept = exponent + 1 + places; /* digits before the cut */

	if (kept >= n) {
		return d;
	}
	bool is_away = how == ROUND_COMMON ? kept >= 0 && digits[kept] >= '5' : (how == ROUND_CEIL) == !signbit(d);
	uint64_t whole = 0;
	for (int64_t i = 0; i < kept; i++) {
		whole = whole * 10 + (uint64_t)(digits[i] - '0');
	}
	whole += is_away && (d < 0 || d > 0);
	(void)snprintf(text, sizeof(text), "%s%llue%lld", signbit(d) ? "-" : "", (unsigned long long)whole, (long long)-places);
	return strtod(text, NULL);
}

static bool filter_round(struct render *r, const struct call *c, struct value *out)
{
	static const char *const methods_of[] = { [ROUND_COMMON] = "common", [ROUND_CEIL] = "ceil", [ROUND_FLOOR] = "floor" };
	struct span method;
	int64_t places;
	size_t how = 0;

	if (!call_int(r, c, 0, 0, &places) || !call_text(r, c, 1, "common", &method)) {
		return false;
	}
	if (!value_is_number(&c->self)) {
		return call_wrong_self(r, c);
	}
	while (how < 3 && !span_is(method, (struct span){ methods_of[how], strlen(methods_of[how]) })) {
		how++;
	}
	if (how == 3 || places < -300 || places > 300) {
		return render_failed(r, c->node, TEMPLATE_TYPE, how == 3 ? "round goes by \"common\", \"ceil\" or \"floor\"" : "round takes -300 to 300 places");
	}
	*out = c->self;
	if (c->self.kind == VALUE_DOUBLE) {
		*out = value_double(round_decimal(c->self.real, places, (enum rounding)how));
	} else if (places < 0) {
		*out = value_int((int64_t)round_decimal((double)c->self.integer, places, (enum rounding)how));
	}
	return true;
}

static bool filter_tojson(struct render *r, const struct call *c, struct value *out)
{
	int64_t indent;

	if (!call_int(r, c, 0, 0, &indent)) {
		return false;
	}
	if (indent < 0 || indent > 16) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "an indentation of JSON is 0 to 16 blanks");
	}
	buf_clear(&r->scratch);
	return (print_json(&r->scratch, &c->self, (int)indent) ||
		   render_failed(r, c->node, TEMPLATE_LIMIT, "the value is nested too deep or too large")) &&
	    call_give_scratch(r, c, out);
}

static bool filter_fromjson(struct render *r, const struct call *c, struct value *out)
{
	json_error_t why;
	struct span s;

	if (!call_self_text(r, c, &s)) {
		return false;
	}
	if (!arena_charge(&r->arena, JSON_SIZE * s.len)) {
		return render_no_memory(r, c->node);
	}
	json_t *json = json_loadb(s.s, s.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
	if (json == NULL) {
		return render_failed(r, c->node, TEMPLATE_TYPE, "it is no JSON: line %d, column %d: %s", why.line, why.column, why.text);
	}
	*out = value_json(json);
	render_keep(r, json);
	return render_tick(r, c->node, s.len / 16);
}

static bool filter_safe(struct render *r, const struct call *c, struct value *out)
{
	(void)r;
	*out = c->self;
	return true;
}

const struct call_row value_filters[] = {
	{ .name = "abs", .run = filter_abs },
	{ .name = "d", .params = { "default_value", "boolean" }, .takes_undefined = true, .run = filter_default },
	{ .name = "default", .params = { "default_value", "boolean" }, .takes_undefined = true, .run = filter_default },
	{ .name = "dump", .params = { "indent" }, .run = filter_tojson },
	{ .name = "float", .params = { "default" }, .run = filter_float },
	{ .name = "fromjson", .run = filter_fromjson },
	{ .name = "int", .params = { "default" }, .run = filter_int },
	{ .name = "load", .run = filter_fromjson },
	{ .name = "round", .params = { "precision", "method" }, .run = filter_round },
	{ .name = "safe", .run = filter_safe },
	{ .name = "tojson", .params = { "indent" }, .run = filter_tojson },
	{ 0 },
};
