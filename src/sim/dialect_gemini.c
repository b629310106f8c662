/* Google Gemini: every event is a whole response with the next piece of text and running totals; no [DONE]. */
#include "sim/dialect.h"

#include <string.h>

#include "base/mem.h"

static const struct {
	int code;
	const char *status;
} kinds[REFUSALS] = {
	[REFUSE_BAD_REQUEST] = { 400, "INVALID_ARGUMENT" },
	[REFUSE_AUTH] = { 401, "UNAUTHENTICATED" },
	[REFUSE_NO_MODEL] = { 404, "NOT_FOUND" },
	[REFUSE_NO_PATH] = { 404, "NOT_FOUND" },
	[REFUSE_METHOD] = { 405, "INVALID_ARGUMENT" },
	[REFUSE_RATE] = { 429, "RESOURCE_EXHAUSTED" },
	[REFUSE_SERVER] = { 500, "INTERNAL" },
	[REFUSE_OVERLOADED] = { 529, "UNAVAILABLE" },
};

static bool read_contents(const json_t *body, struct ask *a, struct err *e)
{
	const json_t *contents = json_object_get(body, "contents"), *system = json_object_get(body, "systemInstruction");
	size_t i;
	json_t *one;

	if (json_is_object(system)) {
		ask_add_message(a, ASK_SYSTEM, json_object_get(system, "parts"));
	}
	if (!json_is_array(contents) || json_array_size(contents) == 0) {
		(void)err_set(e, ERR_CHECK, "* GenerateContentRequest.contents: contents is not specified");
		return err_hint(e, "contents");
	}
	json_array_foreach(contents, i, one)
	{
		const char *role = json_string_value(json_object_get(one, "role"));
		const json_t *parts = json_object_get(one, "parts");

		if (role != NULL && strcmp(role, "user") != 0 && strcmp(role, "model") != 0 && strcmp(role, "function") != 0) {
			return err_set(e, ERR_CHECK, "Please use a valid role: user, model.");
		}
		if (!json_is_array(parts) || json_array_size(parts) == 0) {
			return err_set(e, ERR_CHECK, "* GenerateContentRequest.contents[%zu].parts: contents.parts must not be empty.", i);
		}
		ask_add_message(a, role != NULL && strcmp(role, "model") == 0 ? ASK_ASSISTANT : ASK_USER, parts);
	}
	return true;
}

static bool read(const json_t *body, struct ask *a, struct err *e)
{
	const json_t *c = json_object_get(body, "generationConfig");
	const json_t *schema = json_object_get(c, "responseSchema");
	const char *mime = json_string_value(json_object_get(c, "responseMimeType"));

	if (!read_contents(body, a, e) || !ask_get_number(c, "temperature", 0, 2, &a->temperature, e) ||
	    !ask_get_number(c, "topP", 0, 1, &a->top_p, e) || !ask_get_integer(c, "maxOutputTokens", 1, &a->max_tokens, e) ||
	    !ask_get_integer(c, "seed", INT64_MIN + 1, &a->seed, e) || !ask_get_stop(c, "stopSequences", a, e) ||
	    !ask_get_bool(json_object_get(c, "thinkingConfig"), "includeThoughts", &a->wants_reasoning, e)) {
		return false;
	}
	schema = schema != NULL ? schema : json_object_get(c, "responseJsonSchema");
	a->schema = json_is_object(schema) ? json_deep_copy(schema) : NULL;
	a->wants_json = mime != NULL && strcmp(mime, "application/json") == 0;
	return true;
}

static json_t *refuse(enum refusal r, const char *text, const char *param, const char *request_id)
{
	json_t *v = json_pack("{s:i, s:s, s:s}", "code", kinds[r].code, "message", text, "status", kinds[r].status);

	(void)request_id;
	(void)param;
	if (r == REFUSE_RATE) {
		(void)json_object_set_new(
		    v, "details", json_pack("[{s:s, s:s}]", "@type", "type.googleapis.com/google.rpc.RetryInfo", "retryDelay", "1s"));
	}
	return json_pack("{s:o}", "error", v);
}

static const char *finish(const struct said *s)
{
	return s->stop == SAID_LENGTH ? "MAX_TOKENS" : "STOP";
}

