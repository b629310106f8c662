/* OpenAI Chat Completions, and the many servers that speak it (Azure, OpenRouter, vLLM, llama.cpp, Mistral, ...).
 * Where they differ, all known forms are taken; where they know less, only what all know is sent. What a service that has a row of its own
 * wants otherwise stands in its manner. */
#include "provider/rows.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "provider/form.h"
#include "provider/listing.h"
#include "provider/reader.h"
#include "provider/side.h"
#include "provider/wire.h"

static const struct finish_word finish_words[] = {
	{ "stop", FINISH_STOP },
	{ "length", FINISH_LENGTH },
	{ "model_length", FINISH_LENGTH },
	{ "tool_calls", FINISH_TOOL_CALLS },
	{ "function_call", FINISH_TOOL_CALLS },
	{ "content_filter", FINISH_CONTENT_FILTER },
	{ "error", FINISH_ERROR },
	{ "abort", FINISH_ERROR },
	{ NULL, FINISH_NONE },
};

/* How requests of a row differ. */
struct manner {
	const char *key_header;
	const char *seed;        /* the name of that parameter */
	bool asks_for_usage;     /* a stream tells usage only when asked to; else the option is unknown or useless */
	bool knows_new_names;    /* max_completion_tokens, whatever the address is */
	const char *dimensions;  /* the name of that parameter of embeddings */
	bool knows_base64;       /* embeddings may be asked for so: a quarter of the bytes */
	void (*add_path)(struct buf *path, const char *model); /* what stands before that of the call */
};

static void add_plain_path(struct buf *path, const char *model)
{
	(void)path;
	(void)model;
}

static void add_deployment_path(struct buf *path, const char *model)
{
	(void)buf_add_str(path, "/openai/deployments/");
	wire_encode(path, model);
}

static const struct manner openai_manner = {
	"Authorization: Bearer ", "seed", true, false, "dimensions", true, add_plain_path,
};
static const struct manner mistral_manner = {
	"Authorization: Bearer ", "random_seed", false, false, "output_dimension", false, add_plain_path,
};
static const struct manner openrouter_manner = {
	"Authorization: Bearer ", "seed", false, false, "dimensions", false, add_plain_path,
};
static const struct manner azure_manner = {
	"api-key: ", "seed", true, true, "dimensions", true, add_deployment_path,
};

static bool starts_with(const char *s, const char *start)
{
	return strncmp(s, start, strlen(start)) == 0;
}

/* Reasoning and newer models refuse max_tokens, but only the service itself (and Azure) is sure to know the newer name. */
static bool knows_completion_limit(const struct manner *m, const char *base_url, const char *model)
{
	static const char *const models[] = { "o1", "o3", "o4", "gpt-5" };
	const char *host = strstr(base_url, "://");
	size_t len;

	host = host != NULL ? host + 3 : base_url;
	len = strcspn(host, ":/?");
	bool is_own = m->knows_new_names || (len >= 14 && memcmp(host + len - 14, "api.openai.com", 14) == 0) ||
	    (len >= 17 && memcmp(host + len - 17, ".openai.azure.com", 17) == 0);
	if (starts_with(model, "ft:")) {
		model += 3;
	}
	for (size_t i = 0; is_own && i < COUNT_OF(models); i++) {
		if (starts_with(model, models[i])) {
			return true;
		}
	}
	return false;
}

static void set_address(const struct manner *m, const struct endpoint *ep, const char *model, const char *call, struct wire_request *out)
{
	struct buf path = { 0 };

	m->add_path(&path, model);
	(void)buf_add_str(&path, call);
	wire_url(out, ep->base_url, buf_str(&path));
	buf_free(&path);
}

/* A PDF is a file; those rows that take none never come here with one. */
static json_t *part(const struct chat_request *r, const struct attachment *a)
{
	if (a->kind == ATTACH_IMAGE) {
		return wire_image_url(r, a);
	}
	return json_pack("{s:s, s:{s:s, s:o}}", "type", "file", "file", "filename", a->name, "file_data", attachment_url(r, a));
}

static bool build_as(const struct manner *m, const struct endpoint *ep, const struct chat_request *r, struct wire_request *out,
    struct err *e)
{
	const struct chat_params *p = &r->params;
	json_t *schema, *tools;

