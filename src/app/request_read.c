/* Wire formats differ in few words: where the messages are, what their text is called, and where the parameters stand. So one reader looks at
 * each of the places, and takes what it finds. Turns that a format merged come apart again: to be merged the same way when they are sent. */
#include "app/request_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* The first of the members that is there. */
static json_t *any_of(const json_t *o, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_t *v = json_object_get(o, names[i]);

		if (v != NULL && !json_is_null(v)) {
			return v;
		}
	}
	return NULL;
}
#define ANY_OF(o, ...) any_of(o, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

/* -- turns ---------------------------------------------------------------------------------------------------------------------------- */

struct turns {
	json_t *list;
	json_t *waiting; /* calls without a result yet, oldest first: {"id", "name"} */
	size_t n_calls, n_left_out;
};

static json_t *add_turn(struct turns *t, const char *role, const char *text)
{
	json_t *turn = json_pack("{s:s, s:s}", "role", role, "content", text);

	(void)json_array_append_new(t->list, turn);
	return turn;
}

/* A text, or an object as its text. */
static char *text_of(const json_t *v)
{
	return json_is_string(v) ? x_strdup(json_string_value(v)) : v != NULL ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : x_strdup("{}");
}

static void add_call(struct turns *t, json_t *turn, const char *id, const char *name, const json_t *arguments)
{
	json_t *calls = json_object_get(turn, "tool_calls");
	char *own_id = id != NULL && id[0] != '\0' ? x_strdup(id) : x_asprintf("call_%zu", t->n_calls + 1), *text = text_of(arguments);

	if (calls == NULL) {
		calls = json_array();
		(void)json_object_set_new(turn, "tool_calls", calls);
	}
	(void)json_array_append_new(calls, json_pack("{s:s, s:s, s:{s:s, s:s}}", "id", own_id, "type", "function", "function", "name", name != NULL ? name : "",
	    "arguments", text));
	(void)json_array_append_new(t->waiting, json_pack("{s:s, s:s}", "id", own_id, "name", name != NULL ? name : ""));
	t->n_calls++;
	free(own_id);
	free(text);
}

/* The call a result is of: by its id, or the oldest of its tool that waits. The caller's. */
static char *answered(struct turns *t, const char *id, const char *name)
{
	for (size_t i = 0; i < json_array_size(t->waiting); i++) {
		const json_t *call = json_array_get(t->waiting, i);
		const char *its_id = json_get_string(call, "id", NULL), *its_name = json_get_string(call, "name", NULL);
		bool is_it = id != NULL ? strcmp(id, its_id) == 0 : name != NULL && strcmp(name, its_name) == 0;

		if (is_it) {
			char *found = x_strdup(its_id);

			(void)json_array_remove(t->waiting, i);
			return found;
		}
	}
	return id != NULL ? x_strdup(id) : NULL;
}

static void add_result(struct turns *t, const char *id, const char *name, const char *text)
{
	json_t *turn = add_turn(t, "tool", text);
	char *call_id = answered(t, id, name);

	if (call_id != NULL) {
		(void)json_object_set_new(turn, "tool_call_id", json_string(call_id));
	}
	if (name != NULL) {
		(void)json_object_set_new(turn, "name", json_string(name));
	}
	free(call_id);
}

/* The texts of a content: one, or a list of parts. */
static char *joined(struct turns *t, const json_t *content)
{
	struct buf out = { 0 };

	if (json_is_string(content)) {
		(void)buf_add_str(&out, json_string_value(content));
	}
	for (size_t i = 0; i < json_array_size(content); i++) {
		const json_t *part = json_array_get(content, i);
		const char *text = json_is_string(part) ? json_string_value(part) : json_get_string(part, "text", NULL);

		t->n_left_out += text == NULL;
		(void)buf_addf(&out, "%s%s", out.len > 0 && text != NULL ? "\n" : "", text != NULL ? text : "");
	}
	return buf_take(&out);
}

/* Gemini's result of a tool: an object, in which a text that was none stands as "result". */
static char *response_text(const json_t *response)
{
	const char *text = json_object_size(response) == 1 ? json_get_string(response, "result", NULL) : NULL;

	return text != NULL ? x_strdup(text) : text_of(response);
}

