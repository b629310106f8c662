#include "provider/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "text/repair.h"
#include "text/utf8.h"

#define RAW_SHOWN (200 + sizeof("\u2026")) /* room for what is shown of an unknown body: 200 bytes, or fewer and an ellipsis */

struct meaning {
	enum error_class class;
	bool is_quota;
};

/* Codes, types and status words. A sure one counts whatever the HTTP status is; the others only when there is no error status, as inside
 * a stream. */
static const struct {
	const char *name;
	struct meaning meaning;
	bool is_sure;
} names[] = {
	{ "context_length_exceeded", { CLASS_CONTEXT_LENGTH, false }, true },
	{ "exceed_context_size_error", { CLASS_CONTEXT_LENGTH, false }, true },
	{ "content_filter", { CLASS_CONTENT_FILTER, false }, true },
	{ "content_policy_violation", { CLASS_CONTENT_FILTER, false }, true },
	{ "ResponsibleAIPolicyViolation", { CLASS_CONTENT_FILTER, false }, true },
	{ "insufficient_quota", { CLASS_RATE_LIMITED, true }, true },
	{ "billing_hard_limit_reached", { CLASS_RATE_LIMITED, true }, true },
	{ "billing_not_active", { CLASS_RATE_LIMITED, true }, true },
	{ "billing_error", { CLASS_RATE_LIMITED, true }, true },
	{ "insufficient_credits", { CLASS_RATE_LIMITED, true }, true },
	{ "invalid_api_key", { CLASS_AUTH, false }, true },
	{ "authentication_error", { CLASS_AUTH, false }, true },
	{ "UNAUTHENTICATED", { CLASS_AUTH, false }, false },
	{ "permission_error", { CLASS_AUTH, false }, false },
	{ "PERMISSION_DENIED", { CLASS_AUTH, false }, false },
	{ "rate_limit_exceeded", { CLASS_RATE_LIMITED, false }, false },
	{ "rate_limit_error", { CLASS_RATE_LIMITED, false }, false },
	{ "RESOURCE_EXHAUSTED", { CLASS_RATE_LIMITED, false }, false },
	{ "timeout_error", { CLASS_TIMEOUT, false }, false },
	{ "timeout", { CLASS_TIMEOUT, false }, false },
	{ "DEADLINE_EXCEEDED", { CLASS_TIMEOUT, false }, false },
	{ "invalid_request_error", { CLASS_BAD_REQUEST, false }, false },
	{ "INVALID_ARGUMENT", { CLASS_BAD_REQUEST, false }, false },
	{ "FAILED_PRECONDITION", { CLASS_BAD_REQUEST, false }, false },
	{ "BadRequestError", { CLASS_BAD_REQUEST, false }, false },
	{ "model_not_found", { CLASS_BAD_REQUEST, false }, false },
	{ "not_found_error", { CLASS_BAD_REQUEST, false }, false },
	{ "NOT_FOUND", { CLASS_BAD_REQUEST, false }, false },
	{ "NotFoundError", { CLASS_BAD_REQUEST, false }, false },
	{ "request_too_large", { CLASS_BAD_REQUEST, false }, false },
	{ "CANCELLED", { CLASS_CANCELLED, false }, false },
};

/* Parts of messages of services that give no code, in lower case. */
static const struct {
	const char *part;
	struct meaning meaning;
} messages[] = {
	{ "maximum context length", { CLASS_CONTEXT_LENGTH, false } },
	{ "prompt is too long", { CLASS_CONTEXT_LENGTH, false } },
	{ "input is too long", { CLASS_CONTEXT_LENGTH, false } },
	{ "context length exceeded", { CLASS_CONTEXT_LENGTH, false } },
	{ "exceeds the context length", { CLASS_CONTEXT_LENGTH, false } },
	{ "exceed context limit", { CLASS_CONTEXT_LENGTH, false } },
	{ "exceeds the context window", { CLASS_CONTEXT_LENGTH, false } },
	{ "exceeds the available context size", { CLASS_CONTEXT_LENGTH, false } },
	{ "exceeds the maximum number of tokens", { CLASS_CONTEXT_LENGTH, false } },
	{ "credit balance is too low", { CLASS_RATE_LIMITED, true } },
	{ "api key not valid", { CLASS_AUTH, false } },
};

