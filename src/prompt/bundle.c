#include "prompt/bundle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/sha256.h"
#include "text/json_text.h"
#include "text/utf8.h"

const char *const bundle_roles[] = { "system", "user", "assistant", "developer", "tool", NULL };

static bool is_role(const char *role)
{
	for (size_t i = 0; role != NULL && bundle_roles[i] != NULL; i++) {
		if (strcmp(role, bundle_roles[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* ---- checks: one row a member ---- */

static bool wrong(struct err *e, const char *path, const char *what)
{
	return err_set(e, ERR_TEMPLATE, "%.80s of the prompt %s", path, what);
}

static bool check_role(const json_t *message, size_t i, struct err *e)
{
	char path[48];

	(void)snprintf(path, sizeof(path), "messages.%zu", i);
	if (!json_is_object(message)) {
		return wrong(e, path, "is no object");
	}
	if (!is_role(json_string_value(json_object_get(message, "role")))) {
		(void)wrong(e, path, "has no role that there is");
		return err_hint(e, "roles are system, user, assistant, developer and tool");
	}
	return json_is_string(json_object_get(message, "content")) || wrong(e, path, "has no text as its content");
}

static bool check_messages(const json_t *v, struct err *e)
{
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (!check_role(json_array_get(v, i), i, e)) {
			return false;
		}
	}
	return true;
}

static bool check_objects(const char *member, const json_t *v, struct err *e)
{
	const char *name;
	json_t *one;
	char path[96];

	json_object_foreach((json_t *)v, name, one) {
		if (!json_is_object(one)) {
			(void)snprintf(path, sizeof(path), "%s.%s", member, name);
			return wrong(e, path, "is no object");
		}
	}
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (!json_is_object(json_array_get(v, i))) {
			(void)snprintf(path, sizeof(path), "%s.%zu", member, i);
			return wrong(e, path, "is no object");
		}
	}
	return true;
}

static bool check_tools(const json_t *v, struct err *e)
{
	return check_objects("tools", v, e);
}

static bool check_overrides(const json_t *v, struct err *e)
{
	return check_objects("overrides", v, e);
}

static bool check_vars(const json_t *v, struct err *e)
{
	static const char types[] = " string number integer boolean array object null any ";
	const char *name;
	json_t *one;

	if (!check_objects("vars", v, e)) {
		return false;
	}
	json_object_foreach((json_t *)v, name, one) {
		const json_t *type = json_object_get(one, "type");
		char path[96], *word = x_asprintf(" %s ", json_is_string(type) ? json_string_value(type) : "any");
		bool ok = (type == NULL || json_is_string(type)) && strstr(types, word) != NULL;

		free(word);
		if (!ok) {
			(void)snprintf(path, sizeof(path), "vars.%s.type", name);
			(void)wrong(e, path, "is no type");
			return err_hint(e, "types are string, number, integer, boolean, array, object and any");
		}
	}
	return true;
}

static bool check_tests(const json_t *v, struct err *e)
{
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *one = json_array_get(v, i), *vars = json_object_get(one, "vars");
		char path[48];

		(void)snprintf(path, sizeof(path), "tests.%zu", i);
		if (!json_is_string(json_object_get(one, "expect"))) {
			return wrong(e, path, "has no text in \"expect\"");
		}
		if (vars != NULL && !json_is_object(vars)) {
			return wrong(e, path, "has \"vars\" that are no object");
		}
	}
	return true;
}

static bool check_lock(const json_t *v, struct err *e)
{
	const char *name;
	json_t *hash;

	json_object_foreach((json_t *)v, name, hash) {
		if (json_string_length(hash) != BUNDLE_HASH_SIZE - 1) {
			return wrong(e, "lock", "holds what is no hash");
		}
	}
	return true;
}

static const struct member {
	const char *name;
	json_type type;
	bool (*check)(const json_t *v, struct err *e);
} members[] = {
	{ "messages", JSON_ARRAY, check_messages },
	{ "text", JSON_STRING, NULL },
	{ "params", JSON_OBJECT, NULL },
	{ "overrides", JSON_OBJECT, check_overrides },
	{ "tools", JSON_ARRAY, check_tools },
	{ "response_schema", JSON_OBJECT, NULL },
	{ "vars", JSON_OBJECT, check_vars },
	{ "tests", JSON_ARRAY, check_tests },
	{ "note", JSON_STRING, NULL },
	{ "lock", JSON_OBJECT, check_lock },
};

static const struct member *find_member(const char *name, struct err *e)
{
	struct near_best best = { .n = 0 };
	char quoted[ERR_QUOTE_SIZE];

	for (size_t i = 0; i < COUNT_OF(members); i++) {
		if (strcmp(members[i].name, name) == 0) {
			return &members[i];
		}
		near_offer(&best, name, members[i].name);
	}
	err_set(e, ERR_TEMPLATE, "'%s' is no part of a prompt", err_quote(name, quoted));
	err_hint(e, best.n > 0 ? "did you mean %s?" : "%s", best.n > 0 ? best.names[0] : "parts are messages or text, params, overrides, tools, response_schema, vars, tests, note");
	return NULL;
}

static const char *type_name(json_type type)
{
	return type == JSON_ARRAY ? "is no list" : type == JSON_OBJECT ? "is no object" : "is no text";
}

/* No text in it holds a NUL, which no template can, and it is not deeper than whoever walks it likes. */
static bool check_values(const json_t *v, int depth, struct err *e)
{
	const char *name;
	json_t *one;

	if (depth > BUNDLE_DEPTH) {
		return err_set(e, ERR_TEMPLATE, "the prompt is nested more than %d levels deep", BUNDLE_DEPTH);
	}
	if (json_is_string(v) && memchr(json_string_value(v), '\0', json_string_length(v)) != NULL) {
		return err_set(e, ERR_TEMPLATE, "a text of the prompt holds a NUL character");
	}
	json_object_foreach((json_t *)v, name, one) {
		if (!check_values(one, depth + 1, e)) {
			return false;
		}
	}
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (!check_values(json_array_get(v, i), depth + 1, e)) {
			return false;
		}
	}
	return true;
}

/* ---- the canonical form ---- */

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_real(struct buf *out, double v)
{
	char text[32];

	if (fabs(v) < 9007199254740992.0 && v == trunc(v)) {
		(void)buf_addf(out, "%lld", (long long)v);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v) {
			break;
		}
	}
	(void)buf_add_str(out, text);
}

