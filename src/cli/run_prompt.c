#include "cli/run_prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "provider/form.h"
#include "text/json_text.h"

static bool role_of(const char *role, enum role *out)
{
	static const struct {
		const char *name;
		enum role role;
	} roles[] = { { "", ROLE_USER }, { "user", ROLE_USER }, { "system", ROLE_SYSTEM }, { "developer", ROLE_SYSTEM }, { "assistant", ROLE_ASSISTANT } };

	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		if (strcmp(roles[i].name, role) == 0) {
			*out = roles[i].role;
			return true;
		}
	}
	return false;
}

static bool fill_messages(struct run_prompt *p, struct err *e)
{
	p->messages = x_calloc(p->rendered.n, sizeof(*p->messages));
	for (size_t i = 0; i < p->rendered.n; i++) {
		struct message *m = &p->messages[p->n_messages++];

		m->text = p->rendered.parts[i].text;
		if (!role_of(p->rendered.parts[i].role, &m->role)) {
			return err_set(e, ERR_TEMPLATE, "%s holds a message of a tool, which sonde run does not send", p->version.name);
		}
	}
	return true;
}

static bool fill_form(const struct run_prompt *p, const char *member, bool (*check)(const char *text, size_t len, struct err *e), char **out, struct err *e)
{
	const json_t *v = json_object_get(p->version.bundle.json, member);

	if (v == NULL) {
		return true;
	}
	*out = json_dumps(v, JSON_COMPACT);
	return check(*out, strlen(*out), e) || err_prefix(e, "%s of %s", member, p->version.name);
}

static void fill_tags(struct run_prompt *p, const char *label)
{
	struct buf tags = { 0 };

	if (label[0] != '\0') {
		(void)buf_add_str(&tags, "{\"prompt_label\":");
		json_text_string(&tags, label);
		(void)buf_addf(&tags, ",\"prompt_arm\":\"v%d\"}", p->version.number);
		p->tags = buf_take(&tags);
	}
}

static bool fill(struct run_prompt *p, struct registry *r, const char *ref, const char *key, const struct cli_vars *vars, struct err *e, struct buf *place)
{
	struct template_error why;
	char *label;

	if (!version_resolve(r, ref, key, &p->version, &label, e)) {
		return false;
	}
	fill_tags(p, label);
	free(label);
	json_t *values = cli_vars_read(vars, &p->version.bundle, e);

	if (values == NULL) {
		return false;
	}
	bool ok = version_render(r, &p->version, values, false, &p->rendered, &why);

	json_decref(values);
	if (!ok) {
		(void)template_error_err(&why, e);
		if (why.excerpt[0] != '\0') {
			template_error_caret(&why, 7, place);
		}
		return false;
	}
	return fill_messages(p, e) && fill_form(p, "response_schema", form_check_schema, &p->schema_json, e) &&
	       fill_form(p, "tools", form_check_tools, &p->tools_json, e);
}

bool run_prompt_load(struct run_prompt *p, const char *ref, const char *key, const struct cli_vars *vars, struct err *e, struct buf *place)
{
	char *dir = cli_data_dir(e);
	struct registry *r = dir != NULL ? registry_open(dir, false, e) : NULL;

	*p = (struct run_prompt){ .n_messages = 0 };
	if (r == NULL && e->code == ERR_CHECK) {
		err_hint(e, "sonde prompt save NAME FILE makes the first prompt");
	}
	bool ok = r != NULL && fill(p, r, ref, key, vars, e, place);

	registry_close(r);
	free(dir);
	return ok;
}

void run_prompt_free(struct run_prompt *p)
{
	version_free(&p->version);
	rendered_free(&p->rendered);
	free(p->messages);
	free(p->schema_json);
	free(p->tools_json);
	free(p->tags);
	*p = (struct run_prompt){ .n_messages = 0 };
}

const char *run_prompt_target(const struct run_prompt *p)
{
	return json_get_string(json_object_get(p->version.bundle.json, "params"), "model", NULL);
}

/* A number or a text as chat_params_set reads it; the caller's, NULL for all else. */
static char *param_text(const json_t *v)
{
	if (json_is_string(v)) {
		return x_strdup(json_string_value(v));
	}
	return json_is_integer(v) ? x_asprintf("%lld", (long long)json_integer_value(v)) : json_is_real(v) ? x_asprintf("%.15g", json_real_value(v)) : NULL;
}

static bool set_param(struct chat_params *to, const char *name, const json_t *v, struct err *e)
{
	if (json_is_array(v)) {
		for (size_t i = 0; i < json_array_size(v); i++) {
			if (!set_param(to, name, json_array_get(v, i), e)) {
				return false;
			}
		}
		return true;
	}
	char *text = param_text(v);
	bool ok = text != NULL ? chat_params_set(to, name, text, e) : err_set(e, ERR_TEMPLATE, "%.40s is neither a number nor a text", name);

	free(text);
	return ok;
}

static bool is_sent(const char *name)
{
	static const char *const sent[] = { "temperature", "top_p", "max_tokens", "seed", "stop" };

	for (size_t i = 0; i < COUNT_OF(sent); i++) {
		if (strcmp(sent[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static bool take(const json_t *object, struct chat_params *params, struct buf *unsent, struct err *e)
{
	struct chat_params mine;
	const char *name;
	json_t *v;
	bool ok = true;

	chat_params_init(&mine);
	json_object_foreach((json_t *)object, name, v) {
		if (is_sent(name)) {
			ok = ok && set_param(&mine, name, v, e);
		} else if (strcmp(name, "model") != 0) {
			(void)buf_addf(unsent, "%s%s", unsent->len > 0 ? ", " : "", name);
		}
	}
	if (ok) {
		chat_params_default(params, &mine);
	} else {
		e->code = ERR_TEMPLATE;
		(void)err_prefix(e, "params of the prompt");
	}
	chat_params_free(&mine);
	return ok;
}

bool run_prompt_params(const struct run_prompt *p, const struct provider_entry *provider, struct chat_params *params, struct buf *unsent, struct err *e)
{
	const json_t *b = p->version.bundle.json, *overrides = json_object_get(b, "overrides");
	const json_t *own = json_object_get(overrides, provider->name);

	own = own != NULL ? own : json_object_get(overrides, provider->kind->kind);
	return take(own, params, unsent, e) && take(json_object_get(b, "params"), params, unsent, e);
}
