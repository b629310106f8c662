/* Google Gemini. Each event of a stream has the shape of a whole answer, with the next piece of text and the running totals of usage. */
#include "provider/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "provider/form.h"
#include "provider/listing.h"
#include "provider/reader.h"
#include "provider/side.h"
#include "provider/wire.h"

static const struct finish_word finish_words[] = {
	{ "STOP", FINISH_STOP },
	{ "MAX_TOKENS", FINISH_LENGTH },
	{ "SAFETY", FINISH_CONTENT_FILTER },
	{ "RECITATION", FINISH_CONTENT_FILTER },
	{ "BLOCKLIST", FINISH_CONTENT_FILTER },
	{ "PROHIBITED_CONTENT", FINISH_CONTENT_FILTER },
	{ "SPII", FINISH_CONTENT_FILTER },
	{ "IMAGE_SAFETY", FINISH_CONTENT_FILTER },
	{ "IMAGE_PROHIBITED_CONTENT", FINISH_CONTENT_FILTER },
	{ "IMAGE_RECITATION", FINISH_CONTENT_FILTER },
	{ "IMAGE_OTHER", FINISH_CONTENT_FILTER },
	{ "MALFORMED_FUNCTION_CALL", FINISH_ERROR },
	{ "UNEXPECTED_TOOL_CALL", FINISH_ERROR },
	{ "TOO_MANY_TOOL_CALLS", FINISH_ERROR },
	{ "LANGUAGE", FINISH_ERROR },
	{ "NO_IMAGE", FINISH_ERROR },
	{ "OTHER", FINISH_ERROR },
	{ NULL, FINISH_NONE },
};

/* A result is an object; a text that is none is put into one. */
static json_t *response_of(const char *text)
{
	json_t *v = json_loads(text, 0, NULL);

	if (!json_is_object(v)) {
		json_decref(v);
		v = json_pack("{s:s}", "result", text);
	}
	return v;
}

/* The words of a message and its calls of tools, or the result of one. */
static void add_parts(json_t *parts, const struct chat_request *r, size_t i)
{
	const struct message *m = &r->messages[i];
	json_t *calls = wire_calls(m), *call;
	size_t k;

	if (m->role == ROLE_TOOL) {
		(void)json_array_append_new(parts, json_pack("{s:{s:s, s:o}}", "functionResponse", "name", m->tool != NULL ? m->tool : "", "response",
		    response_of(m->text)));
	} else if (json_array_size(calls) == 0 || m->text[0] != '\0') {
		(void)json_array_append_new(parts, json_pack("{s:o}", "text", attachment_words(r, i)));
	}
	json_array_foreach (calls, k, call) {
		(void)json_array_append_new(parts, json_pack("{s:{s:s, s:o}}", "functionCall", "name", wire_call_name(call), "args", wire_call_arguments(call)));
	}
	json_decref(calls);
}

static json_t *contents(const struct chat_request *r)
{
	json_t *list = json_array(), *parts = NULL;
	enum role last = ROLE_SYSTEM;

	for (size_t i = 0; i < r->n_messages; i++) {
		const struct message *m = &r->messages[i];

		if (m->role == ROLE_SYSTEM) {
			continue;
		}
		enum role by = m->role == ROLE_TOOL ? ROLE_USER : m->role; /* results come in a turn of the user */

		if (by != last) {
			const char *role = by == ROLE_USER ? "user" : "model";

			parts = json_array();
			(void)json_array_append_new(list, json_pack("{s:s, s:o}", "role", role, "parts", parts));
		}
		for (size_t k = 0; k < attachment_count(r, i); k++) {
			const struct attachment *a = attachment_at(r, k);

			(void)json_array_append_new(
			    parts, json_pack("{s:{s:s, s:o}}", "inlineData", "mimeType", a->type, "data", attachment_base64(r, a, "")));
		}
		add_parts(parts, r, i);
		last = by;
	}
	return list;
}

static json_t *system_parts(const struct chat_request *r)
{
	json_t *parts = json_array();

	for (size_t i = 0; i < r->n_messages; i++) {
		if (r->messages[i].role == ROLE_SYSTEM) {
			(void)json_array_append_new(parts, json_pack("{s:s}", "text", r->messages[i].text));
		}
	}
	return parts;
}

