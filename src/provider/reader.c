/* How a body is read. What it is shows only in its first byte that is not blank, since servers send plain JSON where a stream was asked
 * for, streams where none was, and either under any content type:
 *   events       handed to the provider one by one as they come (server-sent events, or JSON a line);
 *   whole        collected and parsed at the end (a plain answer, an error, a web page);
 *   an error     the same for any status but 2xx. */
#include "provider/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "provider/failure.h"
#include "text/repair.h"

#define WHOLE_LIMIT ((size_t)64 << 20)
#define ERROR_KEPT ((size_t)64 << 10)
#define TOOL_CALLS_MAX 1024
#define COST_MAX_USD 1e6

enum body_kind { BODY_UNSEEN, BODY_EVENTS, BODY_WHOLE, BODY_ERROR };

struct answer_reader {
	const struct provider *provider;
	struct answer *a;
	delta_fn *delta;
	void *ctx;
	int status;
	bool is_event_stream; /* the content type says so */
	enum body_kind kind;
	struct frames *frames;
	struct buf body;      /* of whole answers and errors, and of lines of JSON until the first good one */
	size_t n_events;
	bool is_over;         /* nothing more is read */
	bool was_ended;       /* the stream itself said that it is over */
	bool is_ending;       /* the body is at its end: what comes now may be cut off */
};

struct answer *reader_answer(struct answer_reader *rd)
{
	return rd->a;
}

static void fail_too_large(struct answer_reader *rd, const char *what)
{
	failure_set(rd->a, CLASS_OTHER, "the answer has %s, more than can be taken", what);
	rd->is_over = true;
}

static void tell(struct answer_reader *rd, enum delta_kind kind, const char *text, size_t len)
{
	if (rd->delta != NULL) {
		rd->delta(rd->ctx, kind, text, len);
	}
}

void reader_text(struct answer_reader *rd, enum delta_kind kind, const json_t *text)
{
	struct buf *to = kind == DELTA_REASONING ? &rd->a->reasoning : kind == DELTA_REFUSAL ? &rd->a->refusal : &rd->a->text;
	size_t len = json_string_length(text);

	if (len == 0 || rd->is_over) {
		return;
	}
	if (!buf_add(to, json_string_value(text), len)) {
		fail_too_large(rd, "over 64 MiB of text");
		return;
	}
	tell(rd, kind, json_string_value(text), len);
}

static bool is_set(const char *s)
{
	return s != NULL && s[0] != '\0';
}

static bool differs(const char *a, const char *b)
{
	return is_set(a) && is_set(b) && strcmp(a, b) != 0;
}

static struct tool_call *find_tool(const struct answer *a, int64_t index, const char *id, const char *name)
{
	for (size_t i = a->n_tool_calls; i-- > 0;) {
		struct tool_call *t = &a->tool_calls[i];

		if (index != UNKNOWN) {
			if (t->index == index) {
				/* Some servers give every call the index 0; a new call then shows by its id and a name. */
				return differs(t->id, id) && is_set(name) ? NULL : t;
			}
		} else if (is_set(id)) {
			if (strcmp(t->id, id) == 0) {
				return t;
			}
		} else {
			return differs(t->name, name) ? NULL : t;
		}
	}
	return NULL;
}

struct tool_call *reader_tool(struct answer_reader *rd, int64_t index, const char *id, const char *name)
{
	struct answer *a = rd->a;
	struct tool_call *t = find_tool(a, index, id, name);
	bool is_new = t == NULL;

	if (is_new) {
		if (a->n_tool_calls == TOOL_CALLS_MAX || rd->is_over) {
			fail_too_large(rd, "over 1024 tool calls");
			return NULL;
		}
		int64_t next = (int64_t)a->n_tool_calls;

		t = array_push(a->tool_calls, a->n_tool_calls, a->cap_tool_calls);
		t->index = index != UNKNOWN ? index : next;
		t->id = x_strdup("");
		t->name = x_strdup("");
		buf_init(&t->arguments, WHOLE_LIMIT);
	}
	if (t->id[0] == '\0' && is_set(id)) {
		free(t->id);
		t->id = x_strdup(id);
	}
	if (t->name[0] == '\0' && is_set(name)) {
		free(t->name);
		t->name = x_strdup(name);
	}
	if (is_new) {
		tell(rd, DELTA_TOOL_CALL, "", 0);
	}
	return t;
}

