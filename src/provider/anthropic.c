/* Anthropic Messages. Usage comes in two parts, at the start and with the end, the second one cumulative: figures replace earlier ones.
 * input_tokens leaves out what was read from and written to the cache, so the three are added up here. */
#include "provider/rows.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "provider/form.h"
#include "provider/listing.h"
#include "provider/reader.h"
#include "provider/wire.h"

#define MAX_TOKENS_DEFAULT 4096 /* the service requires a limit */

static const struct finish_word finish_words[] = {
	{ "end_turn", FINISH_STOP },
	{ "stop_sequence", FINISH_STOP },
	{ "pause_turn", FINISH_STOP },
	{ "max_tokens", FINISH_LENGTH },
	{ "model_context_window_exceeded", FINISH_LENGTH },
	{ "tool_use", FINISH_TOOL_CALLS },
	{ "refusal", FINISH_CONTENT_FILTER },
	{ NULL, FINISH_NONE },
};

static json_t *text_block(const char *text)
{
	return json_pack("{s:s, s:s}", "type", "text", "text", text);
}

static void add_calls(json_t *content, const json_t *calls)
{
	const json_t *call;
	size_t i;

	json_array_foreach (calls, i, call) {
		const char *id = json_get_string(call, "id", NULL);

		(void)json_array_append_new(content, json_pack("{s:s, s:s, s:s, s:o}", "type", "tool_use", "id", id != NULL ? id : "", "name",
		    wire_call_name(call), "input", wire_call_arguments(call)));
	}
}

/* A message as blocks: what is attached, then its words and the calls of tools; or the result of one. */
static void add_blocks(json_t *content, const struct chat_request *r, size_t i)
{
	const struct message *m = &r->messages[i];
	json_t *words = attachment_words(r, i), *calls = wire_calls(m);

	if (m->role == ROLE_TOOL) {
		(void)json_array_append_new(content, json_pack("{s:s, s:s, s:O}", "type", "tool_result", "tool_use_id", m->call_id != NULL ? m->call_id : "",
		    "content", words));
	}

	for (size_t k = 0; k < attachment_count(r, i); k++) {
		const struct attachment *a = attachment_at(r, k);

		(void)json_array_append_new(content,
		    json_pack("{s:s, s:{s:s, s:s, s:o}}", "type", a->kind == ATTACH_IMAGE ? "image" : "document", "source", "type", "base64",
			"media_type", a->type, "data", attachment_base64(r, a, "")));
	}
	if (m->role != ROLE_TOOL && (json_array_size(calls) == 0 || m->text[0] != '\0')) {
		(void)json_array_append_new(content, text_block(json_string_value(words)));
	}
	add_calls(content, calls);
	json_decref(calls);
	json_decref(words);
}

/* Consecutive messages of one role become one turn of several blocks, since not every compatible server merges turns itself; a turn of one
 * message is sent as plain text. */
static json_t *turns(const struct chat_request *r)
{
	json_t *list = json_array(), *turn;
	enum role last = ROLE_SYSTEM;
	size_t k;

	for (size_t i = 0; i < r->n_messages; i++) {
		const struct message *m = &r->messages[i];

		turn = json_array_get(list, json_array_size(list) - 1);

		if (m->role == ROLE_SYSTEM) {
			continue;
		}
		enum role role = m->role == ROLE_TOOL ? ROLE_USER : m->role; /* results come in a turn of the user */

		if (turn == NULL || role != last) {
			turn = json_pack("{s:s, s:[]}", "role", role == ROLE_USER ? "user" : "assistant", "content");
			(void)json_array_append_new(list, turn);
		}
		add_blocks(json_object_get(turn, "content"), r, i);
		last = role;
	}
	json_array_foreach (list, k, turn) {
		json_t *content = json_object_get(turn, "content"), *text = json_object_get(json_array_get(content, 0), "text");

		if (json_array_size(content) == 1 && text != NULL) {
			(void)json_object_set(turn, "content", text);
		}
	}
	return list;
}

