#include "metrics/line_format.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* Langfuse's observations: blob storage export (snake_case) and public API (camelCase), October 2026. Durations are seconds. Each key of the
 * usage details is counted and priced on its own: "input" is without the cached, audio and image tokens that have keys of their own,
 * "output" without reasoning and audio. */

static const struct {
	const char *part;   /* of a usage key; the first that fits */
	int whole, subset;  /* enum line_count; -1: none */
} usage_parts[] = {
	{ "total", COUNT_TOTAL, -1 },
	{ "1h", COUNT_IN, COUNT_CACHE_WRITE_1H },
	{ "creat", COUNT_IN, COUNT_CACHE_WRITE },
	{ "write", COUNT_IN, COUNT_CACHE_WRITE },
	{ "cache", COUNT_IN, COUNT_CACHE_READ },
	{ "reason", COUNT_OUT, COUNT_REASON },
	{ "thought", COUNT_OUT, COUNT_REASON },
	{ "input_audio", COUNT_IN, COUNT_AUDIO_IN },
	{ "input_image", COUNT_IN, COUNT_IMAGE_IN },
	{ "output_audio", COUNT_OUT, COUNT_AUDIO_OUT },
	{ "input", COUNT_IN, -1 },
	{ "prompt", COUNT_IN, -1 },
	{ "output", COUNT_OUT, -1 },
	{ "completion", COUNT_OUT, -1 },
};

#define TOKENS_MAX 1000000000000LL

static void add_usage(struct line_usage *u, const char *key, int64_t amount)
{
	for (size_t i = 0; i < COUNT_OF(usage_parts); i++) {
		if (strstr(key, usage_parts[i].part) == NULL) {
			continue;
		}
		u->counts[usage_parts[i].whole] = known_sum(u->counts[usage_parts[i].whole], amount);
		if (usage_parts[i].subset >= 0) {
			u->counts[usage_parts[i].subset] = known_sum(u->counts[usage_parts[i].subset], amount);
		}
		if (usage_parts[i].subset == COUNT_CACHE_WRITE_1H) {
			u->counts[COUNT_CACHE_WRITE] = known_sum(u->counts[COUNT_CACHE_WRITE], amount);
		}
		return;
	}
}

/* Walks an object of numbers; f->at: offset of the struct line_usage. */
static bool set_usage_details(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	struct line_usage *u = (struct line_usage *)(void *)((char *)s + f->at);
	struct scan scan;
	struct scan_slice object, key, value;
	int64_t amount;

	if (!line_object(s, v, &object)) {
		return true;
	}
	line_usage_init(u);
	scan_init(&scan, object.s, object.len);
	while (scan_next(&scan, &key, &value) == SCAN_MEMBER) {
		char name[64] = "";

		if (key.len < sizeof(name)) {
			memcpy(name, key.s, key.len);
		}
		/* The older "usage" object has costs too. */
		if (line_number(&value, 0, &amount) && amount >= 0 && amount <= TOKENS_MAX / 1000 && strcasestr(name, "cost") == NULL) {
			add_usage(u, name, amount);
			s->has_nested = s->has_nested || u == &s->nested;
		}
	}
	return true;
}

static bool set_cost_details(struct ingest_scanner *s, const struct field *f, const struct scan_slice *v)
{
	struct scan scan;
	struct scan_slice object, key, value;
	int64_t nano, sum = UNKNOWN, total = UNKNOWN;

	(void)f;
	if (!line_object(s, v, &object)) {
		return true;
	}
	scan_init(&scan, object.s, object.len);
	while (scan_next(&scan, &key, &value) == SCAN_MEMBER) {
		if (!line_number(&value, USD, &nano) || nano < 0 || nano > TOKENS_MAX) {
			continue;
		}
		if (key.len == 5 && memcmp(key.s, "total", 5) == 0) {
			total = nano;
		} else {
			sum = known_sum(sum, nano);
		}
	}
	s->notes.cost_nano = is_known(total) ? total : sum;
	s->notes.has_cost_parts = true;
	return true;
}

static const struct field metadata_fields[] = {
	ALIAS("ls_provider", line_set_name, AT(notes.provider), 0),
	ALIAS("provider", line_set_name, AT(notes.provider), 0),
	ALIAS("gen_ai.provider.name", line_set_name, AT(notes.provider), 0),
	ALIAS("gen_ai.system", line_set_name, AT(notes.provider), 0),
};

/* Both spellings of a name. */
#define BOTH(snake, camel, set, at, scale) ALIAS(snake, set, at, scale), ALIAS(camel, set, at, scale)
#define NUMBERS_OF(name, set, at) { name, set, at, 0, true, NULL, 0 }

