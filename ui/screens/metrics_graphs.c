#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/clean.h"
#include "text/wrap.h"
#include "ui/format.h"
#include "ui/screens/metrics_state.h"
#include "ui/widgets/graph.h"

#define MAX_LABELS 8
#define SHORT_W 49 /* for the shortest of what stands beside a title */

/* -- values of one bucket ---------------------------------------------------------------------------------------------------------- */

static double cost_per_hour(const struct figures *f, int64_t bucket_us)
{
	return (double)f->cost_nano / 1e9 * 3600e6 / (double)bucket_us;
}

static double quantile_s(const struct hist *h, double q)
{
	return h->total > 0 ? (double)hist_quantile(h, q) / 1e6 : NAN;
}

static double latency_p50(const struct figures *f, int64_t bucket_us)
{
	(void)bucket_us;
	return quantile_s(&f->latency, 0.5);
}

static double latency_p95(const struct figures *f, int64_t bucket_us)
{
	(void)bucket_us;
	return quantile_s(&f->latency, 0.95);
}

static double latency_p99(const struct figures *f, int64_t bucket_us)
{
	(void)bucket_us;
	return quantile_s(&f->latency, 0.99);
}

static double error_percent(const struct figures *f, int64_t bucket_us)
{
	(void)bucket_us;
	return figures_errors_per(f, 100);
}

static double tokens_per_s(const struct figures *f, int64_t bucket_us)
{
	(void)bucket_us;
	return f->gen_sum_us > 0 ? (double)f->gen_tok * 1e6 / (double)f->gen_sum_us : NAN;
}

static double ttft_p50(const struct figures *f, int64_t bucket_us)
{
	(void)bucket_us;
	return quantile_s(&f->ttft, 0.5);
}

static double ttft_p95(const struct figures *f, int64_t bucket_us)
{
	(void)bucket_us;
	return quantile_s(&f->ttft, 0.95);
}

static double cached_percent(const struct figures *f, int64_t bucket_us)
{
	(void)bucket_us;
	return f->in_tok > 0 ? 100. * (double)f->cache_read_tok / (double)f->in_tok : NAN;
}

/* -- axis numbers ------------------------------------------------------------------------------------------------------------------- */

/* At most four digits; the unit stands at the top tick only. */
static void number(double v, const char *before, const char *after, bool is_top, char out[GRAPH_NUMBER_SIZE])
{
	const char *b = is_top ? before : "", *a = is_top ? after : "";

	if (v == 0.) {
		memcpy(out, "0", 2);
	} else if (v >= 10000.) {
		(void)snprintf(out, GRAPH_NUMBER_SIZE, "%s%.0fk", b, v / 1000.);
	} else {
		(void)snprintf(out, GRAPH_NUMBER_SIZE, "%s%.*f%s", b, v < 0.1 ? 3 : v < 1. ? 2 : v < 10. ? 1 : 0, v, a);
	}
}

/* Below a thousandth in millionths: the five cells have room for no more zeros. */
static void in_dollars(double v, bool is_top, char out[GRAPH_NUMBER_SIZE])
{
	if (v > 0. && v < 0.001) {
		(void)snprintf(out, GRAPH_NUMBER_SIZE, "%s%.3g\u00b5", is_top ? "$" : "", v * 1e6);
		return;
	}
	number(v, "$", "", is_top, out);
	char *zero = v > 0. && v < 0.1 ? strstr(out, "0.") : NULL;

	if (zero != NULL) { /* five cells: without the leading zero */
		memmove(zero, zero + 1, strlen(zero));
	}
}

static void say_dollars(double v, char out[GRAPH_NUMBER_SIZE])
{
	price_format((int64_t)llround(v * 1e9), out, GRAPH_NUMBER_SIZE);
}

/* Below a tenth in milliseconds, each with its unit: the tick above may be in seconds. */
static void in_seconds(double v, bool is_top, char out[GRAPH_NUMBER_SIZE])
{
	if (v > 0. && v < 0.1) {
		(void)snprintf(out, GRAPH_NUMBER_SIZE, "%.3gms", v * 1e3);
		return;
	}
	number(v, "", "s", is_top, out);
}

static void in_percent(double v, bool is_top, char out[GRAPH_NUMBER_SIZE])
{
	number(v, "", "%", is_top, out);
}

static void plain(double v, bool is_top, char out[GRAPH_NUMBER_SIZE])
{
	number(v, "", "", is_top, out);
}

/* -- what stands beside a title ----------------------------------------------------------------------------------------------------- */

