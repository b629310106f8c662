/* One call, whole: figures, timing with what ran at the same time, request, answer; or its JSON. Bodies are cleaned here: the store keeps them
 * as they were. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/calls.h"
#include "text/clean.h"
#include "ui/format.h"
#include "ui/screens/metrics_state.h"

#define NEAR_ROWS 10 /* of neighbours, nearest in time */
#define NEAR_NAME_W 16
#define P95_CALLS 20 /* of a model, before one is compared with their p95 */

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

/* -- timing ------------------------------------------------------------------------------------------------------------------------- */

static int64_t end_of(const struct call_row *r)
{
	return r->id.ts_us + known_or(r->latency_us, 0);
}

/* The stretch of time that the waterfall shows, and its cells. */
struct axis {
	int64_t from_us, to_us;
	int w; /* 0: no bars, a lane is told in words */
};

static int place(const struct axis *a, int64_t us)
{
	int64_t span = a->to_us - a->from_us;
	int64_t x = span > 0 ? (us - a->from_us) * a->w / span : 0;

	return x < 0 ? 0 : x > a->w ? a->w : (int)x;
}

/* \u2591 to the first token, \u2588 streaming, as in Play; at least one cell, so that nothing vanishes. */
static void add_bar(struct styled_text *t, const struct axis *a, const struct call_row *r)
{
	int start = place(a, r->id.ts_us), end = place(a, end_of(r));
	int first = is_known(r->ttft_us) ? place(a, r->id.ts_us + r->ttft_us) : end;

	start = start < a->w ? start : a->w - 1;
	end = end > start ? end : start + 1;
	for (int x = 0; x < a->w; x++) {
		bool is_inside = x >= start && x < end;
		enum style st = !call_row_is_ok(r) ? ST_GRAPH_BAD : x < first ? ST_DIM : ST_GRAPH;

		styled_addf(t, is_inside ? st : ST_DIM, "%s", !is_inside ? " " : !call_row_is_ok(r) ? "x" : x < first ? "\u2591" : "\u2588");
	}
}

static void add_lane(struct styled_text *t, const struct axis *a, const struct call_row *r, const struct call_row *self)
{
	const char *model = r->model_resp != NULL && r->model_resp[0] != '\0' ? r->model_resp : r->model_req != NULL ? r->model_req : r->provider;
	int64_t offset_us = r->id.ts_us - self->id.ts_us;
	double offset_s = offset_us > -US_PER_S / 20 && offset_us < 0 ? 0. : (double)offset_us / US_PER_S; /* never "-0.0s" */
	char name[96];
	struct buf cell = { 0 };

	clean_line_into(model != NULL ? model : "", name, sizeof(name));
	if (a->w == 0) {
		char took[FORMAT_SIZE], began[FORMAT_SIZE];

		figure_duration(r->latency_us, took);
		(void)snprintf(began, sizeof(began), r == self ? "this one" : "began %+.1fs", offset_s);
		styled_addf(t, r == self ? ST_BOLD : ST_TEXT, "%s: %s, took %s\n", name, began, took);
		return;
	}
	figure_cell(&cell, name, NEAR_NAME_W, false);
	styled_addf(t, r == self ? ST_RULE_FOCUS : ST_DIM, "%s", r == self ? "\u258c" : " ");
	styled_addf(t, r == self ? ST_BOLD : ST_TEXT, "%s", buf_str(&cell));
	styled_addf(t, ST_DIM, " %+6.1fs ", offset_s);
	add_bar(t, a, r);
	styled_addf(t, ST_TEXT, "\n");
	buf_free(&cell);
}

/* Places of the nearest neighbours, in order of time, the latest first as they stand. */
static size_t nearest(const struct board_call *c, bool is_shown[], size_t most)
{
	size_t n = 0;

	for (; n < c->n_near && n < most; n++) {
		size_t best = c->n_near;

		for (size_t i = 0; i < c->n_near; i++) {
			int64_t d = llabs(c->near[i].id.ts_us - c->row.id.ts_us);

			if (!is_shown[i] && (best == c->n_near || d < llabs(c->near[best].id.ts_us - c->row.id.ts_us))) {
				best = i;
			}
		}
		is_shown[best] = true;
	}
	return n;
}

