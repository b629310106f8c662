/* OpenAI Chat Completions: data-only events, [DONE], usage in a chunk of its own when asked for. And two services that speak it with
 * manners of their own: Mistral (usage in the last chunk, content in parts, unknown fields refused) and OpenRouter (comments, cost). */
#include "sim/dialect.h"

#include "base/clock.h"
#include "base/mem.h"

static const struct ask_role_name roles[] = {
	{ "system", ASK_SYSTEM },
	{ "developer", ASK_SYSTEM },
	{ "user", ASK_USER },
	{ "assistant", ASK_ASSISTANT },
	{ "tool", ASK_USER },
	{ "function", ASK_USER },
	{ NULL, ASK_USER },
};

static const struct {
	const char *type, *code;
} kinds[REFUSALS] = {
	[REFUSE_BAD_REQUEST] = { "invalid_request_error", NULL },
	[REFUSE_AUTH] = { "invalid_request_error", "invalid_api_key" },
	[REFUSE_NO_MODEL] = { "invalid_request_error", "model_not_found" },
	[REFUSE_NO_PATH] = { "invalid_request_error", "unknown_url" },
	[REFUSE_METHOD] = { "invalid_request_error", "method_not_supported" },
	[REFUSE_RATE] = { "requests", "rate_limit_exceeded" },
	[REFUSE_SERVER] = { "server_error", NULL },
	[REFUSE_OVERLOADED] = { "server_error", "overloaded" },
};

static bool read_format(const json_t *body, struct ask *a, struct err *e)
{
	const json_t *format = json_object_get(body, "response_format");
	const char *type = json_string_value(json_object_get(format, "type"));

	if (format == NULL || json_is_null(format)) {
		return true;
	}
	if (type == NULL) {
		(void)err_set(e, ERR_CHECK, "Missing required parameter: 'response_format.type'");
		return err_hint(e, "response_format.type");
	}
	if (type[0] != 't') {
		const json_t *schema = json_object_get(json_object_get(format, "json_schema"), "schema");

		a->wants_json = true;
		a->schema = json_is_object(schema) ? json_deep_copy(schema) : NULL;
	}
	return true;
}

static bool read(const json_t *body, struct ask *a, struct err *e)
{
	const json_t *options = json_object_get(body, "stream_options");

	if (!ask_get_model(body, a, e) || !ask_get_messages(body, roles, a, e) ||
	    !ask_get_number(body, "temperature", 0, 2, &a->temperature, e) || !ask_get_number(body, "top_p", 0, 1, &a->top_p, e) ||
	    !ask_get_integer(body, "max_tokens", 1, &a->max_tokens, e) ||
	    !ask_get_integer(body, "max_completion_tokens", 1, &a->max_tokens, e) ||
	    !ask_get_integer(body, "seed", INT64_MIN + 1, &a->seed, e) || !ask_get_stop(body, "stop", a, e) ||
	    !ask_get_bool(body, "stream", &a->is_streamed, e) || !read_format(body, a, e)) {
		return false;
	}
	if (a->n_stop > 4) {
		(void)err_set(e, ERR_CHECK, "Invalid 'stop': array too long. Expected an array with maximum length 4");
		return err_hint(e, "stop");
	}
	if (json_is_object(options) && !a->is_streamed) {
		(void)err_set(e, ERR_CHECK, "The 'stream_options' parameter is only allowed when 'stream' is enabled");
		return err_hint(e, "stream_options");
	}
	return ask_get_bool(options, "include_usage", &a->wants_usage, e);
}

static json_t *refuse(enum refusal r, const char *text, const char *param, const char *request_id)
{
	(void)request_id;
	return json_pack(
	    "{s:{s:s, s:s, s:s?, s:s?}}", "error", "message", text, "type", kinds[r].type, "param", param, "code", kinds[r].code);
}

static json_t *usage(const struct said *s)
{
	return json_pack("{s:I, s:I, s:I, s:{s:I, s:I, s:i}, s:{s:I, s:i, s:i, s:i}}", "prompt_tokens", (json_int_t)s->in_tok,
	    "completion_tokens", (json_int_t)s->out_tok, "total_tokens", (json_int_t)(s->in_tok + s->out_tok), "prompt_tokens_details",
	    "cached_tokens", (json_int_t)s->cache_read_tok, "cache_write_tokens", (json_int_t)s->cache_write_tok, "audio_tokens", 0,
	    "completion_tokens_details", "reasoning_tokens", (json_int_t)s->reason_tok, "audio_tokens", 0, "accepted_prediction_tokens", 0,
	    "rejected_prediction_tokens", 0);
}

static const char *finish(const struct said *s)
{
	return s->stop == SAID_LENGTH ? "length" : "stop";
}

