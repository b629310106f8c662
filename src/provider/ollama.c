/* Ollama's own chat API: one JSON object a line, the last one with done, done_reason and the figures. */
#include "provider/rows.h"

#include "base/json.h"
#include "provider/form.h"
#include "provider/listing.h"
#include "provider/reader.h"
#include "provider/side.h"
#include "provider/wire.h"

/* "load" and "unload" answer requests without messages. */
static const struct finish_word finish_words[] = {
	{ "stop", FINISH_STOP },
	{ "length", FINISH_LENGTH },
	{ NULL, FINISH_NONE },
};

/* Calls have no ids: a result tells the name of its tool. Arguments are an object. */
static void set_calls(json_t *turn, const struct message *m)
{
	json_t *calls = wire_calls(m), *list = json_array(), *call;
	size_t i;

	json_array_foreach (calls, i, call) {
		(void)json_array_append_new(list, json_pack("{s:{s:s, s:o}}", "function", "name", wire_call_name(call), "arguments", wire_call_arguments(call)));
	}
	if (json_array_size(list) > 0) {
		(void)json_object_set(turn, "tool_calls", list);
		(void)json_object_set_new(turn, "content", json_string(m->text));
	}
	json_decref(list);
	json_decref(calls);
	(void)json_object_del(turn, "tool_call_id");
	if (m->role == ROLE_TOOL && m->tool != NULL) {
		(void)json_object_set_new(turn, "tool_name", json_string(m->tool));
	}
}

/* Images stand beside the text of their message. */
static json_t *messages_of(const struct chat_request *r)
{
	json_t *list = wire_messages(r, NULL);

	for (size_t i = 0; i < r->n_messages; i++) {
		json_t *images = json_array();

		set_calls(json_array_get(list, i), &r->messages[i]);
		for (size_t k = 0; k < attachment_count(r, i); k++) {
			(void)json_array_append_new(images, attachment_base64(r, attachment_at(r, k), ""));
		}
		if (json_array_size(images) > 0) {
			(void)json_object_set(json_array_get(list, i), "images", images);
		}
		json_decref(images);
	}
	return list;
}

static bool build(const struct endpoint *ep, const struct chat_request *r, struct wire_request *out, struct err *e)
{
	const struct chat_params *p = &r->params;
	json_t *schema, *tools;

	if (!wire_check(r, false, e) || !wire_headers(out, ep, "Authorization: Bearer ", e) || !form_read(r, &schema, &tools, e)) {
		return false;
	}
	json_t *body = json_object(), *options = json_object();
	(void)json_object_set_new(body, "model", json_string(r->model));
	(void)json_object_set_new(body, "messages", messages_of(r));
	(void)json_object_set_new(body, "stream", json_boolean(r->is_streamed)); /* the default is true */
	wire_real(options, "temperature", p->temperature);
	wire_real(options, "top_p", p->top_p);
	wire_int(options, "num_predict", p->max_tokens);
	wire_int(options, "seed", p->seed);
	wire_stop(options, "stop", p);
	if (json_object_size(options) > 0) {
		(void)json_object_set(body, "options", options);
	}
	json_decref(options);
	if (schema != NULL) {
		(void)json_object_set_new(body, "format", schema);
	}
	if (tools != NULL) {
		(void)json_object_set_new(body, "tools", tools);
	}
	wire_url(out, ep->base_url, "/api/chat");
	wire_body(out, body);
	return true;
}

static void read_figures(struct answer_reader *rd, const json_t *v)
{
	struct usage u = USAGE_UNKNOWN;

	u.in_tok = token_count(v, "prompt_eval_count");
	u.out_tok = token_count(v, "eval_count");
	if (u.in_tok == UNKNOWN && u.out_tok == UNKNOWN) {
		return;
	}
	u.cache_read_tok = u.cache_write_tok = 0; /* nothing is billed apart */
	if (reader_answer(rd)->reasoning.len == 0) {
		u.reason_tok = 0; /* else a part of eval_count that is not told */
	}
	reader_usage(rd, &u);
}

static bool event(struct answer_reader *rd, const json_t *v)
{
	struct answer *a = reader_answer(rd);
	const json_t *message = json_object_get(v, "message"), *call;
	size_t i;

	reader_names(rd, json_get_string(v, "model", NULL), NULL);
	reader_text(rd, DELTA_REASONING, json_object_get(message, "thinking"));
	reader_text(rd, DELTA_TEXT, json_object_get(message, "content"));
	json_array_foreach (json_object_get(message, "tool_calls"), i, call) {
		const json_t *function = json_object_get(call, "function");

		/* Always whole, so always a new one, whatever index it names. */
		reader_arguments(rd, reader_tool(rd, (int64_t)a->n_tool_calls, json_get_string(call, "id", NULL),
		    json_get_string(function, "name", NULL)), json_object_get(function, "arguments"));
	}
	if (!json_get_true(v, "done")) {
		return true;
	}
	const char *reason = json_get_string(v, "done_reason", NULL);
	reader_finish(rd, finish_words, reason != NULL && reason[0] != '\0' ? reason : "stop");
	if (a->finish == FINISH_STOP && a->n_tool_calls > 0) {
		a->finish = FINISH_TOOL_CALLS;
	}
	read_figures(rd, v);
	return false;
}

static bool build_embed(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	if (!wire_headers(out, ep, "Authorization: Bearer ", e)) {
		return false;
	}
	json_t *body = json_pack("{s:s, s:o}", "model", r->model, "input", wire_texts(r->texts, r->n));
	wire_int(body, "dimensions", r->dimensions);
	wire_url(out, ep->base_url, "/api/embed");
	wire_body(out, body);
	return true;
}

static void read_embed_usage(const json_t *v, struct answer *a)
{
	a->usage.in_tok = token_count(v, "prompt_eval_count");
}

static const struct side_calls side = {
	.of = { [SIDE_EMBED] = { 512, build_embed } }, .vectors = "embeddings", .read_usage = read_embed_usage,
};

static const struct attach_rules takes = { .image_most = (size_t)20 << 20, .all_most = (size_t)50 << 20 };

static const struct list_call list = {
	.path = "/api/tags", .key_header = "Authorization: Bearer ", .list = "models", .name = "name",
};

const struct provider provider_ollama = {
	.kind = "ollama",
	.usual_model = "llama3.1:8b",
	.title = "Ollama",
	.base_url = "http://localhost:11434",
	.key_env = { "OLLAMA_API_KEY" },
	.base_url_env = "OLLAMA_HOST",
	.pull = "ollama pull",
	.is_found_without_key = true,
	.framing = FRAMING_NDJSON,
	.build = build,
	.event = event,
	.side = &side,
	.list = &list,
	.takes = &takes,
};
