/* What the calls of the selected version come to, and the newest of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/record.h"
#include "text/clean.h"
#include "ui/screens/prompts_state.h"
#include "ui/widgets/graph.h"

#define RESULTS_H 6      /* with the rule */
#define VERSIONS_LEAST 5 /* rows that the versions keep above it */
#define SPARK_MOST 60

static const struct prompt_figures *figures_of(const struct prompts_screen *s, const struct version_row *v)
{
	return v != NULL && s->p->name != NULL ? prompts_results_of(s->p->results, s->p->name, v->hash) : NULL;
}

static double error_percent(const struct figures *f)
{
	double percent = figures_errors_per(f, 100);

	return isnan(percent) ? 0 : percent;
}

int prompts_results_h(const struct prompts_screen *s, int h)
{
	return s->p->n_versions > 0 && h >= 1 + VERSIONS_LEAST + RESULTS_H ? RESULTS_H : 0;
}

void prompts_results_short(const struct prompts_screen *s, const struct version_row *v, bool has_rate, char out[FORMAT_SIZE])
{
	const struct prompt_figures *p = figures_of(s, v);
	char calls[FORMAT_SIZE];

	out[0] = '\0';
	if (p == NULL) {
		return;
	}
	figure_count((int64_t)p->figures.calls, calls);
	(void)snprintf(out, FORMAT_SIZE, has_rate ? "%.12s %4.1f%%" : "%.12s", calls, error_percent(&p->figures));
}

/* -- the figures ---------------------------------------------------------------------------------------------------------------------- */

/* Calls over time, from the first hour with one, in at most w values. Returns how many; *hours is how long that is. */
static size_t series(const struct prompt_figures *p, size_t w, double *values, size_t *hours)
{
	size_t first = 0;

	while (first < PROMPT_HOURS && p->by_hour[first] == 0) {
		first++;
	}
	*hours = PROMPT_HOURS - first;
	size_t n = *hours < w ? *hours : w;

	for (size_t i = 0; i < n; i++) {
		values[i] = 0;
	}
	for (size_t h = first; h < PROMPT_HOURS; h++) {
		values[(h - first) * n / *hours] += p->by_hour[h];
	}
	return n;
}

static void draw_spark(struct cells *cells, struct rect r, const struct prompt_figures *p)
{
	char span[24];
	double values[SPARK_MOST];
	size_t hours, w = r.w - 8 < SPARK_MOST ? (size_t)(r.w - 8) : SPARK_MOST;
	size_t n = series(p, w, values, &hours);

	int used = n > 0 ? graph_spark(cells, r.x + 2, r.y, (int)w, ST_GRAPH, values, n) : 0;

	if (used > 0) {
		(void)snprintf(span, sizeof(span), hours < 48 ? "%zuh" : "%zud", hours < 48 ? hours : (hours + 12) / 24);
		(void)cells_fit(cells, r.x + 2 + used + 1, r.y, r.w - used - 3, ST_DIM, span);
	}
}

static void cost_line(const struct figures *f, struct buf *out)
{
	char sum[32], each[32];
	int64_t cost = figures_cost(f);
	uint64_t priced = f->by_class[CLASS_NONE] - f->unpriced;

	price_format(cost, sum, sizeof(sum));
	(void)buf_addf(out, "cost    %s", sum);
	if (cost != UNKNOWN && priced > 0) {
		price_format(cost / (int64_t)priced, each, sizeof(each));
		(void)buf_addf(out, "  %s each", each);
	}
}

void prompts_results_draw(const struct prompts_screen *s, struct cells *cells, struct rect r)
{
	const struct version_row *v = prompts_selected_row(s);
	const struct prompt_figures *p = figures_of(s, v);
	char title[40], calls[FORMAT_SIZE], p50[FORMAT_SIZE], p95[FORMAT_SIZE];
	struct buf line = { 0 };

	(void)snprintf(title, sizeof(title), "v%d results", v->number);
	cells_rule(cells, r.x, r.y, r.w, false, title, p != NULL && p->has_simulated && !s->app->is_demo ? "SIMULATED" : "");
	if (p == NULL) {
		(void)cells_fit(cells, r.x + 2, r.y + 1, r.w - 3, s->p->results->err.code != ERR_NONE ? ST_BAD : ST_DIM,
		    s->p->results->err.code != ERR_NONE ? s->p->results->err.text : "no call of it is recorded yet");
		return;
	}
	figure_exact((int64_t)p->figures.calls, calls);
	figure_duration(hist_quantile(&p->figures.latency, 0.5), p50);
	figure_duration(hist_quantile(&p->figures.latency, 0.95), p95);
	(void)buf_addf(&line, "calls   %s\n", calls);
	cost_line(&p->figures, &line);
	(void)buf_addf(&line, "\np50 %s  p95 %s\nerrors  %llu (%.1f%%)", p50, p95, (unsigned long long)p->figures.errors, error_percent(&p->figures));
	const char *at = buf_str(&line);

	for (int y = r.y + 1; at != NULL; y++) {
		size_t len = strcspn(at, "\n");

		(void)cells_text(cells, r.x + 2, y, r.w - 3, ST_TEXT, at, len);
		at = at[len] != '\0' ? at + len + 1 : NULL;
	}
	draw_spark(cells, (struct rect){ r.x, r.y + 5, r.w, 1 }, p);
	buf_free(&line);
}