	if (!wire_check(r, false, e) || !wire_headers(out, ep, m->key_header, e) || !form_read(r, &schema, &tools, e)) {
		return false;
	}
	json_t *body = json_object();
	(void)json_object_set_new(body, "model", json_string(r->model));
	(void)json_object_set_new(body, "messages", wire_messages(r, part));
	wire_real(body, "temperature", p->temperature);
	wire_real(body, "top_p", p->top_p);
	wire_int(body, knows_completion_limit(m, ep->base_url, r->model) ? "max_completion_tokens" : "max_tokens", p->max_tokens);
	wire_int(body, m->seed, p->seed);
	wire_stop(body, "stop", p);
	if (r->is_streamed) {
		(void)json_object_set_new(body, "stream", json_true());
	}
	if (r->is_streamed && m->asks_for_usage) {
		(void)json_object_set_new(body, "stream_options", json_pack("{s:b}", "include_usage", 1));
	}
	if (schema != NULL) {
		(void)json_object_set_new(body, "response_format",
		    json_pack("{s:s, s:{s:s, s:o}}", "type", "json_schema", "json_schema", "name", "answer", "schema", schema));
	}
	if (tools != NULL) {
		(void)json_object_set_new(body, "tools", tools);
	}
	set_address(m, ep, r->model, "/chat/completions", out);
	wire_body(out, body);
	return true;
}

static bool build(const struct endpoint *ep, const struct chat_request *r, struct wire_request *out, struct err *e)
{
	return build_as(&openai_manner, ep, r, out, e);
}

static bool build_mistral(const struct endpoint *ep, const struct chat_request *r, struct wire_request *out, struct err *e)
{
	return build_as(&mistral_manner, ep, r, out, e);
}

static bool build_openrouter(const struct endpoint *ep, const struct chat_request *r, struct wire_request *out, struct err *e)
{
	return build_as(&openrouter_manner, ep, r, out, e);
}

static bool has_address(const struct endpoint *ep, struct err *e)
{
	if (starts_with(ep->base_url, provider_azure.base_url)) {
		(void)err_set(e, ERR_CONFIG, "Azure OpenAI has no common address; that of your resource is not set");
		return err_hint(e, "set AZURE_OPENAI_ENDPOINT, such as https://NAME.openai.azure.com, or base_url in the configuration");
	}
	return true;
}

static bool build_azure(const struct endpoint *ep, const struct chat_request *r, struct wire_request *out, struct err *e)
{
	return has_address(ep, e) && build_as(&azure_manner, ep, r, out, e);
}

/* Content as a list of parts: text, and at Mistral thinking, whose own text may be a list again. */
static void read_parts(struct answer_reader *rd, const json_t *parts, enum delta_kind kind)
{
	size_t i;
	const json_t *part;

	json_array_foreach (parts, i, part) {
		const json_t *thinking = json_object_get(part, "thinking");

		reader_text(rd, kind, json_object_get(part, "text"));
		reader_text(rd, DELTA_REFUSAL, json_object_get(part, "refusal"));
		reader_text(rd, DELTA_REASONING, thinking);
		if (json_is_array(thinking) && kind != DELTA_REASONING) {
			read_parts(rd, thinking, DELTA_REASONING);
		}
	}
}

static void read_tool_call(struct answer_reader *rd, const json_t *call, int64_t index)
{
	const json_t *function = json_get_object(call, "function"), *arguments = json_object_get(function, "arguments");
	const char *id = json_get_string(call, "id", NULL), *name = json_get_string(function, "name", NULL);

	if (function == NULL) {
		function = json_get_object(call, "custom");
		name = json_get_string(function, "name", NULL);
		arguments = json_object_get(function, "input");
	}
	if (id != NULL && strcmp(id, "null") == 0) { /* Mistral */
		id = NULL;
	}
	reader_arguments(rd, reader_tool(rd, index, id, name), arguments);
}

/* The `delta` of an event, or the `message` of a whole answer. */
static void read_message(struct answer_reader *rd, const json_t *m, bool is_whole)
{
	/* Some servers send the same text under two of these names. */
	static const char *const reasoning[] = { "reasoning_content", "reasoning", "thinking" };
	const json_t *content = json_object_get(m, "content"), *call;
	size_t i;

	for (i = 0; i < COUNT_OF(reasoning); i++) {
		const json_t *text = json_object_get(m, reasoning[i]);

		if (json_string_length(text) > 0) {
			reader_text(rd, DELTA_REASONING, text);
			break;
		}
	}
	reader_text(rd, DELTA_TEXT, content);
	read_parts(rd, content, DELTA_TEXT);
	reader_text(rd, DELTA_REFUSAL, json_object_get(m, "refusal"));
	json_array_foreach (json_object_get(m, "tool_calls"), i, call) {
		/* In a whole answer the place in the list is the index. */
		read_tool_call(rd, call, is_whole ? (int64_t)i : json_get_int(call, "index"));
	}
	call = json_get_object(m, "function_call"); /* before tools */
	if (call != NULL) {
		reader_arguments(rd, reader_tool(rd, 0, NULL, json_get_string(call, "name", NULL)), json_object_get(call, "arguments"));
	}
}

