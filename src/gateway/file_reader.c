#include "gateway/file_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/near.h"

void problem(struct reader *r, const struct yaml_node *at, const char *fmt, ...)
{
	struct found *f = array_push(r->found, r->n, r->cap);
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	(void)buf_addv(&text, fmt, ap);
	va_end(ap);
	f->line = at->line;
	f->column = at->column;
	(void)err_set(&f->e, ERR_CONFIG, "%s:%d:%d: %s", r->name, at->line, at->column, buf_str(&text));
	buf_free(&text);
}

bool is_nothing(const struct yaml_node *node)
{
	return node->type == YAML_SCALAR && !node->is_quoted &&
	    (node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

const char *kind_of(const struct yaml_node *node)
{
	return node->type == YAML_LIST ? "a list" : node->type == YAML_MAP ? "a map" : is_nothing(node) ? "nothing" : "a text";
}

/* A map, or NULL: it is empty, or no map, which is told. */
const struct yaml_node *as_map(struct reader *r, const struct value *v, const char *example)
{
	if (v->node->type != YAML_MAP && !is_nothing(v->node)) {
		problem(r, v->node, "%s must be a map such as \"%s\", not %s", v->path, example, kind_of(v->node));
	}
	return v->node->type == YAML_MAP ? v->node : NULL;
}

/* The text of a scalar that is not empty, or NULL. */
const char *as_text(struct reader *r, const struct value *v)
{
	if (v->node->type != YAML_SCALAR || is_nothing(v->node) || v->node->text[0] == '\0') {
		problem(r, v->node, "%s must be a text, not %s", v->path, v->node->type == YAML_SCALAR ? "nothing" : kind_of(v->node));
		return NULL;
	}
	if (strlen(v->node->text) > VALUE_MOST) {
		problem(r, v->node, "%s is longer than %d bytes", v->path, VALUE_MOST);
		return NULL;
	}
	return v->node->text;
}

static void path_of(char path[PATH_SIZE], const char *map, const char *key)
{
	char shown[ERR_QUOTE_SIZE];

	(void)snprintf(path, PATH_SIZE, "%s%s%s", map, map[0] != '\0' ? "." : "", err_quote(key, shown));
}

static void unknown_key(struct reader *r, const struct yaml_node *key, const char *path, const struct key *keys, size_t n)
{
	struct near_best best = { 0 };
	struct buf all = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (keys[i].read != NULL) {
			near_offer(&best, key->text, keys[i].name);
			(void)buf_addf(&all, "%s%s", all.len > 0 ? ", " : "", keys[i].name);
		}
	}
	if (best.n > 0) {
		problem(r, key, "unknown key %s; did you mean %s?", path, best.names[0]);
	} else {
		problem(r, key, "unknown key %s; known here: %s", path, buf_str(&all));
	}
	buf_free(&all);
}

static size_t find_key(const struct yaml_node *map, const char *name)
{
	size_t i = 0;

	while (i < map->n && strcmp(map->keys[i]->text, name) != 0) {
		i++;
	}
	return i;
}

static bool has_row(const struct key *keys, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(keys[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

void read_keys(struct reader *r, const struct yaml_node *map, const char *where, const struct key *keys, size_t n, void *into)
{
	char path[PATH_SIZE];

	for (const struct key *k = keys; k < keys + n; k++) {
		size_t i = find_key(map, k->name);

		if (i == map->n) {
			continue;
		}
		struct value v = { .path = path, .key = map->keys[i], .node = map->items[i] };
		path_of(path, where, k->name);
		if (k->read == NULL) {
			problem(r, v.key, "%s %s", path, k->refusal);
		} else {
			k->read(r, k, &v, into);
		}
	}
	for (size_t i = 0; i < map->n; i++) {
		if (!has_row(keys, n, map->keys[i]->text)) {
			path_of(path, where, map->keys[i]->text);
			unknown_key(r, map->keys[i], path, keys, n);
		}
	}
}

void read_names(struct reader *r, const struct value *v, const char *example, void (*fn)(struct reader *r, const struct value *v))
{
	const struct yaml_node *map = as_map(r, v, example);

	for (size_t i = 0; map != NULL && i < map->n; i++) {
		char path[PATH_SIZE];
		struct value item = { .path = path, .key = map->keys[i], .node = map->items[i] };

		path_of(path, v->path, map->keys[i]->text);
		fn(r, &item);
	}
}

void read_text(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	char **to = key_field(into, k);
	const char *text = as_text(r, v);

	if (text != NULL) {
		free(*to);
		*to = x_strdup(text);
	}
}

void read_number(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	int *to = key_field(into, k);
	const char *text = v->node->type == YAML_SCALAR ? v->node->text : "";
	char shown[ERR_QUOTE_SIZE];
	size_t digits = strspn(text, "0123456789");

	if (v->node->type != YAML_SCALAR || is_nothing(v->node)) {
		problem(r, v->node, "%s must be a whole number from %ld to %ld, not %s", v->path, k->lo, k->hi, kind_of(v->node));
		return;
	}
	errno = 0;
	long n = strtol(text, NULL, 10);
	if (v->node->is_quoted || digits == 0 || text[digits] != '\0' || errno != 0 || n < k->lo || n > k->hi) {
		problem(r, v->node, "%s must be a whole number from %ld to %ld, not \"%s\"", v->path, k->lo, k->hi, err_quote(text, shown));
		return;
	}
	*to = (int)n;
}

/* Whether text is one of "a|b|c". */
static bool is_choice(const char *choices, const char *text)
{
	size_t len = strlen(text);

	for (const char *at = choices; len > 0; at++) {
		size_t n = strcspn(at, "|");

		if (n == len && memcmp(at, text, n) == 0) {
			return true;
		}
		at += n;
		if (*at == '\0') {
			break;
		}
	}
	return false;
}

static bool choice(struct reader *r, const struct key *k, const struct value *v)
{
	char shown[ERR_QUOTE_SIZE];

	if (v->node->type == YAML_SCALAR && is_choice(k->choices, v->node->text)) {
		return true;
	}
	problem(r, v->node, "%s must be one of %s, not %s%s%s", v->path, k->choices, v->node->type == YAML_SCALAR ? "\"" : "",
	    v->node->type == YAML_SCALAR ? err_quote(v->node->text, shown) : kind_of(v->node), v->node->type == YAML_SCALAR ? "\"" : "");
	return false;
}

void read_choice(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	char **to = key_field(into, k);

	if (choice(r, k, v)) {
		free(*to);
		*to = x_strdup(v->node->text);
	}
}

void read_switch(struct reader *r, const struct key *k, const struct value *v, void *into)
{
	bool *to = key_field(into, k);

	if (choice(r, k, v)) {
		*to = strcmp(v->node->text, "on") == 0;
	}
}
