/* json_check - what every diff of JSON must hold: its changes, applied by their paths one after the other, make b of a. And values to
 * try. */
#ifndef SONDE_TESTS_DIFF_JSON_CHECK_H
#define SONDE_TESTS_DIFF_JSON_CHECK_H

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "diff/json.h"

/* Where a step of a path leads: a member or an item of `in`, which need not be there. */
struct json_place {
	json_t *in;
	char *key;    /* of an object; NULL: an array */
	size_t index; /* of an array; its size: no item is meant */
	bool is_named; /* the item was told by its identity */
};

/* A word, or JSON text in quotes. */
static inline char *json_place_name(const char **path)
{
	size_t n = strcspn(*path, ".[]");
	char *name;

	if (**path == '"') {
		json_error_t e;
		json_t *text = json_loads(*path, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &e);

		n = (size_t)e.position;
		name = x_strdup(json_string_value(text));
		json_decref(text);
	} else {
		name = x_strndup(*path, n);
	}
	*path += n;
	return name;
}

static inline void json_place_find(struct json_place *p, const char *member, const char *name)
{
	size_t i;
	json_t *item;

	p->index = json_array_size(p->in);
	json_array_foreach(p->in, i, item) {
		const char *here = json_string_value(json_get_path(item, member));

		if (here != NULL && strcmp(here, name) == 0) {
			p->index = i;
		}
	}
}

static inline struct json_place json_place_step(const char **path, json_t *in)
{
	struct json_place p = { .in = in };

	if (**path != '[') {
		*path += **path == '.';
		p.key = json_place_name(path);
		return p;
	}
	(*path)++;
	if (**path == '"') {
		p.key = json_place_name(path);
	} else if (isdigit((unsigned char)**path)) {
		char *end;

		p.index = strtoull(*path, &end, 10);
		*path = end;
	} else {
		size_t n = strcspn(*path, "=");
		char *member = x_strndup(*path, n), *name;

		*path += n + (**path != '\0');
		name = json_place_name(path);
		json_place_find(&p, member, name);
		p.is_named = true;
		free(member);
		free(name);
	}
	*path += **path == ']';
	return p;
}

static inline json_t *json_place_value(const struct json_place *p)
{
	return p->key != NULL ? json_object_get(p->in, p->key) : json_array_get(p->in, p->index);
}

/* Where the last step of a path leads; *last: where in the path it stands. */
static inline struct json_place json_place_of(const char *path, json_t *root, size_t *last)
{
	struct json_place p = { 0 };

	for (const char *at = path; *at != '\0';) {
		*last = (size_t)(at - path);
		free(p.key);
		p = json_place_step(&at, root);
		root = json_place_value(&p);
		at += *at != '\0' && at == path + *last; /* no step: a wrong path */
	}
	return p;
}

/* Where the item that change k takes out stands by now: changes before it in the same array have moved it. */
static inline size_t json_place_removed(const struct json_diff *d, size_t k, size_t last, size_t index)
{
	for (size_t i = 0; i < k; i++) {
		const char *path = d->changes[i].path;
		bool is_beside = strlen(path) > last && memcmp(path, d->changes[k].path, last) == 0 && path[last] == '[' &&
		    strchr(path + last, ']') == path + strlen(path) - 1;

		if (is_beside && d->changes[i].op == JSON_OP_ADD) {
			index++;
		} else if (is_beside && d->changes[i].op == JSON_OP_REMOVE) {
			index--;
		}
	}
	return index;
}

/* Whether both arrays have the same items in any order. */
static inline bool json_same_items(const json_t *a, const json_t *b)
{
	json_t *left = json_copy((json_t *)a), *item;
	size_t i, k;

	json_array_foreach(b, i, item) {
		for (k = 0; k < json_array_size(left) && !json_equal(json_array_get(left, k), item); k++) {
		}
		if (k == json_array_size(left)) {
			break;
		}
		(void)json_array_remove(left, k);
	}
	bool is_same = i == json_array_size(b) && json_array_size(left) == 0;
	json_decref(left);
	return is_same;
}