static const struct field fields[] = {
	FIELD("id", line_set_text, AT(notes.id), 0),
	BOTH("trace_id", "traceId", line_set_text, AT(row.trace_id), 0),
	BOTH("parent_observation_id", "parentObservationId", line_set_text, AT(row.parent_id), 0),
	FIELD("type", line_set_text, AT(notes.kind), 0),
	FIELD("start_time", line_set_time, AT(row.id.ts_us), 0),
	FIELD("startTime", line_set_time, AT(row.id.ts_us), 0),
	BOTH("end_time", "endTime", line_set_time, AT(notes.end_us), 0),
	BOTH("completion_start_time", "completionStartTime", line_set_time, AT(notes.first_us), 0),
	ALIAS("latency", line_set_duration, AT(notes.whole_us), SECONDS),
	BOTH("time_to_first_token", "timeToFirstToken", line_set_duration, AT(row.ttft_us), SECONDS),
	FIELD("level", line_set_text, AT(notes.level), 0),
	BOTH("status_message", "statusMessage", line_set_text, AT(notes.text), 0),
	BOTH("provided_model_name", "providedModelName", line_set_name, AT(row.model_req), 0),
	ALIAS("model", line_set_name, AT(row.model_req), 0),
	NUMBERS_OF("usage_details", set_usage_details, AT(flat)),
	NUMBERS_OF("usageDetails", set_usage_details, AT(flat)),
	NUMBERS_OF("usage", set_usage_details, AT(nested)),
	NUMBERS_OF("cost_details", set_cost_details, 0),
	NUMBERS_OF("costDetails", set_cost_details, 0),
	BOTH("total_cost", "totalCost", line_set_cost, 0, USD),
	ALIAS("calculatedTotalCost", line_set_cost, 0, USD),
	BOTH("prompt_name", "promptName", line_set_text, AT(row.prompt_name), 0),
	BOTH("prompt_version", "promptVersion", line_set_text, AT(row.prompt_version), 0),
	BOTH("user_id", "userId", line_set_text, AT(row.user), 0),
	BOTH("session_id", "sessionId", line_set_text, AT(row.session), 0),
	FIELD("tags", line_set_tags, 0, 0),
	INNER("metadata", metadata_fields),
};

static bool is_call(const struct ingest_scanner *s)
{
	static const char *const calls[] = { "GENERATION", "EMBEDDING" };
	bool has_usage = is_known(s->flat.counts[COUNT_IN]) || is_known(s->flat.counts[COUNT_OUT]);

	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		if (s->notes.kind == NULL || strcasecmp(s->notes.kind, calls[i]) == 0) {
			return true;
		}
	}
	/* An agent or a tool may have called a model by itself; a span around calls has no tokens of its own. */
	return has_usage && s->row.model_req != NULL && s->row.model_req[0] != '\0';
}

static void settle_cost(struct ingest_scanner *s)
{
	struct call_row *row = &s->row;

	/* Langfuse writes 0 without parts for a model that it has no prices of. */
	if (row->cost_source == COST_REPORTED && row->cost_nano == 0 && s->notes.has_cost_parts && !is_known(s->notes.cost_nano)) {
		row->cost_source = COST_UNKNOWN;
		row->cost_nano = UNKNOWN;
	}
	if (row->cost_source == COST_UNKNOWN && is_known(s->notes.cost_nano)) {
		row->cost_nano = s->notes.cost_nano;
		row->cost_source = COST_REPORTED;
	}
}

static bool settle(struct ingest_scanner *s)
{
	struct call_row *row = &s->row;

	if (!is_call(s)) {
		return false;
	}
	row->provider = line_provider(s, s->notes.provider);
	if (row->provider == NULL) {
		row->provider = line_provider_of_model(s, row->model_req);
	}
	row->operation = s->notes.kind != NULL ? line_operation(s->notes.kind) : NULL;
	row->span_id = row->request_id = s->notes.id;
	if (s->notes.level != NULL && strcasecmp(s->notes.level, "ERROR") == 0) {
		s->error.is_error = true;
		s->error.message = s->notes.text;
	}
	settle_cost(s);
	line_settle_times(s);
	/* The API tells milliseconds where the export tells microseconds, and both are the same call. */
	row->id.ts_us = is_known(row->id.ts_us) ? row->id.ts_us - row->id.ts_us % US_PER_MS : UNKNOWN;
	return true;
}

const struct line_format line_langfuse = {
	.name = "langfuse",
	.signs = {
		{ "start_time", "startTime" },
		{ "type" },
		{ "usage_details", "usageDetails", "parent_observation_id", "parentObservationId", "provided_model_name", "traceId", "cost_details",
		    "costDetails" },
	},
	.fields = fields,
	.n_fields = COUNT_OF(fields),
	.settle = settle,
};
