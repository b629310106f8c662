#include "cli/result.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "store/figures.h"
#include "text/clean.h"
#include "text/json_text.h"

static void field_string(struct buf *out, const char *name, const char *value)
{
	(void)buf_addf(out, ",\"%s\":", name);
	json_text_string(out, value);
}

static void usage_json(struct buf *out, const struct usage *u)
{
	const struct {
		const char *name;
		int64_t value;
	} fields[] = {
		{ "input_tokens", u->in_tok }, { "output_tokens", u->out_tok }, { "cache_read_tokens", u->cache_read_tok },
		{ "cache_write_tokens", u->cache_write_tok }, { "reasoning_tokens", u->reason_tok },
	};

	(void)buf_add_char(out, '{');
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		(void)buf_addf(out, "%s\"%s\":", i > 0 ? "," : "", fields[i].name);
		json_text_int(out, fields[i].value);
	}
	(void)buf_add_char(out, '}');
}

static void tool_calls_json(struct buf *out, const struct answer *a)
{
	(void)buf_add_char(out, '[');
	for (size_t i = 0; i < a->n_tool_calls; i++) {
		const struct tool_call *t = &a->tool_calls[i];

		(void)buf_add_str(out, i > 0 ? ",{\"id\":" : "{\"id\":");
		json_text_string(out, t->id);
		field_string(out, "name", t->name);
		(void)buf_add_str(out, ",\"arguments\":");
		json_text_bytes(out, buf_str(&t->arguments), t->arguments.len);
		(void)buf_add_char(out, '}');
	}
	(void)buf_add_char(out, ']');
}

static void error_json(struct buf *out, const struct call *c)
{
	if (c->state == CALL_DONE) {
		(void)buf_add_str(out, "null");
		return;
	}
	(void)buf_add_str(out, "{\"class\":");
	json_text_string(out, error_class_name(c->row.error_class));
	field_string(out, "message", c->err.text);
	field_string(out, "hint", c->err.hint[0] != '\0' ? c->err.hint : NULL);
	(void)buf_add_str(out, ",\"http_status\":");
	json_text_int(out, c->row.http_status > 0 ? c->row.http_status : UNKNOWN);
	(void)buf_add_char(out, '}');
}

/* Who answered, and who failed before. */
static void fallback_json(struct buf *out, const struct call *c)
{
	field_string(out, "answered_by", c->state == CALL_DONE ? c->target->name : NULL);
	(void)buf_add_str(out, ",\"fallback_from\":[");
	for (size_t i = 0; i < c->n_failures; i++) {
		(void)buf_add_str(out, i > 0 ? ",{\"target\":" : "{\"target\":");
		json_text_string(out, c->failures[i].target);
		field_string(out, "class", error_class_name(c->failures[i].class));
		(void)buf_add_char(out, '}');
	}
	(void)buf_add_char(out, ']');
}

/* Of the last answer: "1.1", "2"; null without one. */
static void version_json(struct buf *out, int version)
{
	if (version == 0) {
		(void)buf_add_str(out, "null");
	} else if (version % 10 == 0) {
		(void)buf_addf(out, "\"%d\"", version / 10);
	} else {
		(void)buf_addf(out, "\"%d.%d\"", version / 10, version % 10);
	}
}

void result_json(struct buf *out, const struct call *c)
{
	const struct call_row *r = &c->row;
	char id[CALL_ID_SIZE];

	call_id_format(r->id, id);
	(void)buf_add_str(out, "{\"target\":");
	json_text_string(out, c->asked->name);
	field_string(out, "provider", c->target->provider->name);
	field_string(out, "model", r->model_resp != NULL ? r->model_resp : r->model_req);
	field_string(out, "status", c->state == CALL_DONE ? "ok" : "error");
	fallback_json(out, c);
	(void)buf_add_str(out, ",\"text\":");
	json_text_bytes(out, buf_str(&c->answer.text), c->answer.text.len);
	(void)buf_add_str(out, ",\"tool_calls\":");
	tool_calls_json(out, &c->answer);
	field_string(out, "finish_reason", r->finish_reason != NULL && r->finish_reason[0] != '\0' ? r->finish_reason : NULL);
	(void)buf_add_str(out, ",\"ttft_ms\":");
	json_text_ms(out, r->ttft_us);
	(void)buf_add_str(out, ",\"latency_ms\":");
	json_text_ms(out, r->latency_us);
	(void)buf_add_str(out, ",\"usage\":");
	usage_json(out, &r->usage);
	(void)buf_add_str(out, ",\"cost_usd\":");
	json_text_usd(out, r->cost_nano);
	field_string(out, "cost_source", cost_source_name(r->cost_source));
	(void)buf_add_str(out, ",\"http_version\":");
	version_json(out, c->http.reply.http_version);
	(void)buf_addf(out, ",\"attempts\":%d,\"error\":", r->attempts);
	error_json(out, c);
	field_string(out, "warning", c->warning[0] != '\0' ? c->warning : NULL);
	field_string(out, "call_id", id);
	(void)buf_addf(out, ",\"cached\":%s,\"saved_usd\":", c->is_cached ? "true" : "false");
	json_text_usd(out, c->saved_nano);
	(void)buf_addf(out, ",\"simulated\":%s}", c->is_simulated ? "true" : "false");
}

void result_run_json(struct buf *out, int64_t run_us, const struct call *const *calls, size_t n)
{
	char iso[CLOCK_ISO_SIZE];

	clock_format_iso(run_us, iso);
	(void)buf_addf(out, "{\"run\":\"%s\",\"results\":[", iso);
	for (size_t i = 0; i < n; i++) {
		(void)buf_add_str(out, i > 0 ? "," : "");
		result_json(out, calls[i]);
	}
	(void)buf_add_str(out, "]}\n");
}

void result_summary(FILE *f, const struct call *c)
{
	const struct call_row *r = &c->row;
	char name[128], cost[32];

	clean_line_into(c->asked->name, name, sizeof(name));
	fprintf(f, "sonde: %s", name);
	if (c->n_failures > 0) {
		clean_line_into(c->target->name, name, sizeof(name));
		fprintf(f, "  answered by %s", name);
	}
	if (is_known(r->ttft_us)) {
		fprintf(f, "  ttft %.2fs", (double)r->ttft_us / US_PER_S);
	}
	fprintf(f, "  %.2fs", (double)r->latency_us / US_PER_S);
	double tok_per_s = streaming_tok_per_s(call_row_streamed_tok(r), r->gen_us);
	if (!isnan(tok_per_s)) {
		fprintf(f, "  %.0f tok/s", tok_per_s);
	}
	if (is_known(r->usage.in_tok) && is_known(r->usage.out_tok)) {
		fprintf(f, "  %lld\u2192%lld tok", (long long)r->usage.in_tok, (long long)r->usage.out_tok);
	}
	price_format(r->cost_nano, cost, sizeof(cost));
	fprintf(f, "  %s%s%s\n", cost, c->is_cached ? "  cached" : "", c->is_simulated ? "  SIMULATED" : "");
	if (c->warning[0] != '\0') {
		fprintf(f, "sonde: %s\n", c->warning);
	}
}
