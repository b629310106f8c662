/* Statements: one function a kind of node, in a table; and what all of a rendering shares. */
#include "template/render.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define TICKS_BETWEEN_LOOKS 4096 /* at the clock: some hundred microseconds */

static const struct template_limits defaults = {
	.output = (size_t)16 << 20, .memory = (size_t)256 << 20, .steps = 1000000, .time_us = 200 * US_PER_MS, .depth = 16
};

bool render_failed(struct render *r, const struct node *n, enum template_error_kind kind, const char *fmt, ...)
{
	char message[sizeof(r->err->message)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return source_error(&r->t->source, n->at, r->err, kind, "%s", message);
}

bool render_no_memory(struct render *r, const struct node *n)
{
	return render_failed(r, n, TEMPLATE_LIMIT, "the values take more than %zu MiB", r->limits.memory >> 20);
}

static bool render_too_long(struct render *r, const struct node *n)
{
	return render_failed(r, n, TEMPLATE_LIMIT, "the text is longer than %zu bytes", r->limits.output);
}

static bool render_too_deep(struct render *r, const struct node *n)
{
	return render_failed(r, n, TEMPLATE_LIMIT, "the value is nested too deep or too large");
}

bool render_tick(struct render *r, const struct node *n, uint64_t work)
{
	r->ticks += work;
	if (r->ticks < r->next_check) {
		return true;
	}
	r->next_check = r->ticks + TICKS_BETWEEN_LOOKS;
	if (clock_thread_us() <= r->deadline_us) {
		return true;
	}
	return render_failed(r, n, TEMPLATE_LIMIT, "rendering takes more than %lld ms", (long long)(r->limits.time_us / US_PER_MS));
}

/* "user.name", "items[0].title", "xs | first"; "it" where there is no path. Too long a path loses its beginning. */
static void path_of(const struct node *n, char *out, size_t size)
{
	char parent[120];

	if (n == NULL || (n->kind != NODE_NAME && n->a == NULL)) {
		(void)snprintf(out, size, "it");
		return;
	}
	if (n->kind == NODE_NAME) {
		(void)snprintf(out, size, "%.*s", (int)text_bytes(n->name, 60), n->name.s);
		return;
	}
	path_of(n->a, parent, sizeof(parent));
	if (n->kind == NODE_MEMBER) {
		(void)snprintf(out, size, "%s.%.*s", parent, (int)text_bytes(n->name, 60), n->name.s);
	} else if (n->kind == NODE_INDEX && n->b->kind == NODE_LITERAL && n->b->value.kind == VALUE_STRING) {
		(void)snprintf(out, size, "%s[\"%.*s\"]", parent, (int)text_bytes(n->b->value.string, 60), n->b->value.string.s);
	} else if (n->kind == NODE_INDEX && n->b->kind == NODE_LITERAL && n->b->value.kind == VALUE_INT) {
		(void)snprintf(out, size, "%s[%lld]", parent, (long long)n->b->value.integer);
	} else if (n->kind == NODE_FILTER || n->kind == NODE_METHOD) {
		(void)snprintf(out, size, n->kind == NODE_FILTER ? "%s | %s" : "%s.%s()", parent, n->row->name);
	} else {
		(void)snprintf(out, size, n->kind == NODE_INDEX ? "%s[...]" : "%s", parent);
	}
}

/* Names of variables near to the one that is not there. */
static void hint_of(struct render *r, const struct node *from)
{
	struct near_best best = { 0 };
	char word[65];
	const char *key;
	json_t *value;

	if (from == NULL || from->kind != NODE_NAME) {
		return;
	}
	(void)snprintf(word, sizeof(word), "%.*s", (int)text_bytes(from->name, 30), from->name.s);
	json_object_foreach((json_t *)r->vars, key, value) {
		near_offer(&best, word, key);
	}
	source_hint_near(r->err, &best);
}

bool render_defined(struct render *r, const struct node *n, const struct value *v)
{
	char path[200];

	if (v->kind != VALUE_UNDEFINED || r->env->is_lenient) {
		return true;
	}
	path_of(v->from, path, sizeof(path));
	(void)render_failed(r, n, TEMPLATE_UNDEFINED, "%s is undefined", path);
	hint_of(r, v->from);
	return false;
}

struct value render_lookup(const struct render *r, struct span name)
{
	for (const struct scope *s = r->scope; s != NULL; s = s->up) {
		for (size_t i = 0; i < s->n; i++) {
			if (span_is(s->bindings[i].name, name)) {
				return s->bindings[i].value;
			}
		}
	}
	struct value v = value_json(json_object_getn(r->vars, name.s, name.len));
	return v.kind == VALUE_UNDEFINED && !r->env->is_fixed && span_is(name, SPAN("vars")) ? value_json(r->vars) : v;
}

bool render_set(struct render *r, const struct node *n, struct span name, const struct value *v)
{
	struct scope *s = r->scope;

	for (size_t i = 0; i < s->n; i++) {
		if (span_is(s->bindings[i].name, name)) {
			s->bindings[i].value = *v;
			return true;
		}
	}
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 4 : s->cap * 2;
		struct binding *bindings = arena_array(&r->arena, cap, sizeof(*bindings));

		if (bindings == NULL) {
			return render_no_memory(r, n);
		}
		if (s->n > 0) {
			memcpy(bindings, s->bindings, s->n * sizeof(*bindings));
		}
		s->bindings = bindings;
		s->cap = cap;
	}
	s->bindings[s->n++] = (struct binding){ name, *v };
	return true;
}

