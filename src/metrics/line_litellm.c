#include "metrics/line_format.h"

#include "base/mem.h"

/* LiteLLM's StandardLoggingPayload, as its file, S3, GCS and webhook loggers write it (October 2026). Times are epoch seconds with a fraction;
 * prompt_tokens count cached ones too. response_time is the time to the first token in some versions, so times are taken first. */

static const struct field prompt_fields[] = {
	FIELD("prompt_id", line_set_text, AT(row.prompt_name), 0),
	FIELD("prompt_version", line_set_text, AT(row.prompt_version), 0),
};

static const struct field metadata_fields[] = {
	FIELD("usage_object", line_set_usage, 0, 0),
	INNER("prompt_management_metadata", prompt_fields),
	ALIAS("user_api_key_end_user_id", line_set_text, AT(row.user), 0),
	ALIAS("user_api_key_user_id", line_set_text, AT(row.user), 0),
};

static const struct field response_fields[] = {
	FIELD("usage", line_set_usage, 0, 0),
};

static const struct field error_fields[] = {
	ALIAS("error_code", line_set_error_part, AT(error.code), 0),
	ALIAS("error_class", line_set_error_part, AT(error.type), 0),
	ALIAS("error_message", line_set_error_part, AT(error.message), 0),
};

static const struct field fields[] = {
	FIELD("id", line_set_text, AT(notes.id), 0),
	FIELD("trace_id", line_set_text, AT(row.trace_id), 0),
	FIELD("call_type", line_set_name, AT(row.operation), 0),
	FIELD("status", line_set_status, 0, 0),
	FIELD("startTime", line_set_time, AT(row.id.ts_us), 0),
	FIELD("endTime", line_set_time, AT(notes.end_us), 0),
	FIELD("completionStartTime", line_set_time, AT(notes.first_us), 0),
	ALIAS("response_time", line_set_duration, AT(notes.whole_us), SECONDS),
	FIELD("response_cost", line_set_cost, 0, USD),
	FIELD("prompt_tokens", line_set_count, COUNT_IN, 0),
	FIELD("completion_tokens", line_set_count, COUNT_OUT, 0),
	FIELD("total_tokens", line_set_count, COUNT_TOTAL, 0),
	FIELD("model", line_set_name, AT(row.model_req), 0),
	ALIAS("model_group", line_set_name, AT(notes.model), 0),
	FIELD("custom_llm_provider", line_set_name, AT(row.provider), 0),
	FIELD("cache_hit", line_set_true, AT(notes.is_cache_hit), 0),
	FIELD("stream", line_set_stream, 0, 0),
	FIELD("request_tags", line_set_tags, 0, 0),
	FIELD("end_user", line_set_text, AT(row.user), 0),
	INNER("metadata", metadata_fields),
	INNER("response", response_fields),
	FIELD("error_str", line_set_error_part, AT(error.message), 0),
	INNER("error_information", error_fields),
};

static bool settle(struct ingest_scanner *s)
{
	struct call_row *row = &s->row;

	row->model_req = row->model_req != NULL && row->model_req[0] != '\0' ? row->model_req : s->notes.model;
	row->provider = line_provider(s, row->provider);
	if (row->provider == NULL) {
		row->provider = line_provider_of_model(s, row->model_req);
	}
	row->operation = line_operation(row->operation);
	row->request_id = s->notes.id;
	line_settle_times(s);
	line_settle_cache_hit(s);
	return true;
}

const struct line_format line_litellm = {
	.name = "litellm",
	.signs = {
		{ "startTime" },
		{ "endTime" },
		{ "call_type", "custom_llm_provider", "model_group", "response_cost", "status_fields", "hidden_params" },
	},
	.fields = fields,
	.n_fields = COUNT_OF(fields),
	.settle = settle,
};
