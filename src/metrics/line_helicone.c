#include "metrics/line_format.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* Helicone's export of requests (query API and its export tool, October 2026). Durations are milliseconds; a negative response_status is a
 * state of the proxy, not of HTTP: timed out, cancelled or refused there. */

#define NO_REFERENCE "00000000-0000-0000-0000-000000000000" /* cache_reference_id of what no cache answered */
#define NANO_PER_DOLLAR 1000000000LL
#define COST_TRUE_NANO (1000 * NANO_PER_DOLLAR)

static bool set_plain_cost(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	int64_t nano;

	(void)f;
	/* "cost" is dollars, or nano-dollars as the table behind it holds them: no one call costs a thousand dollars. */
	if (line_number(v, USD, &nano) && nano >= 0) {
		s->notes.cost_nano = nano < COST_TRUE_NANO ? nano : nano / NANO_PER_DOLLAR;
	}
	return true;
}

static bool set_proxy_status(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	int64_t status;

	(void)f;
	if (line_number(v, 0, &status)) {
		s->notes.status = status;
	}
	return true;
}

static bool set_reference(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	(void)f;
	s->notes.is_cache_hit = v->type == SCAN_STRING && v->len > 0 &&
				(v->len != strlen(NO_REFERENCE) || memcmp(v->s, NO_REFERENCE, v->len) != 0);
	return true;
}

static const struct field property_fields[] = {
	ALIAS("Helicone-Session-Id", line_set_text, AT(row.session), 0),
	ALIAS("helicone-session-id", line_set_text, AT(row.session), 0),
	ALIAS("Helicone-Prompt-Id", line_set_text, AT(row.prompt_name), 0),
};

static bool set_properties(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	return line_set_inner(s, f, v) && (v->type == SCAN_OBJECT && v->len > 2 ? line_set_tags(s, f, v) : true);
}

static const struct field response_fields[] = {
	FIELD("error", line_set_error, 0, 0),
};

static const struct field fields[] = {
	FIELD("request_id", line_set_text, AT(notes.id), 0),
	FIELD("request_created_at", line_set_time, AT(row.id.ts_us), 0),
	FIELD("response_created_at", line_set_time, AT(notes.end_us), 0),
	FIELD("response_status", set_proxy_status, 0, 0),
	FIELD("request_path", line_set_text, AT(notes.kind), 0),
	ALIAS("target_url", line_set_text, AT(notes.kind), 0),
	FIELD("provider", line_set_name, AT(row.provider), 0),
	FIELD("request_model", line_set_name, AT(row.model_req), 0),
	ALIAS("model_override", line_set_name, AT(notes.model), 0),
	ALIAS("model", line_set_name, AT(notes.model), 0),
	FIELD("response_model", line_set_name, AT(row.model_resp), 0),
	FIELD("request_user_id", line_set_text, AT(row.user), 0),
	ALIAS("user_id", line_set_text, AT(row.user), 0),
	{ "request_properties", set_properties, 0, 0, true, property_fields, COUNT_OF(property_fields) },
	{ "properties", set_properties, 0, 0, true, property_fields, COUNT_OF(property_fields) },
	FIELD("delay_ms", line_set_duration, AT(row.latency_us), MS),
	FIELD("time_to_first_token", line_set_duration, AT(row.ttft_us), MS),
	FIELD("prompt_tokens", line_set_count, COUNT_IN_PLAIN, 0),
	FIELD("prompt_cache_read_tokens", line_set_count, COUNT_CACHE_READ_APART, 0),
	FIELD("prompt_cache_write_tokens", line_set_count, COUNT_CACHE_WRITE_APART, 0),
	FIELD("completion_tokens", line_set_count, COUNT_OUT, 0),
	FIELD("reasoning_tokens", line_set_count, COUNT_REASON, 0),
	FIELD("prompt_audio_tokens", line_set_count, COUNT_AUDIO_IN, 0),
	FIELD("completion_audio_tokens", line_set_count, COUNT_AUDIO_OUT, 0),
	FIELD("total_tokens", line_set_count, COUNT_TOTAL, 0),
	FIELD("costUSD", line_set_cost, 0, USD),
	ALIAS("cost_usd", line_set_cost, 0, USD),
	FIELD("cost", set_plain_cost, 0, 0),
	FIELD("prompt_id", line_set_text, AT(row.prompt_name), 0),
	FIELD("prompt_version", line_set_text, AT(row.prompt_version), 0),
	FIELD("cache_reference_id", set_reference, 0, 0),
	INNER("response_body", response_fields),
};

