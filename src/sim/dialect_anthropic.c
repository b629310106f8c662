/* Anthropic Messages: named events, content blocks, usage at the start and (as a total) at the end. */
#include "sim/dialect.h"

#include <string.h>

/* A system role inside messages is refused, as older models and compatible servers do. */
static const struct ask_role_name roles[] = { { "user", ASK_USER }, { "assistant", ASK_ASSISTANT }, { NULL, ASK_USER } };

static const char *const types[REFUSALS] = {
	[REFUSE_BAD_REQUEST] = "invalid_request_error",
	[REFUSE_AUTH] = "authentication_error",
	[REFUSE_NO_MODEL] = "not_found_error",
	[REFUSE_NO_PATH] = "not_found_error",
	[REFUSE_METHOD] = "invalid_request_error",
	[REFUSE_RATE] = "rate_limit_error",
	[REFUSE_SERVER] = "api_error",
	[REFUSE_OVERLOADED] = "overloaded_error",
};

static bool read(const json_t *body, struct ask *a, struct err *e)
{
	const json_t *system = json_object_get(body, "system");
	const char *thinking = json_string_value(json_object_get(json_object_get(body, "thinking"), "type"));
	const json_t *format = json_object_get(json_object_get(body, "output_config"), "format");

	if (json_is_string(system) || json_is_array(system)) {
		ask_add_message(a, ASK_SYSTEM, system);
	}
	if (!ask_get_model(body, a, e)) {
		return false;
	}
	if (json_object_get(body, "max_tokens") == NULL) {
		(void)err_set(e, ERR_CHECK, "max_tokens: Field required");
		return err_hint(e, "max_tokens");
	}
	if (!ask_get_integer(body, "max_tokens", 1, &a->max_tokens, e) || !ask_get_messages(body, roles, a, e) ||
	    !ask_get_number(body, "temperature", 0, 1, &a->temperature, e) || !ask_get_number(body, "top_p", 0, 1, &a->top_p, e) ||
	    !ask_get_stop(body, "stop_sequences", a, e) || !ask_get_bool(body, "stream", &a->is_streamed, e)) {
		return false;
	}
	/* Fields of other providers are refused, not ignored. */
	static const char *const foreign[] = { "seed", "n", "stop", "response_format", "stream_options" };
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		if (json_object_get(body, foreign[i]) != NULL) {
			return err_set(e, ERR_CHECK, "%s: Extra inputs are not permitted", foreign[i]);
		}
	}
	const json_t *schema = json_object_get(format, "schema");
	a->schema = json_is_object(schema) ? json_deep_copy(schema) : NULL;
	a->wants_reasoning = thinking != NULL && strcmp(thinking, "disabled") != 0;
	return true;
}

static json_t *refuse(enum refusal r, const char *text, const char *param, const char *request_id)
{
	(void)param;
	return json_pack(
	    "{s:s, s:{s:s, s:s}, s:s?}", "type", "error", "error", "type", types[r], "message", text, "request_id", request_id);
}

/* Input figures: cached tokens are not part of input_tokens here. */
static json_t *usage(const struct said *s, int64_t out_tok)
{
	return json_pack("{s:I, s:I, s:I, s:{s:I, s:i}, s:I, s:s}", "input_tokens",
	    (json_int_t)(s->in_tok - s->cache_read_tok - s->cache_write_tok), "cache_creation_input_tokens", (json_int_t)s->cache_write_tok,
	    "cache_read_input_tokens", (json_int_t)s->cache_read_tok, "cache_creation", "ephemeral_5m_input_tokens",
	    (json_int_t)s->cache_write_tok, "ephemeral_1h_input_tokens", 0, "output_tokens", (json_int_t)out_tok, "service_tier",
	    "standard");
}

static const char *stop_reason(const struct said *s)
{
	return s->stop == SAID_LENGTH ? "max_tokens" : s->stop == SAID_SEQUENCE ? "stop_sequence" : "end_turn";
}

static json_t *message(const struct flow *f, json_t *content, const char *reason, const char *sequence, json_t *figures)
{
	return json_pack("{s:o, s:s, s:s, s:s, s:o, s:s?, s:s?, s:o}", "id", dialect_id("msg_", f->said->hash), "type", "message", "role",
	    "assistant", "model", f->ask->model, "content", content, "stop_reason", reason, "stop_sequence", sequence, "usage", figures);
}