static void add_value(struct buf *out, const json_t *v);

static void add_object(struct buf *out, const json_t *v)
{
	size_t n = json_object_size(v), i = 0;
	const char **names = x_calloc(n + 1, sizeof(*names)), *name;
	json_t *one;

	json_object_foreach((json_t *)v, name, one) {
		names[i++] = name;
	}
	if (n > 0) {
		qsort(names, n, sizeof(*names), by_bytes);
	}
	(void)buf_add_char(out, '{');
	for (i = 0; i < n; i++) {
		(void)buf_add_str(out, i > 0 ? "," : "");
		json_text_string(out, names[i]);
		(void)buf_add_char(out, ':');
		add_value(out, json_object_get(v, names[i]));
	}
	(void)buf_add_char(out, '}');
	free(names);
}

static void add_array(struct buf *out, const json_t *v)
{
	(void)buf_add_char(out, '[');
	for (size_t i = 0; i < json_array_size(v); i++) {
		(void)buf_add_str(out, i > 0 ? "," : "");
		add_value(out, json_array_get(v, i));
	}
	(void)buf_add_char(out, ']');
}

/* Not jansson's writer: how many digits that gives a number differs between its versions, and with them the hash would. */
static void add_value(struct buf *out, const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT: add_object(out, v); break;
	case JSON_ARRAY: add_array(out, v); break;
	case JSON_STRING: json_text_bytes(out, json_string_value(v), json_string_length(v)); break;
	case JSON_INTEGER: (void)buf_addf(out, "%lld", (long long)json_integer_value(v)); break;
	case JSON_REAL: add_real(out, json_real_value(v)); break;
	case JSON_TRUE: (void)buf_add_str(out, "true"); break;
	case JSON_FALSE: (void)buf_add_str(out, "false"); break;
	case JSON_NULL: (void)buf_add_str(out, "null"); break;
	}
}

void bundle_canonical(const struct bundle *b, struct buf *out)
{
	add_value(out, b->json);
}

void bundle_hash_bytes(const char *bytes, size_t len, char out[BUNDLE_HASH_SIZE])
{
	unsigned char hash[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, bytes, len);
	sha256_end(&h, hash);
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		(void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
	}
}

static bool is_empty(const json_t *v)
{
	return (json_is_array(v) && json_array_size(v) == 0) || (json_is_object(v) && json_object_size(v) == 0) ||
	       (json_is_string(v) && json_string_length(v) == 0) || json_is_null(v);
}

