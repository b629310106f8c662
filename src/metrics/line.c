#include "metrics/line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "metrics/line_error.h"
#include "metrics/line_usage.h"
#include "metrics/scan.h"

#define NAME_MAX_BYTES 256   /* provider, model, operation: longer ones are refused */
#define TEXT_MAX_BYTES 256   /* session, user, ...: longer ones are cut */
#define ERROR_MAX_BYTES 500
#define TAGS_MAX_BYTES 1024  /* longer ones are left out */
#define TIME_END_US (1LL << 56) /* what a call id can hold */
#define TOKENS_MAX 1000000000000LL
#define DURATION_MAX_US (366LL * 86400 * US_PER_S)
#define COST_MAX_NANO 1000000000000000LL /* a million dollars */
#define FIELD_NAME_MAX 31

struct field;
typedef bool field_setter(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v);

struct field {
	const char *name;
	field_setter *set;
	size_t at;         /* offset in struct call_row, or what the setter says */
	int scale;         /* power of ten from the unit of the log to ours */
	bool is_canonical; /* wins over aliases, and must be of the right type */
};

struct ingest_scanner {
	struct call_row *row;
	char *why;
	char *arena; /* room for every string of the line */
	size_t cap, used;
	struct line_usage flat, nested;
	bool has_nested;
	struct line_error error;
	uint8_t order[256];                  /* fields by length of their name ... */
	uint8_t from[FIELD_NAME_MAX + 2];    /* ... those of length n are order[from[n]] up to order[from[n + 1] - 1] */
};

static bool SONDE_PRINTF(2, 3) bad(struct ingest_scanner *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(s->why, INGEST_WHY_SIZE, fmt, ap);
	va_end(ap);
	return false;
}

static const char *keep(struct ingest_scanner *s, const struct scan_slice *v)
{
	char *text = s->arena + s->used;
	size_t len = v->len;

	if (v->has_escapes) {
		len = scan_unescape(v, text);
	} else {
		memcpy(text, v->s, len);
	}
	text[len] = '\0';
	s->used += len + 1;
	return text;
}

static void cut(char *text, size_t max)
{
	if (strlen(text) > max) {
		while (max > 0 && ((unsigned char)text[max] & 0xC0) == 0x80) {
			max--;
		}
		text[max] = '\0';
	}
}

/* A number, or a string that holds one. *is_number false: it is neither. */
static bool decimal(const struct scan_slice *v, int scale, int64_t *out, bool *is_number)
{
	*is_number = false;
	if (v->type != SCAN_NUMBER && v->type != SCAN_STRING) {
		return false;
	}
	if (scan_decimal(v->s, v->len, scale, out)) {
		*is_number = true;
		return true;
	}
	*is_number = v->type == SCAN_NUMBER;
	return false;
}

/* *out stays when the value is null, or an alias of another meaning. */
static bool set_amount(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v, int64_t max, int64_t *out)
{
	int64_t amount;
	bool is_number;

	if (v->type == SCAN_NULL || (!f->is_canonical && is_known(*out))) {
		return true;
	}
	bool fits = decimal(v, f->scale, &amount, &is_number);

	if (!is_number) {
		return f->is_canonical ? bad(s, "%s is not a number", f->name) : true;
	}
	if (!fits || amount > max) {
		return bad(s, "%s is too large to be true", f->name);
	}
	if (amount < 0) {
		return bad(s, "%s is negative", f->name);
	}
	*out = amount;
	return true;
}

static bool set_duration(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	return set_amount(s, f, v, DURATION_MAX_US, (int64_t *)(void *)((char *)s->row + f->at));
}

static bool set_cost(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	if (!set_amount(s, f, v, COST_MAX_NANO, &s->row->cost_nano)) {
		return false;
	}
	s->row->cost_source = is_known(s->row->cost_nano) ? COST_REPORTED : COST_UNKNOWN;
	return true;
}

static bool set_count(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	return set_amount(s, f, v, TOKENS_MAX, &s->flat.counts[f->at]);
}

