#include "template/value.h"

#include <string.h>

#include "text/utf8.h"

bool span_is(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

struct value value_null(void)
{
	return (struct value){ .kind = VALUE_NULL };
}

struct value value_bool(bool b)
{
	return (struct value){ .kind = VALUE_BOOL, .boolean = b };
}

struct value value_int(int64_t i)
{
	return (struct value){ .kind = VALUE_INT, .integer = i };
}

struct value value_double(double d)
{
	return (struct value){ .kind = VALUE_DOUBLE, .real = d };
}

struct value value_string(const char *s, size_t len)
{
	return (struct value){ .kind = VALUE_STRING, .string = { s != NULL ? s : "", len } };
}

struct value value_span(struct span s)
{
	return value_string(s.s, s.len);
}

struct value value_json(const json_t *json)
{
	if (json == NULL) {
		return (struct value){ 0 };
	}
	switch (json_typeof(json)) {
	case JSON_NULL: return value_null();
	case JSON_TRUE: return value_bool(true);
	case JSON_FALSE: return value_bool(false);
	case JSON_INTEGER: return value_int(json_integer_value(json));
	case JSON_REAL: return value_double(json_real_value(json));
	case JSON_STRING: return value_string(json_string_value(json), json_string_length(json));
	case JSON_ARRAY: return (struct value){ .kind = VALUE_LIST, .json = json };
	default: return (struct value){ .kind = VALUE_OBJECT, .json = json };
	}
}

const char *value_kind_name(const struct value *v)
{
	static const char *const names[] = { "undefined", "null", "a boolean", "an integer", "a float", "a string", "a list", "an object", "a loop" };

	return names[v->kind];
}

bool value_is_true(const struct value *v)
{
	switch (v->kind) {
	case VALUE_UNDEFINED:
	case VALUE_NULL: return false;
	case VALUE_BOOL: return v->boolean;
	case VALUE_INT: return v->integer != 0;
	case VALUE_DOUBLE: return v->real < 0 || v->real > 0;
	case VALUE_STRING: return v->string.len > 0;
	case VALUE_LIST:
	case VALUE_OBJECT: return value_count(v) > 0;
	case VALUE_LOOP: return true;
	}
	return false;
}

bool value_is_number(const struct value *v)
{
	return v->kind == VALUE_INT || v->kind == VALUE_DOUBLE;
}

double value_real(const struct value *v)
{
	return v->kind == VALUE_INT ? (double)v->integer : v->real;
}

size_t value_count(const struct value *v)
{
	switch (v->kind) {
	case VALUE_STRING: return text_count(v->string);
	case VALUE_LIST: return v->is_made ? v->list->n : json_array_size(v->json);
	case VALUE_OBJECT: return v->is_made ? v->object->n : json_object_size(v->json);
	default: return 0;
	}
}

struct value value_at(const struct value *list, size_t i)
{
	return list->is_made ? list->list->items[i] : value_json(json_array_get(list->json, i));
}

static struct member *find_member(const struct value_object *object, struct span key)
{
	for (size_t i = 0; i < object->n; i++) {
		if (span_is(object->members[i].key, key)) {
			return &object->members[i];
		}
	}
	return NULL;
}

struct value value_get(const struct value *object, struct span key)
{
	if (!object->is_made) {
		return value_json(json_object_getn(object->json, key.s, key.len));
	}
	const struct member *m = find_member(object->object, key);

	return m != NULL ? m->value : (struct value){ 0 };
}

static bool walk_json_object(const struct value *v, struct walk *w, struct span *key, struct value *out)
{
	json_t *object = (json_t *)v->json; /* jansson's iterators are not const, though they change nothing */

	w->iter = w->i++ == 0 ? json_object_iter(object) : json_object_iter_next(object, w->iter);
	if (w->iter == NULL) {
		return false;
	}
	*key = (struct span){ json_object_iter_key(w->iter), json_object_iter_key_len(w->iter) };
	*out = value_json(json_object_iter_value(w->iter));
	return true;
}

bool value_walk(const struct value *v, struct walk *w, struct span *key, struct value *out)
{
	if (v->kind == VALUE_STRING) {
		uint32_t cp;

		if (w->i >= v->string.len) {
			return false;
		}
		size_t n = utf8_decode(v->string.s + w->i, v->string.len - w->i, &cp);
		*out = value_string(v->string.s + w->i, n);
		w->i += n;
		return true;
	}
	if (v->kind == VALUE_OBJECT && !v->is_made) {
		return walk_json_object(v, w, key, out);
	}
	if ((v->kind != VALUE_LIST && v->kind != VALUE_OBJECT) || w->i >= value_count(v)) {
		return false;
	}
	if (v->kind == VALUE_LIST) {
		*out = value_at(v, w->i++);
		return true;
	}
	const struct member *m = &v->object->members[w->i++];
	*key = m->key;
	*out = m->value;
	return true;
}

/* ---- made while rendering ---- */

struct value_list *value_list_new(struct arena *a, size_t cap)
{
	struct value_list *list = arena_alloc(a, sizeof(*list));

	if (list == NULL || (cap > 0 && (list->items = arena_array(a, cap, sizeof(struct value))) == NULL)) {
		return NULL;
	}
	list->cap = cap;
	return list;
}

/* The items again in twice the room; the old room stays with the arena. */
static void *grow(struct arena *a, const void *items, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap < 4 ? 8 : *cap * 2;
	void *grown = arena_array(a, more, size);

	if (grown != NULL) {
		*cap = more;
		if (n > 0) {
			memcpy(grown, items, n * size);
		}
	}
	return grown;
}

bool value_list_add(struct arena *a, struct value_list *list, const struct value *v)
{
	if (list->n == list->cap) {
		struct value *items = grow(a, list->items, list->n, &list->cap, sizeof(struct value));

		if (items == NULL) {
			return false;
		}
		list->items = items;
	}
	list->items[list->n++] = *v;
	return true;
}

struct value value_of_list(struct value_list *list)
{
	return (struct value){ .kind = VALUE_LIST, .is_made = true, .list = list };
}

struct value_object *value_object_new(struct arena *a)
{
	return arena_alloc(a, sizeof(struct value_object));
}

bool value_object_set(struct arena *a, struct value_object *object, struct span key, const struct value *v)
{
	struct member *m = find_member(object, key);

	if (m != NULL) {
		m->value = *v;
		return true;
	}
	if (object->n == object->cap) {
		struct member *members = grow(a, object->members, object->n, &object->cap, sizeof(struct member));

		if (members == NULL) {
			return false;
		}
		object->members = members;
	}
	object->members[object->n++] = (struct member){ key, *v };
	return true;
}

struct value value_of_object(struct value_object *object)
{
	return (struct value){ .kind = VALUE_OBJECT, .is_made = true, .object = object };
}

/* ---- equal, and in order ---- */

/* Exact also where the integer has no double of its own. */
static int order_int_double(int64_t i, double d)
{
	if (d >= 9223372036854775808.0) {
		return -1;
	}
	if (d < -9223372036854775808.0) {
		return 1;
	}
	int64_t whole = (int64_t)d;
	if (i != whole) {
		return i < whole ? -1 : 1;
	}
	double rest = d - (double)whole;
	return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

static enum order sign(int order)
{
	return order < 0 ? ORDER_LESS : order > 0 ? ORDER_MORE : ORDER_SAME;
}

static enum order order_numbers(const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_INT && b->kind == VALUE_INT) {
		return sign((a->integer > b->integer) - (a->integer < b->integer));
	}
	if (a->kind == VALUE_INT) {
		return sign(order_int_double(a->integer, b->real));
	}
	if (b->kind == VALUE_INT) {
		return sign(-order_int_double(b->integer, a->real));
	}
	return sign((a->real > b->real) - (a->real < b->real));
}

static enum order order_strings(struct span a, struct span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len > 0 ? memcmp(a.s, b.s, len) : 0;

	return sign(order != 0 ? order : (a.len > b.len) - (a.len < b.len));
}

struct comparison {
	int depth;
	uint32_t n; /* values looked at */
};

static bool goes_too_far(struct comparison *c)
{
	return c->depth > VALUE_DEPTH || ++c->n > VALUE_COMPARE_MOST;
}

static enum order equal(const struct value *a, const struct value *b, struct comparison *c);

static enum order equal_lists(const struct value *a, const struct value *b, struct comparison *c)
{
	size_t n = value_count(a);
	enum order order = n == value_count(b) ? ORDER_SAME : ORDER_NONE;

	for (size_t i = 0; i < n && order == ORDER_SAME; i++) {
		struct value x = value_at(a, i), y = value_at(b, i);

		order = equal(&x, &y, c);
	}
	return order;
}

static enum order equal_objects(const struct value *a, const struct value *b, struct comparison *c)
{
	struct walk w = { 0 };
	struct span key;
	struct value x;
	enum order order = value_count(a) == value_count(b) ? ORDER_SAME : ORDER_NONE;

	while (order == ORDER_SAME && value_walk(a, &w, &key, &x)) {
		struct value y = value_get(b, key);

		order = equal(&x, &y, c);
	}
	return order;
}

static enum order equal(const struct value *a, const struct value *b, struct comparison *c)
{
	enum order order = ORDER_SAME;

	if (goes_too_far(c)) {
		return ORDER_TOO_DEEP;
	}
	if (value_is_number(a) && value_is_number(b)) {
		return order_numbers(a, b) == ORDER_SAME ? ORDER_SAME : ORDER_NONE;
	}
	if (a->kind != b->kind) {
		return ORDER_NONE;
	}
	c->depth++;
	if (a->kind == VALUE_LIST) {
		order = equal_lists(a, b, c);
	} else if (a->kind == VALUE_OBJECT) {
		order = equal_objects(a, b, c);
	} else if (a->kind == VALUE_BOOL) {
		order = a->boolean == b->boolean ? ORDER_SAME : ORDER_NONE;
	} else if (a->kind == VALUE_STRING) {
		order = span_is(a->string, b->string) ? ORDER_SAME : ORDER_NONE;
	} else if (a->kind == VALUE_LOOP) {
		order = a->loop == b->loop ? ORDER_SAME : ORDER_NONE;
	}
	c->depth--;
	return order;
}

enum order value_equal(const struct value *a, const struct value *b)
{
	return equal(a, b, &(struct comparison){ 0 });
}

static enum order ordered(const struct value *a, const struct value *b, struct comparison *c)
{
	enum order order = ORDER_SAME;

	if (goes_too_far(c)) {
		return ORDER_TOO_DEEP;
	}
	if (value_is_number(a) && value_is_number(b)) {
		return order_numbers(a, b);
	}
	if (a->kind == VALUE_STRING && b->kind == VALUE_STRING) {
		return order_strings(a->string, b->string);
	}
	if (a->kind == VALUE_BOOL && b->kind == VALUE_BOOL) {
		return sign(a->boolean - b->boolean);
	}
	if (a->kind != VALUE_LIST || b->kind != VALUE_LIST) {
		return ORDER_NONE;
	}
	size_t n = value_count(a), m = value_count(b);
	c->depth++;
	for (size_t i = 0; i < n && i < m && order == ORDER_SAME; i++) {
		struct value x = value_at(a, i), y = value_at(b, i);

		order = ordered(&x, &y, c);
	}
	c->depth--;
	return order != ORDER_SAME ? order : sign((n > m) - (n < m));
}

enum order value_order(const struct value *a, const struct value *b)
{
	return ordered(a, b, &(struct comparison){ 0 });
}

/* ---- code points ---- */

size_t text_count(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		n += ((unsigned char)s.s[i] & 0xC0) != 0x80;
	}
	return n;
}

size_t text_bytes(struct span s, size_t n)
{
	size_t i = 0;

	while (i < s.len && (n > 0 || ((unsigned char)s.s[i] & 0xC0) == 0x80)) {
		n -= ((unsigned char)s.s[i] & 0xC0) != 0x80;
		i++;
	}
	return i;
}