void reader_arguments(struct answer_reader *rd, struct tool_call *t, const json_t *arguments)
{
	char *dump = json_is_object(arguments) || json_is_array(arguments) ? json_dumps(arguments, JSON_COMPACT) : NULL;
	const char *s = dump != NULL ? dump : json_string_value(arguments);
	size_t len = dump != NULL ? strlen(dump) : json_string_length(arguments);

	if (t != NULL && len > 0 && !rd->is_over) {
		if (buf_add(&t->arguments, s, len)) {
			tell(rd, DELTA_TOOL_CALL, s, len);
		} else {
			fail_too_large(rd, "over 64 MiB of arguments");
		}
	}
	free(dump);
}

void reader_names(struct answer_reader *rd, const char *model, const char *id)
{
	if (rd->a->model == NULL && is_set(model)) {
		rd->a->model = x_strdup(model);
	}
	if (rd->a->response_id == NULL && is_set(id)) {
		rd->a->response_id = x_strdup(id);
	}
}

static void take(int64_t *to, int64_t v)
{
	*to = v != UNKNOWN ? v : *to;
}

void reader_usage(struct answer_reader *rd, const struct usage *u)
{
	struct usage *to = &rd->a->usage;

	take(&to->in_tok, u->in_tok);
	take(&to->cache_read_tok, u->cache_read_tok);
	take(&to->cache_write_tok, u->cache_write_tok);
	take(&to->cache_write_1h_tok, u->cache_write_1h_tok);
	take(&to->out_tok, u->out_tok);
	take(&to->reason_tok, u->reason_tok);
	take(&to->audio_in, u->audio_in);
	take(&to->audio_out, u->audio_out);
	take(&to->image_in, u->image_in);
	rd->a->has_usage = to->in_tok != UNKNOWN || to->out_tok != UNKNOWN;
}

void answer_cost(struct answer *a, const json_t *usd)
{
	double v = json_number_value(usd);

	if (json_is_number(usd) && v >= 0 && v <= COST_MAX_USD) {
		a->cost_nano = (int64_t)(v * 1e9 + 0.5);
	}
}

int64_t token_count(const json_t *object, const char *key)
{
	int64_t n = json_get_int(object, key);

	return n >= 0 && n <= TOKENS_MAX ? n : UNKNOWN;
}

void reader_finish(struct answer_reader *rd, const struct finish_word *words, const char *word)
{
	enum finish f = FINISH_STOP;

	if (!is_set(word)) {
		return;
	}
	for (; words->word != NULL; words++) {
		if (strcmp(words->word, word) == 0) {
			f = words->finish;
			break;
		}
	}
	rd->a->finish = f;
	if (f == FINISH_ERROR) {
		failure_set(rd->a, CLASS_SERVER_ERROR, "the provider ended the answer with an error (%s)", word);
	} else if (f == FINISH_CONTENT_FILTER) {
		failure_set(rd->a, CLASS_CONTENT_FILTER, "the provider's filter ended the answer (%s)", word);
		rd->a->has_error = false;
	}
}

void reader_blocked(struct answer_reader *rd, const char *why)
{
	failure_set(rd->a, CLASS_CONTENT_FILTER, "the provider's filter blocked the prompt (%s)", why);
	rd->a->has_error = false;
	rd->a->finish = FINISH_CONTENT_FILTER;
}

/* One event or whole answer, errors included. Some providers put an event into an array of its own; Gemini sends the events of
 * a stream as one array when asked without alt=sse. */
