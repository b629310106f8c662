#include "base/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/map.h"
#include "base/mem.h"

struct limits {
	size_t mib;
	int depth;
};
static const struct limits settings = { 4, 32 }, texts = { 256, 128 };

struct reading {
	const struct limits *limits;
	yaml_parser_t parser;
	const char *name, *text;
	size_t len;
	yaml_repeat_fn *on_repeat; /* NULL: a repeated key is an error */
	void *ctx;
	struct err *e;
};

static int line_of(const yaml_mark_t *m)
{
	return (int)m->line + 1; /* the limit of bytes keeps it small */
}

static int column_of(const yaml_mark_t *m)
{
	return (int)m->column + 1;
}

static bool refuse(struct reading *r, const yaml_mark_t *at, const char *what)
{
	return err_set(r->e, ERR_CONFIG, "%s:%d:%d: %s", r->name, line_of(at), column_of(at), what);
}

/* The reader of libyaml (encoding, control characters) gives a byte offset and no mark. */
static yaml_mark_t mark_of_offset(const struct reading *r, size_t offset)
{
	yaml_mark_t m = { 0 };

	for (size_t i = 0; i < offset && i < r->len; i++) {
		if (r->text[i] == '\n') {
			m.line++;
			m.column = 0;
		} else if (((unsigned char)r->text[i] & 0xc0) != 0x80) {
			m.column++;
		}
	}
	return m;
}

/* The most usual mistake, which libyaml names by the character only. */
static bool is_indented_by_tab(const struct reading *r, const yaml_mark_t *at)
{
	size_t i = 0;

	for (size_t line = 0; line < at->line && i < r->len; i++) {
		line += r->text[i] == '\n';
	}
	while (i < r->len && r->text[i] == ' ') {
		i++;
	}
	return i < r->len && r->text[i] == '\t';
}

static bool syntax_error(struct reading *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem != NULL ? p->problem : "unreadable";
	yaml_mark_t at = p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR) {
		x_out_of_memory();
	}
	if (p->error == YAML_READER_ERROR) {
		at = mark_of_offset(r, p->problem_offset);
		return err_set(r->e, ERR_CONFIG, "%s:%d:%d: %s; the file must be UTF-8 text", r->name, line_of(&at), column_of(&at), problem);
	}
	if (is_indented_by_tab(r, &at)) {
		return refuse(r, &at, "not valid YAML: the line begins with a tab; indent with blanks");
	}
	return err_set(r->e, ERR_CONFIG, "%s:%d:%d: not valid YAML: %s%s%s", r->name, line_of(&at), column_of(&at), problem,
	    p->context != NULL ? " " : "", p->context != NULL ? p->context : "");
}

static bool next_event(struct reading *r, yaml_event_t *ev)
{
	return yaml_parser_parse(&r->parser, ev) != 0 || syntax_error(r);
}

static struct yaml_node *node_new(enum yaml_type type, const yaml_event_t *ev)
{
	struct yaml_node *node = x_calloc(1, sizeof(*node));

	node->type = type;
	node->line = line_of(&ev->start_mark);
	node->column = column_of(&ev->start_mark);
	return node;
}

/* Anchors would let a few bytes mean millions of nodes, tags would let a file choose types: configuration needs neither. */
static bool is_plain(struct reading *r, const yaml_event_t *ev)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		anchor = ev->data.scalar.anchor;
		tag = ev->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = ev->data.sequence_start.anchor;
		tag = ev->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = ev->data.mapping_start.anchor;
		tag = ev->data.mapping_start.tag;
		break;
	default:
		return refuse(r, &ev->start_mark, "aliases (*name) are not supported; write the value out, or put it in quotes");
	}
	if (anchor != NULL) {
		return refuse(r, &ev->start_mark, "anchors (&name) are not supported; leave it out, or put the value in quotes");
	}
	if (tag != NULL) {
		return refuse(r, &ev->start_mark, "tags (!name) are not supported; leave it out, or put the value in quotes");
	}
	return true;
}

static struct yaml_node *read_node(struct reading *r, const yaml_event_t *ev, int depth);

static struct yaml_node *read_scalar(struct reading *r, const yaml_event_t *ev)
{
	const char *value = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;

