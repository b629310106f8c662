#include "prompt/include.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "prompt/rows.h"
#include "template/template.h"

struct names {
	char **names;
	size_t n, cap;
};

static void add_name(void *ctx, const char *name, size_t len)
{
	struct names *s = ctx;

	for (size_t i = 0; i < s->n; i++) {
		if (strlen(s->names[i]) == len && memcmp(s->names[i], name, len) == 0) {
			return;
		}
	}
	*array_push(s->names, s->n, s->cap) = x_strndup(name, len);
}

/* A text that is no template includes nothing. */
static void find_names(const struct bundle *b, struct names *s)
{
	for (size_t i = 0; i < bundle_n_parts(b); i++) {
		struct bundle_part p = bundle_part(b, i);
		struct template_error why;
		struct template *t = template_parse("", p.text, p.len, &why);

		if (t != NULL) {
			template_includes(t, add_name, s);
			template_free(t);
		}
	}
}

/* Whether the version of that hash of a prompt leads back to `name`, through the versions that it and those below it are locked to; *via is the
 * one that includes it. */
static bool leads_to(struct registry *r, const char *from, const char *hash, const char *name, bool *found, char **via, struct err *e)
{
	sqlite3_stmt *st = rows_ask(r->sql, e,
	    "WITH RECURSIVE below (name, hash) AS (VALUES (?1, ?2) UNION SELECT i.name, i.hash FROM below b JOIN prompt p ON p.name = b.name"
	    " JOIN prompt_version v ON v.prompt = p.id AND v.hash = b.hash JOIN prompt_include i ON i.prompt = v.prompt AND i.number = v.number)"
	    " SELECT b.name FROM below b JOIN prompt p ON p.name = b.name JOIN prompt_version v ON v.prompt = p.id AND v.hash = b.hash"
	    " JOIN prompt_include i ON i.prompt = v.prompt AND i.number = v.number WHERE i.name = ?3 LIMIT 1", "ttt", from, hash, name);

	*found = rows_next(st);
	*via = *found ? rows_text(st, 0) : NULL;
	return rows_end(r->sql, st, e);
}

static bool lock_one(struct registry *r, const char *name, const char *ref, json_t *lock, struct err *e)
{
	struct version_row v;
	char *via = NULL;
	bool is_cycle;

	if (!version_resolve(r, ref, NULL, &v, NULL, e)) {
		e->code = ERR_TEMPLATE;
		return err_prefix(e, "include of %.60s", ref);
	}
	bool ok = leads_to(r, v.name, v.hash, name, &is_cycle, &via, e);

	if (strcmp(v.name, name) == 0) {
		ok = err_set(e, ERR_TEMPLATE, "%s includes itself", name);
	} else if (ok && is_cycle) {
		ok = err_set(e, ERR_TEMPLATE, "%.60s includes %.60s, which leads back to it: %.60s includes %.60s", name, v.name, via, name);
	} else if (ok) {
		(void)json_object_set_new(lock, ref, json_string(v.hash));
		(void)json_object_update_missing(lock, json_object_get(v.bundle.json, "lock"));
	}
	free(via);
	version_free(&v);
	return ok;
}

/* What is included brings its own locks along: a rendering needs no others, and takes one version of a name. */
bool includes_lock(struct registry *r, const char *name, const struct bundle *b, struct bundle *locked, struct err *e)
{
	json_t *object = json_copy(b->json), *lock = json_object();
	struct names s = { .n = 0 };
	bool ok = true;

	find_names(b, &s);
	for (size_t i = 0; i < s.n; i++) {
		ok = ok && lock_one(r, name, s.names[i], lock, e);
		free(s.names[i]);
	}
	free(s.names);
	(void)json_object_set_new(object, "lock", lock);
	ok = ok && bundle_from_json(object, locked, e);
	json_decref(object);
	return ok;
}

bool includes_store(struct registry *r, int64_t prompt, int number, const struct bundle *b, struct err *e)
{
	const char *ref;
	json_t *hash;
	bool ok = true;

	json_object_foreach(json_object_get(b->json, "lock"), ref, hash) {
		size_t len = strcspn(ref, "@");
		char *name = x_strndup(ref, len);

		ok = ok && rows_run(r->sql, e, "INSERT INTO prompt_include (prompt, number, name, label, hash) VALUES (?1, ?2, ?3, ?4, ?5)", "inttt", prompt,
			       number, name, ref[len] == '@' ? ref + len + 1 : "", json_string_value(hash));
		free(name);
	}
	return ok;
}

bool includers_list(struct registry *r, const char *name, char ***names, size_t *n, struct err *e)
{
	struct label_row *labels;
	struct prompt_row *prompts;
	size_t n_prompts, cap = 0;

	*names = NULL;
	*n = 0;
	if (!prompts_list(r, &prompts, &n_prompts, e)) {
		return false;
	}
	bool ok = true;

	for (size_t i = 0; ok && i < n_prompts; i++) {
		size_t n_labels;
		sqlite3_stmt *st = rows_ask(r->sql, e,
		    "SELECT i.number FROM prompt_include i JOIN prompt p ON p.id = i.prompt WHERE p.name = ?1 AND i.name = ?2", "tt", prompts[i].name, name);
		bool is_one = false;

		ok = st != NULL && labels_list(r, prompts[i].name, &labels, &n_labels, e);
		while (ok && rows_next(st)) {
			int number = sqlite3_column_int(st, 0);

			is_one |= number == prompts[i].n_versions;
			for (size_t k = 0; k < n_labels; k++) {
				is_one |= split_has(&labels[k].split, number);
			}
		}
		ok = ok && rows_end(r->sql, st, e);
		if (ok) {
			label_rows_free(labels, n_labels);
		}
		if (is_one) {
			*array_push(*names, *n, cap) = x_strdup(prompts[i].name);
		}
	}
	prompt_rows_free(prompts, n_prompts);
	return ok;
}