/* How much more than in the span compared with, and which that is; "" without one, or with next to nothing in it. */
static void change(const struct metrics *m, double now, double before, const char *against, char out[FORMAT_SIZE])
{
	char text[FORMAT_SIZE] = "";

	if (metrics_is_comparable(&m->total, &m->before)) {
		format_change(now, before, text);
	}
	(void)snprintf(out, FORMAT_SIZE, text[0] != '\0' ? " \u00b7 %.10s %s" : "", text, against);
}

static void cost_sum(const struct metrics *m, const char *against, int w, char *out, size_t size)
{
	char cost[FORMAT_SIZE], before[FORMAT_SIZE] = "", delta[FORMAT_SIZE] = "";

	price_format(metrics_cost(&m->total), cost, FORMAT_SIZE);
	if (w >= 50) {
		change(m, (double)m->total.cost_nano, (double)m->before.cost_nano, against, delta);
	}
	if (w >= 64 && delta[0] != '\0') {
		price_format(m->before.cost_nano, before, FORMAT_SIZE);
	}
	(void)snprintf(out, size, "\u03a3 %s%s%s%s", cost, delta, before[0] != '\0' ? " " : "", before);
}

static void percentiles(const struct hist *h, int w, char *out, size_t size)
{
	char p50[FORMAT_SIZE], p95[FORMAT_SIZE], p99[FORMAT_SIZE];

	figure_duration(hist_quantile(h, 0.5), p50);
	figure_duration(hist_quantile(h, 0.95), p95);
	figure_duration(hist_quantile(h, 0.99), p99);
	if (w >= 50) {
		(void)snprintf(out, size, "p50 %s \u00b7 p95 %s \u00b7 p99 %s", p50, p95, p99);
	} else {
		(void)snprintf(out, size, "p50 %s p99 %s", p50, p99);
	}
}

static void latency_percentiles(const struct metrics *m, const char *against, int w, char *out, size_t size)
{
	(void)against;
	percentiles(&m->total.latency, w, out, size);
}

static void ttft_percentiles(const struct metrics *m, const char *against, int w, char *out, size_t size)
{
	(void)against;
	percentiles(&m->total.ttft, w, out, size);
}

static void error_classes(const struct metrics *m, const char *against, int w, char *out, size_t size)
{
	(void)against;
	metrics_classes_text(&m->total, (size_t)(w > 20 ? w - 20 : 0), out, size); /* beside the title */
	if (m->total.by_class[CLASS_NONE] == m->total.calls) {
		(void)snprintf(out, size, "none");
	}
}

static void mean_rate(const struct metrics *m, const char *against, int w, char *out, size_t size)
{
	char delta[FORMAT_SIZE] = "";
	double mean = tokens_per_s(&m->total, 0);

	out[0] = '\0';
	if (isfinite(mean)) {
		if (w >= 50) {
			change(m, mean, tokens_per_s(&m->before, 0), against, delta);
		}
		(void)snprintf(out, size, "mean %.0f%s", mean, delta);
	}
}

static void cached_part(const struct metrics *m, const char *against, int w, char *out, size_t size)
{
	double part = cached_percent(&m->total, 0);

	(void)against;
	(void)w;
	(void)snprintf(out, size, isfinite(part) ? "%.0f%% of the input tokens" : "", part);
}

struct kind {
	const char *title;
	double (*value)(const struct figures *f, int64_t bucket_us);
	void (*format)(double value, bool is_top, char out[GRAPH_NUMBER_SIZE]);
	void (*beside)(const struct metrics *m, const char *against, int w, char *out, size_t size);
	enum style style;
};

/* What the second graph can show. */
static const struct kind measures[] = {
	{ "Latency p95", latency_p95, in_seconds, latency_percentiles, ST_GRAPH },
	{ "Latency p99", latency_p99, in_seconds, latency_percentiles, ST_GRAPH },
	{ "Latency p50", latency_p50, in_seconds, latency_percentiles, ST_GRAPH },
	{ "TTFT p50", ttft_p50, in_seconds, ttft_percentiles, ST_GRAPH },
	{ "TTFT p95", ttft_p95, in_seconds, ttft_percentiles, ST_GRAPH },
};
#define FIRST_TTFT 3
#define MEASURED 1 /* its place among the others */
#define TTFT 4 /* of the one that makes room when the second shows the time to the first token as well */