static bool check_members(const json_t *object, json_t *kept, struct err *e)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)object, name, v) {
		const struct member *m = find_member(name, e);

		if (m == NULL) {
			return false;
		}
		if (is_empty(v) && !(json_is_string(v) && strcmp(name, "text") == 0)) {
			continue;
		}
		if (json_typeof(v) != m->type) {
			return wrong(e, name, type_name(m->type));
		}
		if (m->check != NULL && !m->check(v, e)) {
			return false;
		}
		(void)json_object_set(kept, name, v);
	}
	bool has_text = json_object_get(kept, "text") != NULL, has_messages = json_object_get(kept, "messages") != NULL;

	if (has_text == has_messages) {
		return err_set(e, ERR_TEMPLATE, has_text ? "a prompt has messages or a text, not both" : "a prompt needs messages or a text");
	}
	return true;
}

bool bundle_from_json(const json_t *object, struct bundle *out, struct err *e)
{
	struct buf canonical;
	json_t *kept = json_object();

	*out = (struct bundle){ .json = NULL };
	if (!json_is_object(object)) {
		json_decref(kept);
		return err_set(e, ERR_TEMPLATE, "a prompt as JSON is an object");
	}
	if (!check_values(object, 0, e) || !check_members(object, kept, e)) {
		json_decref(kept);
		return false;
	}
	buf_init(&canonical, BUNDLE_LIMIT);
	add_value(&canonical, kept);
	bool ok = !canonical.is_full;

	if (ok) {
		/* Read back, so that it is the same value whether it comes from the store or not, and shares nothing with the caller's. */
		out->json = json_loadb(canonical.s, canonical.len, 0, NULL);
		ok = out->json != NULL;
		bundle_hash_bytes(canonical.s, canonical.len, out->hash);
		if (!ok) {
			err_set(e, ERR_TEMPLATE, "the prompt holds a number that JSON cannot tell");
		}
	} else {
		err_set(e, ERR_TEMPLATE, "the prompt is larger than %zu MiB", BUNDLE_LIMIT >> 20);
		err_hint(e, "put what is large into a variable (-p name=@file)");
	}
	buf_free(&canonical);
	json_decref(kept);
	return ok;
}

bool bundle_check_text(const char *what, const char *text, size_t len, struct err *e)
{
	size_t bad = utf8_first_bad(text, len);
	const char *nul = memchr(text, '\0', len);

	if (len > BUNDLE_LIMIT) {
		err_set(e, ERR_TEMPLATE, "%.80s is larger than %zu MiB", what, BUNDLE_LIMIT >> 20);
		return err_hint(e, "put what is large into a variable (-p name=@file)");
	}
	if (bad < len) {
		err_set(e, ERR_TEMPLATE, "%.80s is not UTF-8 text (byte %zu)", what, bad + 1);
		return err_hint(e, "convert it first, for example with iconv");
	}
	return nul == NULL || err_set(e, ERR_TEMPLATE, "%.80s holds a NUL character (byte %zu)", what, (size_t)(nul - text) + 1);
}

bool bundle_from_text(const char *text, size_t len, struct bundle *out, struct err *e)
{
	*out = (struct bundle){ .json = NULL };
	if (!bundle_check_text("the prompt", text, len, e)) {
		return false;
	}
	json_t *object = json_object();

	(void)json_object_set_new(object, "text", json_stringn(text, len));
	bool ok = bundle_from_json(object, out, e);

	json_decref(object);
	return ok;
}

void bundle_copy(const struct bundle *b, struct bundle *out)
{
	*out = *b;
	out->json = json_incref(b->json); /* it never changes */
}

void bundle_free(struct bundle *b)
{
	json_decref(b->json);
	b->json = NULL;
}

/* ---- parts ---- */

size_t bundle_n_parts(const struct bundle *b)
{
	const json_t *messages = json_object_get(b->json, "messages");

	return messages != NULL ? json_array_size(messages) : 1;
}

struct bundle_part bundle_part(const struct bundle *b, size_t i)
{
	const json_t *messages = json_object_get(b->json, "messages"), *message = json_array_get(messages, i);
	const json_t *text = messages != NULL ? json_object_get(message, "content") : json_object_get(b->json, "text");

	return (struct bundle_part){ messages != NULL ? json_string_value(json_object_get(message, "role")) : "", json_string_value(text),
		json_string_length(text) };
}
