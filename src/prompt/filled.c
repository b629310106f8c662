#include "prompt/filled.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "provider/form.h"
#include "text/json_text.h"

/* ---- turns, tools, form ---- */

static bool role_of(const char *role, enum role *out)
{
	static const struct {
		const char *name;
		enum role role;
	} roles[] = { { "user", ROLE_USER }, { "system", ROLE_SYSTEM }, { "developer", ROLE_SYSTEM }, { "assistant", ROLE_ASSISTANT },
		{ "tool", ROLE_TOOL } };

	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		if (strcmp(roles[i].name, role) == 0) {
			*out = roles[i].role;
			return true;
		}
	}
	return false;
}

static bool check_calls(const json_t *calls)
{
	for (size_t i = 0; i < json_array_size(calls); i++) {
		const json_t *function = json_object_get(json_array_get(calls, i), "function");

		if (json_get_string(function, "name", NULL) == NULL || json_get_string(function, "arguments", NULL) == NULL) {
			return false;
		}
	}
	return true;
}

/* Which tool a result before message `end` is of. NULL: of none that was called. */
static const char *tool_of(const json_t *messages, size_t end, const char *call_id)
{
	for (size_t i = end; call_id != NULL && i-- > 0;) {
		const json_t *calls = json_get_array(json_array_get(messages, i), "tool_calls");

		for (size_t k = 0; k < json_array_size(calls); k++) {
			const char *id = json_get_string(json_array_get(calls, k), "id", NULL);

			if (id != NULL && strcmp(id, call_id) == 0) {
				return json_get_string(json_object_get(json_array_get(calls, k), "function"), "name", NULL);
			}
		}
	}
	return NULL;
}

static bool take_messages(struct filled *f, const char *what, struct err *e)
{
	const json_t *list = json_object_get(f->body, "messages");

	f->messages = x_calloc(json_array_size(list) + 1, sizeof(*f->messages));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *from = json_array_get(list, i);
		const char *role = json_get_string(from, "role", NULL), *text = json_get_string(from, "content", NULL);
		struct message *m = &f->messages[f->n_messages++];

		if (role == NULL || text == NULL) {
			return err_set(e, ERR_TEMPLATE, "message %zu of %.80s has no role or no text", i + 1, what);
		}
		m->text = text;
		if (!role_of(role, &m->role)) {
			return err_set(e, ERR_TEMPLATE, "message %zu of %.80s has no role that there is", i + 1, what);
		}
		const json_t *calls = json_get_array(from, "tool_calls");

		if (m->role == ROLE_ASSISTANT && json_array_size(calls) > 0) {
			if (!check_calls(calls)) {
				return err_set(e, ERR_TEMPLATE, "message %zu of %.80s has calls of tools without a name or arguments", i + 1, what);
			}
			m->calls_json = json_dumps(calls, JSON_COMPACT);
		} else if (m->role == ROLE_TOOL) {
			const char *name = json_get_string(from, "name", NULL);

			m->call_id = json_get_string(from, "tool_call_id", NULL);
			m->tool = name != NULL ? name : tool_of(list, i, m->call_id);
		}
	}
	return true;
}

static bool take_form(const struct filled *f, const char *member, const char *what, bool (*check)(const char *text, size_t len, struct err *e),
    char **out, struct err *e)
{
	const json_t *v = json_object_get(f->body, member);

	if (v == NULL) {
		return true;
	}
	*out = json_dumps(v, JSON_COMPACT);
	return check(*out, strlen(*out), e) || err_prefix(e, "%s of %.80s", member, what);
}

bool filled_from_body(json_t *body, const char *what, struct filled *out, struct err *e)
{
	*out = (struct filled){ .body = body };
	bool ok = take_messages(out, what, e) && take_form(out, "response_schema", what, form_check_schema, &out->schema_json, e) &&
	    take_form(out, "tools", what, form_check_tools, &out->tools_json, e);

	if (!ok) {
		filled_free(out);
	}
	return ok;
}

static json_t *messages_of(const struct bundle *b, const struct rendered *r)
{
	const json_t *from = json_object_get(b->json, "messages");
	json_t *list = json_array();

	for (size_t i = 0; i < r->n; i++) {
		json_t *m = from != NULL ? json_copy(json_array_get(from, i)) : json_pack("{s:s}", "role", "user"); /* a text alone is the user's */

		(void)json_object_set_new(m, "content", json_stringn(r->parts[i].text, r->parts[i].len));
		(void)json_array_append_new(list, m);
	}
	return list;
}

bool filled_from_version(const struct version_row *v, const struct rendered *r, struct filled *out, struct err *e)
{
	static const char *const members[] = { "params", "overrides", "tools", "response_schema" };
	json_t *body = json_object();

	(void)json_object_set_new(body, "messages", messages_of(&v->bundle, r));
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		json_t *one = json_object_get(v->bundle.json, members[i]);

		if (one != NULL) {
			(void)json_object_set(body, members[i], one);
		}
	}
	return filled_from_body(body, v->name, out, e);
}

void filled_free(struct filled *f)
{
	for (size_t i = 0; i < f->n_messages; i++) {
		free((char *)f->messages[i].calls_json);
	}
	free(f->messages);
	free(f->tools_json);
	free(f->schema_json);
	json_decref(f->body);
	*f = (struct filled){ .body = NULL };
}

/* ---- parameters ---- */

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

static bool take_params(const json_t *object, struct chat_params *params, struct buf *unsent, struct err *e)
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

bool filled_params(const struct filled *f, const struct provider_entry *provider, struct chat_params *params, struct buf *unsent, struct err *e)
{
	const json_t *overrides = json_object_get(f->body, "overrides");
	const json_t *own = provider != NULL ? json_object_get(overrides, provider->name) : NULL;

	own = own == NULL && provider != NULL ? json_object_get(overrides, provider->kind->kind) : own;
	return take_params(own, params, unsent, e) && take_params(json_object_get(f->body, "params"), params, unsent, e);
}

const char *filled_target(const struct filled *f)
{
	return json_get_string(json_object_get(f->body, "params"), "model", NULL);
}

/* ---- the record ---- */

char *filled_tags(const char *label, int number)
{
	struct buf tags = { 0 };

	if (label == NULL || label[0] == '\0') {
		return NULL;
	}
	(void)buf_add_str(&tags, "{\"prompt_label\":");
	json_text_string(&tags, label);
	(void)buf_addf(&tags, ",\"prompt_arm\":\"v%d\"}", number);
	return buf_take(&tags);
}
