#include "metrics/line_format.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define NAME_MAX_BYTES 256   /* provider, model, operation: longer ones are refused */
#define TEXT_MAX_BYTES 256   /* session, user, ...: longer ones are cut */
#define ATTEMPTS_MAX 1000
#define TAGS_MAX_BYTES 1024  /* longer ones are left out */
#define TIME_END_US (1LL << 56) /* what a call id can hold */
#define TOKENS_MAX 1000000000000LL
#define DURATION_MAX_US (366LL * 86400 * US_PER_S)
#define COST_MAX_NANO 1000000000000000LL /* a million dollars */

bool line_bad(struct ingest_scanner *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(s->why, INGEST_WHY_SIZE, fmt, ap);
	va_end(ap);
	return false;
}

char *line_keep(struct ingest_scanner *s, const struct scan_slice *v)
{
	char *text = s->arena + s->used;
	size_t len = v->len;

	assert(s->cap - s->used > v->len);
	if (v->has_escapes) {
		len = scan_unescape(v, text);
	} else {
		memcpy(text, v->s, len);
	}
	text[len] = '\0';
	s->used += len + 1;
	return text;
}

bool line_object(struct ingest_scanner *s, const struct scan_slice *v, struct scan_slice *object)
{
	*object = *v;
	if (v->type == SCAN_OBJECT) {
		return true;
	}
	if (v->type != SCAN_STRING || v->len < 2 || v->s[0] != '{') {
		return false;
	}
	object->s = line_keep(s, v);
	object->len = strlen(object->s);
	object->type = SCAN_OBJECT;
	return true;
}

bool line_set_inner(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	struct scan scan;
	struct scan_slice object, key, value;

	if (!line_object(s, v, &object)) {
		return true;
	}
	scan_init(&scan, object.s, object.len);
	while (scan_next(&scan, &key, &value) == SCAN_MEMBER) {
		for (size_t i = 0; i < f->n_inner; i++) {
			const struct field *inner = &f->inner[i];

			if (strncmp(inner->name, key.s, key.len) == 0 && inner->name[key.len] == '\0' && !inner->set(s, inner, &value)) {
				return false;
			}
		}
	}
	return true;
}

static void *at(struct ingest_scanner *s, const struct field *f)
{
	return (char *)s + f->at;
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

bool line_number(const struct scan_slice *v, int scale, int64_t *out)
{
	bool is_number;

	return decimal(v, scale, out, &is_number);
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
		return f->is_canonical ? line_bad(s, "%s is not a number", f->name) : true;
	}
	if (!fits || amount > max) {
		return line_bad(s, "%s is too large to be true", f->name);
	}
	if (amount < 0) {
		return line_bad(s, "%s is negative", f->name);
	}
	*out = amount;
	return true;
}

bool line_set_duration(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	return set_amount(s, f, v, DURATION_MAX_US, at(s, f));
}

bool line_set_cost(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	if (!set_amount(s, f, v, COST_MAX_NANO, &s->row.cost_nano)) {
		return false;
	}
	s->row.cost_source = is_known(s->row.cost_nano) ? COST_REPORTED : COST_UNKNOWN;
	return true;
}

bool line_set_cost_source(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	(void)f;
	for (int i = COST_UNKNOWN; is_known(s->row.cost_nano) && v->type == SCAN_STRING && i <= COST_COMPUTED; i++) {
		const char *name = cost_source_name((enum cost_source)i);

		if (strlen(name) == v->len && memcmp(name, v->s, v->len) == 0) {
			s->row.cost_source = (enum cost_source)i;
		}
	}
	return true;
}

bool line_set_attempts(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	int64_t n;
	bool is_number;

	(void)f;
	if (decimal(v, 0, &n, &is_number) && n >= 1 && n <= ATTEMPTS_MAX) {
		s->row.attempts = (int)n;
	}
	return true;
}

bool line_set_sonde_id(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	char text[CALL_ID_SIZE];

	(void)f;
	if (v->type == SCAN_STRING && v->len == sizeof(text) - 1) {
		memcpy(text, v->s, v->len);
		text[v->len] = '\0';
		if (!call_id_parse(text, &s->notes.sonde_id)) {
			s->notes.sonde_id.ts_us = UNKNOWN;
		}
	}
	return true;
}

bool line_set_count(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	return set_amount(s, f, v, TOKENS_MAX, &s->flat.counts[f->at]);
}

