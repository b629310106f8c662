#include "diff/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "diff/lcs.h"
#include "diff/tokens.h"
#include "text/json_text.h"

/* Arrays below this depth are compared place by place: each level of arrays writes out its items, and hostile JSON has a thousand levels. */
#define ALIGNED_DEPTH_MAX 24
/* Below a longer path nothing is told apart, as each change below it would have a copy of it. */
#define PATH_LEN_MAX 512

struct walk {
	struct json_diff *d;
	struct buf path;
	int depth;
};

static void differ(struct walk *w, const json_t *a, const json_t *b);

static void add_change(struct walk *w, enum json_op op, const json_t *a, const json_t *b)
{
	*array_push(w->d->changes, w->d->n, w->d->cap) = (struct json_change){ op, x_strdup(buf_str(&w->path)), a, b };
}

/* Compares below the path that was lengthened since `len`; a or b is NULL where there is none. */
static void step(struct walk *w, size_t len, const json_t *a, const json_t *b)
{
	if (a == NULL || b == NULL) {
		add_change(w, a == NULL ? JSON_OP_ADD : JSON_OP_REMOVE, a, b);
	} else {
		differ(w, a, b);
	}
	w->path.len = len;
	if (w->path.s != NULL) {
		w->path.s[len] = '\0';
	}
}

/* Whether a name is read as it stands in a path; others are quoted. */
static bool is_plain(const char *name)
{
	return name[0] != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-$")] == '\0';
}

static void step_key(struct walk *w, const char *key, const json_t *a, const json_t *b)
{
	size_t len = w->path.len;

	if (is_plain(key)) {
		(void)buf_addf(&w->path, "%s%s", len > 0 ? "." : "", key);
	} else {
		(void)buf_add_char(&w->path, '[');
		json_text_string(&w->path, key);
		(void)buf_add_char(&w->path, ']');
	}
	step(w, len, a, b);
}

static void step_index(struct walk *w, size_t i, const json_t *a, const json_t *b)
{
	size_t len = w->path.len;

	(void)buf_addf(&w->path, "[%zu]", i);
	step(w, len, a, b);
}

static void objects(struct walk *w, const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)a, key, value) {
		step_key(w, key, value, json_object_get(b, key));
	}
	json_object_foreach((json_t *)b, key, value) {
		if (json_object_get(a, key) == NULL) {
			step_key(w, key, NULL, value);
		}
	}
}

/* Where an item may have what tells it from its neighbours, best first. */
static const char *const identities[] = { "id", "name", "function.name", "key", "role" };

static const char *identity(const json_t *item, const char *path)
{
	return json_is_object(item) ? json_string_value(json_get_path(item, path)) : NULL;
}

/* Items by their identity, or NULL when one has none or two have the same. */
static struct map *by_identity(const json_t *array, const char *path)
{
	struct map *items = map_new();
	size_t i;
	json_t *item;

	json_array_foreach(array, i, item) {
		const char *name = identity(item, path);

		if (name == NULL || map_put(items, name, strlen(name), item) != NULL) {
			map_free(items, NULL);
			return NULL;
		}
	}
	return items;
}

static void step_identity(struct walk *w, const char *path, const char *name, const json_t *a, const json_t *b)
{
	size_t len = w->path.len;

	(void)buf_addf(&w->path, "[%s=", path);
	if (is_plain(name)) {
		(void)buf_add_str(&w->path, name);
	} else {
		json_text_string(&w->path, name);
	}
	(void)buf_add_char(&w->path, ']');
	step(w, len, a, b);
}

