#include "prompt/render.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* ---- variables ---- */

static bool has_type(const json_t *v, const char *type)
{
	const struct {
		const char *name;
		bool is;
	} types[] = {
		{ "any", true }, { "string", json_is_string(v) }, { "number", json_is_number(v) }, { "boolean", json_is_boolean(v) },
		{ "integer", json_is_integer(v) || (json_is_real(v) && json_real_value(v) == floor(json_real_value(v))) }, { "array", json_is_array(v) },
		{ "object", json_is_object(v) }, { "null", json_is_null(v) },
	};

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		if (strcmp(types[i].name, type) == 0) {
			return types[i].is;
		}
	}
	return true;
}

static bool is_one_of(const json_t *v, const json_t *choices)
{
	for (size_t i = 0; i < json_array_size(choices); i++) {
		if (json_equal(v, json_array_get(choices, i))) {
			return true;
		}
	}
	return !json_is_array(choices);
}

static bool is_within(const json_t *v, const json_t *schema)
{
	const json_t *lo = json_object_get(schema, "minimum"), *hi = json_object_get(schema, "maximum");

	return !json_is_number(v) || ((!json_is_number(lo) || json_number_value(v) >= json_number_value(lo)) &&
				     (!json_is_number(hi) || json_number_value(v) <= json_number_value(hi)));
}

static bool mismatch(const char *name, const char *what, const char *detail, struct template_error *why)
{
	why->kind = TEMPLATE_TYPE;
	why->line = why->column = 1;
	(void)snprintf(why->message, sizeof(why->message), "the variable %.60s %s%.60s", name, what, detail);
	return false;
}

/* A list may say of what, an object which members: looked at as the variable itself is. */
static bool check_value(const char *name, const json_t *v, const json_t *schema, int depth, struct template_error *why)
{
	const char *type = json_get_string(schema, "type", NULL), *member;
	json_t *inner;

	if (type != NULL && !has_type(v, type)) {
		return mismatch(name, "is not of type ", type, why);
	}
	if (!is_one_of(v, json_object_get(schema, "enum"))) {
		return mismatch(name, "is none of its enum", "", why);
	}
	if (!is_within(v, schema)) {
		return mismatch(name, "is not between its minimum and maximum", "", why);
	}
	for (size_t i = 0; depth < BUNDLE_DEPTH && json_get_object(schema, "items") != NULL && i < json_array_size(v); i++) {
		if (!check_value(name, json_array_get(v, i), json_get_object(schema, "items"), depth + 1, why)) {
			return false;
		}
	}
	json_object_foreach(json_get_object(schema, "properties"), member, inner) {
		const json_t *of = json_object_get(v, member);

		if (of != NULL && depth < BUNDLE_DEPTH && !check_value(member, of, inner, depth + 1, why)) {
			return false;
		}
	}
	const json_t *required = json_object_get(schema, "required");

	for (size_t i = 0; json_is_object(v) && i < json_array_size(required); i++) {
		const char *needed = json_string_value(json_array_get(required, i));

		if (needed != NULL && json_object_get(v, needed) == NULL) {
			return mismatch(name, "lacks the member ", needed, why);
		}
	}
	return true;
}

