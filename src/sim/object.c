#include "sim/object.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "sim/label.h"
#include "sim/piece.h"
#include "sim/value.h"

#define DEPTH_MOST 12 /* of schemas that refer to themselves */
#define ITEMS_MOST 50
#define LENGTH_MOST 4096

struct place {
	const struct matter *m;
	const json_t *root; /* where $ref starts */
	int depth;
	uint64_t salt; /* number of the item within its list */
};

static json_t *generate(const struct place *at, struct span name, const json_t *schema);

static struct span of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static json_t *text_json(struct span s)
{
	json_t *v = json_stringn(s.s, s.len);

	return v != NULL ? v : json_string("");
}

/* "#/$defs/item" from the root; NULL when it leads nowhere. */
static const json_t *resolve(const json_t *root, const char *ref)
{
	const json_t *at = root;

	if (ref[0] != '#') {
		return NULL;
	}
	for (ref++; *ref == '/' && at != NULL;) {
		size_t n = strcspn(ref + 1, "/");
		char *key = x_strndup(ref + 1, n);

		at = json_object_get(at, key);
		free(key);
		ref += n + 1;
	}
	return at;
}

/* The schema that counts: behind $ref, and the first of several that is not null. */
static const json_t *settle(const json_t *root, const json_t *schema)
{
	static const char *const several[] = { "anyOf", "oneOf", "allOf" };

	for (int i = 0; i < DEPTH_MOST; i++) {
		const char *ref = json_string_value(json_object_get(schema, "$ref"));
		const json_t *next = ref != NULL ? resolve(root, ref) : NULL;

		for (size_t k = 0; next == NULL && k < COUNT_OF(several); k++) {
			const json_t *list = json_object_get(schema, several[k]);

			for (size_t j = 0; next == NULL && j < json_array_size(list); j++) {
				const char *type = json_string_value(json_object_get(json_array_get(list, j), "type"));

				if (type == NULL || strcasecmp(type, "null") != 0) {
					next = json_array_get(list, j);
				}
			}
		}
		if (next == NULL) {
			return schema;
		}
		schema = next;
	}
	return schema;
}

/* Lower-cased by comparing without case: Gemini writes "STRING". */
static const char *type_of(const json_t *schema)
{
	const json_t *type = json_object_get(schema, "type");

	for (size_t i = 0; i < json_array_size(type); i++) {
		const char *one = json_string_value(json_array_get(type, i));

		if (one != NULL && strcasecmp(one, "null") != 0) {
			return one;
		}
	}
	if (json_is_string(type)) {
		return json_string_value(type);
	}
	return json_object_get(schema, "properties") != NULL ? "object" : json_object_get(schema, "items") != NULL ? "array" : "string";
}

static json_t *pick_enum(const struct matter *m, const json_t *list)
{
	struct labels l = { .n = 0 };
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < LABELS_MOST && json_is_string(json_array_get(list, i)); i++) {
		l.items[l.n++] = of(json_string_value(json_array_get(list, i)));
	}
	if (l.n < n && l.n < LABELS_MOST) {
		return json_incref(json_array_get(list, (size_t)(m->hash % n)));
	}
	return json_incref(json_array_get(list, labels_pick(&l, m->subject, of(""), m->hash)));
}

static json_t *generate_object(const struct place *at, const json_t *schema)
{
	json_t *out = json_object();
	const char *key;
	json_t *sub;

	json_object_foreach(json_object_get(schema, "properties"), key, sub)
	{
		json_object_set_new(out, key, generate(at, of(key), sub));
	}
	return out;
}

static json_t *generate_array(const struct place *at, struct span name, const json_t *schema)
{
	json_t *out = json_array();
	const json_t *items = json_object_get(schema, "items");
	json_int_t min = json_integer_value(json_object_get(schema, "minItems"));
	const json_t *max = json_object_get(schema, "maxItems");
	json_int_t n = 2 + (json_int_t)(at->m->hash % 2);

	n = n < min ? min : n;
	n = json_is_integer(max) && n > json_integer_value(max) ? json_integer_value(max) : n;
	n = n > ITEMS_MOST ? ITEMS_MOST : n;
	for (json_int_t i = 0; i < n; i++) {
		struct place item = *at;

		item.salt = (uint64_t)i;
		json_array_append_new(out, generate(&item, name, items));
	}
	return out;
}