static void set_address(struct wire_request *out, const struct endpoint *ep, const struct chat_request *r)
{
	const char *model = strncmp(r->model, "models/", 7) == 0 ? r->model + 7 : r->model; /* as the list of models writes it */
	struct buf path = { 0 };

	(void)buf_add_str(&path, "/v1beta/models/");
	wire_encode(&path, model);
	(void)buf_add_str(&path, r->is_streamed ? ":streamGenerateContent?alt=sse" : ":generateContent");
	wire_url(out, ep->base_url, buf_str(&path));
	buf_free(&path);
}

static bool build(const struct endpoint *ep, const struct chat_request *r, struct wire_request *out, struct err *e)
{
	const struct chat_params *p = &r->params;
	json_t *schema, *tools;

	if (!wire_check(r, true, e) || !wire_headers(out, ep, "x-goog-api-key: ", e) || !form_read(r, &schema, &tools, e)) {
		return false;
	}
	json_t *body = json_object(), *config = json_object(), *system = system_parts(r);
	if (json_array_size(system) > 0) {
		(void)json_object_set_new(body, "systemInstruction", json_pack("{s:O}", "parts", system));
	}
	json_decref(system);
	(void)json_object_set_new(body, "contents", contents(r));
	wire_real(config, "temperature", p->temperature);
	wire_real(config, "topP", p->top_p);
	wire_int(config, "maxOutputTokens", p->max_tokens);
	wire_int(config, "seed", p->seed);
	wire_stop(config, "stopSequences", p);
	if (schema != NULL) {
		(void)json_object_set_new(config, "responseMimeType", json_string("application/json"));
		(void)json_object_set_new(config, "responseJsonSchema", schema);
	}
	if (tools != NULL) {
		json_t *functions = form_functions(tools, "parametersJsonSchema");

		(void)json_object_set_new(body, "tools", json_pack("[{s:o}]", "functionDeclarations", functions));
		json_decref(tools);
	}
	if (json_object_size(config) > 0) {
		(void)json_object_set(body, "generationConfig", config);
	}
	json_decref(config);
	set_address(out, ep, r);
	wire_body(out, body);
	return true;
}

static void read_part(struct answer_reader *rd, const json_t *part)
{
	const json_t *call = json_get_object(part, "functionCall");

	reader_text(rd, json_get_true(part, "thought") ? DELTA_REASONING : DELTA_TEXT, json_object_get(part, "text"));
	if (call != NULL) { /* always whole, so always a new one */
		const json_t *args = json_object_get(call, "args");
		struct tool_call *t = reader_tool(rd, (int64_t)reader_answer(rd)->n_tool_calls, json_get_string(call, "id", NULL),
		    json_get_string(call, "name", NULL));
		json_t *none = json_object();

		reader_arguments(rd, t, json_is_object(args) ? args : none);
		json_decref(none);
	}
}

static int64_t modality_count(const json_t *usage, const char *list, const char *modality)
{
	size_t i;
	const json_t *item;
	int64_t n = UNKNOWN;

	json_array_foreach (json_object_get(usage, list), i, item) {
		const char *name = json_get_string(item, "modality", NULL);

		if (name != NULL && strcmp(name, modality) == 0) {
			n = token_count(item, "tokenCount");
		}
	}
	return n;
}

/* What of a modality was billed as plain input: the cached part has a rate of its own. */
static int64_t plain_modality(const json_t *usage, const char *modality)
{
	int64_t all = modality_count(usage, "promptTokensDetails", modality);
	int64_t cached = known_or(modality_count(usage, "cacheTokensDetails", modality), 0);

	return all == UNKNOWN ? UNKNOWN : all > cached ? all - cached : 0;
}

/* total = prompt + tool prompts + candidates + thoughts; thoughts are output, and cached tokens are inside prompt. */
static void read_usage(struct answer_reader *rd, const json_t *usage)
{
	struct usage u = USAGE_UNKNOWN;
	int64_t total = token_count(usage, "totalTokenCount");

	u.in_tok = known_sum(token_count(usage, "promptTokenCount"), token_count(usage, "toolUsePromptTokenCount"));
	u.cache_read_tok = token_count(usage, "cachedContentTokenCount");
	u.cache_write_tok = 0; /* storage is billed by time */
	u.reason_tok = token_count(usage, "thoughtsTokenCount");
	u.out_tok = known_sum(token_count(usage, "candidatesTokenCount"), u.reason_tok);
	if (u.out_tok == UNKNOWN && reader_answer(rd)->finish != FINISH_NONE && u.in_tok != UNKNOWN && total >= u.in_tok) {
		u.out_tok = total - u.in_tok; /* figures of 0 are left out */
	}
	u.audio_in = plain_modality(usage, "AUDIO");
	u.image_in = plain_modality(usage, "IMAGE");
	u.audio_out = modality_count(usage, "candidatesTokensDetails", "AUDIO");
	reader_usage(rd, &u);
}