static const char *operation(const char *path)
{
	static const char *const parts[][2] = { { "embed", "embeddings" }, { "rerank", "rerank" }, { "moderation", "moderation" },
		{ "chat/completions", "chat" }, { "/completions", "text_completion" } };

	for (size_t i = 0; path != NULL && i < COUNT_OF(parts); i++) {
		if (strstr(path, parts[i][0]) != NULL) {
			return parts[i][1];
		}
	}
	return "chat";
}

static void settle_status(struct ingest_scanner *s)
{
	int64_t status = s->notes.status;

	if (is_known(status) && status < 0) {
		char text[48];
		int len = snprintf(text, sizeof(text), "aborted in the proxy (status %lld)", (long long)status);

		/* Only that: what else the record says of the failure follows from it. */
		s->error = (struct line_error){ .is_error = true, .type = "cancelled" };
		s->error.message = line_keep(s, &(struct scan_slice){ .type = SCAN_STRING, .s = text, .len = (size_t)len });
	} else if (is_known(status) && status >= 100 && status <= 599) {
		s->error.http_status = (int)status;
		s->error = status < 400 ? (struct line_error){ .http_status = (int)status } : s->error;
	}
}

/* Whether prompt_tokens hold the cached ones differs by provider and age of the record; the total tells. */
static void settle_cached(struct ingest_scanner *s)
{
	int64_t *c = s->flat.counts;
	int64_t cached = known_or(c[COUNT_CACHE_READ_APART], 0) + known_or(c[COUNT_CACHE_WRITE_APART], 0);

	if (cached > 0 && is_known(c[COUNT_IN_PLAIN]) && is_known(c[COUNT_TOTAL]) &&
	    c[COUNT_TOTAL] == c[COUNT_IN_PLAIN] + known_or(c[COUNT_OUT], 0) + cached) {
		c[COUNT_IN] = c[COUNT_IN_PLAIN] + cached;
	}
}

static bool settle(struct ingest_scanner *s)
{
	struct call_row *row = &s->row;

	row->model_req = row->model_req != NULL && row->model_req[0] != '\0' ? row->model_req : s->notes.model;
	row->provider = line_provider(s, row->provider);
	if (row->provider == NULL) {
		row->provider = line_provider_of_model(s, row->model_resp != NULL ? row->model_resp : row->model_req);
	}
	row->operation = operation(s->notes.kind);
	row->request_id = s->notes.id;
	if (row->cost_source == COST_UNKNOWN && is_known(s->notes.cost_nano)) {
		row->cost_nano = s->notes.cost_nano;
		row->cost_source = COST_REPORTED;
	}
	/* delay_ms is what was measured; the two times are only when the records were made. */
	s->notes.end_us = is_known(row->latency_us) ? UNKNOWN : s->notes.end_us;
	row->ttft_us = known_or(row->ttft_us, 0) > 0 ? row->ttft_us : UNKNOWN;
	settle_cached(s);
	settle_status(s);
	line_settle_times(s);
	line_settle_cache_hit(s);
	return true;
}

const struct line_format line_helicone = {
	.name = "helicone",
	.signs = {
		{ "request_created_at" },
		{ "request_id", "response_id" },
		{ "response_status", "delay_ms", "request_model", "response_created_at", "target_url" },
	},
	.fields = fields,
	.n_fields = COUNT_OF(fields),
	.settle = settle,
};