static void add_waterfall(struct styled_text *t, const struct board_call *c, int w, bool is_plain)
{
	bool *is_shown = x_calloc(c->n_near, sizeof(*is_shown));
	struct axis a = { .from_us = c->row.id.ts_us, .to_us = end_of(&c->row), .w = w - NEAR_NAME_W - 12 };
	bool has_self = false;
	char span[FORMAT_SIZE];

	a.w = is_plain ? 0 : a.w < 12 ? 12 : a.w > 80 ? 80 : a.w;
	(void)nearest(c, is_shown, NEAR_ROWS);
	for (size_t i = 0; i < c->n_near; i++) {
		if (is_shown[i]) {
			a.from_us = c->near[i].id.ts_us < a.from_us ? c->near[i].id.ts_us : a.from_us;
			a.to_us = end_of(&c->near[i]) > a.to_us ? end_of(&c->near[i]) : a.to_us;
		}
	}
	for (size_t i = c->n_near; i-- > 0;) { /* oldest first */
		if (!has_self && c->near[i].id.ts_us > c->row.id.ts_us) {
			has_self = true;
			add_lane(t, &a, &c->row, &c->row);
		}
		if (is_shown[i]) {
			add_lane(t, &a, &c->near[i], &c->row);
		}
	}
	if (!has_self) {
		add_lane(t, &a, &c->row, &c->row);
	}
	figure_duration(a.to_us - a.from_us, span);
	styled_addf(t, ST_DIM, "%*s%s%s in all\n", is_plain ? 0 : NEAR_NAME_W + 10, "", is_plain ? "" : "\u2514 ", span);
	free(is_shown);
}

/* What the neighbours say of it. */
static void add_verdict(struct styled_text *t, const struct board_call *c)
{
	char p95[FORMAT_SIZE], before_text[FORMAT_SIZE], n[FORMAT_SIZE];
	uint64_t before = 0, failed = 0, limited = 0;

	figure_duration(c->model.p95_us, p95);
	figure_exact((int64_t)c->model.calls, n);
	if (c->model.calls >= P95_CALLS && c->model.p95_us > 0 && is_known(c->row.latency_us)) {
		double more = 100. * ((double)c->row.latency_us / (double)c->model.p95_us - 1.);

		styled_addf(t, more > 0 ? ST_WARN : ST_TEXT, "%s than the p95 of this model (%s of %s calls) by %.0f %%\n", more > 0 ? "slower" : "faster", p95,
		    n, more > 0 ? more : -more);
	}
	for (size_t i = 0; i < c->n_near; i++) {
		bool is_before = c->near[i].id.ts_us <= c->row.id.ts_us;

		before += is_before;
		failed += is_before && error_class_is_failure(c->near[i].error_class);
		limited += is_before && c->near[i].error_class == CLASS_RATE_LIMITED;
	}
	if (before == 0) {
		styled_addf(t, ST_TEXT, "nothing else began in the 10 s before\n");
		return;
	}
	figure_count((int64_t)before, before_text);
	styled_addf(t, failed > 0 ? ST_WARN : ST_TEXT, "in the 10 s before: %s%s call%s, %llu failed%s\n", c->near_is_cut ? "at least " : "", before_text,
	    before == 1 ? "" : "s", (unsigned long long)failed, limited > 0 ? " (429 among them)" : "");
}

static void add_timing(struct styled_text *t, const struct board_call *c, int w, bool is_plain)
{
	const struct call_row *r = &c->row;
	char total[FORMAT_SIZE], ttft[FORMAT_SIZE], gen[FORMAT_SIZE], rate[FORMAT_SIZE];
	double tok_per_s = streaming_tok_per_s(call_row_streamed_tok(r), r->gen_us);

	figure_duration(r->latency_us, total);
	figure_duration(r->ttft_us, ttft);
	figure_duration(r->gen_us, gen);
	add_title(t, "Timing");
	styled_addf(t, ST_TEXT, "total %s, first token %s, streaming %s", total, ttft, gen);
	if (!isnan(tok_per_s)) {
		format_rate(tok_per_s, rate);
		styled_addf(t, ST_TEXT, ", %s tok/s", rate);
	}
	styled_addf(t, r->attempts > 1 ? ST_WARN : ST_TEXT, r->attempts > 1 ? ", %d attempts\n" : "\n", r->attempts);
	add_verdict(t, c);
	add_waterfall(t, c, w, is_plain);
}

static void add_tokens(struct styled_text *t, const struct usage *u, bool is_plain)
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
	styled_addf(t, ST_TEXT, "%s in%s %s out", in, is_plain ? "," : " \u2192", out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (is_known(parts[i].n) && parts[i].n > 0) {
			styled_addf(t, ST_TEXT, "  (%s %lld)", parts[i].name, (long long)parts[i].n);
		}
	}
	styled_addf(t, ST_TEXT, "\n");
}

/* -- the whole ---------------------------------------------------------------------------------------------------------------------- */

static struct styled_text *make_text(const struct board *b, int w, bool is_plain)
{
	const struct call_row *r = &b->call.row;
	struct styled_text *t = styled_new();
	char text[64], id[CALL_ID_SIZE], cost[FORMAT_SIZE];