static json_t *frame(const struct flow *f, const char *object)
{
	json_t *v = json_object();

	(void)json_object_set_new(v, "id", dialect_id("chatcmpl-", f->said->hash));
	(void)json_object_set_new(v, "object", json_string(object));
	(void)json_object_set_new(v, "created", json_integer(f->t_us / US_PER_S));
	(void)json_object_set_new(v, "model", json_string(f->ask->model));
	(void)json_object_set_new(v, "system_fingerprint", json_string("fp_sonde_sim"));
	(void)json_object_set_new(v, "service_tier", json_string("default"));
	return v;
}

static json_t *whole(const struct flow *f)
{
	json_t *v = frame(f, "chat.completion");

	(void)json_object_set_new(v, "choices",
	    json_pack("[{s:i, s:{s:s, s:o, s:n, s:[]}, s:n, s:s}]", "index", 0, "message", "role", "assistant", "content",
		dialect_text(f->said->text, f->said->len), "refusal", "annotations", "logprobs", "finish_reason", finish(f->said)));
	(void)json_object_set_new(v, "usage", usage(f->said));
	return v;
}

static void chunk(struct flow *f, json_t *delta, const char *reason, struct buf *out)
{
	json_t *v = frame(f, "chat.completion.chunk");

	(void)json_object_set_new(
	    v, "choices", json_pack("[{s:i, s:o, s:n, s:s?}]", "index", 0, "delta", delta, "logprobs", "finish_reason", reason));
	if (f->ask->wants_usage) {
		(void)json_object_set_new(v, "usage", json_null());
	}
	dialect_event(f, NULL, v, out);
}

static void start(struct flow *f, struct buf *out)
{
	chunk(f, json_pack("{s:s, s:s, s:n}", "role", "assistant", "content", "", "refusal"), NULL, out);
}

static void piece(struct flow *f, bool is_reasoning, const char *text, size_t len, struct buf *out)
{
	chunk(f, json_pack("{s:o}", is_reasoning ? "reasoning" : "content", dialect_text(text, len)), NULL, out);
}

static void end(struct flow *f, struct buf *out)
{
	chunk(f, json_object(), finish(f->said), out);
	if (f->ask->wants_usage) {
		json_t *v = frame(f, "chat.completion.chunk");

		(void)json_object_set_new(v, "choices", json_array());
		(void)json_object_set_new(v, "usage", usage(f->said));
		dialect_event(f, NULL, v, out);
	}
	(void)buf_add_str(out, "data: [DONE]\n\n");
}

/* As Azure opens its streams. */
static void oddity(struct flow *f, struct buf *out)
{
	json_t *v = frame(f, "");

	(void)json_object_set_new(v, "choices", json_array());
	(void)json_object_set_new(v, "prompt_filter_results", json_array());
	dialect_event(f, NULL, v, out);
}

static void fail(struct flow *f, struct buf *out)
{
	dialect_event(f, NULL, refuse(REFUSE_SERVER, "The server had an error while processing your request", NULL, NULL), out);
}

static json_t *models_of(enum model_api api)
{
	json_t *list = json_array();
	const char *name;

	for (size_t i = 0; (name = model_listed(api, i)) != NULL; i++) {
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:i, s:s}", "id", name, "object", "model", "created", 1760000000, "owned_by", "sonde-simulator"));
	}
	return json_pack("{s:s, s:o}", "object", "list", "data", list);
}

static json_t *models(void)
{
	return models_of(API_OPENAI);
}

/* ---- Mistral ---- */

static bool read_mistral(const json_t *body, struct ask *a, struct err *e)
{
	static const char *const unknown[] = { "seed", "stream_options", "max_completion_tokens" };

	for (size_t i = 0; i < COUNT_OF(unknown); i++) {
		if (json_object_get(body, unknown[i]) != NULL) {
			(void)err_set(e, ERR_CHECK, "Extra inputs are not permitted");
			return err_hint(e, "%s", unknown[i]);
		}
	}
	a->wants_usage = true;
	return read(body, a, e) && ask_get_integer(body, "random_seed", 0, &a->seed, e);
}

static json_t *refuse_mistral(enum refusal r, const char *text, const char *param, const char *request_id)
{
	(void)request_id;
	if (param != NULL) {
		return json_pack("{s:[{s:s, s:[s,s], s:s}]}", "detail", "type", "extra_forbidden", "loc", "body", param, "msg", text);
	}
	return json_pack("{s:s, s:s, s:s, s:s?}", "object", "error", "message", text, "type", kinds[r].type, "code", kinds[r].code);
}

static json_t *parts(bool is_reasoning, const char *text, size_t len)
{
	if (is_reasoning) {
		return json_pack("[{s:s, s:[{s:s, s:o}]}]", "type", "thinking", "thinking", "type", "text", "text", dialect_text(text, len));
	}
	return json_pack("[{s:s, s:o}]", "type", "text", "text", dialect_text(text, len));
}

static void chunk_mistral(struct flow *f, json_t *delta, const char *reason, json_t *usage_or_null, struct buf *out)
{
	json_t *v = frame(f, "chat.completion.chunk");

	(void)json_object_set_new(v, "choices", json_pack("[{s:i, s:o, s:s?}]", "index", 0, "delta", delta, "finish_reason", reason));
	if (usage_or_null != NULL) {
		(void)json_object_set_new(v, "usage", usage_or_null);
	}
	dialect_event(f, NULL, v, out);
}