	if (memchr(value, '\0', len) != NULL) {
		(void)refuse(r, &ev->start_mark, "a NUL character cannot be part of a value");
		return NULL;
	}
	struct yaml_node *node = node_new(YAML_SCALAR, ev);
	node->text = x_strndup(value, len);
	node->is_quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return node;
}

static bool read_list(struct reading *r, struct yaml_node *list, int depth)
{
	size_t cap = 0;

	for (;;) {
		yaml_event_t ev;

		if (!next_event(r, &ev)) {
			return false;
		}
		if (ev.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&ev);
			return true;
		}
		struct yaml_node *item = read_node(r, &ev, depth + 1);
		yaml_event_delete(&ev);
		if (item == NULL) {
			return false;
		}
		*array_push(list->items, list->n, cap) = item;
	}
}

/* Reads one key. *is_repeat: told to on_repeat; its value is to be read and dropped. */
static struct yaml_node *read_key(struct reading *r, const yaml_event_t *ev, struct map *seen, int depth, bool *is_repeat)
{
	if (ev->type != YAML_SCALAR_EVENT && ev->type != YAML_ALIAS_EVENT) {
		(void)refuse(r, &ev->start_mark, "a key must be a plain word or text");
		return NULL;
	}
	struct yaml_node *key = read_node(r, ev, depth + 1);
	if (key == NULL) {
		return NULL;
	}
	const struct yaml_node *first = map_get(seen, key->text, strlen(key->text));
	*is_repeat = first != NULL;
	if (first != NULL) {
		char shown[ERR_QUOTE_SIZE];
		struct err e;

		(void)err_set(&e, ERR_CONFIG, "%s:%d:%d: the key \"%s\" is here twice (first in line %d); keep one of them", r->name, key->line,
		    key->column, err_quote(key->text, shown), first->line);
		if (r->on_repeat == NULL) {
			if (r->e != NULL) {
				*r->e = e;
			}
			yaml_tree_free(key);
			return NULL;
		}
		r->on_repeat(r->ctx, key->line, key->column, &e);
		return key;
	}
	(void)map_put(seen, key->text, strlen(key->text), key);
	return key;
}

static bool read_value(struct reading *r, struct yaml_node *map, size_t *caps, struct yaml_node *key, bool is_repeat, int depth)
{
	yaml_event_t ev;

	if (!next_event(r, &ev)) {
		return false;
	}
	struct yaml_node *value = read_node(r, &ev, depth + 1);
	yaml_event_delete(&ev);
	if (value == NULL) {
		return false;
	}
	if (is_repeat) {
		yaml_tree_free(key);
		yaml_tree_free(value);
		return true;
	}
	size_t n = map->n;
	*array_push(map->keys, n, caps[0]) = key;
	*array_push(map->items, map->n, caps[1]) = value;
	return true;
}

static bool read_map(struct reading *r, struct yaml_node *map, int depth)
{
	struct map *seen = map_new();
	size_t caps[2] = { 0, 0 };
	bool ok = true, is_over = false;

	while (ok && !is_over) {
		yaml_event_t ev;
		bool is_repeat = false;

		if (!next_event(r, &ev)) {
			ok = false;
			break;
		}
		is_over = ev.type == YAML_MAPPING_END_EVENT;
		struct yaml_node *key = is_over ? NULL : read_key(r, &ev, seen, depth, &is_repeat);
		yaml_event_delete(&ev);
		if (is_over) {
			break;
		}
		ok = key != NULL && read_value(r, map, caps, key, is_repeat, depth);
		if (!ok) {
			yaml_tree_free(key);
		}
	}
	map_free(seen, NULL);
	return ok;
}

/* depth: of the node itself, from 1. The recursion ends at the limit. */
static struct yaml_node *read_node(struct reading *r, const yaml_event_t *ev, int depth)
{
	if (!is_plain(r, ev)) {
		return NULL;
	}
	if (ev->type == YAML_SCALAR_EVENT) {
		return read_scalar(r, ev);
	}
	if (depth > r->limits->depth) {
		char what[40];

		(void)snprintf(what, sizeof(what), "nested deeper than %d levels", r->limits->depth);
		(void)refuse(r, &ev->start_mark, what);
		return NULL;
	}
	bool is_list = ev->type == YAML_SEQUENCE_START_EVENT;
	struct yaml_node *node = node_new(is_list ? YAML_LIST : YAML_MAP, ev);
	if (!(is_list ? read_list(r, node, depth) : read_map(r, node, depth))) {
		yaml_tree_free(node);
		return NULL;
	}
	return node;
}