static bool take_json(struct answer_reader *rd, const json_t *v, bool is_error)
{
	if (json_is_array(v)) {
		size_t i;
		const json_t *item;

		json_array_foreach (v, i, item) {
			if (json_is_object(item) && !take_json(rd, item, is_error)) {
				return false;
			}
		}
		return true;
	}
	bool goes_on = rd->provider->event(rd, v);
	/* After the event, so that text which stands beside the error is not lost and its message wins. */
	if (is_error || failure_is(v)) {
		failure_from_json(rd->a, 0, v);
		rd->a->finish = FINISH_ERROR;
		rd->is_over = true;
	}
	if (!goes_on) {
		rd->was_ended = rd->is_over = true;
	}
	return !rd->is_over;
}

/* An event that is not JSON. */
static bool take_junk(struct answer_reader *rd, const char *data, size_t len, bool is_error, const json_error_t *why)
{
	if (is_error) {
		failure_from_body(rd->a, 200, data, len);
		rd->a->finish = FINISH_ERROR;
	} else if (rd->is_ending) {
		return false; /* cut off: the end of the body says so */
	} else if (rd->provider->framing == FRAMING_NDJSON && rd->n_events == 0) {
		rd->kind = BODY_WHOLE; /* JSON over several lines */
		return false;
	} else if (rd->a->finish != FINISH_NONE) {
		return true;
	} else {
		failure_set(rd->a, CLASS_SERVER_ERROR, "an event of the stream is not valid JSON (%s)", why->text);
	}
	rd->is_over = true;
	return false;
}

static bool on_frame(void *ctx, const char *name, const char *data, size_t len)
{
	struct answer_reader *rd = ctx;
	bool is_error = strcmp(name, "error") == 0;
	json_error_t why;

	while (len > 0 && (data[len - 1] == ' ' || data[len - 1] == '\r')) {
		len--;
	}
	while (len > 0 && *data == ' ') {
		data++;
		len--;
	}
	if (rd->is_over) {
		return false;
	}
	if (len == 0 && !is_error) {
		return true;
	}
	if (len == 6 && memcmp(data, "[DONE]", 6) == 0) {
		rd->was_ended = rd->is_over = true;
		return false;
	}
	json_t *v = json_parse(data, len, &why);
	if (v == NULL) {
		return take_junk(rd, data, len, is_error, &why);
	}
	if (rd->n_events++ == 0) {
		buf_free(&rd->body);
	}
	bool goes_on = take_json(rd, v, is_error);
	json_decref(v);
	return goes_on;
}

struct answer_reader *answer_reader_new(const struct provider *p, struct answer *a, int status, const char *content_type, bool is_streamed,
    delta_fn *delta, void *ctx)
{
	struct answer_reader *rd = x_calloc(1, sizeof(*rd));
	bool is_ok = status >= 200 && status <= 299;

	*rd = (struct answer_reader){ .provider = p, .a = a, .delta = delta, .ctx = ctx, .status = status };
	rd->kind = is_ok ? BODY_UNSEEN : BODY_ERROR;
	rd->is_event_stream = is_set(content_type) ? strcmp(content_type, "text/event-stream") == 0 : is_streamed;
	rd->frames = frames_new(p->framing, on_frame, rd);
	buf_init(&rd->body, WHOLE_LIMIT);
	return rd;
}

void answer_reader_free(struct answer_reader *rd)
{
	if (rd == NULL) {
		return;
	}
	frames_free(rd->frames);
	buf_free(&rd->body);
	free(rd);
}