/* -- the newest calls ----------------------------------------------------------------------------------------------------------------- */

static bool has_calls(const struct prompts_screen *s)
{
	const struct version_row *v = prompts_selected_row(s);

	return v != NULL && s->p->name != NULL && prompts_results_has_calls(s->p->results, s->p->name, v->hash);
}

const struct prompt_call *prompts_selected_run(const struct prompts_screen *s)
{
	return has_calls(s) && (size_t)s->runs.selected < s->p->results->n_calls ? &s->p->results->calls[s->runs.selected] : NULL;
}

void prompts_runs_layout(struct prompts_screen *s)
{
	struct rect r = s->panes[PANE_RUNS];

	list_set_n(&s->runs, has_calls(s) ? (int)s->p->results->n_calls : 0);
	list_layout(&s->runs, r.h > 1 ? r.h - 1 : 0);
}

static void draw_run(struct cells *cells, struct rect r, const struct prompt_call *c, const struct env *env)
{
	const struct call_row *row = &c->row;
	bool is_bad = !call_row_is_ok(row);
	const char *said = is_bad ? row->error_text : c->body.answer, *name = row->model_resp != NULL ? row->model_resp : row->model_req;
	char age[FORMAT_SIZE], took[FORMAT_SIZE], cost[32];
	int x = r.x + 1, end = r.x + r.w - 1;
	char *model = clean_line(name != NULL ? name : "", name != NULL ? strlen(name) : 0, 40);
	char *text = clean_line(said != NULL ? said : "", said != NULL ? strlen(said) : 0, 200);

	prompts_age_text(row->id.ts_us, env->now_us, age);
	figure_duration(row->latency_us, took);
	price_format(row->cost_nano, cost, sizeof(cost));
	(void)cells_right(cells, x + 3, r.y, ST_DIM, age);
	x += 4;
	(void)cells_fit(cells, x, r.y, 16, ST_TEXT, model);
	x += 17;
	x += cells_put(cells, x, r.y, is_bad ? ST_BAD : ST_OK, is_bad ? "\u2717" : "\u2713") + 1;
	(void)cells_fit(cells, x, r.y, 6, ST_TEXT, took);
	x += 6;
	if (!is_bad) {
		(void)cells_fit(cells, x, r.y, 8, ST_TEXT, cost);
		x += 8;
	}
	(void)cells_fit(cells, x, r.y, end - x, ST_DIM, text);
	free(model);
	free(text);
}

void prompts_runs_draw(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env)
{
	const struct version_row *v = prompts_selected_row(s);
	char title[60];

	(void)snprintf(title, sizeof(title), v != NULL ? "Last runs of v%d" : "Last runs", v != NULL ? v->number : 0);
	cells_rule(cells, r.x, r.y, r.w, s->focus == PANE_RUNS, title, s->runs.n > 0 ? "Enter opens in Play" : "");
	if (s->runs.n == 0) {
		(void)cells_fit(cells, r.x + 1, r.y + 1, r.w - 2, ST_DIM, "none is recorded: F5 sends the draft");
	}
	for (int i = 0; i < s->runs.rows && s->runs.top + i < s->runs.n; i++) {
		struct rect row = { r.x, r.y + 1 + i, r.w, 1 };

		draw_run(cells, row, &s->p->results->calls[s->runs.top + i], env);
		if (s->runs.top + i == s->runs.selected) {
			cells_selected(cells, r.x, row.y);
			if (s->focus == PANE_RUNS) {
				cells_cursor(cells, r.x, row.y, false);
			}
		}
	}
}