static void read_candidate(struct answer_reader *rd, const json_t *candidate)
{
	struct answer *a = reader_answer(rd);
	size_t i;
	const json_t *part;

	json_array_foreach (json_get_path(candidate, "content.parts"), i, part) {
		read_part(rd, part);
	}
	reader_finish(rd, finish_words, json_get_string(candidate, "finishReason", NULL));
	if (a->finish == FINISH_STOP && a->n_tool_calls > 0) {
		a->finish = FINISH_TOOL_CALLS;
	}
}

static bool event(struct answer_reader *rd, const json_t *v)
{
	const char *blocked = json_string_value(json_get_path(v, "promptFeedback.blockReason"));
	const json_t *usage = json_get_object(v, "usageMetadata"), *candidate;
	size_t i;

	reader_names(rd, json_get_string(v, "modelVersion", NULL), json_get_string(v, "responseId", NULL));
	json_array_foreach (json_object_get(v, "candidates"), i, candidate) {
		if (known_or(json_get_int(candidate, "index"), 0) == 0) {
			read_candidate(rd, candidate);
		}
	}
	if (blocked != NULL) {
		reader_blocked(rd, blocked);
	}
	if (usage != NULL) {
		read_usage(rd, usage);
	}
	return true;
}

static bool build_embed(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	const char *model = strncmp(r->model, "models/", 7) == 0 ? r->model + 7 : r->model;
	char *name = x_asprintf("models/%s", model);
	json_t *list = json_array();
	struct buf path = { 0 };
	bool ok = wire_headers(out, ep, "x-goog-api-key: ", e);

	for (size_t i = 0; i < r->n; i++) {
		json_t *one = json_pack("{s:s, s:{s:[{s:s}]}, s:s}", "model", name, "content", "parts", "text", r->texts[i], "taskType",
		    r->is_query ? "RETRIEVAL_QUERY" : "RETRIEVAL_DOCUMENT");

		wire_int(one, "outputDimensionality", r->dimensions);
		(void)json_array_append_new(list, one);
	}
	(void)buf_add_str(&path, "/v1beta/models/");
	wire_encode(&path, model);
	(void)buf_add_str(&path, ":batchEmbedContents");
	wire_url(out, ep->base_url, buf_str(&path));
	wire_body(out, json_pack("{s:o}", "requests", list));
	buf_free(&path);
	free(name);
	return ok;
}

/* It tells none. */
static void read_embed_usage(const json_t *v, struct answer *a)
{
	a->usage.in_tok = token_count(json_object_get(v, "usageMetadata"), "promptTokenCount");
}

static const struct side_calls side = {
	.of = { [SIDE_EMBED] = { 100, build_embed } }, .vectors = "embeddings", .member = "values", .read_usage = read_embed_usage,
};

/* The limit is that of the whole request, 20 MB, and base64 adds a third. */
static const struct attach_rules takes = { .image_most = (size_t)14 << 20, .pdf_most = (size_t)14 << 20, .all_most = (size_t)14 << 20 };

static const struct list_call list = {
	.path = "/v1beta/models?pageSize=1000", .key_header = "x-goog-api-key: ", .list = "models", .name = "name", .prefix = "models/",
	.context = "inputTokenLimit", .more = "nextPageToken",
};

const struct provider provider_gemini = {
	.kind = "gemini",
	.title = "Google Gemini",
	.base_url = "https://generativelanguage.googleapis.com",
	.key_env = { "GEMINI_API_KEY", "GOOGLE_API_KEY" },
	.key_page = "https://aistudio.google.com/apikey",
	.base_url_env = "GEMINI_BASE_URL",
	.price_name = "google",
	.usual_model = "gemini-2.5-flash",
	.needs_key = true,
	.framing = FRAMING_SSE,
	.build = build,
	.event = event,
	.side = &side,
	.list = &list,
	.takes = &takes,
};