static double bounded(const json_t *schema, double v)
{
	const json_t *min = json_object_get(schema, "minimum"), *max = json_object_get(schema, "maximum");

	if (json_is_number(min) && v < json_number_value(min)) {
		v = json_number_value(min);
	}
	return json_is_number(max) && v > json_number_value(max) ? json_number_value(max) : v;
}

/* A score given as 0..1 is stretched over the range of the schema. */
static double generate_number(const struct place *at, struct span name, const json_t *schema, bool is_integer)
{
	enum value_kind kind = value_kind_of(name);
	double v = value_number(at->m, kind, at->salt);
	const json_t *max = json_object_get(schema, "maximum");

	if (kind == VALUE_SCORE && (json_is_number(max) || is_integer)) {
		v *= json_is_number(max) ? json_number_value(max) : 10;
	}
	return bounded(schema, is_integer ? floor(v + 0.5) : v);
}

static json_t *generate_string(const struct place *at, struct span name, const json_t *schema)
{
	static const struct {
		const char *format;
		enum value_kind kind;
	} formats[] = { { "date", VALUE_DATE }, { "email", VALUE_EMAIL }, { "uri", VALUE_URL }, { "url", VALUE_URL },
		{ "uuid", VALUE_ID } };
	const char *format = json_string_value(json_object_get(schema, "format"));
	const char *about = json_string_value(json_object_get(schema, "description"));
	enum value_kind kind = value_kind_of(name);
	struct labels l;
	struct span label;

	for (size_t i = 0; format != NULL && i < COUNT_OF(formats); i++) {
		kind = strcmp(format, formats[i].format) == 0 ? formats[i].kind : kind;
	}
	if (about != NULL && labels_find(of(about), &l)) {
		return text_json(l.items[labels_pick(&l, at->m->subject, of(""), at->m->hash)]);
	}
	if (value_from_labels(at->m, name, &label)) {
		return text_json(label);
	}
	char *text = value_text(at->m, kind, at->salt);
	size_t len = strlen(text);
	const json_t *max = json_object_get(schema, "maxLength");
	json_int_t min = json_integer_value(json_object_get(schema, "minLength"));

	if (json_is_integer(max) && json_integer_value(max) >= 0 && len > (size_t)json_integer_value(max)) {
		len = (size_t)json_integer_value(max);
		while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80) {
			len--;
		}
		text[len] = '\0';
	}
	while (min > 0 && len < (size_t)min && len < LENGTH_MOST) {
		char *longer = x_asprintf("%s%s", text, len > 0 ? " (and so on)" : "unknown");

		free(text);
		text = longer;
		len = strlen(text);
	}
	json_t *v = text_json(of(text));
	free(text);
	return v;
}

static json_t *generate(const struct place *at, struct span name, const json_t *schema)
{
	struct place below = *at;

	if (at->depth >= DEPTH_MOST) {
		return json_null();
	}
	schema = settle(at->root, schema);
	below.depth++;
	const json_t *fixed = json_object_get(schema, "const"), *choices = json_object_get(schema, "enum");
	if (fixed != NULL) {
		return json_deep_copy(fixed);
	}
	if (json_array_size(choices) > 0) {
		return pick_enum(at->m, choices);
	}
	const char *type = type_of(schema);
	if (strcasecmp(type, "object") == 0) {
		return generate_object(&below, schema);
	}
	if (strcasecmp(type, "array") == 0) {
		return generate_array(&below, name, schema);
	}
	if (strcasecmp(type, "integer") == 0) {
		return json_integer((json_int_t)generate_number(at, name, schema, true));
	}
	if (strcasecmp(type, "number") == 0) {
		return json_real(generate_number(at, name, schema, false));
	}
	if (strcasecmp(type, "boolean") == 0) {
		return json_boolean(value_flag(at->m, name, at->salt));
	}
	if (strcasecmp(type, "null") == 0) {
		return json_null();
	}
	return generate_string(at, name, schema);
}