static void read_usage(struct answer_reader *rd, const json_t *usage)
{
	const json_t *in = json_object_get(usage, "prompt_tokens_details"), *out = json_object_get(usage, "completion_tokens_details");
	struct usage u = USAGE_UNKNOWN;

	u.in_tok = token_count(usage, "prompt_tokens");
	u.cache_read_tok = token_count(in, "cached_tokens");
	if (u.cache_read_tok == UNKNOWN) {
		u.cache_read_tok = token_count(usage, "prompt_cache_hit_tokens"); /* DeepSeek */
	}
	u.cache_write_tok = token_count(in, "cache_write_tokens");
	u.audio_in = token_count(in, "audio_tokens");
	u.image_in = token_count(in, "image_tokens");
	u.out_tok = token_count(usage, "completion_tokens");
	u.reason_tok = token_count(out, "reasoning_tokens");
	u.audio_out = token_count(out, "audio_tokens");
	reader_usage(rd, &u);
}

static bool event(struct answer_reader *rd, const json_t *v)
{
	size_t i;
	const json_t *choice;

	reader_names(rd, json_get_string(v, "model", NULL), json_get_string(v, "id", NULL));
	json_array_foreach (json_object_get(v, "choices"), i, choice) {
		const json_t *delta = json_get_object(choice, "delta"), *message = json_get_object(choice, "message");

		if (known_or(json_get_int(choice, "index"), 0) != 0) { /* only one is ever asked for */
			continue;
		}
		read_message(rd, delta != NULL ? delta : message, delta == NULL);
		reader_finish(rd, finish_words, json_get_string(choice, "finish_reason", NULL));
	}
	if (json_get_object(v, "usage") != NULL) {
		read_usage(rd, json_object_get(v, "usage"));
	}
	return true;
}

/* Credits are US dollars. */
static bool event_openrouter(struct answer_reader *rd, const json_t *v)
{
	answer_cost(reader_answer(rd), json_object_get(json_object_get(v, "usage"), "cost"));
	return event(rd, v);
}

/* ---- embeddings, reranking, moderation ---- */

static bool build_embed_as(const struct manner *m, const struct endpoint *ep, const struct side_request *r, struct wire_request *out,
    struct err *e)
{
	if (!wire_headers(out, ep, m->key_header, e)) {
		return false;
	}
	json_t *body = json_object();
	(void)json_object_set_new(body, "model", json_string(r->model));
	(void)json_object_set_new(body, "input", wire_texts(r->texts, r->n));
	wire_int(body, m->dimensions, r->dimensions);
	if (m->knows_base64) {
		(void)json_object_set_new(body, "encoding_format", json_string("base64"));
	}
	set_address(m, ep, r->model, "/embeddings", out);
	wire_body(out, body);
	return true;
}

static bool build_embed(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	return build_embed_as(&openai_manner, ep, r, out, e);
}

static bool build_embed_mistral(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	return build_embed_as(&mistral_manner, ep, r, out, e);
}

static bool build_embed_openrouter(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	return build_embed_as(&openrouter_manner, ep, r, out, e);
}

static bool build_embed_azure(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	return has_address(ep, e) && build_embed_as(&azure_manner, ep, r, out, e);
}

/* Not of OpenAI itself, but of servers that speak its format: vLLM, llama.cpp. */
static bool build_rerank(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	if (!wire_headers(out, ep, openai_manner.key_header, e)) {
		return false;
	}
	wire_url(out, ep->base_url, "/rerank");
	wire_body(out, wire_ranking(r));
	return true;
}

static bool build_moderate(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	if (!wire_headers(out, ep, openai_manner.key_header, e)) {
		return false;
	}
	wire_url(out, ep->base_url, "/moderations");
	wire_body(out, json_pack("{s:s, s:o}", "model", r->model, "input", wire_texts(r->texts, r->n)));
	return true;
}

static void read_side_usage(const json_t *v, struct answer *a)
{
	const json_t *usage = json_object_get(v, "usage");

	a->usage.in_tok = token_count(usage, "prompt_tokens");
	if (a->usage.in_tok == UNKNOWN) {
		a->usage.in_tok = token_count(usage, "total_tokens");
	}
	answer_cost(a, json_object_get(usage, "cost")); /* OpenRouter */
}

