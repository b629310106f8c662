/* Cohere chat, version 2. What an event is stands in its `type`; a whole answer has none, and its members where the events have them under
 * `delta`. Of the two counts of tokens, billed_units is what costs money; cached tokens are not among them. */
#include "provider/rows.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "provider/failure.h"
#include "provider/form.h"
#include "provider/listing.h"
#include "provider/reader.h"
#include "provider/side.h"
#include "provider/wire.h"

static const struct finish_word finish_words[] = {
	{ "COMPLETE", FINISH_STOP },
	{ "STOP_SEQUENCE", FINISH_STOP },
	{ "MAX_TOKENS", FINISH_LENGTH },
	{ "TOOL_CALL", FINISH_TOOL_CALLS },
	{ "ERROR", FINISH_ERROR },
	{ "TIMEOUT", FINISH_ERROR },
	{ NULL, FINISH_NONE },
};

/* A turn that only calls tools has no content at all. */
static json_t *messages_of(const struct chat_request *r)
{
	json_t *list = wire_messages(r, wire_image_url), *turn;
	size_t i;

	json_array_foreach (list, i, turn) {
		if (json_is_null(json_object_get(turn, "content"))) {
			(void)json_object_del(turn, "content");
		}
	}
	return list;
}

static bool build(const struct endpoint *ep, const struct chat_request *r, struct wire_request *out, struct err *e)
{
	const struct chat_params *p = &r->params;
	json_t *schema, *tools;

	if (!wire_check(r, true, e) || !wire_headers(out, ep, "Authorization: Bearer ", e) || !form_read(r, &schema, &tools, e)) {
		return false;
	}
	json_t *body = json_object();
	(void)json_object_set_new(body, "model", json_string(r->model));
	(void)json_object_set_new(body, "messages", messages_of(r));
	wire_real(body, "temperature", p->temperature);
	wire_real(body, "p", p->top_p);
	wire_int(body, "max_tokens", p->max_tokens);
	wire_int(body, "seed", p->seed);
	wire_stop(body, "stop_sequences", p);
	(void)json_object_set_new(body, "stream", json_boolean(r->is_streamed)); /* required */
	if (schema != NULL) {
		(void)json_object_set_new(body, "response_format", json_pack("{s:s, s:o}", "type", "json_object", "json_schema", schema));
	}
	if (tools != NULL) {
		(void)json_object_set_new(body, "tools", tools);
	}
	wire_url(out, ep->base_url, "/v2/chat");
	wire_body(out, body);
	return true;
}

/* A block of content, or the piece of one: text or thinking, each under its own name. */
static void read_content(struct answer_reader *rd, const json_t *content)
{
	reader_text(rd, DELTA_REASONING, json_object_get(content, "thinking"));
	reader_text(rd, DELTA_TEXT, json_object_get(content, "text"));
}

static void read_call(struct answer_reader *rd, const json_t *call, int64_t index)
{
	const json_t *function = json_object_get(call, "function");

	if (json_is_object(function)) {
		reader_arguments(rd, reader_tool(rd, index, json_get_string(call, "id", NULL), json_get_string(function, "name", NULL)),
		    json_object_get(function, "arguments"));
	}
}

/* In a stream one block and one call stand where a whole answer has lists of them. */
static void read_message(struct answer_reader *rd, const json_t *m, int64_t index)
{
	const json_t *content = json_object_get(m, "content"), *calls = json_object_get(m, "tool_calls"), *item;
	size_t i;

	reader_text(rd, DELTA_REASONING, json_object_get(m, "tool_plan"));
	read_content(rd, content);
	json_array_foreach (content, i, item) {
		read_content(rd, item);
	}
	read_call(rd, calls, index);
	json_array_foreach (calls, i, item) {
		read_call(rd, item, (int64_t)i);
	}
}

