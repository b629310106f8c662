#include "text/yaml_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "text/utf8.h"

#define STEP 2          /* blanks a level */
#define SHORT_TEXT 72   /* bytes; a longer one is a block */
#define SIMPLE_KEY 1000 /* YAML ends a key without "? " at 1,024 characters */

struct writing {
	struct buf *out;
	const struct yaml_style *style;
};

static void indent(struct writing *w, size_t depth)
{
	for (size_t i = 0; i < depth; i++) {
		(void)buf_add_char(w->out, ' ');
	}
}

static size_t place_among(const char *const *keys, const char *key)
{
	size_t i = 0;

	while (keys[i] != NULL && strcmp(keys[i], key) != 0) {
		i++;
	}
	return i;
}

/* ---- texts ---- */

/* What stands in a YAML file as it is, and is no end of a line: NEL, U+2028 and U+2029 are one. */
static bool is_printable(uint32_t cp)
{
	if (cp < 0x80) {
		return (cp >= ' ' && cp < 0x7f) || cp == '\t';
	}
	return cp >= 0xa0 && cp != 0x2028 && cp != 0x2029 && cp != 0xfeff && cp != 0xfffe && cp != 0xffff;
}

/* Whether a literal block can hold it. */
static bool fits_block(const char *s, size_t len)
{
	bool has_ink = false;

	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (cp != '\n' && !is_printable(cp)) {
			return false;
		}
		has_ink = has_ink || (cp != '\n' && cp != ' ' && cp != '\t');
		i += n;
	}
	return has_ink;
}

/* Words that readers of YAML take for something else than a text. */
static bool is_reserved(const char *s)
{
	static const char *const words[] = { "true", "false", "null", "yes", "no", "on", "off", "y", "n" };

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (strcasecmp(s, words[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Whether it may stand without quotes: far from all that YAML allows, so that nobody has to know the rules. */
static bool is_plain(const char *s, size_t len)
{
	if (len == 0 || len > SHORT_TEXT || !is_letter(s[0]) || s[len - 1] == ' ' || is_reserved(s)) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (!is_letter(s[i]) && !(s[i] >= '0' && s[i] <= '9') && strchr(" ./@-,()+'", s[i]) == NULL) {
			return false;
		}
	}
	return true;
}

static void escape(struct buf *out, uint32_t cp, const char *bytes, size_t n)
{
	static const struct {
		uint32_t cp;
		const char *escape;
	} named[] = { { '"', "\\\"" }, { '\\', "\\\\" }, { '\n', "\\n" }, { '\r', "\\r" }, { '\t', "\\t" } };

	for (size_t i = 0; i < COUNT_OF(named); i++) {
		if (named[i].cp == cp) {
			(void)buf_add_str(out, named[i].escape);
			return;
		}
	}
	if (is_printable(cp)) {
		(void)buf_add(out, bytes, n);
	} else {
		(void)buf_addf(out, cp < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)cp);
	}
}

/* depth: of the lines that follow the first; SIZE_MAX keeps all on one. */
static void quoted(struct writing *w, const char *s, size_t len, size_t depth)
{
	(void)buf_add_char(w->out, '"');
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		escape(w->out, cp, s + i, n);
		i += n;
		if (cp == '\n' && i < len && depth != SIZE_MAX) {
			(void)buf_add_str(w->out, "\\\n");
			indent(w, depth);
			if (s[i] == ' ') {
				(void)buf_add_char(w->out, '\\'); /* blanks here are indentation */
			}
		}
	}
	(void)buf_add_char(w->out, '"');
}

/* " |", its marks, and the lines. depth: of the lines. */
static void block(struct writing *w, const char *s, size_t len, size_t depth)
{
	size_t n_ends = 0;

	while (n_ends < len && s[len - 1 - n_ends] == '\n') {
		n_ends++;
	}
	(void)buf_add_str(w->out, "|");
	if (strchr(" \t\n", s[0]) != NULL) {
		(void)buf_addf(w->out, "%d", STEP); /* the first line does not tell how far the block is indented */
	}
	(void)buf_add_str(w->out, n_ends == 0 ? "-\n" : n_ends == 1 ? "\n" : "+\n");
	for (const char *line = s; line < s + len;) {
		const char *end = memchr(line, '\n', (size_t)(s + len - line));
		size_t n = end != NULL ? (size_t)(end - line) : (size_t)(s + len - line);

		if (n > 0) {
			indent(w, depth);
		}
		(void)buf_add(w->out, line, n);
		(void)buf_add_char(w->out, '\n');
		line += n + 1;
	}
}

/* With the end of its line. depth: of lines that follow. */
static void text(struct writing *w, const char *s, size_t len, bool is_block, size_t depth)
{
	bool is_long = len > SHORT_TEXT || memchr(s, '\n', len) != NULL;

	if ((is_block || is_long) && fits_block(s, len)) {
		block(w, s, len, depth);
		return;
	}
	if (is_plain(s, len)) {
		(void)buf_add(w->out, s, len);
	} else {
		quoted(w, s, len, depth);
	}
	(void)buf_add_char(w->out, '\n');
}

/* ---- values ---- */

/* The shortest digits that are the same number. */
static void real(struct buf *out, const json_t *v)
{
	for (size_t precision = 15; precision <= 17; precision++) {
		char *digits = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(precision));
		json_t *back = json_loads(digits, JSON_DECODE_ANY, NULL);
		bool is_same = precision == 17 || (json_is_real(back) && json_equal(back, v));

		json_decref(back);
		if (is_same) {
			(void)buf_add_str(out, digits);
		}
		free(digits);
		if (is_same) {
			return;
		}
	}
}

