/* One answer from inside: how its request went, phase by phase, what it used and cost; below it the first and last raw events. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/record.h"
#include "text/clean.h"
#include "text/wrap.h"
#include "ui/format.h"
#include "ui/screens/play_state.h"
#include "ui/widgets/styled.h"

#define NAME_W 9   /* of a field */
#define BAR_X 16   /* cells before the bars */
#define EVENTS_MIN 5

int play_inspector_width(const struct play_screen *s, struct rect area)
{
	if (s->width < PLAY_WIDE || s->hides_inspector || s->play->n_columns == 0) {
		return 0;
	}
	return area.w <= 200 ? 40 : area.w <= 260 ? 40 + (area.w - 200) / 3 : 60; /* at 200 four columns stand beside it */
}

/* A long value goes on below itself, not below the name. */
static void add_field(struct styled_text *t, int w, enum style st, const char *name, const char *value)
{
	char *clean = value != NULL ? clean_line(value, strlen(value), 0) : NULL;
	struct wrap lines = { 0 };

	if (clean != NULL && clean[0] != '\0') {
		wrap_update(&lines, clean, strlen(clean), w > NAME_W ? (size_t)(w - NAME_W) : 1);
	}
	for (size_t i = 0; i < lines.n; i++) {
		styled_addf(t, ST_DIM, "%-*s", NAME_W, i == 0 ? name : "");
		styled_addf(t, st, "%.*s\n", (int)lines.lines[i].len, clean + lines.lines[i].start);
	}
	wrap_free(&lines);
	free(clean);
}

static void add_request(struct styled_text *t, int w, const struct play_column *c)
{
	static const struct {
		int version;
		const char *name;
	} versions[] = { { 10, "HTTP/1.0" }, { 11, "HTTP/1.1" }, { 20, "HTTP/2" }, { 30, "HTTP/3" } };
	const struct play_answer *a = c->answer;
	const struct call_row *r = play_answer_row(a);
	const struct call *call = a->call;
	int status = call != NULL && call->http.reply.status > 0 ? call->http.reply.status : r->http_status;
	const char *version = "";

	add_field(t, w, ST_TEXT, "request", call != NULL && call->http.reply.request_id[0] != '\0' ? call->http.reply.request_id : r->request_id);
	for (size_t i = 0; call != NULL && i < COUNT_OF(versions); i++) {
		version = versions[i].version == call->http.reply.http_version ? versions[i].name : version;
	}
	if (status > 0) {
		char text[40];

		(void)snprintf(text, sizeof(text), "%d%s%s", status, version[0] != '\0' ? "  " : "", version);
		add_field(t, w, status >= 400 ? ST_BAD : ST_TEXT, "HTTP", text);
	}
	struct sent_request sent = play_answer_request(a, c->target);
	char *url = sent.body_len > 0 ? snippet_url(&sent) : NULL;
	const char *scheme_end = url != NULL ? strstr(url, "://") : NULL;
	add_field(t, w, ST_TEXT, "url", scheme_end != NULL ? scheme_end + 3 : url);
	free(url);
	if (r->model_resp != NULL && (r->model_req == NULL || strcmp(r->model_resp, r->model_req) != 0)) {
		add_field(t, w, ST_TEXT, "answered", r->model_resp);
	}
}

/* -- where the time went ------------------------------------------------------------------------------------------------------------ */

static void add_phase(struct styled_text *t, const char *name, int64_t from_us, int64_t to_us, int64_t total_us, int bar_w)
{
	char time[FORMAT_SIZE];

	if (from_us < 0 || to_us < from_us) {
		return;
	}
	figure_duration(to_us - from_us, time);
	styled_addf(t, ST_DIM, " %-5s", name);
	styled_addf(t, ST_TEXT, "%8s  ", time);
	if (bar_w > 3 && total_us > 0) {
		int start = (int)(from_us * bar_w / total_us), end = (int)((to_us * bar_w + total_us - 1) / total_us);

		start = start >= bar_w ? bar_w - 1 : start;
		end = end <= start ? start + 1 : end > bar_w ? bar_w : end;
		styled_addf(t, ST_TEXT, "%*s", start, "");
		for (int i = start; i < end; i++) {
			styled_addf(t, strcmp(name, "body") == 0 ? ST_GRAPH : ST_DIM, "%s", strcmp(name, "body") == 0 ? "\u2588" : "\u2591");
		}
	}
	styled_addf(t, ST_TEXT, "\n");
}