/* What was given, and the defaults of what was not. */
static json_t *all_vars(const struct bundle *b, const json_t *given, struct template_error *why)
{
	json_t *all = json_is_object(given) ? json_copy((json_t *)given) : json_object();
	const char *name;
	json_t *schema;

	json_object_foreach(json_object_get(b->json, "vars"), name, schema) {
		json_t *v = json_object_get(all, name), *otherwise = json_object_get(schema, "default");

		if (v == NULL && otherwise != NULL) {
			(void)json_object_set(all, name, otherwise);
		} else if (v != NULL && !check_value(name, v, schema, 0, why)) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

/* ---- rendering ---- */

bool partials_find(void *ctx, const char *name, struct buf *text)
{
	const struct partials *p = ctx;
	const char *hash = json_string_value(json_object_get(p->lock, name));
	struct version_row v;

	if (p->r == NULL || (hash == NULL && !p->is_open)) {
		return false;
	}
	char *ref = hash != NULL ? x_asprintf("%.*s@%s", (int)strcspn(name, "@"), name, hash) : x_strdup(name);
	bool ok = version_resolve(p->r, ref, NULL, &v, NULL, NULL);

	for (size_t i = 0; ok && i < bundle_n_parts(&v.bundle); i++) {
		struct bundle_part part = bundle_part(&v.bundle, i);

		(void)buf_add_str(text, i > 0 ? "\n" : "");
		(void)buf_add(text, part.text, part.len);
	}
	if (ok) {
		version_free(&v);
	}
	free(ref);
	return ok;
}

/* "support/triage@v3" or, of messages, "support/triage@v3 user". */
static char *part_name(const char *version, const struct bundle_part *p)
{
	return x_asprintf("%s%s%s", version, p->role[0] != '\0' ? " " : "", p->role);
}

static bool render_part(const char *version, const struct bundle_part *p, const json_t *vars, const struct template_env *env, struct rendered_part *out,
    struct template_error *why)
{
	char *name = part_name(version, p);
	struct buf text = { 0 };
	struct template *t = template_parse(name, p->text, p->len, why);
	bool ok = t != NULL && template_render(t, vars, env, &text, why);

	template_free(t);
	free(name);
	out->role = p->role;
	out->len = text.len;
	out->text = buf_take(&text);
	return ok;
}

bool version_render(struct registry *r, const struct version_row *v, const json_t *vars, bool is_lenient, struct rendered *out, struct template_error *why)
{
	char *name = v->number > 0 ? x_asprintf("%s@v%d", v->name, v->number) : x_strdup(v->name);
	struct partials partials = { .r = r, .lock = json_object_get(v->bundle.json, "lock"), .is_open = v->number == 0 };
	struct template_env env = { .is_lenient = is_lenient, .include = partials_find, .ctx = &partials };

	*why = (struct template_error){ .kind = TEMPLATE_OK };
	(void)snprintf(why->template, sizeof(why->template), "%s", name);
	*out = (struct rendered){ .parts = x_calloc(bundle_n_parts(&v->bundle), sizeof(*out->parts)) };
	json_t *all = all_vars(&v->bundle, vars, why);
	bool ok = all != NULL;

	for (size_t i = 0; ok && i < bundle_n_parts(&v->bundle); i++) {
		struct bundle_part p = bundle_part(&v->bundle, i);

		ok = render_part(name, &p, all, &env, &out->parts[out->n++], why);
	}
	json_decref(all);
	free(name);
	if (!ok) {
		rendered_free(out);
	}
	return ok;
}

void rendered_free(struct rendered *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->parts[i].text);
	}
	free(r->parts);
	*r = (struct rendered){ .n = 0 };
}

void rendered_text(const struct rendered *r, struct buf *out)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct rendered_part *p = &r->parts[i];

		for (const char *c = p->role; *c != '\0'; c++) {
			(void)buf_add_char(out, (char)toupper((unsigned char)*c));
		}
		(void)buf_add_str(out, p->role[0] != '\0' ? "\n" : "");
		(void)buf_add(out, p->text, p->len);
		(void)buf_add_str(out, p->role[0] != '\0' ? "\n" : "");
	}
}

bool version_parses(const char *name, const struct bundle *b, struct template_error *why)
{
	for (size_t i = 0; i < bundle_n_parts(b); i++) {
		struct bundle_part p = bundle_part(b, i);
		char *part = part_name(name, &p);
		struct template *t = template_parse(part, p.text, p.len, why);

		template_free(t);
		free(part);
		if (t == NULL) {
			return false;
		}
	}
	return true;
}

bool version_test(struct registry *r, const struct version_row *v, size_t i, char **got, struct template_error *why)
{
	const json_t *test = json_array_get(json_object_get(v->bundle.json, "tests"), i);
	const char *expect = json_get_string(test, "expect", NULL);
	struct rendered out;
	struct buf text = { 0 };

	*got = NULL;
	if (!version_render(r, v, json_object_get(test, "vars"), false, &out, why)) {
		return false;
	}
	rendered_text(&out, &text);
	rendered_free(&out);
	*got = buf_take(&text);
	return expect != NULL && strcmp(*got, expect) == 0;
}