static void map(struct writing *w, const json_t *object, size_t depth, bool is_placed);
static void list(struct writing *w, const json_t *array, size_t depth, bool is_placed);

/* A value that takes a line or stands in one; ends the line. */
static void scalar(struct writing *w, const json_t *v, bool is_block, size_t depth)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		text(w, json_string_value(v), json_string_length(v), is_block, depth);
		return;
	case JSON_REAL:
		real(w->out, v);
		break;
	case JSON_INTEGER:
		(void)buf_addf(w->out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		break;
	case JSON_OBJECT: /* empty ones: the others have lines of their own */
		(void)buf_add_str(w->out, "{}");
		break;
	case JSON_ARRAY:
		(void)buf_add_str(w->out, "[]");
		break;
	default:
		(void)buf_add_str(w->out, json_is_true(v) ? "true" : json_is_false(v) ? "false" : "null");
	}
	(void)buf_add_char(w->out, '\n');
}

static void list(struct writing *w, const json_t *array, size_t depth, bool is_placed)
{
	size_t i;
	json_t *v;

	json_array_foreach(array, i, v) {
		if (i > 0 || !is_placed) {
			indent(w, depth);
		}
		(void)buf_add_str(w->out, "- ");
		if (json_object_size(v) > 0) {
			map(w, v, depth + STEP, true);
		} else if (json_array_size(v) > 0) {
			list(w, v, depth + STEP, true);
		} else {
			scalar(w, v, false, depth + STEP);
		}
	}
}

/* What stands behind "key:". */
static void member(struct writing *w, const char *key, const json_t *v, size_t depth)
{
	if (json_object_size(v) > 0) {
		(void)buf_add_char(w->out, '\n');
		map(w, v, depth + STEP, false);
	} else if (json_array_size(v) > 0) {
		(void)buf_add_char(w->out, '\n');
		list(w, v, depth + STEP, false);
	} else {
		(void)buf_add_char(w->out, ' ');
		scalar(w, v, w->style->blocks[place_among(w->style->blocks, key)] != NULL, depth + STEP);
	}
}

struct ranked { const char *key; size_t place; };

static int compare(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->place != y->place ? (x->place < y->place ? -1 : 1) : strcmp(x->key, y->key);
}

static void key_text(struct writing *w, const char *key, size_t depth)
{
	struct buf own = { 0 };
	struct writing k = { .out = &own, .style = w->style };
	size_t len = strlen(key);

	if (is_plain(key, len)) {
		(void)buf_add(&own, key, len);
	} else {
		quoted(&k, key, len, SIZE_MAX);
	}
	if (own.len > SIMPLE_KEY) {
		(void)buf_addf(w->out, "? %s\n", buf_str(&own));
		indent(w, depth);
	} else {
		(void)buf_add(w->out, own.s, own.len);
	}
	(void)buf_add_char(w->out, ':');
	buf_free(&own);
}

/* is_placed: the first line is indented already, behind "- ". */
static void map(struct writing *w, const json_t *object, size_t depth, bool is_placed)
{
	size_t n = 0, n_keys = json_object_size(object);
	struct ranked *keys = x_calloc(n_keys + 1, sizeof(*keys));
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)object, key, v) {
		keys[n++] = (struct ranked){ .key = key, .place = place_among(w->style->first, key) };
	}
	qsort(keys, n, sizeof(*keys), compare);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 || !is_placed) {
			indent(w, depth);
		}
		key_text(w, keys[i].key, depth);
		member(w, keys[i].key, json_object_get(object, keys[i].key), depth);
	}
	free(keys);
}

void yaml_text(struct buf *out, const json_t *object, const struct yaml_style *style)
{
	struct writing w = { .out = out, .style = style };

	map(&w, object, 0, false);
}

/* ---- back ---- */

static json_t *plain_value(const char *s)
{
	if (s[0] == '\0' || strcmp(s, "~") == 0 || strcasecmp(s, "null") == 0) {
		return json_null();
	}
	if (strcasecmp(s, "true") == 0 || strcasecmp(s, "false") == 0) {
		return json_boolean(s[0] == 't' || s[0] == 'T');
	}
	json_t *number = s[0] == '-' || (s[0] >= '0' && s[0] <= '9') ? json_loads(s, JSON_DECODE_ANY, NULL) : NULL;

	return number != NULL ? number : json_string(s);
}

json_t *yaml_text_value(const struct yaml_node *node)
{
	if (node->type == YAML_SCALAR) {
		return node->is_quoted ? json_string(node->text) : plain_value(node->text);
	}
	json_t *v = node->type == YAML_LIST ? json_array() : json_object();

	for (size_t i = 0; i < node->n; i++) {
		json_t *item = yaml_text_value(node->items[i]);

		if (node->type == YAML_LIST) {
			(void)json_array_append_new(v, item);
		} else {
			(void)json_object_set_new(v, node->keys[i]->text, item);
		}
	}
	return v;
}