/* As libcurl measures them, from the start of the last attempt: each phase begins where the one before ended. */
static void add_phases(struct styled_text *t, const struct http_result *h, int bar_w)
{
	int64_t ready = h->dns_us;

	add_phase(t, "dns", 0, h->dns_us, h->total_us, bar_w);
	add_phase(t, "tcp", ready, h->connect_us, h->total_us, bar_w);
	ready = h->connect_us > ready ? h->connect_us : ready;
	add_phase(t, "tls", ready, h->tls_us, h->total_us, bar_w);
	ready = h->tls_us > ready ? h->tls_us : ready;
	ready = ready < 0 ? 0 : ready;
	add_phase(t, "wait", ready, h->first_byte_us, h->total_us, bar_w);
	add_phase(t, "body", h->first_byte_us, h->total_us, h->total_us, bar_w);
}

static void add_timing(struct styled_text *t, const struct play_answer *a, int w)
{
	const struct call_row *r = play_answer_row(a);

	if (play_answer_is_running(a)) {
		styled_addf(t, ST_DIM, " phases: when the answer is whole\n");
	} else if (a->is_cached) {
		styled_addf(t, ST_DIM, " from the cache: nothing was sent\n");
	} else if (a->call != NULL && a->call->http.total_us > 0) {
		add_phases(t, &a->call->http, w - BAR_X);
	} else if (is_known(r->ttft_us) && is_known(r->latency_us)) { /* recorded are these two only */
		add_phase(t, "ttft", 0, r->ttft_us, r->latency_us, w - BAR_X);
		add_phase(t, "body", r->ttft_us, r->latency_us, r->latency_us, w - BAR_X);
	}
}

/* -- what it used ------------------------------------------------------------------------------------------------------------------- */

static void add_part(struct buf *b, const char *name, int64_t n)
{
	if (is_known(n) && n > 0) {
		(void)buf_addf(b, "%s%s %lld", b->len > 0 ? ", " : "", name, (long long)n);
	}
}

/* "in 430 (cached 301)  out 49 (reasoning 9)" */
static void add_tokens(struct styled_text *t, int w, const struct play_answer *a)
{
	const struct usage *u = a->call != NULL ? &a->call->answer.usage : &a->row.usage;
	struct buf in = { 0 }, out = { 0 }, line = { 0 };
	char n[FORMAT_SIZE];

	add_part(&in, "cached", u->cache_read_tok);
	add_part(&in, "written", u->cache_write_tok);
	add_part(&in, "audio", u->audio_in);
	add_part(&in, "image", u->image_in);
	add_part(&out, "reasoning", u->reason_tok);
	add_part(&out, "audio", u->audio_out);
	figure_count(u->in_tok, n);
	(void)buf_addf(&line, in.len > 0 ? "in %s (%s)" : "in %s", n, buf_str(&in));
	figure_count(u->out_tok, n);
	(void)buf_addf(&line, out.len > 0 ? "  out %s (%s)" : "  out %s", n, buf_str(&out));
	add_field(t, w, ST_TEXT, "tokens", buf_str(&line));
	buf_free(&in);
	buf_free(&out);
	buf_free(&line);
}

/* Pico-dollars a token are micro-dollars a million tokens. */
static void add_rate(struct buf *b, const char *name, int64_t pico)
{
	if (is_known(pico)) {
		(void)buf_addf(b, "%s%s $%g", b->len > 0 ? "  " : "", name, (double)pico / 1e6);
	}
}

static void add_money(struct styled_text *t, int w, const struct play_screen *s, const struct play_column *c)
{
	const struct play_answer *a = c->answer;
	const struct call_row *r = play_answer_row(a);
	const struct target *target = a->call != NULL ? a->call->target : c->target;
	const struct price *p = target != NULL ? record_price(s->app->config->prices, target, target->model) : NULL;
	struct buf line = { 0 };
	char cost[FORMAT_SIZE];

	if (p != NULL) {
		add_rate(&line, "in", p->in);
		add_rate(&line, "out", p->out);
		add_rate(&line, "cached", p->cache_read);
		(void)buf_add_str(&line, " a million");
		add_field(t, w, ST_TEXT, "price", buf_str(&line));
	} else if (target != NULL && target->provider->kind->price_name != NULL) {
		add_field(t, w, ST_DIM, "price", "not known: prices: in config.yaml");
	}
	buf_clear(&line);
	price_format(play_answer_cost(a), cost, FORMAT_SIZE);
	if (play_answer_is_running(a) && !a->is_free) {
		(void)buf_add_str(&line, "when its usage is known");
	} else if (is_known(play_answer_cost(a))) {
		(void)buf_addf(&line, "%s%s%s", r->cost_is_estimated ? "~" : "", cost, r->cost_source == COST_REPORTED ? "  as the provider says" : "");
		if (r->cost_source == COST_COMPUTED && r->price_version != NULL) {
			(void)buf_addf(&line, "  prices of %.10s", r->price_version);
		}
	} else {
		(void)buf_add_str(&line, "not known");
	}
	add_field(t, w, ST_TEXT, "cost", buf_str(&line));
	buf_free(&line);
}