static json_t *system_of(const struct chat_request *r)
{
	json_t *blocks = json_array();

	for (size_t i = 0; i < r->n_messages; i++) {
		if (r->messages[i].role == ROLE_SYSTEM) {
			(void)json_array_append_new(blocks, text_block(r->messages[i].text));
		}
	}
	if (json_array_size(blocks) > 1) {
		return blocks;
	}
	json_t *text = json_incref(json_object_get(json_array_get(blocks, 0), "text"));
	json_decref(blocks);
	return text;
}

static bool build(const struct endpoint *ep, const struct chat_request *r, struct wire_request *out, struct err *e)
{
	const struct chat_params *p = &r->params;
	json_t *schema, *tools;

	if (!wire_check(r, true, e) || !wire_header(out, "anthropic-version", "2023-06-01", e) ||
	    !wire_headers(out, ep, "x-api-key: ", e) || !form_read(r, &schema, &tools, e)) {
		return false;
	}
	json_t *body = json_object(), *system = system_of(r);
	(void)json_object_set_new(body, "model", json_string(r->model));
	wire_int(body, "max_tokens", known_or(p->max_tokens, MAX_TOKENS_DEFAULT));
	if (system != NULL) {
		(void)json_object_set_new(body, "system", system);
	}
	(void)json_object_set_new(body, "messages", turns(r));
	wire_real(body, "temperature", p->temperature);
	wire_real(body, "top_p", p->top_p);
	wire_stop(body, "stop_sequences", p);
	if (r->is_streamed) {
		(void)json_object_set_new(body, "stream", json_true());
	}
	if (tools != NULL) {
		(void)json_object_set_new(body, "tools", form_functions(tools, "input_schema"));
		json_decref(tools);
	}
	if (is_known(p->seed) || schema != NULL) {
		const char *what = schema == NULL ? "seed is" : is_known(p->seed) ? "seed and a JSON schema are" : "a JSON schema is";

		(void)snprintf(out->warning, sizeof(out->warning), "%s not supported by Anthropic and %s not sent", what,
		    is_known(p->seed) && schema != NULL ? "were" : "was");
	}
	json_decref(schema);
	wire_url(out, ep->base_url, "/v1/messages");
	wire_body(out, body);
	return true;
}

static void read_usage(struct answer_reader *rd, const json_t *usage)
{
	const struct usage *old = &reader_answer(rd)->usage;
	struct usage u = USAGE_UNKNOWN;
	int64_t plain = token_count(usage, "input_tokens");

	if (plain == UNKNOWN && old->in_tok != UNKNOWN) {
		plain = old->in_tok - known_or(old->cache_read_tok, 0) - known_or(old->cache_write_tok, 0);
	}
	u.cache_read_tok = token_count(usage, "cache_read_input_tokens");
	u.cache_write_tok = token_count(usage, "cache_creation_input_tokens");
	u.cache_write_1h_tok = token_count(json_object_get(usage, "cache_creation"), "ephemeral_1h_input_tokens");
	u.out_tok = token_count(usage, "output_tokens");
	u.reason_tok = token_count(json_object_get(usage, "output_tokens_details"), "thinking_tokens");
	reader_usage(rd, &u);
	if (plain != UNKNOWN) {
		u = USAGE_UNKNOWN;
		u.in_tok = plain + known_or(old->cache_read_tok, 0) + known_or(old->cache_write_tok, 0);
		reader_usage(rd, &u);
	}
}

/* A block as it starts in a stream (then mostly empty), or whole. */
static void read_block(struct answer_reader *rd, const json_t *block, int64_t index, bool is_whole)
{
	const char *type = json_get_string(block, "type", NULL);
	const json_t *input = json_object_get(block, "input");

	if (type == NULL) {
		return;
	}
	if (strcmp(type, "text") == 0) {
		reader_text(rd, DELTA_TEXT, json_object_get(block, "text"));
	} else if (strcmp(type, "thinking") == 0) {
		reader_text(rd, DELTA_REASONING, json_object_get(block, "thinking"));
	} else if (strcmp(type, "tool_use") == 0) {
		struct tool_call *t = reader_tool(rd, index, json_get_string(block, "id", NULL), json_get_string(block, "name", NULL));

		/* A stream starts with {} and sends the arguments in pieces. */
		if (is_whole || json_object_size(input) > 0) {
			reader_arguments(rd, t, input);
		}
	}
}

