/* Ollama's own chat API: one JSON object a line, streamed unless told otherwise; errors are plain strings. */
#include "sim/dialect.h"

#include <string.h>

#include "base/clock.h"

#define LOAD_US 90000

static const struct ask_role_name roles[] = {
	{ "system", ASK_SYSTEM },
	{ "user", ASK_USER },
	{ "assistant", ASK_ASSISTANT },
	{ "tool", ASK_USER },
	{ NULL, ASK_USER },
};

static bool read(const json_t *body, struct ask *a, struct err *e)
{
	const json_t *options = json_object_get(body, "options"), *format = json_object_get(body, "format"),
		     *think = json_object_get(body, "think");
	const json_t *messages = json_object_get(body, "messages");
	int64_t limit = UNKNOWN;

	a->is_streamed = true;
	if (!ask_get_model(body, a, e) || !ask_get_bool(body, "stream", &a->is_streamed, e)) {
		return false;
	}
	/* Without messages the request only loads the model. */
	if (messages != NULL && !(json_is_array(messages) && json_array_size(messages) == 0) && !ask_get_messages(body, roles, a, e)) {
		return false;
	}
	if (!ask_get_number(options, "temperature", 0, 100, &a->temperature, e) || !ask_get_number(options, "top_p", 0, 1, &a->top_p, e) ||
	    !ask_get_integer(options, "num_predict", -2, &limit, e) || !ask_get_integer(options, "seed", INT64_MIN + 1, &a->seed, e) ||
	    !ask_get_stop(options, "stop", a, e)) {
		return false;
	}
	/* -1 and -2: no limit, and to the end of the context. */
	a->max_tokens = is_known(limit) && limit > 0 ? limit : UNKNOWN;
	a->schema = json_is_object(format) ? json_deep_copy(format) : NULL;
	a->wants_json = json_is_string(format) && strcmp(json_string_value(format), "json") == 0;
	struct temper t;
	temper_find(a->model, &t);
	a->wants_reasoning = think != NULL && !json_is_null(think) ? !json_is_false(think) : t.thinks_aloud;
	return true;
}

static json_t *refuse(enum refusal r, const char *text, const char *param, const char *request_id)
{
	(void)r;
	(void)param;
	(void)request_id;
	return json_pack("{s:s}", "error", text);
}

static json_t *line(const struct flow *f, bool is_reasoning, const char *text, size_t len)
{
	char at[CLOCK_ISO_SIZE];
	json_t *v = json_object(), *message = json_pack("{s:s}", "role", "assistant");

	clock_format_iso(f->t_us + f->ttft_us + f->sent_tok * 1000, at);
	(void)json_object_set_new(message, "content", dialect_text(text, is_reasoning ? 0 : len));
	if (is_reasoning) {
		(void)json_object_set_new(message, "thinking", dialect_text(text, len));
	}
	(void)json_object_set_new(v, "model", json_string(f->ask->model));
	(void)json_object_set_new(v, "created_at", json_string(at));
	(void)json_object_set_new(v, "message", message);
	return v;
}

/* Zero figures are left out. */
static void figure(json_t *v, const char *key, int64_t n)
{
	if (n > 0) {
		(void)json_object_set_new(v, key, json_integer(n));
	}
}

static json_t *close_line(const struct flow *f, json_t *v)
{
	const struct said *s = f->said;

	(void)json_object_set_new(v, "done", json_true());
	(void)json_object_set_new(v, "done_reason",
	    json_string(f->ask->n_messages == 0  ? "load"
			: s->stop == SAID_LENGTH ? "length"
						 : "stop"));
	if (f->ask->n_messages > 0) {
		figure(v, "total_duration", (LOAD_US + f->ttft_us + f->gen_us) * 1000);
		figure(v, "load_duration", LOAD_US * 1000);
		figure(v, "prompt_eval_count", s->in_tok);
		figure(v, "prompt_eval_duration", f->ttft_us * 1000);
		figure(v, "eval_count", s->out_tok);
		figure(v, "eval_duration", f->gen_us * 1000);
	}
	return v;
}

static json_t *whole(const struct flow *f)
{
	json_t *v = line(f, false, f->said->text, f->said->len);

	if (f->said->reasoning[0] != '\0') {
		(void)json_object_set_new(json_object_get(v, "message"), "thinking", json_string(f->said->reasoning));
	}
	return close_line(f, v);
}

static void start(struct flow *f, struct buf *out)
{
	(void)f;
	(void)out;
}

static void piece(struct flow *f, bool is_reasoning, const char *text, size_t len, struct buf *out)
{
	json_t *v = line(f, is_reasoning, text, len);

	f->sent_tok++;
	(void)json_object_set_new(v, "done", json_false());
	dialect_line(f, v, out);
}

static void end(struct flow *f, struct buf *out)
{
	dialect_line(f, close_line(f, line(f, false, "", 0)), out);
}

static void oddity(struct flow *f, struct buf *out)
{
	json_t *v = line(f, false, "", 0);

	(void)json_object_set_new(v, "done", json_false());
	dialect_line(f, v, out);
}

static void fail(struct flow *f, struct buf *out)
{
	dialect_line(f, refuse(REFUSE_SERVER, "an error was encountered while running the model: unexpected EOF", NULL, NULL), out);
}

static json_t *models(void)
{
	json_t *list = json_array();
	const char *name;

	for (size_t i = 0; (name = model_listed(API_OLLAMA, i)) != NULL; i++) {
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:s, s:{s:s, s:s}}", "name", name, "model", name, "modified_at",
						"2026-01-05T10:00:00Z", "size", (json_int_t)4920753328, "digest", "simulated", "details",
						"format", "gguf", "quantization_level", "Q4_K_M"));
	}
	return json_pack("{s:o}", "models", list);
}

static json_t *version(void)
{
	return json_pack("{s:s}", "version", "0.9.0");
}

const struct dialect dialect_ollama = {
	.name = "ollama",
	.api = API_OLLAMA,
	.key_headers = { "authorization" },
	.stream_type = "application/x-ndjson",
	.is_ndjson = true,
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
	.version = version,
};