static struct yaml_node *empty_map(void)
{
	struct yaml_node *node = x_calloc(1, sizeof(*node));

	node->type = YAML_MAP;
	node->line = node->column = 1;
	return node;
}

static bool is_nothing(const struct yaml_node *node)
{
	return node->type == YAML_SCALAR && !node->is_quoted && node->text[0] == '\0';
}

/* Reads past the events that frame a document to its root; *ev is the event of the root, or the end of the stream. */
static bool find_root(struct reading *r, yaml_event_t *ev)
{
	for (;;) {
		if (!next_event(r, ev)) {
			return false;
		}
		if (ev->type != YAML_STREAM_START_EVENT && ev->type != YAML_DOCUMENT_START_EVENT) {
			return true;
		}
		yaml_event_delete(ev);
	}
}

static bool read_end(struct reading *r)
{
	yaml_event_t ev;
	bool ok = next_event(r, &ev);

	if (ok && ev.type == YAML_DOCUMENT_END_EVENT) {
		yaml_event_delete(&ev);
		ok = next_event(r, &ev);
	}
	if (!ok) {
		return false;
	}
	ok = ev.type == YAML_STREAM_END_EVENT || refuse(r, &ev.start_mark, "a second document starts here; keep one");
	yaml_event_delete(&ev);
	return ok;
}

static struct yaml_node *read_document(struct reading *r)
{
	yaml_event_t ev;

	if (!find_root(r, &ev)) {
		return NULL;
	}
	if (ev.type == YAML_STREAM_END_EVENT) {
		yaml_event_delete(&ev);
		return empty_map();
	}
	struct yaml_node *root = read_node(r, &ev, 1);
	yaml_event_delete(&ev);
	if (root != NULL && !read_end(r)) {
		yaml_tree_free(root);
		return NULL;
	}
	if (root != NULL && is_nothing(root)) {
		yaml_tree_free(root);
		return empty_map();
	}
	return root;
}

static struct yaml_node *parse(struct reading *r)
{
	if (r->len > r->limits->mib << 20) {
		(void)err_set(r->e, ERR_CONFIG, "%s:1:1: larger than %zu MiB", r->name, r->limits->mib);
		return NULL;
	}
	if (yaml_parser_initialize(&r->parser) == 0) {
		x_out_of_memory();
	}
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text, r->len);
	struct yaml_node *root = read_document(r);
	yaml_parser_delete(&r->parser);
	return root;
}

struct yaml_node *yaml_parse_lenient(const char *name, const char *text, size_t len, yaml_repeat_fn *fn, void *ctx, struct err *e)
{
	struct reading r = { .limits = &settings, .name = name, .text = text, .len = len, .on_repeat = fn, .ctx = ctx, .e = e };

	return parse(&r);
}

struct yaml_node *yaml_parse(const char *name, const char *text, size_t len, struct err *e)
{
	return yaml_parse_lenient(name, text, len, NULL, NULL, e);
}

struct yaml_node *yaml_parse_large(const char *name, const char *text, size_t len, struct err *e)
{
	struct reading r = { .limits = &texts, .name = name, .text = text, .len = len, .e = e };

	return parse(&r);
}

void yaml_tree_free(struct yaml_node *node)
{
	if (node == NULL) {
		return;
	}
	for (size_t i = 0; i < node->n; i++) {
		yaml_tree_free(node->items[i]);
		if (node->keys != NULL) {
			yaml_tree_free(node->keys[i]);
		}
	}
	free(node->items);
	free(node->keys);
	free(node->text);
	free(node);
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	for (size_t i = 0; map != NULL && map->type == YAML_MAP && i < map->n; i++) {
		if (strcmp(map->keys[i]->text, key) == 0) {
			return map->items[i];
		}
	}
	return NULL;
}