/* Compares items of the same identity. False: this identity does not tell them apart. */
static bool arrays_by(struct walk *w, const char *path, const json_t *a, const json_t *b)
{
	struct map *in_a = by_identity(a, path), *in_b = in_a != NULL ? by_identity(b, path) : NULL;
	bool is_told = in_b != NULL;
	size_t i, at = 0;
	json_t *item;

	if (is_told) {
		bool is_reordered = false;

		json_array_foreach(a, i, item) {
			const char *name = identity(item, path);
			const json_t *other = map_get(in_b, name, strlen(name));

			step_identity(w, path, name, item, other);
			/* Those of both sides come in the same order. */
			while (other != NULL && at < json_array_size(b) && map_get(in_a, identity(json_array_get(b, at), path),
			    strlen(identity(json_array_get(b, at), path))) == NULL) {
				at++;
			}
			is_reordered = is_reordered || (other != NULL && json_array_get(b, at) != other);
			at += other != NULL;
		}
		json_array_foreach(b, i, item) {
			const char *name = identity(item, path);

			if (map_get(in_a, name, strlen(name)) == NULL) {
				step_identity(w, path, name, NULL, item);
			}
		}
		if (is_reordered) {
			add_change(w, JSON_OP_REORDER, a, b);
		}
	}
	map_free(in_a, NULL);
	map_free(in_b, NULL);
	return is_told;
}

/* Items of an array as numbers: equal items have equal ones. */
struct items {
	char **texts;
	uint32_t *ids;
	unsigned char *changed;
	size_t n;
};

static struct items number_items(struct interner *in, const json_t *array)
{
	size_t n = json_array_size(array);
	struct items t = { x_reallocarray(NULL, n, sizeof(char *)), x_reallocarray(NULL, n, sizeof(uint32_t)), x_malloc(n), n };

	for (size_t i = 0; i < n; i++) {
		t.texts[i] = json_dumps(json_array_get(array, i), JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
		t.ids[i] = intern(in, t.texts[i], strlen(t.texts[i]));
	}
	return t;
}

static void free_items(struct items *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->texts[i]);
	}
	free(t->texts);
	free(t->ids);
	free(t->changed);
}

static void arrays_in_order(struct walk *w, const json_t *a, const json_t *b)
{
	struct interner in = { 0 };
	struct lcs lcs = { .work = LCS_WORK };
	struct items x = number_items(&in, a), y = number_items(&in, b);

	lcs_mark(&lcs, (struct lcs_side){ x.ids, x.n, x.changed }, (struct lcs_side){ y.ids, y.n, y.changed }, in.n);
	for (size_t i = 0, j = 0; i < x.n || j < y.n;) {
		bool is_removed = i < x.n && x.changed[i], is_added = j < y.n && y.changed[j];

		if (is_removed || is_added) {
			step_index(w, is_added ? j : i, is_removed ? json_array_get(a, i) : NULL, is_added ? json_array_get(b, j) : NULL);
			i += is_removed;
			j += is_added;
		} else {
			i++;
			j++;
		}
	}
	free_items(&x);
	free_items(&y);
	interner_free(&in);
	lcs_free(&lcs);
}

static void arrays_by_place(struct walk *w, const json_t *a, const json_t *b)
{
	size_t n = json_array_size(a), m = json_array_size(b);

	for (size_t i = 0; i < n || i < m; i++) {
		step_index(w, i, json_array_get(a, i), json_array_get(b, i));
	}
}

static void arrays(struct walk *w, const json_t *a, const json_t *b)
{
	if (w->depth > ALIGNED_DEPTH_MAX) {
		arrays_by_place(w, a, b);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(identities); i++) {
		if (json_array_size(a) > 0 && json_array_size(b) > 0 && arrays_by(w, identities[i], a, b)) {
			return;
		}
	}
	arrays_in_order(w, a, b);
}

static void differ(struct walk *w, const json_t *a, const json_t *b)
{
	bool is_near = w->path.len <= PATH_LEN_MAX;

	w->depth++;
	if (is_near && json_is_object(a) && json_is_object(b)) {
		objects(w, a, b);
	} else if (is_near && json_is_array(a) && json_is_array(b)) {
		arrays(w, a, b);
	} else if (!json_equal(a, b)) {
		add_change(w, JSON_OP_CHANGE, a, b);
	}
	w->depth--;
}

void json_diff_make(struct json_diff *d, const json_t *a, const json_t *b)
{
	struct walk w = { .d = d };

	*d = (struct json_diff){ 0 };
	differ(&w, a, b);
	buf_free(&w.path);
}

void json_diff_free(struct json_diff *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->changes[i].path);
	}
	free(d->changes);
	*d = (struct json_diff){ 0 };
}

char *json_diff_text(const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	json_t *read = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	if (!json_equal(read, value)) {
		free(text);
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	}
	json_decref(read);
	return text;
}
