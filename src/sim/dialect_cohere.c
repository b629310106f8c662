/* Cohere chat, version 2: named events whose type also stands inside, content in blocks, two counts of tokens at the end. */
#include "sim/dialect.h"

static const struct ask_role_name roles[] = {
	{ "system", ASK_SYSTEM },
	{ "user", ASK_USER },
	{ "assistant", ASK_ASSISTANT },
	{ "tool", ASK_USER },
	{ NULL, ASK_USER },
};

static bool read(const json_t *body, struct ask *a, struct err *e)
{
	const json_t *format = json_object_get(body, "response_format"), *schema = json_object_get(format, "json_schema");

	if (!ask_get_model(body, a, e) || !ask_get_messages(body, roles, a, e) ||
	    !ask_get_number(body, "temperature", 0, 1, &a->temperature, e) || !ask_get_number(body, "p", 0.01, 0.99, &a->top_p, e) ||
	    !ask_get_integer(body, "max_tokens", 1, &a->max_tokens, e) || !ask_get_integer(body, "seed", 0, &a->seed, e) ||
	    !ask_get_stop(body, "stop_sequences", a, e) || !ask_get_bool(body, "stream", &a->is_streamed, e)) {
		return false;
	}
	if (json_object_get(body, "stream") == NULL) {
		(void)err_set(e, ERR_CHECK, "invalid request: stream is required");
		return err_hint(e, "stream");
	}
	a->wants_json = json_is_object(format);
	a->schema = json_is_object(schema) ? json_deep_copy(schema) : NULL;
	return true;
}

static json_t *refuse(enum refusal r, const char *text, const char *param, const char *request_id)
{
	(void)r;
	(void)param;
	return json_pack("{s:s, s:s?}", "id", request_id, "message", text);
}

/* What was billed leaves out what came from the cache. */
static json_t *usage(const struct said *s)
{
	json_int_t plain = (json_int_t)(s->in_tok - s->cache_read_tok), out = (json_int_t)s->out_tok;

	return json_pack("{s:{s:I, s:I}, s:{s:I, s:I}, s:I}", "billed_units", "input_tokens", plain, "output_tokens", out, "tokens",
	    "input_tokens", (json_int_t)(s->in_tok + 60), "output_tokens", out, "cached_tokens", (json_int_t)s->cache_read_tok);
}

static const char *finish(const struct said *s)
{
	static const char *const words[] = { [SAID_STOP] = "COMPLETE", [SAID_LENGTH] = "MAX_TOKENS", [SAID_SEQUENCE] = "STOP_SEQUENCE" };

	return words[s->stop];
}

static json_t *block(bool is_reasoning, const char *text, size_t len)
{
	const char *type = is_reasoning ? "thinking" : "text";

	return json_pack("{s:s, s:o}", "type", type, type, dialect_text(text, len));
}

static json_t *whole(const struct flow *f)
{
	const struct said *s = f->said;
	json_t *content = json_array();

	if (s->reasoning[0] != '\0') {
		(void)json_array_append_new(content, json_pack("{s:s, s:s}", "type", "thinking", "thinking", s->reasoning));
	}
	(void)json_array_append_new(content, block(false, s->text, s->len));
	return json_pack("{s:o, s:s, s:{s:s, s:o}, s:o}", "id", dialect_id("", s->hash), "finish_reason", finish(s), "message", "role",
	    "assistant", "content", content, "usage", usage(s));
}

static void send(struct flow *f, const char *type, json_t *v, struct buf *out)
{
	(void)json_object_set_new(v, "type", json_string(type));
	dialect_event(f, type, v, out);
}

static void start(struct flow *f, struct buf *out)
{
	send(f, "message-start",
	    json_pack("{s:o, s:{s:{s:s, s:[], s:s, s:[], s:[]}}}", "id", dialect_id("", f->said->hash), "delta", "message", "role",
		"assistant", "content", "tool_plan", "", "tool_calls", "citations"),
	    out);
}

static int index_of(const struct flow *f)
{
	return f->has_text && f->said->reasoning[0] != '\0' ? 1 : 0;
}

static void begin_block(struct flow *f, bool is_reasoning, struct buf *out)
{
	send(f, "content-start",
	    json_pack("{s:i, s:{s:{s:o}}}", "index", index_of(f), "delta", "message", "content", block(is_reasoning, "", 0)), out);
}

static void end_block(struct flow *f, struct buf *out)
{
	send(f, "content-end", json_pack("{s:i}", "index", index_of(f)), out);
}

static void piece(struct flow *f, bool is_reasoning, const char *text, size_t len, struct buf *out)
{
	if (is_reasoning && !f->is_reasoning) {
		f->is_reasoning = true;
		begin_block(f, true, out);
	} else if (!is_reasoning && !f->has_text) {
		if (f->is_reasoning) {
			end_block(f, out);
		}
		f->is_reasoning = false;
		f->has_text = true;
		begin_block(f, false, out);
	}
	send(f, "content-delta",
	    json_pack("{s:i, s:{s:{s:{s:o}}}}", "index", index_of(f), "delta", "message", "content", is_reasoning ? "thinking" : "text",
		dialect_text(text, len)),
	    out);
}

static void end(struct flow *f, struct buf *out)
{
	if (f->has_text || f->is_reasoning) {
		end_block(f, out);
	}
	send(f, "message-end",
	    json_pack("{s:o, s:{s:s, s:o}}", "id", dialect_id("", f->said->hash), "delta", "finish_reason", finish(f->said), "usage",
		usage(f->said)),
	    out);
}

static void oddity(struct flow *f, struct buf *out)
{
	send(f, "debug", json_pack("{s:s}", "prompt", "(simulated)"), out);
}

static void fail(struct flow *f, struct buf *out)
{
	send(f, "message-end",
	    json_pack("{s:o, s:{s:s, s:s}}", "id", dialect_id("", f->said->hash), "delta", "finish_reason", "ERROR", "error",
		"the model went away (simulated)"),
	    out);
}

static json_t *models(void)
{
	json_t *list = json_array();
	const char *name;

	for (size_t i = 0; (name = model_listed(API_COHERE, i)) != NULL; i++) {
		(void)json_array_append_new(list, json_pack("{s:s, s:[s], s:i}", "name", name, "endpoints", "chat", "context_length", 128000));
	}
	return json_pack("{s:o}", "models", list);
}

const struct dialect dialect_cohere = {
	.name = "cohere",
	.api = API_COHERE,
	.key_headers = { "authorization" },
	.needs_key = true,
	.stream_type = "text/event-stream",
	.id_header = "x-debug-trace-id",
	.read = read,
	.refuse = refuse,
	.whole = whole,
	.start = start,
	.piece = piece,
	.end = end,
	.oddity = oddity,
	.fail = fail,
	.models = models,
};