static const struct kind kinds[] = {
	{ "Cost $/h", cost_per_hour, in_dollars, cost_sum, ST_GRAPH },
	[MEASURED] = { NULL, NULL, NULL, NULL, ST_GRAPH },
	{ "Errors %", error_percent, in_percent, error_classes, ST_GRAPH_BAD },
	{ "Output tok/s", tokens_per_s, plain, mean_rate, ST_GRAPH },
	[TTFT] = { "TTFT p50", ttft_p50, in_seconds, ttft_percentiles, ST_GRAPH },
	{ "Cached input %", cached_percent, in_percent, cached_part, ST_GRAPH },
};

const char *metrics_measure(size_t i)
{
	return i < COUNT_OF(measures) ? measures[i].title : NULL;
}

/* -- layout --------------------------------------------------------------------------------------------------------------------------- */

struct grid {
	int across, down, row_h;
};

/* In plain a line each. */
static struct grid grid_of(const struct metrics_screen *s, struct rect area)
{
	if (app_is_plain(s->app)) {
		return (struct grid){ .across = 1, .down = area.h >= 18 ? (int)COUNT_OF(kinds) : 2, .row_h = 1 };
	}
	struct grid g = { .across = area.w >= 160 ? 3 : 2, .down = area.h >= 34 ? 2 : 1 };
	int share = area.h * 2 / 5 / g.down;

	g.row_h = share < 5 ? 5 : share > 12 ? 12 : share;
	return g;
}

static int n_graphs(struct grid g)
{
	int n = g.across * g.down;

	return n < (int)COUNT_OF(kinds) ? n : (int)COUNT_OF(kinds);
}

/* Without the line at its right. */
static struct rect graph_rect(const struct metrics_screen *s, struct grid g, int i)
{
	int column = i % g.across;
	int x = s->graphs.x + s->graphs.w * column / g.across, end = s->graphs.x + s->graphs.w * (column + 1) / g.across;

	return (struct rect){ x, s->graphs.y + i / g.across * g.row_h, end - x - (column + 1 < g.across), g.row_h };
}

bool metrics_bucket_at(const struct metrics_screen *s, int x, int y, size_t *bucket)
{
	const struct metrics *m = s->board->answer.graphs;
	struct grid g = grid_of(s, s->area);

	for (int i = 0; m != NULL && i < n_graphs(g); i++) {
		struct rect r = graph_rect(s, g, i);

		if (y > r.y && y < r.y + r.h && x >= r.x && x < r.x + r.w) {
			return graph_value_at(m->n_buckets, r.w, x - r.x - GRAPH_AXIS_W, bucket);
		}
	}
	return false;
}

int metrics_graphs_height(const struct metrics_screen *s, struct rect area)
{
	struct grid g = grid_of(s, area);

	return g.down * g.row_h;
}

int metrics_graphs_columns(const struct metrics_screen *s, struct rect area)
{
	return 2 * (area.w / grid_of(s, area).across - GRAPH_AXIS_W);
}

static void label_text(int64_t us, int64_t span_us, const struct env *env, char out[FORMAT_SIZE])
{
	time_t s = (time_t)((us + env->utc_offset_us) / US_PER_S);
	struct tm tm;

	(void)gmtime_r(&s, &tm);
	(void)strftime(out, FORMAT_SIZE, span_us > 3 * 86400 * US_PER_S ? "%m-%d" : "%H:%M", &tm);
}

/* Round local times, about one in eleven cells. */
static size_t make_labels(const struct metrics *m, int plot_w, bool is_live, const struct env *env, struct graph_label labels[MAX_LABELS + 1],
    char texts[MAX_LABELS][FORMAT_SIZE])
{
	static const int64_t steps_s[] = { 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600 };
	int64_t span_us = (int64_t)m->n_buckets * m->bucket_us, from = m->buckets_from_us + env->utc_offset_us, step_us = 0;
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(steps_s) && step_us == 0; i++) {
		if (span_us / (steps_s[i] * US_PER_S) <= plot_w / 11) {
			step_us = steps_s[i] * US_PER_S;
		}
	}
	for (int64_t t = step_us > 0 ? (from / step_us + 1) * step_us : INT64_MAX; t < from + span_us && n < MAX_LABELS; t += step_us) {
		label_text(t - env->utc_offset_us, span_us, env, texts[n]);
		labels[n] = (struct graph_label){ (int)((t - from) * plot_w / span_us), texts[n] };
		n++;
	}
	if (is_live) {
		labels[n++] = (struct graph_label){ plot_w - 3, "now" };
	}
	return n;
}

static double *values_of(const struct metrics *m, const struct figures *buckets, const struct kind *k)
{
	double *values = x_calloc(m->n_buckets, sizeof(*values));

	for (size_t i = 0; i < m->n_buckets; i++) {
		values[i] = k->value(&buckets[i], m->bucket_us);
	}
	return values;
}