bool render_scratch(struct render *r, const struct node *n, struct value *out)
{
	char *s = NULL;

	if (r->scratch.is_full) {
		return render_too_long(r, n);
	}
	if (r->scratch.len > 0 && (s = arena_alloc(&r->arena, r->scratch.len)) == NULL) {
		return render_no_memory(r, n);
	}
	if (s != NULL) {
		memcpy(s, r->scratch.s, r->scratch.len);
	}
	*out = value_string(s, r->scratch.len);
	return render_tick(r, n, r->scratch.len / 256);
}

bool render_text(struct render *r, const struct node *n, const struct value *v, struct span *out)
{
	struct value text = *v;

	if (v->kind != VALUE_STRING) {
		buf_clear(&r->scratch);
		if (!print_value(&r->scratch, v)) {
			return render_too_deep(r, n);
		}
		if (!render_scratch(r, n, &text)) {
			return false;
		}
	}
	*out = text.string;
	return true;
}

void render_keep(struct render *r, json_t *json)
{
	if (r->kept == NULL) {
		r->kept = json_array();
	}
	(void)json_array_append_new(r->kept, json);
}

struct value_list *render_list(struct render *r, const struct node *n, size_t cap)
{
	struct value_list *list = value_list_new(&r->arena, cap);

	if (list == NULL) {
		(void)render_no_memory(r, n);
	}
	return list;
}

bool render_add(struct render *r, const struct node *n, struct value_list *list, const struct value *v)
{
	return value_list_add(&r->arena, list, v) || render_no_memory(r, n);
}

static bool pair_of(struct render *r, const struct node *n, struct span key, const struct value *v, struct value *out)
{
	struct value_list *pair = render_list(r, n, 2);

	if (pair == NULL) {
		return false;
	}
	pair->items[0] = value_span(key);
	pair->items[1] = *v;
	pair->n = 2;
	*out = value_of_list(pair);
	return true;
}

bool render_sequence(struct render *r, const struct node *n, const struct value *v, bool wants_pairs, struct sequence *out)
{
	struct walk w = { 0 };
	struct span key;
	struct value item;

	*out = (struct sequence){ 0 };
	if (v->kind == VALUE_UNDEFINED || v->kind == VALUE_NULL) {
		return true;
	}
	if (v->kind != VALUE_LIST && v->kind != VALUE_OBJECT && v->kind != VALUE_STRING) {
		return render_failed(r, n, TEMPLATE_TYPE, "%s is nothing to walk through", value_kind_name(v));
	}
	if (v->kind == VALUE_LIST && v->is_made) {
		*out = (struct sequence){ v->list->items, v->list->n };
		return true;
	}
	size_t count = value_count(v);
	struct value *items = arena_array(&r->arena, count, sizeof(*items));
	if (items == NULL) {
		return render_no_memory(r, n);
	}
	while (value_walk(v, &w, &key, &item)) {
		if (v->kind == VALUE_OBJECT && wants_pairs && !pair_of(r, n, key, &item, &item)) {
			return false;
		}
		items[out->n++] = v->kind == VALUE_OBJECT && !wants_pairs ? value_span(key) : item;
	}
	out->items = items;
	return render_tick(r, n, out->n / 4);
}

