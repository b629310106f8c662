#include "metrics/call_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/clean.h"
#include "text/json_text.h"

const struct call_field call_fields[] = {
	{ "provider", CALL_TEXT, offsetof(struct call_row, provider), "provider" },
	{ "model", CALL_TEXT, offsetof(struct call_row, model_req), "model asked" },
	{ "response_model", CALL_TEXT, offsetof(struct call_row, model_resp), "model answered" },
	{ "operation", CALL_TEXT, offsetof(struct call_row, operation), "operation" },
	{ "prompt_tokens", CALL_INT, offsetof(struct call_row, usage.in_tok), "input tokens" },
	{ "cache_read_tokens", CALL_INT, offsetof(struct call_row, usage.cache_read_tok), "  from cache" },
	{ "cache_write_tokens", CALL_INT, offsetof(struct call_row, usage.cache_write_tok), "  to cache" },
	{ "completion_tokens", CALL_INT, offsetof(struct call_row, usage.out_tok), "output tokens" },
	{ "reasoning_tokens", CALL_INT, offsetof(struct call_row, usage.reason_tok), "  reasoning" },
	{ "cache_write_1h_tokens", CALL_INT, offsetof(struct call_row, usage.cache_write_1h_tok), NULL },
	{ "audio_input_tokens", CALL_INT, offsetof(struct call_row, usage.audio_in), NULL },
	{ "audio_output_tokens", CALL_INT, offsetof(struct call_row, usage.audio_out), NULL },
	{ "image_input_tokens", CALL_INT, offsetof(struct call_row, usage.image_in), NULL },
	{ "n_images", CALL_INT, offsetof(struct call_row, usage.n_images), NULL },
	{ "media_seconds", CALL_INT, offsetof(struct call_row, usage.seconds), NULL },
	{ "n_queries", CALL_INT, offsetof(struct call_row, usage.n_queries), NULL },
	{ "cost_usd", CALL_USD, offsetof(struct call_row, cost_nano), "cost" },
	{ "cost_is_estimated", CALL_BOOL, offsetof(struct call_row, cost_is_estimated), NULL },
	{ "price_version", CALL_TEXT, offsetof(struct call_row, price_version), "prices of" },
	{ "latency_ms", CALL_MS, offsetof(struct call_row, latency_us), "latency" },
	{ "ttft_ms", CALL_MS, offsetof(struct call_row, ttft_us), "first token" },
	{ "generation_ms", CALL_MS, offsetof(struct call_row, gen_us), "generation" },
	{ "streamed", CALL_BOOL, offsetof(struct call_row, is_streamed), "streamed" },
	{ "simulated", CALL_BOOL, offsetof(struct call_row, is_simulated), "simulated" },
	{ "cached", CALL_BOOL, offsetof(struct call_row, is_cached), "from the cache" },
	{ "finish_reason", CALL_TEXT, offsetof(struct call_row, finish_reason), "finish reason" },
	{ "error_text", CALL_TEXT, offsetof(struct call_row, error_text), "error text" },
	{ "request_id", CALL_TEXT, offsetof(struct call_row, request_id), "request id" },
	{ "trace_id", CALL_TEXT, offsetof(struct call_row, trace_id), "trace" },
	{ "span_id", CALL_TEXT, offsetof(struct call_row, span_id), "span" },
	{ "parent_id", CALL_TEXT, offsetof(struct call_row, parent_id), "parent span" },
	{ "session", CALL_TEXT, offsetof(struct call_row, session), "session" },
	{ "user", CALL_TEXT, offsetof(struct call_row, user), "user" },
	{ "prompt_name", CALL_TEXT, offsetof(struct call_row, prompt_name), "prompt" },
	{ "prompt_version", CALL_TEXT, offsetof(struct call_row, prompt_version), "prompt version" },
	{ "tags", CALL_TEXT, offsetof(struct call_row, tags), "tags" },
};
const size_t n_call_fields = COUNT_OF(call_fields);

const char *call_field_text(const struct call_row *row, const struct call_field *f)
{
	const char *text = *(const char *const *)(const void *)((const char *)row + f->offset);

	return text != NULL && text[0] != '\0' ? text : NULL;
}

int64_t call_field_int(const struct call_row *row, const struct call_field *f)
{
	return *(const int64_t *)(const void *)((const char *)row + f->offset);
}