	call_id_format(r->id, id);
	if (!call_row_is_ok(r)) {
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
	add_tokens(t, &r->usage, is_plain);
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
	add_timing(t, &b->call, w, is_plain);
	add_body(t, "Answer", b->call.body.answer, b->call.body.answer_len);
	add_body(t, "Request", b->call.body.request, b->call.body.request_len);
	add_body(t, "Response as received", b->call.body.response, b->call.body.response_len);
	if (b->call.body.request == NULL && b->call.body.answer == NULL) {
		styled_addf(t, ST_DIM, "\nNo bodies are kept of this call.\n");
	}
	return t;
}

/* JSON with a member a line; all but blanks as it was. */
static void add_indented(struct styled_text *t, const char *json, size_t len)
{
	struct buf out = { 0 };
	int depth = 0;
	bool is_string = false;

	for (size_t i = 0; i < len; i++) {
		char c = json[i];

		if (is_string && c == '\\' && i + 1 < len) {
			(void)buf_add(&out, json + i++, 2);
			continue;
		}
		is_string ^= c == '"';
		depth -= !is_string && (c == '}' || c == ']') && depth > 0;
		if (!is_string && (c == '}' || c == ']')) {
			(void)buf_addf(&out, "\n%*s", 2 * depth, "");
		}
		if (is_string || strchr(" \t\r\n", c) == NULL || c == '\0') {
			(void)buf_add_char(&out, c);
		}
		depth += !is_string && (c == '{' || c == '[') && depth < 40;
		if (!is_string && (c == '{' || c == '[' || c == ',')) {
			(void)buf_addf(&out, "\n%*s", 2 * depth, "");
		}
		(void)buf_add_str(&out, !is_string && c == ':' ? " " : "");
	}
	char *clean = clean_text(buf_str(&out), out.len);

	styled_addf(t, ST_TEXT, "%s\n", clean);
	free(clean);
	buf_free(&out);
}

static struct styled_text *make_raw(const struct board *b)
{
	const struct call_body *body = &b->call.body;
	struct styled_text *t = styled_new();
	struct buf row = { 0 };

	calls_json(&row, &b->call.row, NULL);
	add_indented(t, buf_str(&row), row.len);
	buf_free(&row);
	if (body->request != NULL) {
		add_title(t, "Request");
		add_indented(t, body->request, body->request_len);
	}
	add_body(t, "Response as received", body->response, body->response_len);
	return t;
}

void metrics_detail_layout(struct metrics_screen *s)
{
	const struct board *b = s->board;

	if (!b->has_call) {
		return;
	}
	bool has_other_model = s->text_model.p95_us != b->call.model.p95_us || s->text_model.calls != b->call.model.calls;
	bool is_other = s->text_id.ts_us != b->call.row.id.ts_us || s->text_id.key != b->call.row.id.key || s->text_is_raw != s->shows_raw;

	if (s->text == NULL || is_other || has_other_model || s->text_w != s->detail_area.w) {
		styled_free(s->text);
		s->text = s->shows_raw ? make_raw(b) : make_text(b, s->detail_area.w - 2, app_is_plain(s->app));
		s->text_id = b->call.row.id;
		s->text_model = b->call.model;
		s->text_is_raw = s->shows_raw;
		s->text_w = s->detail_area.w;
		s->detail = is_other ? (struct list){ 0 } : s->detail;
	}
	int n = (int)styled_layout(s->text, s->detail_area.w - 2), rows = s->detail_area.h - 1;

	/* The list's selection is the top line: a text scrolls by its top. */
	s->detail.rows = rows; /* a page */
	list_set_n(&s->detail, n > rows ? n - rows + 1 : 1);
}

void metrics_detail_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env)
{
	struct rect r = s->detail_area;
	const struct board *b = s->board;
	char title[FORMAT_SIZE + 16] = "Request", when[FORMAT_SIZE], right[48];
	bool has_call = b->has_call && (s->log.n > 0 || s->focus == FOCUS_DETAIL); /* not one that is no longer among the requests */
	const char *more = has_call ? format_more(s->detail.selected > 0, s->detail.selected + 1 < s->detail.n) : "";

	if (has_call) {
		format_time(b->call.row.id.ts_us, env->now_us, env->utc_offset_us, when);
		(void)snprintf(title, sizeof(title), "Request %s", when);
	}
	(void)snprintf(right, sizeof(right), "%s%s%s", more, more[0] != '\0' ? " \u00b7 " : "", s->shows_raw ? "J text" : "J raw");
	cells_rule(cells, r.x, r.y, r.w, s->focus == FOCUS_DETAIL, title, right);
	if (!has_call) {
		(void)cells_fit(cells, r.x + 2, r.y + 1, r.w - 4, ST_DIM, b->is_opening ? "reading\u2026" : "no request is selected");
	} else if (s->text != NULL) {
		styled_draw(s->text, cells, (struct rect){ r.x + 1, r.y + 1, r.w - 2, r.h - 1 }, (size_t)s->detail.selected);
	}
}