/* Passes over blanks and the bytes of a byte order mark; decides by the first other byte. */
static size_t look(struct answer_reader *rd, const char *bytes, size_t len)
{
	size_t i = 0;

	while (i < len && strchr(" \t\r\n\xef\xbb\xbf", bytes[i]) != NULL && bytes[i] != '\0') {
		i++;
	}
	if (i == len) {
		return i;
	}
	if (rd->provider->framing == FRAMING_NDJSON) {
		rd->kind = bytes[i] == '{' ? BODY_EVENTS : BODY_WHOLE;
	} else if (strchr("{[<\"", bytes[i]) != NULL && bytes[i] != '\0') {
		rd->kind = BODY_WHOLE;
	} else {
		/* data, event, id, retry or a comment */
		rd->kind = rd->is_event_stream || (strchr("deir:", bytes[i]) != NULL && bytes[i] != '\0') ? BODY_EVENTS : BODY_WHOLE;
	}
	return i;
}

static void feed_events(struct answer_reader *rd, const char *bytes, size_t len)
{
	struct err e = { 0 };
	bool keeps_lines = rd->provider->framing == FRAMING_NDJSON && rd->n_events == 0;

	if (keeps_lines && !buf_add(&rd->body, bytes, len)) {
		fail_too_large(rd, "over 64 MiB in one line");
	} else if (!frames_feed(rd->frames, bytes, len, &e) && !rd->is_over && rd->kind == BODY_EVENTS && e.code != ERR_NONE) {
		failure_set(rd->a, CLASS_OTHER, "%s", e.text);
		rd->is_over = true;
	}
}

bool answer_reader_feed(struct answer_reader *rd, const char *bytes, size_t len)
{
	if (rd->is_over) {
		return false;
	}
	if (rd->kind == BODY_UNSEEN) {
		size_t n = look(rd, bytes, len);

		bytes += n;
		len -= n;
	}
	if (len == 0) {
		return true;
	}
	switch (rd->kind) {
	case BODY_EVENTS:
		feed_events(rd, bytes, len);
		break;
	case BODY_WHOLE:
		if (!buf_add(&rd->body, bytes, len)) {
			fail_too_large(rd, "over 64 MiB");
		}
		break;
	case BODY_ERROR: {
		size_t room = ERROR_KEPT - rd->body.len;

		(void)buf_add(&rd->body, bytes, len < room ? len : room);
		break;
	}
	case BODY_UNSEEN:
		break;
	}
	return !rd->is_over;
}

static bool is_empty(const struct answer *a)
{
	return a->text.len == 0 && a->reasoning.len == 0 && a->refusal.len == 0 && a->n_tool_calls == 0 && a->finish == FINISH_NONE;
}

static void end_events(struct answer_reader *rd)
{
	struct answer *a = rd->a;

	if (!rd->is_over) {
		rd->is_ending = true;
		(void)frames_end(rd->frames, NULL);
	}
	if (a->has_error || a->finish != FINISH_NONE) {
		return;
	}
	if (!rd->was_ended) {
		failure_set(a, CLASS_NETWORK, "the stream ended before the answer was complete");
	} else if (is_empty(a)) {
		failure_set(a, CLASS_SERVER_ERROR, "the stream ended without an answer in it");
	}
}

static void end_whole(struct answer_reader *rd)
{
	json_error_t why;
	json_t *v = json_parse(rd->body.s, rd->body.len, &why);

	if (v == NULL && rd->body.s[0] != '{' && rd->body.s[0] != '[') {
		failure_from_body(rd->a, rd->status, rd->body.s, rd->body.len);
	} else if (v == NULL) {
		failure_set(rd->a, CLASS_SERVER_ERROR, "the answer is not valid JSON (%s)", why.text);
	} else {
		(void)take_json(rd, v, false);
		if (!rd->a->has_error && is_empty(rd->a)) {
			failure_from_json(rd->a, rd->status, v);
		}
	}
	json_decref(v);
}

void answer_reader_end(struct answer_reader *rd)
{
	if (rd->is_ending) {
		return;
	}
	if (rd->kind == BODY_EVENTS) {
		end_events(rd);
	} else if (rd->kind == BODY_WHOLE && !rd->is_over) {
		end_whole(rd);
	} else if (!rd->is_over) {
		failure_from_body(rd->a, rd->status, buf_str(&rd->body), rd->body.len);
	}
	rd->is_ending = rd->is_over = true;
}