static void read_usage(struct answer_reader *rd, const json_t *usage)
{
	const json_t *billed = json_object_get(usage, "billed_units"), *seen = json_object_get(usage, "tokens");
	struct usage u = USAGE_UNKNOWN;

	u.in_tok = token_count(billed, "input_tokens");
	u.cache_read_tok = token_count(usage, "cached_tokens");
	u.out_tok = token_count(billed, "output_tokens");
	if (u.in_tok != UNKNOWN) {
		u.in_tok += known_or(u.cache_read_tok, 0);
	} else {
		u.in_tok = token_count(seen, "input_tokens");
	}
	if (u.out_tok == UNKNOWN) {
		u.out_tok = token_count(seen, "output_tokens");
	}
	reader_usage(rd, &u);
}

static void read_end(struct answer_reader *rd, const json_t *v)
{
	const char *word = json_get_string(v, "finish_reason", NULL);
	const json_t *error = json_object_get(v, "error");
	struct answer *a = reader_answer(rd);

	reader_finish(rd, finish_words, word);
	if (a->finish == FINISH_ERROR && word != NULL) {
		a->error_class = strcmp(word, "TIMEOUT") == 0 ? CLASS_TIMEOUT : CLASS_SERVER_ERROR;
		if (json_string_length(error) > 0) {
			failure_text(a->error_text, sizeof(a->error_text), json_string_value(error), json_string_length(error));
		}
	}
	read_usage(rd, json_object_get(v, "usage"));
}

static bool event(struct answer_reader *rd, const json_t *v)
{
	const char *type = json_get_string(v, "type", NULL);
	const json_t *from = type != NULL ? json_object_get(v, "delta") : v;

	reader_names(rd, NULL, json_get_string(v, "id", NULL));
	read_message(rd, json_get_object(from, "message"), known_or(json_get_int(v, "index"), 0));
	read_end(rd, from);
	return type == NULL || strcmp(type, "message-end") != 0;
}

static bool build_embed(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	if (!wire_headers(out, ep, "Authorization: Bearer ", e)) {
		return false;
	}
	json_t *body = json_pack("{s:s, s:s, s:o, s:[s]}", "model", r->model, "input_type", r->is_query ? "search_query" : "search_document",
	    "texts", wire_texts(r->texts, r->n), "embedding_types", "float");
	wire_int(body, "output_dimension", r->dimensions);
	wire_url(out, ep->base_url, "/v2/embed");
	wire_body(out, body);
	return true;
}

static bool build_rerank(const struct endpoint *ep, const struct side_request *r, struct wire_request *out, struct err *e)
{
	if (!wire_headers(out, ep, "Authorization: Bearer ", e)) {
		return false;
	}
	wire_url(out, ep->base_url, "/v2/rerank");
	wire_body(out, wire_ranking(r));
	return true;
}

static void read_side_usage(const json_t *v, struct answer *a)
{
	const json_t *billed = json_get_path(v, "meta.billed_units");

	a->usage.in_tok = token_count(billed, "input_tokens");
	a->usage.n_queries = token_count(billed, "search_units");
}

static const struct side_calls side = {
	.of = { [SIDE_EMBED] = { 96, build_embed }, [SIDE_RERANK] = { 1000, build_rerank } },
	.vectors = "embeddings.float",
	.read_usage = read_side_usage,
};

static const struct attach_rules takes = { .image_most = (size_t)20 << 20, .all_most = (size_t)20 << 20, .sees = "vision" };

static const struct list_call list = {
	.path = "/v1/models?page_size=1000", .key_header = "Authorization: Bearer ", .list = "models", .name = "name", .context = "context_length",
	.more = "next_page_token",
};

const struct provider provider_cohere = {
	.kind = "cohere",
	.title = "Cohere",
	.base_url = "https://api.cohere.com",
	.key_env = { "CO_API_KEY", "COHERE_API_KEY" },
	.key_page = "https://dashboard.cohere.com/api-keys",
	.base_url_env = "CO_API_URL",
	.price_name = "cohere",
	.usual_model = "command-a-03-2025",
	.needs_key = true,
	.framing = FRAMING_SSE,
	.build = build,
	.event = event,
	.side = &side,
	.list = &list,
	.takes = &takes,
};