/* Names that group: only strings, never cut. */
bool line_set_name(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	const char **to = at(s, f);

	if (v->type == SCAN_NULL || (!f->is_canonical && (*to != NULL || v->type != SCAN_STRING))) {
		return true;
	}
	if (v->type != SCAN_STRING) {
		return line_bad(s, "%s is not a string", f->name);
	}
	if (v->len > NAME_MAX_BYTES) {
		return line_bad(s, "%s is longer than %d bytes", f->name, NAME_MAX_BYTES);
	}
	*to = line_keep(s, v);
	return true;
}

bool line_set_text(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	const char **to = at(s, f);

	if ((v->type == SCAN_STRING || v->type == SCAN_NUMBER) && (f->is_canonical || *to == NULL)) {
		char *text = s->arena + s->used;

		*to = line_keep(s, v);
		cut(text, TEXT_MAX_BYTES);
	}
	return true;
}

/* Text or any JSON value as it is written. */
bool line_set_tags(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	(void)f;
	if (v->type != SCAN_NULL && v->len <= TAGS_MAX_BYTES) {
		s->row.tags = line_keep(s, v);
	}
	return true;
}

bool line_set_finish(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	static const char *const names[][2] = { { "end_turn", "stop" }, { "stop_sequence", "stop" }, { "COMPLETE", "stop" }, { "STOP", "stop" },
		{ "max_tokens", "length" }, { "MAX_TOKENS", "length" }, { "tool_use", "tool_calls" }, { "function_call", "tool_calls" },
		{ "refusal", "content_filter" }, { "SAFETY", "content_filter" } };

	if (!line_set_text(s, f, v) || s->row.finish_reason == NULL) {
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(s->row.finish_reason, names[i][0]) == 0) {
			s->row.finish_reason = names[i][1];
		}
	}
	return true;
}

bool line_set_true(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	bool *to = at(s, f);

	*to = v->type == SCAN_TRUE || (v->type == SCAN_STRING && v->len == 4 && strncasecmp(v->s, "true", 4) == 0);
	return true;
}

bool line_set_stream(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	(void)f;
	s->notes.is_streamed = v->type == SCAN_TRUE;
	s->notes.is_not_streamed = v->type == SCAN_FALSE;
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

bool line_set_time(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	int64_t *to = at(s, f);
	int64_t us = 0;

	if (v->type == SCAN_NULL || (!f->is_canonical && is_known(*to))) {
		return true;
	}
	bool ok = v->type == SCAN_STRING ? clock_parse_iso(v->s, v->len, &us) || epoch_us(v, &us) : v->type == SCAN_NUMBER && epoch_us(v, &us);

	if (!ok) {
		return line_bad(s, "%s is not a time", f->name);
	}
	if (us <= 0 || us >= TIME_END_US) {
		return line_bad(s, "%s is out of range", f->name);
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
bool line_set_error_part(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	const char **to = at(s, f);

	if ((v->type == SCAN_STRING || v->type == SCAN_NUMBER) && !says_nothing(v) && *to == NULL) {
		*to = line_keep(s, v);
		s->error.is_error = true;
	}
	return true;
}

/* A number is an HTTP status; a word says how the call ended. */
bool line_set_status(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
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
	const char *word = line_keep(s, v);

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

#define ERROR_PART(name, part) ALIAS(name, line_set_error_part, AT(error.part), 0)

const struct field line_error_fields[] = {
	ERROR_PART("type", type),
	ERROR_PART("error_class", type),
	ERROR_PART("name", type),
	ERROR_PART("code", code),
	ERROR_PART("error_code", code),
	ERROR_PART("message", message),
	ERROR_PART("error_message", message),
	ALIAS("status", line_set_status, 0, 0),
	ALIAS("status_code", line_set_status, 0, 0),
	ALIAS("http_status", line_set_status, 0, 0),
};
const size_t line_n_error_fields = COUNT_OF(line_error_fields);

bool line_set_error(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	switch (v->type) {
	case SCAN_TRUE:
	case SCAN_ARRAY:
		s->error.is_error = true;
		return true;
	case SCAN_OBJECT:
		s->error.is_error = true;
		return line_set_inner(s, &(struct field){ .inner = line_error_fields, .n_inner = line_n_error_fields }, v);
	case SCAN_NUMBER:
		return line_set_status(s, f, v);
	case SCAN_STRING:
		if (!says_nothing(v) && s->error.message == NULL) {
			s->error.message = line_keep(s, v);
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

bool line_set_usage(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	static const char name[] = "usage";

	(void)f;
	if (v->type == SCAN_OBJECT) {
		walk_usage(s, v, name, sizeof(name) - 1, 0);
	}
	return true;
}