json_t *object_from_schema(const struct matter *m, const json_t *schema)
{
	struct place at = { .m = m, .root = schema };

	return generate(&at, of("answer"), schema);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* A value for a key of an example, by what stands at its place: a number, a|b, <text>, true, a list, an object, or nothing. */
static json_t *from_hint(const struct matter *m, struct span name, struct span hint);

/* End of the value that starts at i: the comma or closing bracket of the same level. */
static size_t hint_end(struct span s, size_t i)
{
	int depth = 0;
	bool is_quoted = false;

	for (; i < s.len; i++) {
		char c = s.s[i];

		if (c == '"') {
			is_quoted = !is_quoted;
		} else if (!is_quoted && (c == '{' || c == '[')) {
			depth++;
		} else if (!is_quoted && (c == '}' || c == ']')) {
			if (depth-- == 0) {
				return i;
			}
		} else if (!is_quoted && c == ',' && depth == 0) {
			return i;
		}
	}
	return i;
}

/* Keys of "{...}" as people write it: JSON, a list of names, names with a hint. s starts behind the brace. */
static json_t *from_example(const struct matter *m, struct span s)
{
	json_t *out = json_object();
	size_t i = 0;

	while (i < s.len && s.s[i] != '}' && json_object_size(out) < ITEMS_MOST) {
		size_t end = hint_end(s, i), name_end;

		while (i < end && (is_blank(s.s[i]) || strchr("\"'`", s.s[i]) != NULL)) {
			i++;
		}
		for (name_end = i; name_end < end && strchr("\"'`:", s.s[name_end]) == NULL && !is_blank(s.s[name_end]);) {
			name_end++;
		}
		const char *colon = memchr(s.s + i, ':', end - i);
		struct span hint = { colon != NULL ? colon + 1 : s.s + end, colon != NULL ? (size_t)(s.s + end - colon - 1) : 0 };
		if (name_end > i && name_end - i < 64) {
			char *key = x_strndup(s.s + i, name_end - i);

			json_object_set_new(out, key, from_hint(m, (struct span){ s.s + i, name_end - i }, hint));
			free(key);
		}
		i = end < s.len && s.s[end] == ',' ? end + 1 : s.len;
	}
	return out;
}

static struct span unwrap(struct span s)
{
	while (s.len > 0 && (is_blank(s.s[0]) || strchr("\"<'", s.s[0]) != NULL)) {
		s.s++;
		s.len--;
	}
	while (s.len > 0 && (is_blank(s.s[s.len - 1]) || strchr("\">'", s.s[s.len - 1]) != NULL)) {
		s.len--;
	}
	return s;
}

static json_t *number_from_hint(const struct matter *m, enum value_kind kind, struct span inner)
{
	char *end;
	char *text = x_strndup(inner.s, inner.len);
	double low = strtod(text, &end), v = value_number(m, kind, 0);
	size_t dash = strspn(end, " -|.to");
	double high = dash > 0 ? strtod(end + dash, NULL) : low;

	/* Several choices by "|": the last one is the highest. */
	const char *last = strrchr(text, '|');
	high = last != NULL ? strtod(last + 1, NULL) : high;
	bool is_real = strchr(text, '.') != NULL && strstr(text, "..") == NULL;
	free(text);
	if (high > low) {
		v = v < low ? low : v > high ? high : v;
	}
	return is_real ? json_real(v) : json_integer((json_int_t)floor(v + 0.5));
}

static json_t *from_hint(const struct matter *m, struct span name, struct span hint)
{
	struct span inner = unwrap(hint), label;
	enum value_kind kind = value_kind_of(name);
	bool is_quoted = hint.len > 0 && memchr(hint.s, '"', hint.len) != NULL;
	struct labels l;

	if (inner.len > 0 && inner.s[0] == '{') {
		return from_example(m, (struct span){ inner.s + 1, inner.len - 1 });
	}
	if (inner.len > 0 && inner.s[0] == '[') {
		json_t *list = json_array();

		for (size_t i = 0; i < 2; i++) {
			struct span word = value_word(m, i);

			json_array_append_new(list, text_json(word.len > 0 ? word : of("unknown")));
		}
		return list;
	}
	if (inner.len > 0 && !is_quoted && ((inner.s[0] >= '0' && inner.s[0] <= '9') || inner.s[0] == '-')) {
		return number_from_hint(m, kind, inner);
	}
	if (span_find(inner, "int") == inner.s || span_find(inner, "number") == inner.s) {
		return json_integer((json_int_t)value_number(m, kind == VALUE_SCORE ? VALUE_PLAIN : kind, 0));
	}
	if (span_find(inner, "bool") == inner.s ||
	    (!is_quoted && (span_find(inner, "true") == inner.s || span_find(inner, "false") == inner.s))) {
		return json_boolean(value_flag(m, name, 0));
	}
	if (inner.len > 0 && memchr(inner.s, '|', inner.len) != NULL && labels_parse(inner, &l)) {
		return text_json(l.items[labels_pick(&l, m->subject, of(""), m->hash)]);
	}
	if (value_from_labels(m, name, &label)) {
		char *text = x_strndup(label.s, label.len), *end;
		long n = strtol(text, &end, 10);
		json_t *v = end != text && *end == '\0' ? json_integer(n) : json_string(text);

		free(text);
		return v != NULL ? v : json_null();
	}
	if (kind == VALUE_SEVERITY && !is_quoted) {
		return json_integer((json_int_t)value_number(m, kind, 0));
	}
	if ((kind == VALUE_SCORE || kind == VALUE_COUNT) && !is_quoted) {
		return json_real(value_number(m, kind, 0));
	}
	if (kind == VALUE_FLAG && !is_quoted) {
		return json_boolean(value_flag(m, name, 0));
	}
	char *text = value_text(m, kind, 0);
	json_t *v = text_json(of(text));
	free(text);
	return v;
}

/* "JSON with the keys team, sev and why". */
static json_t *from_key_list(const struct matter *m, struct span rest)
{
	static const char *const cues[] = { "keys", "fields", "properties" };

	for (size_t i = 0; i < COUNT_OF(cues); i++) {
		const char *at = span_find((struct span){ rest.s, rest.len < 80 ? rest.len : 80 }, cues[i]);
		struct labels l;

		if (at == NULL) {
			continue;
		}
		at += strlen(cues[i]);
		if (labels_parse((struct span){ at, (size_t)(rest.s + rest.len - at) }, &l)) {
			json_t *out = json_object();

			for (size_t k = 0; k < l.n; k++) {
				char *key = x_strndup(l.items[k].s, l.items[k].len);

				json_object_set_new(out, key, from_hint(m, l.items[k], of("")));
				free(key);
			}
			return out;
		}
	}
	return NULL;
}

static bool is_plea(struct span before)
{
	static const char *const verbs[] = { "reply", "respond", "return", "answer", "output", "produce", "give", "write", "emit", "only",
		"as", "in", "valid", "antworte" };
	struct span near = before.len > 60 ? (struct span){ before.s + before.len - 60, 60 } : before;

	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		if (span_find(near, verbs[i]) != NULL) {
			return true;
		}
	}
	return false;
}

json_t *object_from_plea(const struct matter *m)
{
	for (size_t i = 0; i < m->ask->n_messages; i++) {
		struct span all = of(m->ask->messages[i].text);
		const char *at = m->ask->messages[i].role != ASK_ASSISTANT ? span_find(all, "json") : NULL;

		if (at == NULL || !is_plea((struct span){ all.s, (size_t)(at - all.s) })) {
			continue;
		}
		struct span rest = { at, (size_t)(all.s + all.len - at) };
		const char *brace = memchr(rest.s, '{', rest.len < 400 ? rest.len : 400);
		json_t *out = brace != NULL ? from_example(m, (struct span){ brace + 1, (size_t)(rest.s + rest.len - brace - 1) })
					    : from_key_list(m, rest);

		if (out == NULL || json_object_size(out) == 0) {
			json_decref(out);
			out = json_object();
			json_object_set_new(out, "answer", from_hint(m, of("answer"), of("")));
		}
		return out;
	}
	if (m->ask->wants_json) {
		json_t *out = json_object();

		json_object_set_new(out, "answer", from_hint(m, of("answer"), of("")));
		return out;
	}
	return NULL;
}