bool render_equal(struct render *r, const struct node *n, const struct value *a, const struct value *b, bool *is_equal)
{
	enum order order = value_equal(a, b);
	bool is_large = a->kind == VALUE_LIST || a->kind == VALUE_OBJECT;

	*is_equal = order == ORDER_SAME;
	return order == ORDER_TOO_DEEP ? render_too_deep(r, n) : render_tick(r, n, is_large ? 64 : 1);
}

bool render_order(struct render *r, const struct node *n, const struct value *a, const struct value *b, int *order)
{
	enum order found = value_order(a, b);

	if (found == ORDER_NONE) {
		return render_failed(r, n, TEMPLATE_TYPE, "%s and %s have no order", value_kind_name(a), value_kind_name(b));
	}
	*order = found == ORDER_LESS ? -1 : found == ORDER_MORE;
	return found == ORDER_TOO_DEEP ? render_too_deep(r, n) : render_tick(r, n, a->kind == VALUE_LIST ? 64 : 1);
}

/* ---- statements ---- */

typedef bool runner(struct render *r, const struct node *n);

static bool run_list(struct render *r, const struct node *n);

static bool run_text(struct render *r, const struct node *n)
{
	return buf_add(r->out, n->name.s, n->name.len) || render_too_long(r, n);
}

static bool run_output(struct render *r, const struct node *n)
{
	struct value v;

	if (!eval_defined(r, n->a, &v)) {
		return false;
	}
	if (!print_value(r->out, &v)) {
		return render_too_deep(r, n);
	}
	if (r->out->is_full) {
		return render_too_long(r, n);
	}
	return v.kind != VALUE_LIST && v.kind != VALUE_OBJECT ? true : render_tick(r, n, 64);
}

static bool run_if(struct render *r, const struct node *n)
{
	struct value condition;

	for (;; n = n->otherwise) {
		if (!eval_defined(r, n->a, &condition)) {
			return false;
		}
		if (value_is_true(&condition)) {
			return run_list(r, n->body);
		}
		if (n->otherwise == NULL || !n->otherwise->flag || n->otherwise->kind != NODE_IF) {
			return run_list(r, n->otherwise);
		}
	}
}

/* Binds the names of a `for` or `set`: one takes the value, several take the elements of a list of as many. */
static bool bind_names(struct render *r, const struct node *n, const struct value *v)
{
	if (n->n_args == 1) {
		return render_set(r, n, n->args[0]->name, v);
	}
	if (v->kind != VALUE_LIST || value_count(v) != n->n_args) {
		return render_failed(r, n->args[0], TEMPLATE_TYPE, "%zu names need a list of %zu, not %s%s", n->n_args, n->n_args, value_kind_name(v),
		    v->kind == VALUE_LIST ? " of another length" : "");
	}
	for (size_t i = 0; i < n->n_args; i++) {
		struct value item = value_at(v, i);

		if (!render_set(r, n, n->args[i]->name, &item)) {
			return false;
		}
	}
	return true;
}

static bool count_step(struct render *r, const struct node *n)
{
	if (++r->steps > r->limits.steps) {
		return render_failed(r, n, TEMPLATE_LIMIT, "the loops turn more than %llu times", (unsigned long long)r->limits.steps);
	}
	return true;
}