static void start_mistral(struct flow *f, struct buf *out)
{
	chunk_mistral(f, json_pack("{s:s, s:s}", "role", "assistant", "content", ""), NULL, NULL, out);
}

/* A string, or a list of parts: every fourth piece is one. */
static void piece_mistral(struct flow *f, bool is_reasoning, const char *text, size_t len, struct buf *out)
{
	bool is_list = is_reasoning || f->n_events % 4 == 0;

	chunk_mistral(f, json_pack("{s:o}", "content", is_list ? parts(is_reasoning, text, len) : dialect_text(text, len)), NULL, NULL, out);
}

static void end_mistral(struct flow *f, struct buf *out)
{
	const struct said *s = f->said;

	chunk_mistral(f, json_pack("{s:s}", "content", ""), finish(s),
	    json_pack("{s:I, s:I, s:I}", "prompt_tokens", (json_int_t)s->in_tok, "total_tokens", (json_int_t)(s->in_tok + s->out_tok),
		"completion_tokens", (json_int_t)s->out_tok),
	    out);
	(void)buf_add_str(out, "data: [DONE]\n\n");
}

static json_t *models_mistral(void)
{
	return models_of(API_MISTRAL);
}

/* ---- OpenRouter ---- */

#define USD_PER_IN_TOK 0.00000015
#define USD_PER_OUT_TOK 0.0000006

static json_t *usage_with_cost(const struct said *s)
{
	json_t *v = usage(s);

	(void)json_object_set_new(v, "cost", json_real((double)s->in_tok * USD_PER_IN_TOK + (double)s->out_tok * USD_PER_OUT_TOK));
	(void)json_object_set_new(v, "cost_details", json_pack("{s:n}", "upstream_inference_cost"));
	return v;
}

static json_t *whole_openrouter(const struct flow *f)
{
	json_t *v = whole(f);

	(void)json_object_set_new(v, "provider", json_string("Simulated"));
	(void)json_object_set_new(v, "usage", usage_with_cost(f->said));
	return v;
}

static void start_openrouter(struct flow *f, struct buf *out)
{
	(void)buf_add_str(out, ": OPENROUTER PROCESSING\n\n");
	start(f, out);
}

static void end_openrouter(struct flow *f, struct buf *out)
{
	json_t *v = frame(f, "chat.completion.chunk");

	chunk(f, json_pack("{s:s}", "content", ""), finish(f->said), out);
	(void)json_object_set_new(v, "choices",
	    json_pack("[{s:i, s:{s:s, s:s}, s:n}]", "index", 0, "delta", "role", "assistant", "content", "", "finish_reason"));
	(void)json_object_set_new(v, "usage", usage_with_cost(f->said));
	dialect_event(f, NULL, v, out);
	(void)buf_add_str(out, "data: [DONE]\n\n");
}

static void fail_openrouter(struct flow *f, struct buf *out)
{
	json_t *v = frame(f, "chat.completion.chunk");

	(void)json_object_set_new(v, "error",
	    json_pack("{s:i, s:s, s:{s:s}}", "code", 502, "message", "Upstream closed (simulated)", "metadata", "error_type", "server"));
	(void)json_object_set_new(v, "choices",
	    json_pack("[{s:i, s:{s:s}, s:s}]", "index", 0, "delta", "content", "", "finish_reason", "error"));
	dialect_event(f, NULL, v, out);
}

static json_t *models_openrouter(void)
{
	return models_of(API_OPENROUTER);
}

const struct dialect dialect_openai = {
	.name = "openai",
	.api = API_OPENAI,
	.key_headers = { "authorization", "api-key" }, /* the latter at Azure */
	.needs_key = true,
	.stream_type = "text/event-stream; charset=utf-8",
	.id_header = "x-request-id",
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

const struct dialect dialect_mistral = {
	.name = "mistral",
	.api = API_MISTRAL,
	.key_headers = { "authorization" },
	.needs_key = true,
	.stream_type = "text/event-stream; charset=utf-8",
	.id_header = "x-request-id",
	.read = read_mistral,
	.refuse = refuse_mistral,
	.whole = whole,
	.start = start_mistral,
	.piece = piece_mistral,
	.end = end_mistral,
	.oddity = oddity,
	.fail = fail,
	.models = models_mistral,
};

const struct dialect dialect_openrouter = {
	.name = "openrouter",
	.api = API_OPENROUTER,
	.key_headers = { "authorization" },
	.needs_key = true,
	.stream_type = "text/event-stream",
	.id_header = "x-request-id",
	.read = read,
	.refuse = refuse,
	.whole = whole_openrouter,
	.start = start_openrouter,
	.piece = piece,
	.end = end_openrouter,
	.oddity = oddity,
	.fail = fail_openrouter,
	.models = models_openrouter,
};
