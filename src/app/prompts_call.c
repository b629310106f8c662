/* A prompt out of what was asked: of Play, and of a recorded request. */
#include <stdlib.h>
#include <string.h>

#include "app/again.h"
#include "app/prompts.h"
#include "base/json.h"

/* A text as it was sent becomes a template that renders to it. */
static json_t *as_template(const char *text)
{
	bool has_tag = strstr(text, "{{") != NULL || strstr(text, "{%") != NULL || strstr(text, "{#") != NULL;

	return has_tag ? json_sprintf("{%% raw %%}%s{%% endraw %%}", text) : json_string(text);
}

static void add_message(json_t *messages, const char *role, const char *text)
{
	if (text[0] != '\0') {
		(void)json_array_append_new(messages, json_pack("{s:s, s:o}", "role", role, "content", as_template(text)));
	}
}

static json_t *params_of(const struct chat_params *params)
{
	struct buf text = { 0 };

	chat_params_json(params, &text);
	json_t *object = json_loads(buf_str(&text), 0, NULL);

	buf_free(&text);
	return object != NULL ? object : json_object();
}

static bool make(const char *system, const char *user, const struct chat_params *params, struct bundle *out, struct err *e)
{
	json_t *messages = json_array(), *o = json_object();

	add_message(messages, "system", system);
	add_message(messages, "user", user);
	(void)json_object_set_new(o, "messages", messages);
	(void)json_object_set_new(o, "params", params_of(params));
	bool ok = bundle_from_json(o, out, e);

	json_decref(o);
	return ok;
}

/* Its texts become templates that render to them. */
static bool bundle_of_body(json_t *body, struct bundle *out, struct err *e)
{
	json_t *messages = json_deep_copy(json_object_get(body, "messages"));

	for (size_t i = 0; i < json_array_size(messages); i++) {
		json_t *m = json_array_get(messages, i);

		(void)json_object_set_new(m, "content", as_template(json_string_value(json_object_get(m, "content"))));
	}
	(void)json_object_set_new(body, "messages", messages);
	return bundle_from_json(body, out, e);
}

bool prompts_bundle_of_play(const struct prompts *p, struct bundle *out, struct err *e)
{
	const struct play *play = p->app->play;

	json_t *body = play_body(play);
	bool ok = json_array_size(json_object_get(body, "messages")) > 0;

	if (ok) {
		ok = bundle_of_body(body, out, e);
	} else {
		err_set(e, ERR_USAGE, "the prompt is empty");
		(void)err_hint(e, "press e and write one");
	}
	json_decref(body);
	return ok;
}

/* All messages with their roles, names and calls of tools, as OpenAI and Anthropic have them. False: some content is no text. */
static bool take_messages(const json_t *request, json_t *messages)
{
	const json_t *list = json_get_array(request, "messages");
	const char *system = json_get_string(request, "system", NULL);

	add_message(messages, "system", system != NULL ? system : "");
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *m = json_deep_copy(json_array_get(list, i));
		const char *text = json_get_string(m, "content", NULL);

		if (text != NULL) {
			(void)json_object_set_new(m, "content", as_template(text));
		}
		(void)json_array_append_new(messages, m);
		if (text == NULL) {
			return false;
		}
	}
	return json_array_size(list) > 0;
}

bool prompts_bundle_of_call(const struct call_row *row, const struct call_body *body, struct bundle *out, struct err *e)
{
	struct again a;

	if (!again_read(row, body, &a, e)) {
		return false;
	}
	json_t *request = json_loadb(body->request, body->request_len, 0, NULL), *messages = json_array(), *o = json_object();
	bool ok = take_messages(request, messages);

	(void)json_object_set(o, "messages", messages);
	(void)json_object_set_new(o, "params", params_of(&a.params));
	if (json_array_size(json_get_array(request, "tools")) > 0) {
		(void)json_object_set(o, "tools", json_get_array(request, "tools"));
	}
	/* What is in another form, or not text alone, comes as Play takes it: a system text and one of the user. */
	ok = (ok && bundle_from_json(o, out, e)) || make(a.system, a.user, &a.params, out, e);
	json_decref(o);
	json_decref(messages);
	json_decref(request);
	again_free(&a);
	return ok;
}