/* One part of a turn; *turn is the one that a call belongs to. */
static void add_part(struct turns *t, const char *role, const json_t *part, json_t **turn)
{
	const char *text = json_is_string(part) ? json_string_value(part) : json_get_string(part, "text", NULL), *type = json_get_string(part, "type", NULL);
	const json_t *call = json_get_object(part, "functionCall"), *response = json_get_object(part, "functionResponse");
	bool is_use = type != NULL && strcmp(type, "tool_use") == 0, is_result = type != NULL && strcmp(type, "tool_result") == 0;

	if (text != NULL) {
		*turn = add_turn(t, role, text);
	} else if (call != NULL || is_use) {
		*turn = *turn != NULL ? *turn : add_turn(t, role, "");
		add_call(t, *turn, json_get_string(is_use ? part : call, "id", NULL), json_get_string(is_use ? part : call, "name", NULL),
		    is_use ? json_object_get(part, "input") : json_object_get(call, "args"));
	} else if (response != NULL || is_result) {
		char *result = is_result ? joined(t, json_object_get(part, "content")) : response_text(json_object_get(response, "response"));

		add_result(t, json_get_string(is_result ? part : response, is_result ? "tool_use_id" : "id", NULL), json_get_string(response, "name", NULL), result);
		free(result);
		*turn = NULL;
	} else {
		t->n_left_out++;
	}
}

static const char *role_of(const json_t *message)
{
	const char *role = json_get_string(message, "role", NULL);

	if (role == NULL || strcmp(role, "model") == 0) {
		return role == NULL ? "user" : "assistant";
	}
	return strcmp(role, "function") == 0 ? "tool" : role;
}

static void read_message(struct turns *t, const json_t *m)
{
	const json_t *content = ANY_OF(m, "content", "parts"), *calls = json_get_array(m, "tool_calls"), *images = json_get_array(m, "images");
	const char *role = role_of(m);
	size_t before = json_array_size(t->list);
	json_t *turn = NULL;

	t->n_left_out += json_array_size(images);
	if (strcmp(role, "tool") == 0 && ANY_OF(m, "parts") == NULL) {
		char *text = joined(t, content);

		add_result(t, json_get_string(m, "tool_call_id", NULL), json_string_value(ANY_OF(m, "tool_name", "name")), text);
		free(text);
		return;
	}
	if (json_is_string(content)) {
		turn = add_turn(t, role, json_string_value(content));
	}
	for (size_t i = 0; i < json_array_size(content); i++) {
		add_part(t, role, json_array_get(content, i), &turn);
	}
	if (json_array_size(t->list) == before) { /* no words: a turn all the same */
		turn = add_turn(t, role, "");
	}
	for (size_t i = 0; turn != NULL && i < json_array_size(calls); i++) {
		const json_t *call = json_array_get(calls, i), *function = json_object_get(call, "function");

		add_call(t, turn, json_get_string(call, "id", NULL), json_get_string(function, "name", NULL), json_object_get(function, "arguments"));
	}
}

/* What stands outside the messages in some formats: a text, a list of parts, or an object with parts. */
static void read_system(struct turns *t, const json_t *v)
{
	const json_t *parts = json_is_object(v) ? json_get_array(v, "parts") : v;
	json_t *turn = NULL;

	if (json_is_string(v)) {
		(void)add_turn(t, "system", json_string_value(v));
	}
	for (size_t i = 0; i < json_array_size(parts); i++) {
		add_part(t, "system", json_array_get(parts, i), &turn);
	}
}

/* Whether there is a turn besides the system's. */
static bool read_turns(struct turns *t, const json_t *o)
{
	const json_t *list = ANY_OF(o, "messages", "contents", "input"), *text = ANY_OF(o, "prompt", "input");
	bool has_turn = false;

	read_system(t, ANY_OF(o, "system", "systemInstruction", "system_instruction", "instructions", "preamble"));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *m = json_array_get(list, i);

		if (json_is_object(m)) {
			read_message(t, m);
			has_turn |= strcmp(role_of(m), "system") != 0 && strcmp(role_of(m), "developer") != 0;
		}
	}
	if (!has_turn && json_is_string(text)) {
		(void)add_turn(t, "user", json_string_value(text));
		has_turn = true;
	}
	return has_turn;
}

/* -- tools and form ------------------------------------------------------------------------------------------------------------------- */