static inline const char *json_apply(json_t **root, json_t *b, const struct json_diff *d, size_t k)
{
	const struct json_change *c = &d->changes[k];
	size_t last = 0;
	struct json_place p = json_place_of(c->path, *root, &last);
	json_t *b_value = c->b != NULL ? json_deep_copy(c->b) : NULL;
	const char *wrong = NULL;

	if (c->op == JSON_OP_REMOVE && p.key == NULL && !p.is_named) {
		p.index = json_place_removed(d, k, last, p.index);
	}
	const json_t *here = p.in != NULL ? json_place_value(&p) : *root;

	if ((c->op == JSON_OP_ADD) != (c->a == NULL) || (c->op == JSON_OP_REMOVE) != (c->b == NULL)) {
		wrong = "values of a change";
	} else if (c->op == JSON_OP_REORDER ? !json_same_items(here, c->b) : c->a != NULL && !json_equal(here, c->a)) {
		wrong = "another value is at the path";
	} else if (c->op == JSON_OP_CHANGE && json_equal(c->a, c->b)) {
		wrong = "a change that is none";
	} else if (p.in == NULL) {
		json_decref(*root);
		*root = json_incref(b_value);
	} else if (c->op == JSON_OP_REMOVE) {
		(void)(p.key != NULL ? json_object_del(p.in, p.key) : json_array_remove(p.in, p.index));
	} else if (p.key != NULL) {
		wrong = c->op == JSON_OP_ADD && here != NULL ? "added twice" : NULL;
		(void)json_object_set(p.in, p.key, b_value);
	} else if (c->op != JSON_OP_ADD) {
		(void)json_array_set(p.in, p.index, b_value);
	} else {
		struct json_place there = json_place_of(c->path, b, &last);

		(void)json_array_insert(p.in, there.index, b_value);
		free(there.key);
	}
	json_decref(b_value);
	free(p.key);
	return wrong;
}

/* NULL, or what is wrong with the diff of a and b. */
static inline const char *json_diff_check(const json_t *a, json_t *b, const struct json_diff *d)
{
	json_t *made = json_deep_copy(a);
	const char *wrong = NULL;

	for (size_t k = 0; k < d->n && wrong == NULL; k++) {
		wrong = json_apply(&made, b, d, k);
	}
	if (wrong == NULL && !json_equal(made, b)) {
		wrong = "the changes do not make b of a";
	}
	if (wrong == NULL && d->n > 0 && json_equal(a, b)) {
		wrong = "changes of equal values";
	}
	json_decref(made);
	return wrong;
}

/* Bytes that say what is made; 0 for ever behind their end. */
struct json_source {
	const uint8_t *bytes;
	size_t n;
};

static inline unsigned json_next(struct json_source *in)
{
	return in->n > 0 ? (in->n--, (unsigned)*in->bytes++) : 0;
}

static inline json_t *json_made(struct json_source *in, const json_t *like, int depth);

static inline const char *json_made_key(struct json_source *in)
{
	static const char *const keys[] = { "id", "name", "function", "key", "role", "a", "b", "a b", "x.y", "", "[0]", "n]", "q\"", "\u00E9\n" };

	return keys[json_next(in) % (sizeof(keys) / sizeof(*keys))];
}

/* Objects of the identities that items are told by, too. */
static inline json_t *json_made_new(struct json_source *in, unsigned what, int depth)
{
	static const char *const texts[] = { "", "p", "q", "r", "p]", "q.r", "\u6F22", "a\"b", "p q", "[0]" };
	json_t *v;

	switch (depth > 0 ? what % 9 : what % 5) {
	case 0: return json_integer((json_int_t)json_next(in) % 4);
	case 1: return json_string(texts[json_next(in) % (sizeof(texts) / sizeof(*texts))]);
	case 2: return what & 32 ? json_null() : json_true();
	case 3: return json_real(0.5);
	case 4: return json_stringn("p\0q", 3 - (what >> 5) % 2);
	case 5:
	case 6:
		v = json_array();
		for (unsigned i = json_next(in) % 5; i > 0; i--) {
			(void)json_array_append_new(v, json_made(in, NULL, depth - 1));
		}
		return v;
	case 7:
		v = json_made_new(in, 8, depth - 1);
		if (json_is_object(v)) {
			(void)json_object_set_new(v, "name", json_made_new(in, 1, 0));
		}
		return v;
	default:
		v = json_object();
		for (unsigned i = json_next(in) % 5; i > 0; i--) {
			const char *key = json_made_key(in);

			(void)json_object_set_new(v, key, json_made(in, NULL, depth - 1));
		}
		return v;
	}
}

/* A value, often much like another one. */
static inline json_t *json_made(struct json_source *in, const json_t *like, int depth)
{
	unsigned what = json_next(in);
	const char *key;
	json_t *item, *v;
	size_t i;

	if (like == NULL || what % 4 == 3) {
		return json_made_new(in, what / 4, depth);
	}
	if (json_is_object(like)) {
		v = json_object();
		json_object_foreach((json_t *)like, key, item) {
			unsigned change = json_next(in) % 8;

			if (change != 7) {
				(void)json_object_set_new(v, change == 6 ? json_made_key(in) : key, json_made(in, item, depth - 1));
			}
		}
		return v;
	}
	if (json_is_array(like)) {
		v = json_array();
		json_array_foreach(like, i, item) {
			unsigned change = json_next(in) % 8;

			if (change == 6) {
				(void)json_array_append_new(v, json_made(in, NULL, depth - 1));
			}
			if (change != 7) {
				(void)json_array_insert_new(v, change == 5 ? 0 : json_array_size(v), json_made(in, item, depth - 1));
			}
		}
		return v;
	}
	return json_deep_copy(like);
}

#endif