static void on_block_start(struct answer_reader *rd, const json_t *v)
{
	read_block(rd, json_object_get(v, "content_block"), known_or(json_get_int(v, "index"), 0), false);
}

static void on_block_delta(struct answer_reader *rd, const json_t *v)
{
	const json_t *delta = json_object_get(v, "delta"), *json = json_object_get(delta, "partial_json");

	/* Each type of delta has a member of its own; unknown types have none of these. */
	reader_text(rd, DELTA_TEXT, json_object_get(delta, "text"));
	reader_text(rd, DELTA_REASONING, json_object_get(delta, "thinking"));
	if (json_string_length(json) > 0) {
		reader_arguments(rd, reader_tool(rd, known_or(json_get_int(v, "index"), 0), NULL, NULL), json);
	}
}

/* A tool call of which no piece came has the arguments {}. */
static void on_block_stop(struct answer_reader *rd, const json_t *v)
{
	struct answer *a = reader_answer(rd);
	int64_t index = known_or(json_get_int(v, "index"), 0);

	for (size_t i = 0; i < a->n_tool_calls; i++) {
		if (a->tool_calls[i].index == index && a->tool_calls[i].arguments.len == 0) {
			json_t *none = json_object();

			reader_arguments(rd, &a->tool_calls[i], none);
			json_decref(none);
		}
	}
}

/* The message itself: empty at the start of a stream, or a whole answer. */
static void on_message(struct answer_reader *rd, const json_t *m)
{
	size_t i;
	const json_t *block;

	reader_names(rd, json_get_string(m, "model", NULL), json_get_string(m, "id", NULL));
	json_array_foreach (json_object_get(m, "content"), i, block) {
		read_block(rd, block, (int64_t)i, true);
	}
	reader_finish(rd, finish_words, json_get_string(m, "stop_reason", NULL));
	read_usage(rd, json_object_get(m, "usage"));
}

static void on_message_start(struct answer_reader *rd, const json_t *v)
{
	on_message(rd, json_object_get(v, "message"));
}

static void on_message_delta(struct answer_reader *rd, const json_t *v)
{
	reader_finish(rd, finish_words, json_get_string(json_object_get(v, "delta"), "stop_reason", NULL));
	read_usage(rd, json_object_get(v, "usage"));
}

static const struct {
	const char *type;
	void (*read)(struct answer_reader *rd, const json_t *v);
} events[] = {
	{ "content_block_delta", on_block_delta },
	{ "content_block_start", on_block_start },
	{ "content_block_stop", on_block_stop },
	{ "message_start", on_message_start },
	{ "message_delta", on_message_delta },
	{ "message", on_message },
};

static bool event(struct answer_reader *rd, const json_t *v)
{
	const char *type = json_get_string(v, "type", NULL);

	if (type == NULL) {
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(events); i++) {
		if (strcmp(type, events[i].type) == 0) {
			events[i].read(rd, v);
			break;
		}
	}
	return strcmp(type, "message_stop") != 0;
}

static const struct attach_rules takes = { .image_most = (size_t)5 << 20, .pdf_most = (size_t)23 << 20, .all_most = (size_t)23 << 20 };

static const struct list_call list = {
	.path = "/v1/models?limit=1000", .key_header = "x-api-key: ", .header = { "anthropic-version", "2023-06-01" }, .list = "data", .name = "id",
	.more = "has_more",
};

const struct provider provider_anthropic = {
	.kind = "anthropic",
	.title = "Anthropic",
	.base_url = "https://api.anthropic.com",
	.key_env = { "ANTHROPIC_API_KEY" },
	.key_page = "https://console.anthropic.com/settings/keys",
	.base_url_env = "ANTHROPIC_BASE_URL",
	.price_name = "anthropic",
	.usual_model = "claude-haiku-4-5",
	.usual_max_tok = MAX_TOKENS_DEFAULT,
	.needs_key = true,
	.framing = FRAMING_SSE,
	.build = build,
	.event = event,
	.list = &list,
	.takes = &takes,
};