/* What the condition of a `for` lets through. */
static bool select_items(struct render *r, const struct node *n, struct sequence *seq)
{
	struct scope scope = { .up = r->scope };
	struct value *selected = arena_array(&r->arena, seq->n, sizeof(*selected));
	size_t count = 0;

	if (selected == NULL) {
		return render_no_memory(r, n);
	}
	r->scope = &scope;
	for (size_t i = 0; i < seq->n; i++) {
		struct value condition;

		scope.n = 0;
		if (!count_step(r, n) || !bind_names(r, n, &seq->items[i]) || !eval_defined(r, n->b, &condition)) {
			return false;
		}
		if (value_is_true(&condition)) {
			selected[count++] = seq->items[i];
		}
	}
	r->scope = scope.up;
	*seq = (struct sequence){ selected, count };
	return true;
}

static bool run_turns(struct render *r, const struct node *n, const struct sequence *seq)
{
	struct scope scope = { .up = r->scope };
	struct loop *loop = arena_alloc(&r->arena, sizeof(*loop));
	struct value loop_value = { .kind = VALUE_LOOP, .loop = loop };

	if (loop == NULL) {
		return render_no_memory(r, n);
	}
	*loop = (struct loop){ .n = seq->n, .items = seq->items, .up = r->loop };
	r->scope = &scope;
	r->loop = loop;
	for (; loop->i < seq->n; loop->i++) {
		scope.n = 0;
		if (!count_step(r, n) || !bind_names(r, n, &seq->items[loop->i]) || !render_set(r, n, SPAN("loop"), &loop_value) ||
		    !run_list(r, n->body)) {
			return false;
		}
	}
	r->loop = loop->up;
	r->scope = scope.up;
	return true;
}

static bool run_for(struct render *r, const struct node *n)
{
	struct sequence seq;
	struct value v;

	if (!eval_defined(r, n->a, &v) || !render_sequence(r, n->a, &v, n->n_args == 2, &seq) || (n->b != NULL && !select_items(r, n, &seq))) {
		return false;
	}
	return seq.n > 0 ? run_turns(r, n, &seq) : run_list(r, n->otherwise);
}

static bool run_set(struct render *r, const struct node *n)
{
	struct value v;

	return eval(r, n->a, &v) && bind_names(r, n, &v);
}

static bool run_set_member(struct render *r, const struct node *n)
{
	struct value object, v;

	if (!eval_defined(r, n->a, &object) || !eval(r, n->b, &v)) {
		return false;
	}
	if (object.kind != VALUE_OBJECT || !object.is_made || !object.object->is_namespace) {
		return render_failed(r, n, TEMPLATE_TYPE, "`set` with a point needs a namespace(), not %s", value_kind_name(&object));
	}
	return value_object_set(&r->arena, object.object, n->name, &v) || render_no_memory(r, n);
}

static bool run_set_block(struct render *r, const struct node *n)
{
	struct buf text, *out = r->out;
	struct value v = value_string("", 0);

	buf_init(&text, r->limits.output);
	r->out = &text;
	bool ok = run_list(r, n->body);
	r->out = out;
	if (ok && text.len > 0) {
		char *copy = arena_copy(&r->arena, text.s, text.len);

		ok = copy != NULL || render_no_memory(r, n);
		v = value_string(copy, text.len);
	}
	buf_free(&text);
	return ok && render_set(r, n, n->name, &v);
}

/* The parsed partial; *out NULL: there is none of that name. */
static bool find_include(struct render *r, const struct node *n, struct span name, struct template **out)
{
	struct buf text = { 0 };

	*out = r->includes != NULL ? map_get(r->includes, name.s, name.len) : NULL;
	if (*out != NULL || r->env->include == NULL) {
		return true;
	}
	char *key = arena_copy(&r->arena, name.s, name.len);
	if (key == NULL) {
		return render_no_memory(r, n);
	}
	bool ok = true;
	if (strlen(key) == name.len && r->env->include(r->env->ctx, key, &text)) {
		*out = template_parse(key, buf_str(&text), text.len, r->err);
		ok = *out != NULL;
	}
	if (*out != NULL) {
		r->includes = r->includes != NULL ? r->includes : map_new();
		(void)map_put(r->includes, name.s, name.len, *out);
	}
	buf_free(&text);
	return ok;
}

