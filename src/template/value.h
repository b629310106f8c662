/* value - what expressions come to: a JSON value, lent by the caller's variables or made while rendering, or undefined.
 * A plain value without an owner: what it points to lives in the variables, the template or the arena of the rendering.
 * Not here: operators (op.h), how values are printed (print.h). */
#ifndef SONDE_TEMPLATE_VALUE_H
#define SONDE_TEMPLATE_VALUE_H

#include <jansson.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct span {
	const char *s;
	size_t len;
};

#define SPAN(literal) ((struct span){ literal, sizeof(literal) - 1 })

bool span_is(struct span a, struct span b);

enum value_kind { VALUE_UNDEFINED, VALUE_NULL, VALUE_BOOL, VALUE_INT, VALUE_DOUBLE, VALUE_STRING, VALUE_LIST, VALUE_OBJECT, VALUE_LOOP };

struct value {
	enum value_kind kind;
	/* Of a list or an object: made while rendering, so that .list or .object holds; else .json. */
	bool is_made;
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct span string;
		const json_t *json;
		struct value_list *list;
		struct value_object *object;
		const struct loop *loop;
		const struct node *from; /* of undefined: the expression that was, or NULL */
	};
};

struct value_list {
	size_t n, cap;
	struct value *items;
};

struct member {
	struct span key;
	struct value value;
};

struct value_object {
	bool is_namespace; /* may be changed by `set` */
	size_t n, cap;
	struct member *members;
};

struct value value_null(void);
struct value value_bool(bool b);
struct value value_int(int64_t i);
struct value value_double(double d);
struct value value_string(const char *s, size_t len); /* NULL: the empty one */
struct value value_span(struct span s);
struct value value_json(const json_t *json); /* NULL: undefined */

/* "a list", "a string", ... for error messages. */
const char *value_kind_name(const struct value *v);
bool value_is_true(const struct value *v);
bool value_is_number(const struct value *v);
/* Of an integer or a double. */
double value_real(const struct value *v);

/* Elements of a list, members of an object, code points of a string; 0 for all else. */
size_t value_count(const struct value *v);
/* The i-th element of a list, or the i-th character of a string by value_walk below; i < value_count. */
struct value value_at(const struct value *list, size_t i);
/* The member of an object; undefined when it has none of that name. */
struct value value_get(const struct value *object, struct span key);

/* Walks a list (elements), an object (members, *key set) or a string (characters). Start with a zeroed walk. */
struct walk {
	size_t i;
	void *iter;
};
bool value_walk(const struct value *v, struct walk *w, struct span *key, struct value *out);

/* Lists and objects made while rendering; NULL and false when the arena's limit would be passed. */
struct value_list *value_list_new(struct arena *a, size_t cap);
bool value_list_add(struct arena *a, struct value_list *list, const struct value *v);
struct value value_of_list(struct value_list *list);
struct value_object *value_object_new(struct arena *a);
/* Adds a member or replaces it. */
bool value_object_set(struct arena *a, struct value_object *object, struct span key, const struct value *v);
struct value value_of_object(struct value_object *object);

/* How two values stand to each other. */
enum order { ORDER_LESS, ORDER_SAME, ORDER_MORE, ORDER_NONE, ORDER_TOO_DEEP };
/* Values nested deeper are neither compared nor printed; nor are more than so many values compared at once: what is made while rendering may
 * hold one list a million times. */
#define VALUE_DEPTH 500
#define VALUE_COMPARE_MOST 100000
/* By type: 1 = 1.0, "1" != 1, lists and objects by what they hold. ORDER_SAME, ORDER_NONE for different ones, or ORDER_TOO_DEEP. */
enum order value_equal(const struct value *a, const struct value *b);
/* Numbers, strings by code points, booleans, lists by their first difference; ORDER_NONE for all else. */
enum order value_order(const struct value *a, const struct value *b);

/* Code points of a text, and the bytes of its first n. */
size_t text_count(struct span s);
size_t text_bytes(struct span s, size_t n);

#endif