/* Names that group: only strings, never cut. */
static bool set_name(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	const char **to = (const char **)(void *)((char *)s->row + f->at);

	if (v->type == SCAN_NULL || (!f->is_canonical && (*to != NULL || v->type != SCAN_STRING))) {
		return true;
	}
	if (v->type != SCAN_STRING) {
		return bad(s, "%s is not a string", f->name);
	}
	if (v->len > NAME_MAX_BYTES) {
		return bad(s, "%s is longer than %d bytes", f->name, NAME_MAX_BYTES);
	}
	*to = keep(s, v);
	return true;
}

static bool set_text(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	const char **to = (const char **)(void *)((char *)s->row + f->at);

	if ((v->type == SCAN_STRING || v->type == SCAN_NUMBER) && (f->is_canonical || *to == NULL)) {
		char *text = s->arena + s->used;

		*to = keep(s, v);
		cut(text, TEXT_MAX_BYTES);
	}
	return true;
}

/* Text or any JSON value as it is written. */
static bool set_tags(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	(void)f;
	if (v->type != SCAN_NULL && v->len <= TAGS_MAX_BYTES) {
		s->row->tags = keep(s, v);
	}
	return true;
}

static bool set_finish(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	static const char *const names[][2] = { { "end_turn", "stop" }, { "stop_sequence", "stop" }, { "COMPLETE", "stop" }, { "STOP", "stop" },
		{ "max_tokens", "length" }, { "MAX_TOKENS", "length" }, { "tool_use", "tool_calls" }, { "function_call", "tool_calls" },
		{ "refusal", "content_filter" }, { "SAFETY", "content_filter" } };

	if (!set_text(s, f, v) || s->row->finish_reason == NULL) {
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(s->row->finish_reason, names[i][0]) == 0) {
			s->row->finish_reason = names[i][1];
		}
	}
	return true;
}

static bool set_streamed(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	(void)f;
	s->row->is_streamed = v->type == SCAN_TRUE;
	return true;
}

/* Epoch seconds, milliseconds, microseconds or nanoseconds: told apart by magnitude. */
static bool epoch_us(const struct scan_slice *v, int64_t *us)
{
	static const struct {
		int64_t below_thousands; /* exclusive, in thousands of the unit */
		int scale;
	} units[] = { { 100000000, 6 }, { 100000000000, 3 }, { 100000000000000, 0 }, { INT64_MAX, -3 } };
	int64_t thousands;

	if (!scan_decimal(v->s, v->len, -3, &thousands)) {
		return false;
	}
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (thousands < units[i].below_thousands) {
			return scan_decimal(v->s, v->len, units[i].scale, us);
		}
	}
	return false;
}

static bool set_time(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	int64_t *to = &s->row->id.ts_us;
	int64_t us = 0;

	if (v->type == SCAN_NULL || (!f->is_canonical && is_known(*to))) {
		return true;
	}
	bool ok = v->type == SCAN_STRING ? clock_parse_iso(v->s, v->len, &us) || epoch_us(v, &us) : v->type == SCAN_NUMBER && epoch_us(v, &us);

	if (!ok) {
		return bad(s, "%s is not a time", f->name);
	}
	if (us <= 0 || us >= TIME_END_US) {
		return bad(s, "%s is out of range", f->name);
	}
	*to = us;
	return true;
}

/* "" and what programs write for nothing. */
static bool says_nothing(const struct scan_slice *v)
{
	static const char *const nothing[] = { "", "0", "null", "None", "none", "undefined" };

	for (size_t i = 0; i < COUNT_OF(nothing); i++) {
		if (strlen(nothing[i]) == v->len && memcmp(nothing[i], v->s, v->len) == 0) {
			return true;
		}
	}
	return false;
}

/* Part of struct line_error at an offset. */
static bool set_error_part(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	const char **to = (const char **)(void *)((char *)&s->error + f->at);

	if ((v->type == SCAN_STRING || v->type == SCAN_NUMBER) && !says_nothing(v) && *to == NULL) {
		*to = keep(s, v);
		s->error.is_error = true;
	}
	return true;
}

