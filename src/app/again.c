/* Wire formats differ in few words: where the messages are, what their text is called, and where the parameters stand. So one reader looks at
 * each of the places, and takes what it finds. */
#include "app/again.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "gateway/snippet.h"

static const char *const message_lists[] = { "messages", "contents", "input" };
static const char *const system_fields[] = { "system", "systemInstruction", "system_instruction", "instructions", "preamble" };
static const char *const param_objects[] = { "generationConfig", "generation_config", "options" };

static const struct {
	const char *name; /* of Play */
	const char *fields[5];
} params[] = {
	{ "temperature", { "temperature" } },
	{ "top_p", { "top_p", "topP", "p" } },
	{ "max_tokens", { "max_tokens", "max_completion_tokens", "maxOutputTokens", "num_predict", "max_output_tokens" } },
	{ "seed", { "seed" } },
	{ "stop", { "stop", "stop_sequences", "stopSequences" } },
};

/* Text of a string, a list of parts, or an object with parts. */
static void add_text(struct again *a, const json_t *v, struct buf *out)
{
	const char *text = json_is_object(v) ? json_get_string(v, "text", NULL) : json_string_value(v);
	const json_t *list = json_is_object(v) ? json_get_array(v, "parts") : v;

	if (text != NULL) {
		(void)buf_addf(out, "%s%s", out->len > 0 ? "\n" : "", text);
		return;
	}
	if (!json_is_array(list)) {
		a->n_left_out += v != NULL && !json_is_null(v);
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		add_text(a, json_array_get(list, i), out);
	}
}

struct turns {
	struct buf system, user, all;
	size_t n;
};

static void add_turn(struct again *a, const json_t *message, struct turns *t)
{
	const char *role = json_get_string(message, "role", NULL);
	const json_t *content = json_object_get(message, json_object_get(message, "content") != NULL ? "content" : "parts");
	struct buf text = { 0 };

	add_text(a, content, &text);
	if (role != NULL && (strcmp(role, "system") == 0 || strcmp(role, "developer") == 0)) {
		(void)buf_addf(&t->system, "%s%s", t->system.len > 0 ? "\n" : "", buf_str(&text));
	} else {
		t->n++;
		buf_clear(&t->user);
		(void)buf_add_str(&t->user, buf_str(&text));
		(void)buf_addf(&t->all, "%s%s:\n%s", t->all.len > 0 ? "\n\n" : "", role != NULL ? role : "user", buf_str(&text));
	}
	buf_free(&text);
}

static bool read_messages(struct again *a, const json_t *o, struct turns *t)
{
	for (size_t i = 0; i < COUNT_OF(system_fields); i++) {
		const json_t *v = json_object_get(o, system_fields[i]);

		if (v != NULL) {
			add_text(a, v, &t->system);
		}
	}
	for (size_t i = 0; i < COUNT_OF(message_lists); i++) {
		const json_t *list = json_get_array(o, message_lists[i]);

		for (size_t k = 0; k < json_array_size(list); k++) {
			if (json_is_object(json_array_get(list, k))) {
				add_turn(a, json_array_get(list, k), t);
			}
		}
	}
	const char *prompt = json_get_string(o, "prompt", NULL);

	prompt = prompt != NULL ? prompt : json_get_string(o, "input", NULL);
	if (t->n == 0 && prompt != NULL) {
		t->n = 1;
		(void)buf_add_str(&t->user, prompt);
	}
	return t->n > 0;
}

/* A parameter that Play would not take is left out. */
static void read_param(struct again *a, const char *name, const json_t *v)
{
	if (json_is_string(v)) {
		(void)!chat_params_set(&a->params, name, json_string_value(v), NULL);
	} else if (json_is_number(v)) {
		char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));

		(void)!chat_params_set(&a->params, name, text != NULL ? text : "", NULL);
		free(text);
	}
	for (size_t i = 0; i < json_array_size(v); i++) {
		read_param(a, name, json_array_get(v, i));
	}
}

static void read_params(struct again *a, const json_t *o)
{
	for (size_t i = 0; i < COUNT_OF(params); i++) {
		for (size_t k = 0; k < COUNT_OF(params[i].fields) && params[i].fields[k] != NULL; k++) {
			const json_t *v = json_object_get(o, params[i].fields[k]);

			if (v != NULL) {
				read_param(a, params[i].name, v);
			}
		}
	}
	for (size_t i = 0; i < COUNT_OF(param_objects); i++) {
		const json_t *inner = json_get_object(o, param_objects[i]);

		if (inner != NULL) {
			read_params(a, inner);
		}
	}
}

static char *target_name(const struct call_row *row)
{
	return x_asprintf("%s/%s", row->provider != NULL ? row->provider : "", row->model_req != NULL ? row->model_req : "");
}

bool again_read(const struct call_row *row, const struct call_body *body, struct again *out, struct err *e)
{
	struct turns t = { 0 };

	*out = (struct again){ 0 };
	if (body->request == NULL) {
		err_set(e, ERR_USAGE, "no request was kept of this call");
		return err_hint(e, "imported logs have figures only; calls of sonde have their bodies");
	}
	json_t *o = json_loadb(body->request, body->request_len, 0, NULL);

	chat_params_init(&out->params);
	bool ok = json_is_object(o) && read_messages(out, o, &t);

	if (ok) {
		read_params(out, o);
		out->is_conversation = t.n > 1;
		out->system = buf_take(&t.system);
		out->user = buf_take(t.n > 1 ? &t.all : &t.user);
		out->target = target_name(row);
	} else {
		again_free(out);
		(void)err_set(e, ERR_USAGE, "this is not the request of a chat");
	}
	buf_free(&t.system);
	buf_free(&t.user);
	buf_free(&t.all);
	json_decref(o);
	return ok;
}

void again_free(struct again *a)
{
	chat_params_free(&a->params);
	free(a->system);
	free(a->user);
	free(a->target);
	*a = (struct again){ 0 };
}

void again_open(struct play *p, const struct again *a)
{
	play_stop_all(p);
	while (p->n_columns > 0) {
		play_drop(p, p->n_columns - 1);
	}
	play_take_prompt(p, NULL, NULL);
	play_set_prompt(p, a->system, a->user);
	p->run_us = p->start_us = 0;
	p->repeat = 1;
	chat_params_free(&p->params);
	chat_params_copy(&p->params, &a->params);
	(void)play_add(p, a->target);
}

bool again_curl(const struct config *c, const struct call_row *row, const struct call_body *body, struct buf *out, struct err *e)
{
	if (body->request == NULL) {
		return err_set(e, ERR_USAGE, "no request was kept of this call");
	}
	if (row->operation != NULL && strcmp(row->operation, "chat") != 0) {
		return err_set(e, ERR_USAGE, "a curl command is made of chats only");
	}
	char *name = target_name(row);
	struct target *target = target_find(c, name, e);

	free(name);
	if (target == NULL) {
		return false;
	}
	const struct sent_request sent = { .target = target, .is_streamed = row->is_streamed, .body = body->request, .body_len = body->request_len };
	bool ok = snippet_curl(&sent, out, e);

	target_free(target);
	return ok;
}
