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
	struct buf out = { 0 };

	if (!has_tag) {
		return json_string(text);
	}
	if (strstr(text, "endraw") == NULL) {
		return json_sprintf("{%% raw %%}%s{%% endraw %%}", text);
	}
	for (const char *at = text; *at != '\0'; at++) { /* it would end itself: each brace that begins a tag apart */
		bool begins = *at == '{' && at[1] != '\0' && strchr("{%#", at[1]) != NULL;

		(void)(begins ? buf_add_str(&out, "{{ \"{\" }}") : buf_add_char(&out, *at));
	}
	json_t *v = json_string(buf_str(&out));

	buf_free(&out);
	return v;
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

bool prompts_bundle_of_call(const struct call_row *row, const struct call_body *body, struct bundle *out, struct err *e)
{
	struct again a;
	struct buf params = { 0 };

	if (!again_read(row, body, &a, e)) {
		return false;
	}
	json_t *o = json_copy(a.prompt->filled.body);

	chat_params_json(&a.params, &params);
	(void)json_object_set_new(o, "params", json_loads(buf_str(&params), 0, NULL));
	bool ok = bundle_of_body(o, out, e);

	json_decref(o);
	buf_free(&params);
	again_free(&a);
	return ok;
}