/* A number is an HTTP status; a word says how the call ended. */
static bool set_status(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	static const char *const failures[] = { "error", "failure", "failed", "fail", "exception" };
	static const char *const good[] = { "success", "succeeded", "ok", "completed", "complete", "done", "finished", "stop" };
	int64_t status;
	bool is_number;

	(void)f;
	if (decimal(v, 0, &status, &is_number)) {
		s->error.http_status = status >= 100 && status <= 599 ? (int)status : s->error.http_status;
		return true;
	}
	if (v->type != SCAN_STRING || v->len == 0) {
		return true;
	}
	const char *word = keep(s, v);

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		if (strcasecmp(word, good[i]) == 0) {
			return true;
		}
	}
	for (size_t i = 0; i < COUNT_OF(failures); i++) {
		if (strcasecmp(word, failures[i]) == 0) {
			s->error.is_error = true;
			return true;
		}
	}
	/* "timeout", "rate_limited", ...: a failure if it is the name of one, else somebody's own word. */
	struct line_error named = { .is_error = true, .type = word };

	if (line_error_class(&named) != CLASS_OTHER) {
		s->error.is_error = true;
		s->error.type = s->error.type == NULL ? word : s->error.type;
	}
	return true;
}

static const struct field error_fields[] = {
	{ "type", set_error_part, offsetof(struct line_error, type), 0, false },
	{ "error_class", set_error_part, offsetof(struct line_error, type), 0, false },
	{ "name", set_error_part, offsetof(struct line_error, type), 0, false },
	{ "code", set_error_part, offsetof(struct line_error, code), 0, false },
	{ "message", set_error_part, offsetof(struct line_error, message), 0, false },
	{ "status", set_status, 0, 0, false },
	{ "status_code", set_status, 0, 0, false },
	{ "http_status", set_status, 0, 0, false },
};

static bool set_error_object(struct ingest_scanner *s, const struct scan_slice *v)
{
	struct scan scan;
	struct scan_slice key, value;

	s->error.is_error = true;
	scan_init(&scan, v->s, v->len);
	while (scan_next(&scan, &key, &value) == SCAN_MEMBER) {
		for (size_t i = 0; i < COUNT_OF(error_fields); i++) {
			const struct field *f = &error_fields[i];

			if (strlen(f->name) == key.len && memcmp(f->name, key.s, key.len) == 0) {
				(void)f->set(s, f, &value);
			}
		}
	}
	return true;
}

static bool set_error(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	switch (v->type) {
	case SCAN_TRUE:
	case SCAN_ARRAY:
		s->error.is_error = true;
		return true;
	case SCAN_OBJECT:
		return set_error_object(s, v);
	case SCAN_NUMBER:
		return set_status(s, f, v);
	case SCAN_STRING:
		if (!says_nothing(v) && s->error.message == NULL) {
			s->error.message = keep(s, v);
			s->error.is_error = true;
		}
		return true;
	default:
		return true;
	}
}

static void walk_usage(struct ingest_scanner *s, const struct scan_slice *object, const char *name, size_t name_len, int depth)
{
	struct scan scan;
	struct scan_slice key, value;

	scan_init(&scan, object->s, object->len);
	while (scan_next(&scan, &key, &value) == SCAN_MEMBER) {
		int64_t amount;
		bool is_number;

		if (value.type == SCAN_OBJECT && depth < 3) {
			walk_usage(s, &value, key.s, key.len, depth + 1);
			continue;
		}
		int kind = line_usage_kind(name, name_len, key.s, key.len);

		if (kind >= 0 && decimal(&value, 0, &amount, &is_number) && amount >= 0 && amount <= TOKENS_MAX) {
			s->nested.counts[kind] = amount;
			s->has_nested = true;
		}
	}
}

static bool set_usage(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	static const char name[] = "usage";

	(void)f;
	if (v->type == SCAN_OBJECT) {
		walk_usage(s, v, name, sizeof(name) - 1, 0);
	}
	return true;
}

#define ROW(member) offsetof(struct call_row, member)
#define MS 3
#define SECONDS 6
#define USD 9