static void add_end(struct styled_text *t, int w, const struct play_answer *a)
{
	const struct call_row *r = play_answer_row(a);
	const struct call *call = a->call;
	char text[80];

	if (r->finish_reason != NULL && r->finish_reason[0] != '\0') {
		(void)snprintf(text, sizeof(text), "%s", r->finish_reason);
		add_field(t, w, strcmp(text, "stop") == 0 ? ST_TEXT : ST_WARN, "stop", text);
	}
	if (!call_row_is_ok(r) && !play_answer_is_running(a)) {
		add_field(t, w, ST_BAD, "error", error_class_name(r->error_class));
	}
	if (call != NULL && call->attempt > 0) {
		(void)snprintf(text, sizeof(text), "%d of %d", call->attempt, call->max_attempts);
		add_field(t, w, call->attempt > 1 ? ST_WARN : ST_TEXT, "attempt", text);
	} else if (call == NULL && r->attempts > 0) {
		(void)snprintf(text, sizeof(text), "%d", r->attempts);
		add_field(t, w, r->attempts > 1 ? ST_WARN : ST_TEXT, "attempts", text);
	}
	for (size_t i = 0; call != NULL && i < call->n_failures; i++) {
		(void)snprintf(text, sizeof(text), "%.50s: %s", call->failures[i].target, error_class_name(call->failures[i].class));
		add_field(t, w, ST_WARN, "before", text);
	}
	if (call != NULL) {
		add_field(t, w, ST_WARN, "note", call->warning);
	}
}

static void make_facts(struct play_screen *s, const struct play_column *c, int w)
{
	const struct play_answer *a = c->answer;

	styled_free(s->facts);
	s->facts = styled_new();
	if (c->route != NULL) {
		add_field(s->facts, w, ST_TEXT, "auto", c->route);
	}
	if (!a->has_run) {
		styled_addf(s->facts, ST_DIM, "Nothing was sent yet: F5 sends the prompt.\n");
		return;
	}
	char next[PLAY_LABEL_SIZE];

	if (play_next(s, c, true, next)) {
		styled_addf(s->facts, ST_WARN, "%s\n", next);
	}
	add_request(s->facts, w, c);
	add_timing(s->facts, a, w);
	add_tokens(s->facts, w, a);
	add_money(s->facts, w, s, c);
	add_end(s->facts, w, a);
}

void play_inspector_layout(struct play_screen *s, struct rect r)
{
	s->inspector = r;
	if (r.w == 0 || s->column >= s->play->n_columns) {
		s->inspector.w = 0;
		return;
	}
	make_facts(s, s->play->columns[s->column], r.w - 2);
	int n = (int)styled_layout(s->facts, r.w - 2), room = r.h - 1;
	int facts_h = n <= room - EVENTS_MIN - 1 ? n : room;

	if (s->view == VIEW_INSPECTOR && n > room - EVENTS_MIN - 1) { /* small: scrolled as a text, by its top */
		s->facts_scroll.rows = room;
		list_set_n(&s->facts_scroll, n > room ? n - room + 1 : 1);
	} else {
		s->facts_scroll = (struct list){ .n = 1 };
	}
	s->facts_area = (struct rect){ r.x + 1, r.y + 1, r.w - 2, facts_h };
	s->events_area = (struct rect){ r.x, r.y + 1 + facts_h, r.w, room - facts_h };
}

void play_view_rule(struct cells *cells, struct rect r, const char *title, const struct list *scroll, const char *keys)
{
	const char *more = format_more(scroll->selected > 0, scroll->selected + 1 < scroll->n);
	char right[80];

	(void)snprintf(right, sizeof(right), "%s%s%s", more, more[0] != '\0' ? " \u00b7 " : "", keys);
	bool fits = cells_width(title, strlen(title)) + cells_width(right, strlen(right)) + 7 <= r.w; /* as a rule needs */

	cells_rule(cells, r.x, r.y, r.w, true, title, fits ? right : more);
}

void play_inspector_draw(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	struct rect r = s->inspector;

	(void)env;
	if (r.w == 0) {
		return;
	}
	char label[PLAY_LABEL_SIZE];
	char *title = x_asprintf("Inspector \u203a %zu %s", s->column + 1, play_label(s, s->play->columns[s->column], label));
	if (s->view == VIEW_INSPECTOR) {
		play_view_rule(cells, r, title, &s->facts_scroll, "Esc closes \u00b7 J raw events");
	} else {
		cells_rule(cells, r.x, r.y, r.w, false, title, "i");
	}
	free(title);
	styled_draw(s->facts, cells, s->facts_area, (size_t)s->facts_scroll.selected);
	if (s->events_area.h > 1) {
		play_events_draw_glance(s, cells, s->events_area);
	}
}