static void add_tool(json_t *tools, const json_t *function)
{
	json_t *out = json_object(), *parameters = ANY_OF(function, "parameters", "parametersJsonSchema", "input_schema");

	(void)json_object_set(out, "name", json_object_get(function, "name"));
	if (json_object_get(function, "description") != NULL) {
		(void)json_object_set(out, "description", json_object_get(function, "description"));
	}
	if (parameters != NULL) {
		(void)json_object_set(out, "parameters", parameters);
	}
	(void)json_array_append_new(tools, json_pack("{s:s, s:o}", "type", "function", "function", out));
}

static json_t *read_tools(const json_t *o)
{
	const json_t *list = json_get_array(o, "tools");
	json_t *tools = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *tool = json_array_get(list, i);
		const json_t *several = ANY_OF(tool, "functionDeclarations", "function_declarations");

		if (json_get_object(tool, "function") != NULL) {
			(void)json_array_append(tools, tool);
		} else if (json_get_string(tool, "name", NULL) != NULL && json_get_object(tool, "input_schema") != NULL) {
			add_tool(tools, tool);
		}
		for (size_t k = 0; k < json_array_size(several); k++) {
			add_tool(tools, json_array_get(several, k));
		}
	}
	return tools;
}

/* NULL: the answer has no form. Borrowed. */
static json_t *find_schema(const json_t *o)
{
	json_t *places[] = { json_get_path(o, "response_format.json_schema.schema"), json_get_path(o, "response_format.json_schema"), json_get_object(o, "format"),
		json_get_path(o, "generationConfig.responseJsonSchema") };

	for (size_t i = 0; i < COUNT_OF(places); i++) {
		if (json_is_object(places[i])) {
			return places[i];
		}
	}
	return NULL;
}

/* -- parameters ----------------------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name; /* of Play */
	const char *fields[5];
} params[] = {
	{ "temperature", { "temperature" } },
	{ "top_p", { "top_p", "topP", "p" } },
	{ "max_tokens", { "max_tokens", "max_completion_tokens", "maxOutputTokens", "num_predict", "max_output_tokens" } },
	{ "seed", { "seed", "random_seed" } },
	{ "stop", { "stop", "stop_sequences", "stopSequences" } },
};

/* A parameter that Play would not take is left out. */
static void read_param(struct chat_params *to, const char *name, const json_t *v)
{
	if (json_is_string(v)) {
		(void)!chat_params_set(to, name, json_string_value(v), NULL);
	} else if (json_is_number(v)) {
		char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

		(void)!chat_params_set(to, name, text != NULL ? text : "", NULL);
		free(text);
	}
	for (size_t i = 0; i < json_array_size(v); i++) {
		read_param(to, name, json_array_get(v, i));
	}
}

static void read_params(struct chat_params *to, const json_t *o)
{
	for (size_t i = 0; i < COUNT_OF(params); i++) {
		for (size_t k = 0; k < COUNT_OF(params[i].fields) && params[i].fields[k] != NULL; k++) {
			read_param(to, params[i].name, json_object_get(o, params[i].fields[k]));
		}
	}
}

/* -- all of it ------------------------------------------------------------------------------------------------------------------------ */

bool request_read(const json_t *request, struct request_parts *out)
{
	struct turns t = { .list = json_array(), .waiting = json_array() };
	bool ok = read_turns(&t, request);
	json_t *schema = find_schema(request);

	*out = (struct request_parts){ .body = json_object(), .n_left_out = t.n_left_out };
	chat_params_init(&out->params);
	(void)json_object_set_new(out->body, "messages", t.list);
	json_decref(t.waiting);
	json_t *tools = read_tools(request);

	if (json_array_size(tools) > 0) {
		(void)json_object_set(out->body, "tools", tools);
	}
	json_decref(tools);
	if (schema != NULL) {
		(void)json_object_set(out->body, "response_schema", schema);
	}
	read_params(&out->params, request);
	read_params(&out->params, ANY_OF(request, "generationConfig", "generation_config", "options"));
	if (!ok) {
		request_parts_free(out);
	}
	return ok;
}

void request_parts_free(struct request_parts *p)
{
	json_decref(p->body);
	chat_params_free(&p->params);
	p->body = NULL;
}
