/* One call, whole: figures, timing, request, answer. Bodies are cleaned here: the store keeps them as they were. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "text/clean.h"
#include "ui/format.h"
#include "ui/screens/metrics_state.h"

#define BAR_W 40

static void add_field(struct styled_text *t, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0') {
		char *clean = clean_line(value, strlen(value), 0);

		styled_addf(t, ST_DIM, "%-10s ", name);
		styled_addf(t, ST_TEXT, "%s\n", clean);
		free(clean);
	}
}

static void add_title(struct styled_text *t, const char *title)
{
	styled_addf(t, ST_TITLE, "\n%s\n", title);
}

static void add_body(struct styled_text *t, const char *title, const char *bytes, size_t len)
{
	if (bytes != NULL && len > 0) {
		char *clean = clean_text(bytes, len);

		add_title(t, title);
		styled_add(t, ST_TEXT, clean, strlen(clean));
		styled_addf(t, ST_TEXT, "\n");
		free(clean);
	}
}

/* ░ to the first token, █ streaming, as in Play. */
static void add_timing(struct styled_text *t, const struct call_row *r)
{
	char total[FORMAT_SIZE], ttft[FORMAT_SIZE], gen[FORMAT_SIZE];

	figure_duration(r->latency_us, total);
	figure_duration(r->ttft_us, ttft);
	figure_duration(r->gen_us, gen);
	add_title(t, "Timing");
	styled_addf(t, ST_TEXT, "total %s  first token %s  streaming %s\n", total, ttft, gen);
	if (r->attempts > 1) {
		styled_addf(t, ST_WARN, "%d attempts\n", r->attempts);
	}
	if (is_known(r->latency_us) && is_known(r->ttft_us) && r->latency_us > 0) {
		int wait = (int)(r->ttft_us * BAR_W / r->latency_us);

		for (int i = 0; i < BAR_W; i++) {
			styled_addf(t, i < wait ? ST_DIM : ST_GRAPH, "%s", i < wait ? "\u2591" : "\u2588");
		}
		styled_addf(t, ST_TEXT, "\n");
	}
}

static void add_tokens(struct styled_text *t, const struct usage *u)
{
	const struct {
		const char *name;
		int64_t n;
	} parts[] = {
		{ "cached", u->cache_read_tok }, { "cache write", u->cache_write_tok }, { "reasoning", u->reason_tok },
	};
	char in[FORMAT_SIZE], out[FORMAT_SIZE];

	figure_count(u->in_tok, in);
	figure_count(u->out_tok, out);
	styled_addf(t, ST_DIM, "%-10s ", "tokens");
	styled_addf(t, ST_TEXT, "%s in \u2192 %s out", in, out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (is_known(parts[i].n) && parts[i].n > 0) {
			styled_addf(t, ST_TEXT, "  (%s %lld)", parts[i].name, (long long)parts[i].n);
		}
	}
	styled_addf(t, ST_TEXT, "\n");
}

static struct styled_text *make_text(const struct board *b)
{
	const struct call_row *r = &b->call.row;
	struct styled_text *t = styled_new();
	char text[64], id[CALL_ID_SIZE], cost[FORMAT_SIZE];

	call_id_format(r->id, id);
	if (call_row_is_error(r)) {
		char *error = clean_line(r->error_text != NULL ? r->error_text : "", r->error_text != NULL ? strlen(r->error_text) : 0, 0);

		styled_addf(t, ST_BAD, "\u2717 %s  %s\n", error_class_name(r->error_class), error);
		free(error);
	} else {
		styled_addf(t, ST_OK, "\u2713 ok\n");
	}
	if (r->is_simulated) {
		styled_addf(t, ST_SIMULATED, "SIMULATED");
		styled_addf(t, ST_TEXT, "\n");
	}
	if (r->is_cached) {
		styled_addf(t, ST_OK, "cached");
		styled_addf(t, ST_TEXT, ": answered from the store, at no cost\n");
	}
	add_field(t, "provider", r->provider);
	add_field(t, "model", r->model_req);
	if (r->model_resp != NULL && (r->model_req == NULL || strcmp(r->model_resp, r->model_req) != 0)) {
		add_field(t, "answered", r->model_resp);
	}
	add_field(t, "operation", r->operation);
	add_tokens(t, &r->usage);
	price_format(r->cost_nano, cost, FORMAT_SIZE);
	(void)snprintf(text, sizeof(text), "%s%s (%s%s%.12s)", r->cost_is_estimated ? "~" : "", cost, cost_source_name(r->cost_source),
	    r->price_version != NULL ? ", prices of " : "", r->price_version != NULL ? r->price_version : "");
	add_field(t, "cost", text);
	if (r->http_status > 0) {
		(void)snprintf(text, sizeof(text), "%d", r->http_status);
		add_field(t, "HTTP", text);
	}
	add_field(t, "finish", r->finish_reason);
	add_field(t, "request", r->request_id);
	add_field(t, "session", r->session);
	add_field(t, "user", r->user);
	add_field(t, "prompt", r->prompt_name);
	add_field(t, "call", id);
	add_timing(t, r);
	add_body(t, "Answer", b->call.body.answer, b->call.body.answer_len);
	add_body(t, "Request", b->call.body.request, b->call.body.request_len);
	add_body(t, "Response as received", b->call.body.response, b->call.body.response_len);
	if (b->call.body.request == NULL && b->call.body.answer == NULL) {
		styled_addf(t, ST_DIM, "\nNo bodies are kept of this call.\n");
	}
	return t;
}

void metrics_detail_layout(struct metrics_screen *s)
{
	const struct board *b = s->board;

	if (!b->has_call) {
		return;
	}
	if (s->text == NULL || s->text_id.ts_us != b->call.row.id.ts_us || s->text_id.key != b->call.row.id.key) {
		styled_free(s->text);
		s->text = make_text(b);
		s->text_id = b->call.row.id;
		s->detail = (struct list){ 0 };
	}
	int n = (int)styled_layout(s->text, s->detail_area.w - 2), rows = s->detail_area.h - 1;

	/* The list's selection is the top line: a text scrolls by its top. */
	s->detail.rows = rows; /* a page */
	list_set_n(&s->detail, n > rows ? n - rows + 1 : 1);
}

void metrics_detail_draw(const struct metrics_screen *s, struct cells *cells)
{
	struct rect r = s->detail_area;

	cells_rule(cells, r.x, r.y, r.w, s->focus == FOCUS_DETAIL, "Request", "Esc closes");
	if (s->text != NULL) {
		styled_draw(s->text, cells, (struct rect){ r.x + 1, r.y + 1, r.w - 2, r.h - 1 }, (size_t)s->detail.selected);
	}
}
