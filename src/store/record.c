#include "store/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TS_BITS 56
#define ID_CHARS (CALL_ID_SIZE - 1)

static const char *const class_names[CLASS_COUNT] = {
	[CLASS_NONE] = "",
	[CLASS_RATE_LIMITED] = "rate_limited",
	[CLASS_TIMEOUT] = "timeout",
	[CLASS_SERVER_ERROR] = "server_error",
	[CLASS_CONTENT_FILTER] = "content_filter",
	[CLASS_CONTEXT_LENGTH] = "context_length",
	[CLASS_AUTH] = "auth",
	[CLASS_BAD_REQUEST] = "bad_request",
	[CLASS_CANCELLED] = "cancelled",
	[CLASS_NETWORK] = "network",
	[CLASS_OTHER] = "other",
	[CLASS_BUDGET] = "budget",
};

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Every string of a row, for copying and freeing. */
static const size_t row_strings[] = {
	offsetof(struct call_row, provider),
	offsetof(struct call_row, model_req),
	offsetof(struct call_row, model_resp),
	offsetof(struct call_row, operation),
	offsetof(struct call_row, price_version),
	offsetof(struct call_row, error_text),
	offsetof(struct call_row, finish_reason),
	offsetof(struct call_row, request_id),
	offsetof(struct call_row, trace_id),
	offsetof(struct call_row, span_id),
	offsetof(struct call_row, parent_id),
	offsetof(struct call_row, session),
	offsetof(struct call_row, user),
	offsetof(struct call_row, prompt_name),
	offsetof(struct call_row, prompt_version),
	offsetof(struct call_row, tags),
};

const char *error_class_name(enum error_class c)
{
	return c < CLASS_COUNT ? class_names[c] : class_names[CLASS_OTHER];
}

enum error_class error_class_from_name(const char *name)
{
	for (enum error_class c = CLASS_NONE; c < CLASS_COUNT; c++) {
		if (strcmp(name, class_names[c]) == 0) {
			return c;
		}
	}
	return CLASS_OTHER;
}

const char *cost_source_name(enum cost_source s)
{
	return s == COST_REPORTED ? "reported" : s == COST_COMPUTED ? "computed" : "unknown";
}

void call_id_format(struct call_id id, char out[CALL_ID_SIZE])
{
	uint64_t ts = id.ts_us < 0 ? 0 : (uint64_t)id.ts_us;
	const uint64_t most = (1ULL << TS_BITS) - 1;
	unsigned __int128 v = ((unsigned __int128)(ts < most ? ts : most) << 64) | id.key;

	for (int i = ID_CHARS - 1; i >= 0; i--) {
		out[i] = digits[(unsigned)v & 31];
		v >>= 5;
	}
	out[ID_CHARS] = '\0';
}

bool call_id_range(const char *text, struct call_id *from, struct call_id *to)
{
	unsigned __int128 lo = 0, hi = 0;
	size_t len = strlen(text);

	if (len == 0 || len > ID_CHARS) {
		return false;
	}
	for (size_t i = 0; i < ID_CHARS; i++) {
		unsigned low = 0, high = 31;

		if (i < len) {
			char c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
			const char *at = strchr(digits, c);

			if (at == NULL) {
				return false;
			}
			low = high = (unsigned)(at - digits);
		}
		lo = (lo << 5) | low;
		hi = (hi << 5) | high;
	}
	*from = (struct call_id){ .ts_us = (int64_t)(lo >> 64), .key = (uint64_t)lo };
	*to = (struct call_id){ .ts_us = (int64_t)(hi >> 64), .key = (uint64_t)hi };
	return true;
}

bool call_id_parse(const char *text, struct call_id *id)
{
	struct call_id to;

	return strlen(text) == ID_CHARS && call_id_range(text, id, &to);
}

void call_row_init(struct call_row *r)
{
	*r = (struct call_row){
		.usage = USAGE_UNKNOWN,
		.cost_nano = UNKNOWN,
		.latency_us = UNKNOWN,
		.ttft_us = UNKNOWN,
		.gen_us = UNKNOWN,
		.attempts = 1,
	};
}

static const char **string_at(struct call_row *r, size_t i)
{
	return (const char **)(void *)((char *)r + row_strings[i]);
}

void call_row_copy(struct call_row *to, const struct call_row *from)
{
	*to = *from;
	for (size_t i = 0; i < COUNT_OF(row_strings); i++) {
		const char **s = string_at(to, i);

		*s = x_strdup(*s);
	}
}

void call_row_free(struct call_row *r)
{
	for (size_t i = 0; i < COUNT_OF(row_strings); i++) {
		const char **s = string_at(r, i);

		free((void *)(uintptr_t)*s);
		*s = NULL;
	}
}

size_t call_row_text_len(const struct call_row *r)
{
	size_t len = 0;

	for (size_t i = 0; i < COUNT_OF(row_strings); i++) {
		const char *s = *(const char *const *)(const void *)((const char *)r + row_strings[i]);

		len += s != NULL ? strlen(s) : 0;
	}
	return len;
}

static const char *bytes_dup(const char *s, size_t len)
{
	return s != NULL ? x_strndup(s, len) : NULL;
}

void call_body_copy(struct call_body *to, const struct call_body *from)
{
	*to = *from;
	to->request = bytes_dup(from->request, from->request_len);
	to->response = bytes_dup(from->response, from->response_len);
	to->answer = bytes_dup(from->answer, from->answer_len);
}

void call_body_free(struct call_body *b)
{
	free((void *)(uintptr_t)b->request);
	free((void *)(uintptr_t)b->response);
	free((void *)(uintptr_t)b->answer);
	*b = (struct call_body){ 0 };
}

void run_row_copy(struct run_row *to, const struct run_row *from)
{
	*to = *from;
	to->system = x_strdup(from->system);
	to->user = x_strdup(from->user);
	to->params = x_strdup(from->params);
	to->targets = x_strdup(from->targets);
}

void run_row_free(struct run_row *r)
{
	free((void *)(uintptr_t)r->system);
	free((void *)(uintptr_t)r->user);
	free((void *)(uintptr_t)r->params);
	free((void *)(uintptr_t)r->targets);
	r->system = r->user = r->params = r->targets = NULL;
}

int64_t call_row_streamed_tok(const struct call_row *r)
{
	int64_t out = r->usage.out_tok, hidden = known_or(r->usage.reason_tok, 0);

	return is_known(out) && hidden < out ? out - hidden : out;
}