/* "Cost $/h: now $0.98, min 0, max $1.2, change +12%; sum $6.27" */
static void say_one(const char *title, const struct graph *g, const char *beside, struct cells *cells, struct rect r)
{
	bool is_sum = strncmp(beside, "\u03a3", 2) == 0;
	int x = r.x + 1, end = r.x + r.w;
	struct buf item = { 0 };

	x += cells_fit(cells, x, r.y, end - x, ST_TITLE, title);
	x += cells_fit(cells, x, r.y, end - x, ST_TITLE, ": ");
	x += graph_say(g, cells, x, r.y, end - x);
	(void)buf_addf(&item, is_sum ? "; sum%s" : "; %s", is_sum ? beside + 2 : beside);
	if (beside[0] != '\0' && cells_width(buf_str(&item), item.len) <= end - x) { /* half a figure would be another one */
		(void)cells_fit(cells, x, r.y, end - x, ST_DIM, buf_str(&item));
	}
	buf_free(&item);
}

static void draw_one(const struct metrics_screen *s, const struct kind *k, struct cells *cells, struct rect r, const struct env *env)
{
	const struct metrics *m = s->board->answer.graphs;
	struct graph_label labels[MAX_LABELS + 1];
	char texts[MAX_LABELS][FORMAT_SIZE], beside[128];
	double *values = values_of(m, m->buckets, k);
	double *before = m->buckets_before != NULL && m->before.calls > 0 ? values_of(m, m->buckets_before, k) : NULL;
	bool is_live = timeframe_is_live(&s->board->question.frame);

	for (size_t i = 0; m->total.calls == 0 && i < m->n_buckets; i++) {
		values[i] = NAN;
	}
	bool is_plain = cells->glyphs == GLYPHS_PLAIN;
	k->beside(m, compares[s->board->question.compare].against, is_plain ? SHORT_W : r.w, beside, sizeof(beside));
	struct graph g = {
		.values = values, .before = before, .n = m->n_buckets, .format = k->format, .labels = labels, .style = k->style,
		.n_labels = m->n_buckets > 0 ? make_labels(m, r.w - GRAPH_AXIS_W, is_live, env, labels, texts) : 0,
		.say = k->format == in_dollars ? say_dollars : NULL,
		.empty = m->total.calls > 0 ? "not measured in this span" :
		    s->board->question.filter != NULL ? "no call meets the filter" : "no calls in this span",
	};

	(void)metrics_brush_buckets(s, &g.brush_from, &g.brush_to);
	if (is_plain) {
		say_one(k->title, &g, m->total.calls > 0 ? beside : "", cells, r);
	} else {
		cells_rule(cells, r.x, r.y, r.w, false, k->title, beside);
		graph_draw(&g, cells, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 });
	}
	free(values);
	free(before);
}

/* In as many lines as it takes. Returns how many. */
static int draw_words(struct cells *cells, struct rect r, enum style st, const char *text)
{
	char *clean = clean_line(text, strlen(text), 0);
	struct wrap lines = { 0 };
	int n = 0;

	wrap_update(&lines, clean, strlen(clean), (size_t)r.w);
	for (; n < (int)lines.n && n < r.h; n++) {
		(void)cells_text(cells, r.x, r.y + n, r.w, st, clean + lines.lines[n].start, lines.lines[n].len);
	}
	wrap_free(&lines);
	free(clean);
	return n;
}

void metrics_graphs_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env)
{
	const struct board *b = s->board;
	struct grid g = grid_of(s, s->area);

	if (b->answer.graphs == NULL) {
		bool has_err = b->err.code != ERR_NONE;
		struct rect r = { s->graphs.x + 2, s->graphs.y + 1, s->graphs.w - 4, s->graphs.h - 1 };

		cells_rule(cells, s->graphs.x, s->graphs.y, s->graphs.w, false, "Cost", "");
		int n = draw_words(cells, r, has_err ? ST_BAD : ST_DIM, has_err ? b->err.text : metrics_reading(s));

		(void)draw_words(cells, (struct rect){ r.x, r.y + n, r.w, r.h - n }, ST_DIM, b->err.hint);
		return;
	}
	for (int i = 0; i < n_graphs(g); i++) {
		struct rect r = graph_rect(s, g, i);

		draw_one(s, i == MEASURED ? &measures[s->measure] : i == TTFT && s->measure >= FIRST_TTFT ? &measures[0] : &kinds[i], cells, r, env);
		if (i % g.across + 1 < g.across) {
			cells_vline(cells, r.x + r.w, r.y, r.h);
		}
	}
}
