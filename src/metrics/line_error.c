#include "metrics/line_error.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

#define SECRET_MIN 16

struct words {
	enum error_class class;
	bool is_general; /* true of many causes: only when nothing special is said */
	const char *words[12];
};

static const struct words table[] = {
	{ CLASS_CONTEXT_LENGTH, false, { "context_length", "context length", "context_window", "context window", "maximum context", "prompt is too long",
		"too many tokens", "input is too long", "string_above_max" } },
	{ CLASS_CONTENT_FILTER, false, { "content_filter", "content filter", "content_policy", "content policy", "content management policy",
		"contentpolicy", "moderation", "responsible_ai", "responsibleai", "safety" } },
	{ CLASS_RATE_LIMITED, false, { "rate_limit", "rate limit", "ratelimit", "rate-limit", "too many requests", "too_many_requests", "quota",
		"throttl", "resource_exhausted", "resource exhausted" } },
	{ CLASS_TIMEOUT, false, { "timeout", "timed out", "timed_out", "time out", "deadline" } },
	{ CLASS_AUTH, false, { "authentication", "unauthorized", "unauthenticated", "api key", "api_key", "apikey", "permission_denied",
		"permission_error", "permission denied", "forbidden", "access denied", "access_denied" } },
	{ CLASS_CANCELLED, false, { "cancelled", "canceled", "aborted", "interrupted", "client closed", "disconnected by client" } },
	{ CLASS_NETWORK, false, { "connection", "network", "econnre", "enotfound", "name resolution", "dns", "unreachable", "socket", "ssl",
		"certificate", "broken pipe" } },
	{ CLASS_SERVER_ERROR, true, { "server_error", "server error", "internal", "overloaded", "unavailable", "bad gateway", "bad_gateway",
		"api_error", "servererror" } },
	{ CLASS_BAD_REQUEST, true, { "invalid", "bad_request", "bad request", "badrequest", "not_found", "not found", "notfound", "unsupported",
		"unprocessable", "validation" } },
};

static const struct {
	int status;
	enum error_class class;
} statuses[] = {
	{ 401, CLASS_AUTH },
	{ 403, CLASS_AUTH },
	{ 408, CLASS_TIMEOUT },
	{ 429, CLASS_RATE_LIMITED },
	{ 499, CLASS_CANCELLED },
	{ 504, CLASS_TIMEOUT },
};

static enum error_class by_words(const char *text, bool is_general)
{
	for (size_t i = 0; text != NULL && i < COUNT_OF(table); i++) {
		for (size_t j = 0; j < COUNT_OF(table[i].words) && table[i].words[j] != NULL && table[i].is_general == is_general; j++) {
			if (strcasestr(text, table[i].words[j]) != NULL) {
				return table[i].class;
			}
		}
	}
	return CLASS_NONE;
}

/* Our own name of a class, as an export of sonde writes it. */
static enum error_class by_name(const char *text)
{
	for (int c = CLASS_NONE + 1; text != NULL && c < CLASS_COUNT; c++) {
		if (strcasecmp(text, error_class_name((enum error_class)c)) == 0) {
			return (enum error_class)c;
		}
	}
	return CLASS_NONE;
}

static enum error_class by_status(int status)
{
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		if (statuses[i].status == status) {
			return statuses[i].class;
		}
	}
	return CLASS_NONE;
}

enum error_class line_error_class(const struct line_error *e)
{
	if (!e->is_error && e->http_status < 400) {
		return CLASS_NONE;
	}
	enum error_class by_range = e->http_status >= 500 ? CLASS_SERVER_ERROR : e->http_status >= 400 ? CLASS_BAD_REQUEST : CLASS_NONE;
	enum error_class c;
	/* The surest first; looking for words takes long. */
	bool is_found = (c = by_name(e->type)) || (c = by_name(e->code)) || (c = by_name(e->message)) || (c = by_words(e->code, false)) ||
	    (c = by_words(e->type, false)) || (c = by_status(e->http_status)) || (c = by_words(e->message, false)) ||
	    (c = by_words(e->code, true)) || (c = by_words(e->type, true)) || (c = by_range) || (c = by_words(e->message, true));

	return is_found ? c : CLASS_OTHER;
}

static bool is_secret_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.' || c == '*';
}

static void mask_secrets(char *text)
{
	static const char *const starts[] = { "sk-", "sk_", "pk-", "xai-", "gsk_", "AIza", "key-", "hf_", "r8_", "Bearer " };

	for (size_t i = 0; i < COUNT_OF(starts); i++) {
		char *from = text;
		size_t len = strlen(starts[i]);

		while ((from = strstr(from, starts[i])) != NULL) {
			char *s = from + len, *end = s;

			while (is_secret_char(*end)) {
				end++;
			}
			if (end - from >= SECRET_MIN) {
				memset(s, '*', 3);
				memmove(s + 3, end, strlen(end) + 1);
			}
			from = s;
		}
	}
}

void line_error_tidy(char *text, size_t max)
{
	mask_secrets(text);
	size_t len = strlen(text);

	if (len > max) {
		while (max > 0 && ((unsigned char)text[max] & 0xC0) == 0x80) {
			max--;
		}
		text[max] = '\0';
	}
}