static const struct field fields[] = {
	{ "timestamp", set_time, 0, 0, true },
	{ "ts", set_time, 0, 0, false },
	{ "time", set_time, 0, 0, false },
	{ "@timestamp", set_time, 0, 0, false },
	{ "created_at", set_time, 0, 0, false },
	{ "startTime", set_time, 0, 0, false },
	{ "start_time", set_time, 0, 0, false },
	{ "provider", set_name, ROW(provider), 0, true },
	{ "custom_llm_provider", set_name, ROW(provider), 0, false },
	{ "model", set_name, ROW(model_req), 0, true },
	{ "request_model", set_name, ROW(model_req), 0, false },
	{ "response_model", set_name, ROW(model_resp), 0, false },
	{ "operation", set_name, ROW(operation), 0, true },
	{ "operation_name", set_name, ROW(operation), 0, false },
	{ "call_type", set_name, ROW(operation), 0, false },
	{ "prompt_tokens", set_count, COUNT_IN, 0, true },
	{ "input_tokens", set_count, COUNT_IN_PLAIN, 0, true },
	{ "completion_tokens", set_count, COUNT_OUT, 0, true },
	{ "output_tokens", set_count, COUNT_OUT, 0, false },
	{ "total_tokens", set_count, COUNT_TOTAL, 0, true },
	{ "cached_tokens", set_count, COUNT_CACHE_READ, 0, false },
	{ "cache_read_tokens", set_count, COUNT_CACHE_READ, 0, false },
	{ "cache_write_tokens", set_count, COUNT_CACHE_WRITE, 0, false },
	{ "cache_read_input_tokens", set_count, COUNT_CACHE_READ_APART, 0, false },
	{ "cache_creation_input_tokens", set_count, COUNT_CACHE_WRITE_APART, 0, false },
	{ "reasoning_tokens", set_count, COUNT_REASON, 0, false },
	{ "usage", set_usage, 0, 0, true },
	{ "usageMetadata", set_usage, 0, 0, true },
	{ "latency_ms", set_duration, ROW(latency_us), MS, true },
	{ "latency", set_duration, ROW(latency_us), MS, false },
	{ "duration_ms", set_duration, ROW(latency_us), MS, false },
	{ "duration", set_duration, ROW(latency_us), SECONDS, false },
	{ "latency_s", set_duration, ROW(latency_us), SECONDS, false },
	{ "duration_s", set_duration, ROW(latency_us), SECONDS, false },
	{ "ttft_ms", set_duration, ROW(ttft_us), MS, true },
	{ "time_to_first_token_ms", set_duration, ROW(ttft_us), MS, false },
	{ "cost_usd", set_cost, 0, USD, true },
	{ "cost", set_cost, 0, USD, false },
	{ "response_cost", set_cost, 0, USD, false },
	{ "error", set_error, 0, 0, true },
	{ "error_type", set_error_part, offsetof(struct line_error, type), 0, false },
	{ "error_class", set_error_part, offsetof(struct line_error, type), 0, false },
	{ "error_code", set_error_part, offsetof(struct line_error, code), 0, false },
	{ "error_message", set_error_part, offsetof(struct line_error, message), 0, false },
	{ "error_str", set_error_part, offsetof(struct line_error, message), 0, false },
	{ "status", set_status, 0, 0, false },
	{ "status_code", set_status, 0, 0, false },
	{ "http_status", set_status, 0, 0, false },
	{ "finish_reason", set_finish, ROW(finish_reason), 0, true },
	{ "stop_reason", set_finish, ROW(finish_reason), 0, false },
	{ "stream", set_streamed, 0, 0, true },
	{ "request_id", set_text, ROW(request_id), 0, true },
	{ "id", set_text, ROW(request_id), 0, false },
	{ "trace_id", set_text, ROW(trace_id), 0, true },
	{ "span_id", set_text, ROW(span_id), 0, true },
	{ "parent_id", set_text, ROW(parent_id), 0, true },
	{ "session_id", set_text, ROW(session), 0, true },
	{ "session", set_text, ROW(session), 0, false },
	{ "user_id", set_text, ROW(user), 0, true },
	{ "user", set_text, ROW(user), 0, false },
	{ "prompt_name", set_text, ROW(prompt_name), 0, true },
	{ "prompt_version", set_text, ROW(prompt_version), 0, true },
	{ "tags", set_tags, 0, 0, true },
};
_Static_assert(COUNT_OF(fields) < 256, "the order is kept in bytes");