/* shown: answer tokens so far, thoughts not among them; UNKNOWN before the first. */
static json_t *usage(const struct said *s, int64_t shown)
{
	json_t *v = json_pack("{s:I}", "promptTokenCount", (json_int_t)s->in_tok);
	int64_t total = s->in_tok;

	if (s->cache_read_tok > 0) {
		(void)json_object_set_new(v, "cachedContentTokenCount", json_integer(s->cache_read_tok));
	}
	if (is_known(shown)) {
		(void)json_object_set_new(v, "candidatesTokenCount", json_integer(shown));
		total += shown;
	}
	if (s->reason_tok > 0) {
		(void)json_object_set_new(v, "thoughtsTokenCount", json_integer(s->reason_tok));
		total += s->reason_tok;
	}
	(void)json_object_set_new(v, "totalTokenCount", json_integer(total));
	return v;
}

static json_t *response(const struct flow *f, json_t *parts, const char *reason, json_t *figures)
{
	json_t *candidate = json_pack("{s:{s:o, s:s}}", "content", "parts", parts, "role", "model");

	if (reason != NULL) {
		(void)json_object_set_new(candidate, "finishReason", json_string(reason));
	}
	(void)json_object_set_new(candidate, "index", json_integer(0));
	return json_pack("{s:[o], s:o, s:s, s:o}", "candidates", candidate, "usageMetadata", figures, "modelVersion", f->ask->model,
	    "responseId", dialect_id("", f->said->hash));
}

static json_t *part(const char *text, size_t len, bool is_thought)
{
	json_t *v = json_pack("{s:o}", "text", dialect_text(text, len));

	if (is_thought) {
		(void)json_object_set_new(v, "thought", json_true());
	}
	return v;
}

static json_t *whole(const struct flow *f)
{
	const struct said *s = f->said;
	json_t *parts = json_array();

	if (s->reasoning[0] != '\0') {
		json_array_append_new(parts, part(s->reasoning, strlen(s->reasoning), true));
	}
	json_array_append_new(parts, part(s->text, s->len, false));
	return response(f, parts, finish(s), usage(s, s->out_tok - s->reason_tok));
}

static void send(struct flow *f, json_t *v, struct buf *out)
{
	if (!f->is_array) {
		dialect_event(f, NULL, v, out);
		return;
	}
	(void)buf_add_str(out, f->n_events == 0 ? "[" : ",\n");
	dialect_line(f, v, out);
}

static void start(struct flow *f, struct buf *out)
{
	/* The first event carries text already. */
	(void)f;
	(void)out;
}

static void piece(struct flow *f, bool is_reasoning, const char *text, size_t len, struct buf *out)
{
	f->sent_tok += is_reasoning ? 0 : 1;
	send(f, response(f, json_pack("[o]", part(text, len, is_reasoning)), NULL, usage(f->said, is_reasoning ? UNKNOWN : f->sent_tok)),
	    out);
}

static void end(struct flow *f, struct buf *out)
{
	const struct said *s = f->said;

	send(f, response(f, json_pack("[o]", part("", 0, false)), finish(s), usage(s, s->out_tok - s->reason_tok)), out);
	(void)buf_add_str(out, f->is_array ? "]\n" : "");
}

/* A response without candidates. */
static void oddity(struct flow *f, struct buf *out)
{
	send(f, json_pack("{s:o, s:s}", "usageMetadata", usage(f->said, UNKNOWN), "modelVersion", f->ask->model), out);
}

/* The bare error object, as the service lets it stand in the stream without "data:". */
static void fail(struct flow *f, struct buf *out)
{
	json_t *v = refuse(REFUSE_SERVER, "An internal error has occurred. Please retry.", NULL, NULL);

	if (f->is_array) {
		send(f, v, out);
		(void)buf_add_str(out, "]\n");
	} else {
		dialect_line(f, v, out);
	}
}

static json_t *models(void)
{
	json_t *list = json_array();
	const char *name;

	for (size_t i = 0; (name = model_listed(API_GEMINI, i)) != NULL; i++) {
		char path[96];

		(void)snprintf(path, sizeof(path), "models/%s", name);
		json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:i, s:[s]}", "name", path, "displayName", name, "inputTokenLimit",
						1048576, "outputTokenLimit", 65536, "supportedGenerationMethods", "generateContent"));
	}
	return json_pack("{s:o}", "models", list);
}

const struct dialect dialect_gemini = {
	.name = "gemini",
	.api = API_GEMINI,
	.key_headers = { "x-goog-api-key", "authorization" },
	.needs_key = true,
	.stream_type = "text/event-stream",
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
