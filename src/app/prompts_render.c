/* How the draft renders, and what keeps it from that. Each message is a template of its own, so
 * a value never makes a message, whatever it says. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/prompts.h"
#include "base/mem.h"
#include "prompt/render.h"

const json_t *facts_value(const json_t *values, const char *var)
{
	const json_t *at = values;

	while (at != NULL && *var != '\0') {
		size_t len = strcspn(var, ".");
		char *part = x_strndup(var, len);

		at = json_object_get(at, part);
		free(part);
		var += len + (var[len] == '.');
	}
	return at;
}

/* -- what comes of it ----------------------------------------------------------------------------------------------------------------- */

/* Values, and the defaults of those that are not given. */
static json_t *with_defaults(const struct facts *f)
{
	json_t *all = json_copy(f->values), *schema;
	const char *name;

	json_object_foreach (json_object_get(f->base.json, "vars"), name, schema) {
		json_t *value = json_object_get(schema, "default");

		if (value != NULL && json_object_get(all, name) == NULL) {
			(void)json_object_set(all, name, value);
		}
	}
	return all;
}

static bool render_part(const struct facts *f, const struct bundle_part *part, struct registry *r, struct buf *out, struct err *e)
{
	struct partials partials = { .r = r, .lock = f->is_saved ? json_object_get(f->base.json, "lock") : NULL, .is_open = !f->is_saved };
	const struct template_env env = { .include = partials_find, .ctx = &partials };
	struct template_error why;
	struct template *t = template_parse(part->role[0] != '\0' ? part->role : "text", part->text, part->len, &why);
	bool ok = t != NULL && template_render(t, f->values, &env, out, &why);

	template_free(t);
	return ok || template_error_err(&why, e);
}

/* The messages rendered, each below its role. */
static bool render(struct facts *f, const struct bundle *b, struct registry *r, struct err *e)
{
	struct request_text sent = { .n_messages = 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < bundle_n_parts(b); i++) {
		struct bundle_part part = bundle_part(b, i);

		for (const char *c = part.role; *c != '\0'; c++) {
			(void)buf_add_char(&f->rendered, (char)toupper((unsigned char)*c));
		}
		(void)buf_add_str(&f->rendered, part.role[0] != '\0' ? "\n" : "");
		size_t at = f->rendered.len;

		ok = render_part(f, &part, r, &f->rendered, e);
		request_text_message(&sent, &f->counter, buf_str(&f->rendered) + at, f->rendered.len - at);
		(void)buf_add_str(&f->rendered, "\n");
	}
	f->rendered_tokens = counter_input(&f->counter, &sent);
	return ok;
}

void facts_render(struct facts *f, struct registry *r)
{
	struct bundle b = { 0 };
	struct err e = { 0 };
	json_t *all = with_defaults(f);

	json_decref(f->values);
	f->values = all;
	if (f->text.len == 0) {
		return;
	}
	bool ok = bundle_with_script(f->base.json != NULL ? &f->base : NULL, buf_str(&f->text), f->text.len, &b, &e);

	if (ok) {
		facts_check(f, &b, r);
		ok = render(f, &b, r, &e);
	}
	if (!ok) {
		f->render_error = x_asprintf("%s%s%s", e.text, e.hint[0] != '\0' ? ": " : "", e.hint);
	}
	bundle_free(&b);
}