static bool check_depth(struct render *r, const struct node *n, const struct include *inc)
{
	if (inc->depth > r->limits.depth) {
		return render_failed(r, n->a, TEMPLATE_INCLUDE_DEPTH, "includes go more than %d deep", r->limits.depth);
	}
	for (const struct include *up = inc->up; up != NULL; up = up->up) {
		if (span_is(up->name, inc->name)) {
			return render_failed(r, n->a, TEMPLATE_INCLUDE_DEPTH, "'%.*s' includes itself", (int)text_bytes(inc->name, 60), inc->name.s);
		}
	}
	return true;
}

static bool run_include(struct render *r, const struct node *n)
{
	struct value name;
	struct template *t;

	if (!eval_defined(r, n->a, &name)) {
		return false;
	}
	if (name.kind != VALUE_STRING) {
		return render_failed(r, n->a, TEMPLATE_TYPE, "the name of an include must be a string, not %s", value_kind_name(&name));
	}
	struct include inc = { .up = r->including, .name = name.string, .depth = r->including != NULL ? r->including->depth + 1 : 1 };
	if (!check_depth(r, n, &inc) || !find_include(r, n, name.string, &t)) {
		return false;
	}
	if (t == NULL) {
		return n->flag ||
		    render_failed(r, n->a, TEMPLATE_MISSING_INCLUDE, "there is no '%.*s' to include", (int)text_bytes(name.string, 60), name.string.s);
	}
	struct scope scope = { .up = r->scope };
	const struct template *outer = r->t;
	r->scope = &scope;
	r->including = &inc;
	r->t = t;
	if (!run_list(r, t->body)) {
		return false;
	}
	r->t = outer;
	r->including = inc.up;
	r->scope = scope.up;
	return true;
}

static runner *const runners[NODE_KIND_COUNT] = {
	[NODE_TEXT] = run_text,
	[NODE_OUTPUT] = run_output,
	[NODE_IF] = run_if,
	[NODE_FOR] = run_for,
	[NODE_SET] = run_set,
	[NODE_SET_MEMBER] = run_set_member,
	[NODE_SET_BLOCK] = run_set_block,
	[NODE_INCLUDE] = run_include,
};

bool render_statement(struct render *r, const struct node *n)
{
	return render_tick(r, n, 1) && runners[n->kind](r, n);
}

static bool run_list(struct render *r, const struct node *n)
{
	for (; n != NULL; n = n->next) {
		if (!render_statement(r, n)) {
			return false;
		}
	}
	return true;
}

static struct template_limits limits_of(const struct template_limits *asked)
{
	return (struct template_limits){
		.output = asked->output > 0 ? asked->output : defaults.output,
		.memory = asked->memory > 0 ? asked->memory : defaults.memory,
		.steps = asked->steps > 0 ? asked->steps : defaults.steps,
		.time_us = asked->time_us > 0 ? asked->time_us : defaults.time_us,
		.depth = asked->depth > 0 ? asked->depth : defaults.depth,
	};
}

static void free_included(void *t)
{
	template_free(t);
}

void render_begin(struct render *r, const struct template *t, const json_t *vars, const struct template_env *env, struct buf *text, struct template_error *err)
{
	*r = (struct render){ .t = t, .env = env, .limits = limits_of(&env->limits), .none = json_object(), .out = text, .next_check = TICKS_BETWEEN_LOOKS, .err = err };
	r->vars = vars != NULL ? vars : r->none;
	r->scope = &r->top;
	*err = (struct template_error){ 0 };
	buf_init(text, r->limits.output);
	buf_init(&r->scratch, r->limits.output);
	r->arena.limit = r->limits.memory;
	r->deadline_us = clock_thread_us() + r->limits.time_us;
}

void render_end(struct render *r)
{
	map_free(r->includes, free_included);
	arena_free(&r->arena);
	buf_free(&r->scratch);
	json_decref(r->kept);
	json_decref(r->none);
}

bool template_render(const struct template *t, const json_t *vars, const struct template_env *env, struct buf *out, struct template_error *err)
{
	struct render r;
	struct buf text;

	render_begin(&r, t, vars, env, &text, err);
	bool ok = run_list(&r, t->body);

	(void)buf_add(out, text.s, text.len);
	buf_free(&text);
	render_end(&r);
	return ok;
}