bool call_field_bool(const struct call_row *row, const struct call_field *f)
{
	return *(const bool *)((const char *)row + f->offset);
}

const char *call_model(const struct call_row *row)
{
	const char *model = row->model_resp != NULL && row->model_resp[0] != '\0' ? row->model_resp : row->model_req;

	return model != NULL ? model : "";
}

/* As JSON, "null" for what is not known. */
static void field_json(struct buf *out, const struct call_row *row, const struct call_field *f)
{
	switch (f->type) {
	case CALL_TEXT:
		json_text_string(out, call_field_text(row, f));
		break;
	case CALL_INT:
		json_text_int(out, call_field_int(row, f));
		break;
	case CALL_MS:
		json_text_ms(out, call_field_int(row, f));
		break;
	case CALL_USD:
		json_text_usd(out, call_field_int(row, f));
		break;
	case CALL_BOOL:
		(void)buf_add_str(out, call_field_bool(row, f) ? "true" : "false");
		break;
	}
}

void call_json(struct buf *out, const struct call_row *row, const char *id_name)
{
	char id[CALL_ID_SIZE], time[CLOCK_ISO_SIZE];

	call_id_format(row->id, id);
	clock_format_iso(row->id.ts_us, time);
	(void)buf_addf(out, "{\"%s\":\"%s\",\"timestamp\":\"%s\"", id_name, id, time);
	for (size_t i = 0; i < n_call_fields; i++) {
		(void)buf_addf(out, ",\"%s\":", call_fields[i].name);
		field_json(out, row, &call_fields[i]);
	}
	(void)buf_addf(out, ",\"cost_source\":\"%s\",\"attempts\":%d,\"http_status\":", cost_source_name(row->cost_source), row->attempts);
	json_text_int(out, row->http_status > 0 ? row->http_status : UNKNOWN);
	(void)buf_add_str(out, ",\"error\":");
	json_text_string(out, call_row_is_ok(row) ? NULL : error_class_name(row->error_class));
	if (row->run_us != 0) {
		char run[CLOCK_ISO_SIZE];

		clock_format_iso(row->run_us, run);
		(void)buf_addf(out, ",\"run\":\"%s\",\"run_column\":%d", run, row->run_column);
	}
}

/* A spreadsheet takes a field that begins so for a formula, whatever program made it; with ' in front it is a text. */
static bool is_like_formula(const char *text)
{
	return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

void csv_text(struct buf *out, const char *text)
{
	if (text == NULL) {
		return;
	}
	char *line = clean_line(text, strlen(text), 0);
	bool is_quoted = strpbrk(line, ",\"") != NULL || line[0] == ' ' || (line[0] != '\0' && line[strlen(line) - 1] == ' ');

	(void)buf_add_str(out, is_quoted ? "\"" : "");
	(void)buf_add_str(out, is_like_formula(line) ? "'" : "");
	for (const char *s = line; *s != '\0'; s++) {
		(void)buf_add_str(out, *s == '"' ? "\"" : "");
		(void)buf_add_char(out, *s);
	}
	(void)buf_add_str(out, is_quoted ? "\"" : "");
	free(line);
}

void call_csv_head(struct buf *out)
{
	(void)buf_add_str(out, "id,timestamp,status,http_status");
	for (size_t i = 0; i < n_call_fields; i++) {
		(void)buf_addf(out, ",%s", call_fields[i].name);
	}
	(void)buf_add_str(out, ",cost_source,attempts\r\n");
}

void call_csv(struct buf *out, const struct call_row *row)
{
	char id[CALL_ID_SIZE], time[CLOCK_ISO_SIZE];

	call_id_format(row->id, id);
	clock_format_iso(row->id.ts_us, time);
	(void)buf_addf(out, "%s,%s,%s,", id, time, call_row_is_ok(row) ? "ok" : error_class_name(row->error_class));
	if (row->http_status > 0) {
		(void)buf_addf(out, "%d", row->http_status);
	}
	for (size_t i = 0; i < n_call_fields; i++) {
		const struct call_field *f = &call_fields[i];

		(void)buf_add_char(out, ',');
		if (f->type == CALL_TEXT) {
			csv_text(out, call_field_text(row, f));
		} else if (f->type == CALL_BOOL || is_known(call_field_int(row, f))) {
			field_json(out, row, f);
		}
	}
	(void)buf_addf(out, ",%s,%d\r\n", cost_source_name(row->cost_source), row->attempts);
}
