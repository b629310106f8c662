#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/format.h"
#include "ui/screens/metrics_state.h"
#include "ui/widgets/graph.h"

#define MAX_LABELS 8

/* -- values of one bucket ---------------------------------------------------------------------------------------------------------- */

static double cost_per_hour(const struct figures *f, int64_t bucket_us)
{
	return (double)f->cost_nano / 1e9 * 3600e6 / (double)bucket_us;
}

static double quantile_s(const struct hist *h, double q)
{
	return h->total > 0 ? (double)hist_quantile(h, q) / 1e6 : NAN;
}

static double latency_p95(const struct figures *f, int64_t bucket_us)
{
	(void)bucket_us;
	return quantile_s(&f->latency, 0.95);
}

static double error_percent(const struct figures *f, int64_t bucket_us)
{
	(void)bucket_us;
	return f->calls > 0 ? 100. * (double)f->errors / (double)f->calls : NAN;
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

static void in_dollars(double v, bool is_top, char out[GRAPH_NUMBER_SIZE])
{
	number(v, "$", "", is_top, out);
	char *zero = v > 0. && v < 0.1 ? strstr(out, "0.") : NULL;

	if (zero != NULL) { /* five cells: without the leading zero */
		memmove(zero, zero + 1, strlen(zero));
	}
}

static void in_seconds(double v, bool is_top, char out[GRAPH_NUMBER_SIZE])
{
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

static void cost_sum(const struct metrics *m, int w, char *out, size_t size)
{
	char cost[FORMAT_SIZE];

	price_format(m->total.cost_nano, cost, FORMAT_SIZE);
	if (w >= 50 && m->before.cost_nano > 0) {
		double change = 100. * ((double)m->total.cost_nano / (double)m->before.cost_nano - 1.);

		(void)snprintf(out, size, "\u03a3 %s \u00b7 %+.0f%% vs before", cost, change);
	} else {
		(void)snprintf(out, size, "\u03a3 %s", cost);
	}
}

static void latency_percentiles(const struct metrics *m, int w, char *out, size_t size)
{
	char p50[FORMAT_SIZE], p95[FORMAT_SIZE], p99[FORMAT_SIZE];

	figure_duration(hist_quantile(&m->total.latency, 0.5), p50);
	figure_duration(hist_quantile(&m->total.latency, 0.95), p95);
	figure_duration(hist_quantile(&m->total.latency, 0.99), p99);
	if (w >= 50) {
		(void)snprintf(out, size, "p50 %s \u00b7 p95 %s \u00b7 p99 %s", p50, p95, p99);
	} else {
		(void)snprintf(out, size, "p50 %s p99 %s", p50, p99);
	}
}

static void error_classes(const struct metrics *m, int w, char *out, size_t size)
{
	static const char *const words[CLASS_COUNT] = {
		[CLASS_RATE_LIMITED] = "429", [CLASS_TIMEOUT] = "timeout", [CLASS_SERVER_ERROR] = "5xx", [CLASS_CONTENT_FILTER] = "filter",
		[CLASS_CONTEXT_LENGTH] = "context", [CLASS_AUTH] = "auth", [CLASS_BAD_REQUEST] = "4xx", [CLASS_CANCELLED] = "cancelled",
		[CLASS_NETWORK] = "network", [CLASS_OTHER] = "other",
	};
	size_t used = 0, room = (size_t)(w > 20 ? w - 20 : 0); /* beside the title */

	room = room < size ? room : size - 1;
	out[0] = '\0';
	for (int c = 1; c < CLASS_COUNT; c++) {
		char part[40];
		int n = snprintf(part, sizeof(part), "%s%s %llu", used > 0 ? " \u00b7 " : "", words[c], (unsigned long long)m->total.by_class[c]);

		if (m->total.by_class[c] > 0 && used + (size_t)n <= room) {
			memcpy(out + used, part, (size_t)n + 1);
			used += (size_t)n;
		}
	}
	if (used == 0 && m->total.errors == 0) {
		(void)snprintf(out, size, "none");
	}
}

static void mean_rate(const struct metrics *m, int w, char *out, size_t size)
{
	(void)w;
	out[0] = '\0';
	if (m->total.gen_sum_us > 0) {
		(void)snprintf(out, size, "mean %.0f", (double)m->total.gen_tok * 1e6 / (double)m->total.gen_sum_us);
	}
}

static void nothing(const struct metrics *m, int w, char *out, size_t size)
{
	(void)m;
	(void)w;
	(void)size;
	out[0] = '\0';
}

static const struct kind {
	const char *title;
	double (*value)(const struct figures *f, int64_t bucket_us);
	void (*format)(double value, bool is_top, char out[GRAPH_NUMBER_SIZE]);
	void (*beside)(const struct metrics *m, int w, char *out, size_t size);
	enum style style;
} kinds[] = {
	{ "Cost $/h", cost_per_hour, in_dollars, cost_sum, ST_GRAPH },
	{ "Latency p95", latency_p95, in_seconds, latency_percentiles, ST_GRAPH },
	{ "Errors %", error_percent, in_percent, error_classes, ST_GRAPH_BAD },
	{ "Output tok/s", tokens_per_s, plain, mean_rate, ST_GRAPH },
	{ "TTFT p50", ttft_p50, in_seconds, nothing, ST_GRAPH },
	{ "Cached input %", cached_percent, in_percent, nothing, ST_GRAPH },
};

/* -- layout --------------------------------------------------------------------------------------------------------------------------- */

struct grid {
	int across, down, row_h;
};

static struct grid grid_of(struct rect area)
{
	struct grid g = { .across = area.w >= 160 ? 3 : 2, .down = area.h >= 34 ? 2 : 1 };
	int share = area.h * 2 / 5 / g.down;

	g.row_h = share < 5 ? 5 : share > 12 ? 12 : share;
	return g;
}

int metrics_graphs_height(struct rect area)
{
	struct grid g = grid_of(area);

	return g.down * g.row_h;
}

int metrics_graphs_columns(struct rect area)
{
	return 2 * (area.w / grid_of(area).across - GRAPH_AXIS_W);
}

static void label_text(int64_t us, int64_t span_us, const struct env *env, char out[FORMAT_SIZE])
{
	time_t s = (time_t)((us + env->utc_offset_us) / US_PER_S);
	struct tm tm;

	(void)gmtime_r(&s, &tm);
	(void)strftime(out, FORMAT_SIZE, span_us > 3 * 86400 * US_PER_S ? "%m-%d" : "%H:%M", &tm);
}

/* Round local times, about one in eleven cells. */
static size_t make_labels(const struct metrics *m, int plot_w, const struct env *env, struct graph_label labels[MAX_LABELS + 1],
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
	labels[n] = (struct graph_label){ plot_w - 3, "now" };
	return n + 1;
}

static void draw_one(const struct metrics *m, const struct kind *k, struct cells *cells, struct rect r, const struct env *env)
{
	double *values = x_calloc(m->n_buckets, sizeof(*values));
	struct graph_label labels[MAX_LABELS + 1];
	char texts[MAX_LABELS][FORMAT_SIZE], beside[96];
	size_t n_labels = m->n_buckets > 0 ? make_labels(m, r.w - GRAPH_AXIS_W, env, labels, texts) : 0;

	for (size_t i = 0; i < m->n_buckets; i++) {
		values[i] = m->total.calls > 0 ? k->value(&m->buckets[i], m->bucket_us) : NAN;
	}
	k->beside(m, r.w, beside, sizeof(beside));
	cells_rule(cells, r.x, r.y, r.w, false, k->title, beside);
	struct graph g = {
		.values = values, .n = m->n_buckets, .format = k->format, .labels = labels, .n_labels = n_labels, .style = k->style,
		.empty = m->total.calls == 0 ? "no calls in this span" : "not measured in this span",
	};

	graph_draw(&g, cells, (struct rect){ r.x, r.y + 1, r.w, r.h - 1 });
	free(values);
}

void metrics_graphs_draw(const struct metrics_screen *s, struct cells *cells, const struct env *env)
{
	struct grid g = grid_of(s->area);
	const struct metrics *m = s->board->answer.graphs;

	if (m == NULL) {
		cells_rule(cells, s->graphs.x, s->graphs.y, s->graphs.w, false, "Cost", "");
		(void)cells_fit(cells, s->graphs.x + 2, s->graphs.y + 2, s->graphs.w - 4, s->board->err.code != ERR_NONE ? ST_BAD : ST_DIM,
		    s->board->err.code != ERR_NONE ? s->board->err.text : "reading\u2026");
		(void)cells_fit(cells, s->graphs.x + 2, s->graphs.y + 3, s->graphs.w - 4, ST_DIM, s->board->err.hint);
		return;
	}
	for (int i = 0; i < g.across * g.down && i < (int)COUNT_OF(kinds); i++) {
		int column = i % g.across;
		int x = s->graphs.x + s->graphs.w * column / g.across, end = s->graphs.x + s->graphs.w * (column + 1) / g.across;
		struct rect r = { x, s->graphs.y + i / g.across * g.row_h, end - x - (column + 1 < g.across), g.row_h };

		draw_one(m, &kinds[i], cells, r, env);
		if (column + 1 < g.across) {
			cells_vline(cells, end - 1, r.y, r.h);
		}
	}
}