static const struct {
	int from, to;
	struct meaning meaning;
} statuses[] = {
	{ 401, 401, { CLASS_AUTH, false } },
	{ 402, 402, { CLASS_RATE_LIMITED, true } },
	{ 403, 403, { CLASS_AUTH, false } },
	{ 408, 408, { CLASS_TIMEOUT, false } },
	{ 409, 409, { CLASS_OTHER, false } },
	{ 425, 425, { CLASS_OTHER, false } },
	{ 429, 429, { CLASS_RATE_LIMITED, false } },
	{ 498, 498, { CLASS_AUTH, false } }, /* Cohere: invalid token */
	{ 400, 499, { CLASS_BAD_REQUEST, false } },
	{ 504, 504, { CLASS_TIMEOUT, false } },
	{ 500, 599, { CLASS_SERVER_ERROR, false } },
};

static struct meaning by_status(int status)
{
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		if (status >= statuses[i].from && status <= statuses[i].to) {
			return statuses[i].meaning;
		}
	}
	return (struct meaning){ .class = CLASS_OTHER };
}

static bool by_name(const char *name, bool only_sure, struct meaning *m)
{
	for (size_t i = 0; name != NULL && i < COUNT_OF(names); i++) {
		if ((names[i].is_sure || !only_sure) && strcasecmp(name, names[i].name) == 0) {
			*m = names[i].meaning;
			return true;
		}
	}
	return false;
}

/* The words of an error that may name its kind, most telling first. */
static bool by_names(const json_t *error, bool only_sure, struct meaning *m)
{
	static const char *const paths[] = { "innererror.code", "code", "type", "status", "metadata.error_type" };

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		if (by_name(json_string_value(json_get_path(error, paths[i])), only_sure, m)) {
			return true;
		}
	}
	return false;
}

static bool by_message(const char *text, struct meaning *m)
{
	for (size_t i = 0; i < COUNT_OF(messages); i++) {
		if (strcasestr(text, messages[i].part) != NULL) {
			*m = messages[i].meaning;
			return true;
		}
	}
	return false;
}

static struct meaning classify(int status, const json_t *error, const char *text)
{
	struct meaning m = { .class = CLASS_SERVER_ERROR };

	if (by_names(error, true, &m)) {
		return m;
	}
	/* A rate limit may speak of tokens and contexts too, so there the message decides nothing. */
	if (status != 429 && by_message(text, &m)) {
		return m;
	}
	if (status >= 300) {
		return by_status(status);
	}
	if (by_names(error, false, &m)) {
		return m;
	}
	int64_t code = json_get_int(error, "code");
	return code >= 400 && code <= 599 ? by_status((int)code) : m;
}

/* What the key of a provider begins with, in the order in which they are tried. */
static const char *const key_starts[] = { "sk-", "AIza", "gsk_", "xai-", "Bearer ", "hf_", "pplx-", "nvapi-" };

static bool is_key_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' || c == '*';
}

/* Length of a key that begins at s, 0 when none does; *shown is the part that may be seen. */
static size_t key_len(const char *s, size_t len, size_t *shown)
{
	for (size_t i = 0; i < COUNT_OF(key_starts); i++) {
		size_t n = strlen(key_starts[i]);

		if (len > n && memcmp(s, key_starts[i], n) == 0) {
			*shown = n;
			while (n < len && is_key_char(s[n])) {
				n++;
			}
			return n >= *shown + 8 ? n : 0;
		}
	}
	return 0;
}

/* One step through a text: what stands for its next bytes, and how many of them. */
struct piece {
	const char *s;
	size_t len, step;
	bool is_key;
};

static struct piece next_piece(const char *text, size_t len, bool starts_word)
{
	static const char bad[] = "\ufffd";
	uint32_t cp;
	size_t shown = 0, step = starts_word ? key_len(text, len, &shown) : 0;

	if (step > 0) {
		return (struct piece){ text, shown, step, true };
	}
	step = utf8_decode(text, len, &cp);
	if (step == 0 || cp == CODE_POINT_BAD) {
		return (struct piece){ bad, sizeof(bad) - 1, step > 0 ? step : len, false };
	}
	return (struct piece){ cp == 0 ? " " : text, step, step, false };
}