static json_t *whole(const struct flow *f)
{
	const struct said *s = f->said;
	json_t *content = json_array(), *figures = usage(s, s->out_tok);

	if (s->reasoning[0] != '\0') {
		json_array_append_new(
		    content, json_pack("{s:s, s:s, s:s}", "type", "thinking", "thinking", s->reasoning, "signature", "c2ltdWxhdGVk"));
	}
	json_array_append_new(content, json_pack("{s:s, s:o}", "type", "text", "text", dialect_text(s->text, s->len)));
	(void)json_object_set_new(figures, "output_tokens_details", json_pack("{s:I}", "thinking_tokens", (json_int_t)s->reason_tok));
	return message(f, content, stop_reason(s), s->stop == SAID_SEQUENCE ? s->sequence : NULL, figures);
}

static int block(const struct flow *f)
{
	return f->said->reasoning[0] != '\0' && !f->is_reasoning ? 1 : 0;
}

static void start(struct flow *f, struct buf *out)
{
	dialect_event(f, "message_start",
	    json_pack("{s:s, s:o}", "type", "message_start", "message", message(f, json_array(), NULL, NULL, usage(f->said, 1))), out);
}

static void begin_block(struct flow *f, bool is_reasoning, struct buf *out)
{
	const char *type = is_reasoning ? "thinking" : "text";

	f->is_reasoning = is_reasoning;
	dialect_event(f, "content_block_start",
	    json_pack(
		"{s:s, s:i, s:{s:s, s:s}}", "type", "content_block_start", "index", block(f), "content_block", "type", type, type, ""),
	    out);
}

static void end_block(struct flow *f, struct buf *out)
{
	if (f->is_reasoning) {
		dialect_event(f, "content_block_delta",
		    json_pack("{s:s, s:i, s:{s:s, s:s}}", "type", "content_block_delta", "index", block(f), "delta", "type",
			"signature_delta", "signature", "c2ltdWxhdGVk"),
		    out);
	}
	dialect_event(f, "content_block_stop", json_pack("{s:s, s:i}", "type", "content_block_stop", "index", block(f)), out);
}

static void piece(struct flow *f, bool is_reasoning, const char *text, size_t len, struct buf *out)
{
	if (!is_reasoning && !f->has_text) {
		if (f->is_reasoning) {
			end_block(f, out);
		}
		begin_block(f, false, out);
		f->has_text = true;
		dialect_event(f, "ping", json_pack("{s:s}", "type", "ping"), out);
	} else if (is_reasoning && !f->is_reasoning) {
		begin_block(f, true, out);
	}
	dialect_event(f, "content_block_delta",
	    json_pack("{s:s, s:i, s:{s:s, s:o}}", "type", "content_block_delta", "index", block(f), "delta", "type",
		is_reasoning ? "thinking_delta" : "text_delta", is_reasoning ? "thinking" : "text", dialect_text(text, len)),
	    out);
}

static void end(struct flow *f, struct buf *out)
{
	const struct said *s = f->said;

	if (!f->has_text && !f->is_reasoning) {
		begin_block(f, false, out);
	}
	end_block(f, out);
	dialect_event(f, "message_delta",
	    json_pack("{s:s, s:{s:s, s:s?}, s:{s:I, s:{s:I}}}", "type", "message_delta", "delta", "stop_reason", stop_reason(s),
		"stop_sequence", s->stop == SAID_SEQUENCE ? s->sequence : NULL, "usage", "output_tokens", (json_int_t)s->out_tok,
		"output_tokens_details", "thinking_tokens", (json_int_t)s->reason_tok),
	    out);
	dialect_event(f, "message_stop", json_pack("{s:s}", "type", "message_stop"), out);
}

/* Unknown events must be skipped. */
static void oddity(struct flow *f, struct buf *out)
{
	dialect_event(f, "weather", json_pack("{s:s, s:s}", "type", "weather", "sky", "blue"), out);
}

static void fail(struct flow *f, struct buf *out)
{
	dialect_event(f, "error", refuse(REFUSE_OVERLOADED, "Overloaded", NULL, "req_simulated"), out);
}

static json_t *models(void)
{
	json_t *list = json_array();
	const char *name, *last = NULL;

	for (size_t i = 0; (name = model_listed(API_ANTHROPIC, i)) != NULL; i++) {
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "type", "model", "id", name, "display_name", name,
						"created_at", "2025-10-01T00:00:00Z"));
		last = name;
	}
	return json_pack(
	    "{s:o, s:b, s:s?, s:s?}", "data", list, "has_more", 0, "first_id", model_listed(API_ANTHROPIC, 0), "last_id", last);
}

const struct dialect dialect_anthropic = {
	.name = "anthropic",
	.api = API_ANTHROPIC,
	.key_headers = { "x-api-key", "authorization" },
	.needs_key = true,
	.stream_type = "text/event-stream; charset=utf-8",
	.id_header = "request-id",
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