#define MODERATED_MOST 32
#define SIDE_ANSWER .vectors = "data", .member = "embedding", .read_usage = read_side_usage
static const struct side_calls openai_side = {
	.of = { [SIDE_EMBED] = { 2048, build_embed }, [SIDE_RERANK] = { 1000, build_rerank }, [SIDE_MODERATE] = { MODERATED_MOST, build_moderate } },
	SIDE_ANSWER,
};
static const struct side_calls mistral_side = {
	.of = { [SIDE_EMBED] = { 512, build_embed_mistral }, [SIDE_MODERATE] = { MODERATED_MOST, build_moderate } },
	SIDE_ANSWER,
};
static const struct side_calls openrouter_side = { .of = { [SIDE_EMBED] = { 2048, build_embed_openrouter } }, SIDE_ANSWER };
static const struct side_calls azure_side = { .of = { [SIDE_EMBED] = { 2048, build_embed_azure } }, SIDE_ANSWER };

#define MIB ((size_t)1 << 20)
static const char *const openai_text_only[] = { "gpt-3.5-turbo", "o1-mini", "o1-preview", "o3-mini", NULL };
static const char *const mistral_text_only[] = { "codestral", "mistral-embed", "open-mistral-7b", "open-mixtral", NULL };
static const struct attach_rules openai_takes = {
	.image_most = 20 * MIB, .pdf_most = 32 * MIB, .all_most = 50 * MIB, .text_only = openai_text_only,
};
static const struct attach_rules mistral_takes = { .image_most = 10 * MIB, .all_most = 50 * MIB, .text_only = mistral_text_only };
static const struct attach_rules openrouter_takes = { .image_most = 20 * MIB, .pdf_most = 32 * MIB, .all_most = 50 * MIB };
static const struct attach_rules azure_takes = { .image_most = 20 * MIB, .all_most = 50 * MIB, .text_only = openai_text_only };

static const struct list_call openai_list = {
	.path = "/models", .key_header = "Authorization: Bearer ", .list = "data", .name = "id", .context = "max_model_len", /* vLLM */
};
static const struct list_call mistral_list = {
	.path = "/models", .key_header = "Authorization: Bearer ", .list = "data", .name = "id", .context = "max_context_length",
};
static const struct list_call openrouter_list = {
	.path = "/models", .key_header = "Authorization: Bearer ", .list = "data", .name = "id", .context = "context_length",
};

const struct provider provider_openai = {
	.kind = "openai",
	.title = "OpenAI",
	.base_url = "https://api.openai.com/v1",
	.key_env = { "OPENAI_API_KEY" },
	.key_page = "https://platform.openai.com/api-keys",
	.base_url_env = "OPENAI_BASE_URL",
	.price_name = "openai",
	.usual_model = "gpt-5.4-mini",
	.needs_key = true,
	.is_key_optional_elsewhere = true,
	.framing = FRAMING_SSE,
	.build = build,
	.event = event,
	.side = &openai_side,
	.list = &openai_list,
	.takes = &openai_takes,
};

const struct provider provider_mistral = {
	.kind = "mistral",
	.title = "Mistral",
	.base_url = "https://api.mistral.ai/v1",
	.key_env = { "MISTRAL_API_KEY" },
	.key_page = "https://console.mistral.ai/api-keys",
	.base_url_env = "MISTRAL_BASE_URL",
	.price_name = "mistral",
	.usual_model = "mistral-small-latest",
	.needs_key = true,
	.framing = FRAMING_SSE,
	.build = build_mistral,
	.event = event,
	.side = &mistral_side,
	.list = &mistral_list,
	.takes = &mistral_takes,
};

const struct provider provider_openrouter = {
	.kind = "openrouter",
	.title = "OpenRouter",
	.base_url = "https://openrouter.ai/api/v1",
	.key_env = { "OPENROUTER_API_KEY" },
	.key_page = "https://openrouter.ai/settings/keys",
	.base_url_env = "OPENROUTER_BASE_URL",
	.price_name = "openrouter",
	.usual_model = "openai/gpt-5.4-mini",
	.needs_key = true,
	.framing = FRAMING_SSE,
	.build = build_openrouter,
	.event = event_openrouter,
	.side = &openrouter_side,
	.list = &openrouter_list,
	.takes = &openrouter_takes,
};

const struct provider provider_azure = {
	.kind = "azure",
	.title = "Azure OpenAI",
	.base_url = "https://RESOURCE.openai.azure.com",
	.key_env = { "AZURE_OPENAI_API_KEY" },
	.base_url_env = "AZURE_OPENAI_ENDPOINT",
	.price_name = "openai",
	.usual_model = "gpt-4o-mini", /* a deployment is mostly named like its model */
	.api_version = "2024-10-21",
	.api_version_env = "OPENAI_API_VERSION",
	.needs_key = true,
	.needs_base_url = true,
	.framing = FRAMING_SSE,
	.build = build_azure,
	.event = event,
	.side = &azure_side,
	.takes = &azure_takes,
};