void failure_text(char *out, size_t size, const char *text, size_t len)
{
	static const char more[] = "\u2026";
	const size_t more_len = sizeof(more) - 1;
	size_t room = size - 1 - more_len, n = 0;

	for (size_t i = 0; i < len;) {
		struct piece p = next_piece(text + i, len - i, i == 0 || !is_key_char(text[i - 1]));
		bool fits = n + p.len + (p.is_key ? more_len : 0) <= room;

		if (fits) {
			memcpy(out + n, p.s, p.len);
			n += p.len;
		}
		if (!fits || p.is_key) {
			memcpy(out + n, more, more_len);
			n += more_len;
		}
		if (!fits) {
			break;
		}
		i += p.step;
	}
	out[n] = '\0';
}

void failure_set(struct answer *a, enum error_class class, const char *fmt, ...)
{
	char text[sizeof(a->error_text)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	a->has_error = true;
	a->error_class = class;
	a->is_quota = false;
	failure_text(a->error_text, sizeof(a->error_text), text, strlen(text));
}

bool failure_is(const json_t *v)
{
	const json_t *error = json_object_get(v, "error");
	const char *object = json_get_string(v, "object", NULL), *type = json_get_string(v, "type", NULL);

	if (json_is_object(error) || json_string_length(error) > 0) {
		return true;
	}
	return (object != NULL && strcmp(object, "error") == 0) || (type != NULL && strcmp(type, "error") == 0);
}

/* The string that explains an error, in the order that covers the known shapes; NULL. */
static const json_t *find_message(const json_t *v)
{
	static const char *const paths[] = { "error.message", "error", "message", "detail", "detail.0.msg", "error.type", "error.code" };

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		const json_t *s = json_get_path(v, paths[i]);

		if (json_string_length(s) > 0) {
			return s;
		}
	}
	return NULL;
}

void failure_from_json(struct answer *a, int status, const json_t *v)
{
	if (json_is_object(json_array_get(v, 0))) { /* Gemini wraps some errors */
		v = json_array_get(v, 0);
	}
	const json_t *error = json_get_object(v, "error"), *message = find_message(v);

	a->has_error = true;
	if (message != NULL) {
		failure_text(a->error_text, sizeof(a->error_text), json_string_value(message), json_string_length(message));
	}
	if (message == NULL || a->error_text[0] == '\0') {
		char *dump = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

		failure_text(a->error_text, RAW_SHOWN, dump, strlen(dump));
		free(dump);
	}
	struct meaning m = classify(status, error != NULL ? error : v, a->error_text);
	a->error_class = m.class;
	a->is_quota = m.is_quota;
}

/* The words between <title> and </title>, as many as there are; *len is 0 without. */
static const char *page_title(const char *body, size_t len, size_t *title_len)
{
	const char *end = body + len;

	*title_len = 0;
	for (const char *p = body; end - p > 7; p++) {
		if (strncasecmp(p, "<title>", 7) == 0) {
			p += 7;
			const char *close = memchr(p, '<', (size_t)(end - p));
			*title_len = close != NULL ? (size_t)(close - p) : 0;
			return p;
		}
	}
	return body;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void failure_from_body(struct answer *a, int status, const char *body, size_t len)
{
	char text[RAW_SHOWN];

	while (len > 0 && is_blank(*body)) {
		body++;
		len--;
	}
	while (len > 0 && is_blank(body[len - 1])) {
		len--;
	}
	json_t *v = len > 0 ? json_parse(body, len, NULL) : NULL;
	if (status >= 300 && status <= 399) {
		failure_set(a, CLASS_BAD_REQUEST, "the server sends elsewhere (HTTP %d), which is not followed; check the base URL",
		    status);
	} else if (v != NULL) {
		failure_from_json(a, status, v);
	} else if (len > 0 && *body == '<') {
		size_t title_len;
		const char *title = page_title(body, len, &title_len);

		failure_text(text, sizeof(text), title, title_len);
		failure_set(a, CLASS_SERVER_ERROR, "a web page came instead of an answer (HTTP %d%s%s); check the base URL", status,
		    text[0] != '\0' ? ", " : "", text);
	} else {
		failure_text(text, sizeof(text), body, len);
		struct meaning m = classify(status, NULL, text);

		if (len == 0) {
			failure_set(a, m.class, "HTTP %d without any content", status);
		} else {
			failure_set(a, m.class, "%s", text);
		}
		a->is_quota = m.is_quota;
	}
	json_decref(v);
}