struct ingest_scanner *ingest_scanner_new(void)
{
	struct ingest_scanner *s = x_calloc(1, sizeof(*s));
	size_t n = 0;

	for (size_t len = 0; len <= FIELD_NAME_MAX; len++) {
		s->from[len] = (uint8_t)n;
		for (size_t i = 0; i < COUNT_OF(fields); i++) {
			if (strlen(fields[i].name) == len) {
				s->order[n++] = (uint8_t)i;
			}
		}
	}
	s->from[FIELD_NAME_MAX + 1] = (uint8_t)n;
	return s;
}

void ingest_scanner_free(struct ingest_scanner *s)
{
	if (s != NULL) {
		free(s->arena);
		free(s);
	}
}

static const struct field *field_of(const struct ingest_scanner *s, const char *name, size_t len)
{
	if (len <= FIELD_NAME_MAX) {
		for (size_t i = s->from[len]; i < s->from[len + 1]; i++) {
			if (memcmp(fields[s->order[i]].name, name, len) == 0) {
				return &fields[s->order[i]];
			}
		}
	}
	return NULL;
}

static bool read_members(struct ingest_scanner *s, const char *line, size_t len)
{
	struct scan scan;
	struct scan_slice key, value;
	enum scan_step step;

	scan_init(&scan, line, len);
	while ((step = scan_next(&scan, &key, &value)) == SCAN_MEMBER) {
		if (key.has_escapes) {
			key.s = keep(s, &key);
			key.len = strlen(key.s);
		}
		const struct field *f = field_of(s, key.s, key.len);

		if (f != NULL && !f->set(s, f, &value)) {
			return false;
		}
	}
	return step == SCAN_END ? true : bad(s, "%s", scan.why);
}

static bool is_empty(const char *s)
{
	return s == NULL || s[0] == '\0';
}

/* Error codes are often the HTTP status; 0 when this is none. */
static int status_of_code(const char *code)
{
	int64_t status = 0;

	return code != NULL && scan_decimal(code, strlen(code), 0, &status) && status >= 400 && status <= 599 ? (int)status : 0;
}

static bool settle(struct ingest_scanner *s)
{
	struct call_row *row = s->row;

	if (!is_known(row->id.ts_us)) {
		return bad(s, "timestamp is missing");
	}
	if (is_empty(row->provider)) {
		return bad(s, "provider is missing");
	}
	if (is_empty(row->operation)) {
		row->operation = "chat";
	}
	row->usage = line_usage_resolve(&s->flat, row->provider, row->operation, true);
	if (s->has_nested) {
		struct usage nested = line_usage_resolve(&s->nested, row->provider, row->operation, false);

		row->usage = line_usage_combine(&row->usage, &nested);
	}
	if (s->error.http_status == 0) {
		s->error.http_status = status_of_code(s->error.code);
	}
	row->http_status = s->error.http_status;
	row->error_class = line_error_class(&s->error);
	if (row->error_class != CLASS_NONE) {
		const char *text = s->error.message != NULL ? s->error.message : s->error.code != NULL ? s->error.code : s->error.type;

		if (text != NULL) {
			/* Own memory: the arena. */
			line_error_tidy(s->arena + (text - s->arena), ERROR_MAX_BYTES);
			row->error_text = text;
		}
	}
	return true;
}

bool ingest_line(struct ingest_scanner *s, const char *line, size_t len, struct call_row *row, char why[INGEST_WHY_SIZE])
{
	call_row_init(row);
	row->id = (struct call_id){ .ts_us = UNKNOWN };
	s->row = row;
	s->why = why;
	s->used = 0;
	s->has_nested = false;
	s->error = (struct line_error){ 0 };
	line_usage_init(&s->flat);
	line_usage_init(&s->nested);
	/* A member is at least two bytes longer than its text and NUL, so all texts fit. */
	if (s->cap < len + 1) {
		s->cap = len + 1;
		s->arena = x_realloc(s->arena, s->cap);
	}
	return read_members(s, line, len) && settle(s);
}
