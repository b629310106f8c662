#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/clean.h"
#include "ui/format.h"
#include "ui/screens/metrics_state.h"
#include "ui/widgets/graph.h"

#define NAME_W 22
#define NAME_MORE 14 /* so much wider where the other columns leave room */
#define COST_CELLS 8
#define CHANGE_W 15 /* of the last column, shown when this and a spark line fit */
#define SPARK_W 10
#define JUDGED_CALLS 20 /* of fewer a p95 says nothing, as in alerts */
#define FEW_PART 50     /* of the calls now: with fewer than such a part before, a change says nothing */
#define CHANGE_SAY_W 130 /* of the table, where the change is said */

static const char *const sort_names[SORT_COUNT] = { "cost", "calls", "p95", "errors" };

const char *metrics_sort_name(enum metrics_sort sort)
{
	return sort_names[sort];
}

/* -- order ---------------------------------------------------------------------------------------------------------------------------- */

static double sort_value(const struct metrics_group *g, enum metrics_sort sort)
{
	double rate = figures_errors_per(&g->now, 1);

	switch (sort) {
	case SORT_CALLS:
		return (double)g->now.calls;
	case SORT_P95:
		return (double)known_or(hist_quantile(&g->now.latency, 0.95), -1);
	case SORT_ERRORS:
		return isnan(rate) ? 0. : rate;
	default:
		return (double)g->now.cost_nano;
	}
}

struct ranked {
	double value;
	size_t i;
};

static int by_value(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	/* Equal values keep the order of the query: by cost, then calls. */
	return x->value > y->value ? -1 : x->value < y->value ? 1 : x->i < y->i ? -1 : 1;
}

/* Of the present answer, which may be newer than the last frame. */
static void order_groups(struct metrics_screen *s)
{
	const struct metrics *m = s->board->answer.table;
	size_t n = m != NULL ? m->n_groups : 0;
	struct ranked *ranked = x_calloc(n, sizeof(*ranked));

	for (size_t i = 0; i < n; i++) {
		ranked[i] = (struct ranked){ sort_value(&m->groups[i], s->sort), i };
	}
	if (n > 1) {
		qsort(ranked, n, sizeof(*ranked), by_value);
	}
	s->order = x_reallocarray(s->order, n, sizeof(*s->order));
	for (size_t i = 0; i < n; i++) {
		s->order[i] = ranked[i].i;
	}
	s->n_order = n;
	free(ranked);
	list_set_n(&s->groups, (int)n);
}

/* The row of the group that was selected, or the same row where the present answer lacks it. */
static int selected_row(const struct metrics_screen *s)
{
	for (size_t i = 0; s->selected_group != NULL && i < s->n_order; i++) {
		if (strcmp(s->board->answer.table->groups[s->order[i]].key, s->selected_group) == 0) {
			return (int)i;
		}
	}
	return s->groups.selected;
}

static void remember_selection(struct metrics_screen *s)
{
	free(s->selected_group);
	s->selected_group = s->n_order > 0 ? x_strdup(s->board->answer.table->groups[s->order[s->groups.selected]].key) : NULL;
}

void metrics_groups_layout(struct metrics_screen *s)
{
	order_groups(s);
	if (s->has_selected_group) {
		list_select(&s->groups, selected_row(s));
	}
	list_layout(&s->groups, s->groups_area.h - metrics_head_h(s));
	if (!s->has_selected_group) {
		remember_selection(s);
	}
}

void metrics_groups_moved(struct metrics_screen *s)
{
	order_groups(s);
	s->has_selected_group = s->groups.selected > 0; /* on the first row one watches the first */
	remember_selection(s);
}

const struct metrics_group *metrics_selected_group(struct metrics_screen *s)
{
	order_groups(s);
	bool is_of_question = s->n_order > 0 && s->board->answer.by == s->board->question.by;

	return is_of_question ? &s->board->answer.table->groups[s->order[selected_row(s)]] : NULL;
}

int64_t metrics_cost(const struct figures *f)
{
	return f->calls > 0 && f->cost_nano == 0 && (f->unpriced > 0 || f->by_class[CLASS_NONE] == 0) ? UNKNOWN : f->cost_nano;
}

bool metrics_is_comparable(const struct figures *now, const struct figures *before)
{
	return before->calls * FEW_PART >= now->calls;
}

/* -- columns -------------------------------------------------------------------------------------------------------------------------- */

static void calls_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	figure_count((int64_t)g->now.calls, out);
}

static void cost_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	price_format(metrics_cost(&g->now), out, FORMAT_SIZE);
	char *cents = strlen(out) > COST_CELLS ? strchr(out, '.') : NULL; /* from $10000 on, where they would touch the calls */

	if (cents != NULL) {
		*cents = '\0';
	}
}

static void cost_per_call_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	uint64_t priced = g->now.calls - g->now.unpriced;

	price_format(priced > 0 && is_known(metrics_cost(&g->now)) ? g->now.cost_nano / (int64_t)priced : UNKNOWN, out, FORMAT_SIZE);
}

static void ttft_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	figure_duration(hist_quantile(&g->now.ttft, 0.5), out);
}

static void p50_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	figure_duration(hist_quantile(&g->now.latency, 0.5), out);
}

static void p95_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	figure_duration(hist_quantile(&g->now.latency, 0.95), out);
}

static void p99_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	figure_duration(hist_quantile(&g->now.latency, 0.99), out);
}

static void rate_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	format_rate(g->now.gen_sum_us > 0 ? (double)g->now.gen_tok * 1e6 / (double)g->now.gen_sum_us : NAN, out);
}

static void errors_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	double percent = figures_errors_per(&g->now, 100);

	(void)snprintf(out, FORMAT_SIZE, isnan(percent) ? "\u2013" : "%.1f%%", percent);
}

static void cached_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	(void)snprintf(out, FORMAT_SIZE, "%.0f%%", g->now.in_tok > 0 ? 100. * (double)g->now.cache_read_tok / (double)g->now.in_tok : 0.);
}

static const struct {
	const char *title;
	int w;     /* with the blank in front */
	int min_w; /* width of the table from which on it is shown */
	void (*text)(const struct metrics_group *g, char out[FORMAT_SIZE]);
} columns[] = {
	{ "calls", 7, 0, calls_text }, { "cost", COST_CELLS + 1, 0, cost_text }, { "$/call", 11, 100, cost_per_call_text },
	{ "ttft", 7, 0, ttft_text }, { "p50", 7, 70, p50_text }, { "p95", 7, 0, p95_text }, { "p99", 7, 100, p99_text },
	{ "tok/s", 6, 100, rate_text }, { "err", 7, 0, errors_text }, { "cached", 8, 140, cached_text },
};

const char *metrics_class_word(enum error_class c)
{
	static const char *const words[CLASS_COUNT] = {
		[CLASS_NONE] = "", [CLASS_RATE_LIMITED] = "429", [CLASS_TIMEOUT] = "timeout", [CLASS_SERVER_ERROR] = "5xx",
		[CLASS_CONTENT_FILTER] = "filter", [CLASS_CONTEXT_LENGTH] = "context", [CLASS_AUTH] = "auth", [CLASS_BAD_REQUEST] = "4xx",
		[CLASS_CANCELLED] = "cancelled", [CLASS_NETWORK] = "network", [CLASS_OTHER] = "other",
		[CLASS_BUDGET] = "budget",
	};

	return words[c];
}

void metrics_classes_text(const struct figures *f, size_t room, char *out, size_t size)
{
	bool is_told[CLASS_COUNT] = { false };
	size_t used = 0;

	out[0] = '\0';
	for (int told = 0; told < CLASS_COUNT; told++) {
		char part[40];
		int best = CLASS_NONE;

		for (int c = CLASS_NONE + 1; c < CLASS_COUNT; c++) {
			if (!is_told[c] && f->by_class[c] > 0 && (best == CLASS_NONE || f->by_class[c] > f->by_class[best])) {
				best = c;
			}
		}
		if (best == CLASS_NONE) {
			return;
		}
		is_told[best] = true;
		int n = snprintf(part, sizeof(part), "%s%s %llu", used > 0 ? " \u00b7 " : "", metrics_class_word((enum error_class)best), (unsigned long long)f->by_class[best]);

		if ((size_t)cells_width(out, used) + (size_t)cells_width(part, (size_t)n) > room || used + (size_t)n >= size) {
			return;
		}
		memcpy(out + used, part, (size_t)n + 1);
		used += (size_t)n;
	}
}

/* What changed most against the span compared with: a slower p95 before a higher cost. */
static enum style change_text(const struct metrics_group *g, char out[FORMAT_SIZE])
{
	int64_t now = hist_quantile(&g->now.latency, 0.95), before = hist_quantile(&g->before.latency, 0.95);

	if (g->before.calls == 0) {
		(void)snprintf(out, FORMAT_SIZE, "new");
		return ST_DIM;
	}
	if (!metrics_is_comparable(&g->now, &g->before)) {
		(void)snprintf(out, FORMAT_SIZE, "few before");
		return ST_DIM;
	}
	bool is_judged = g->now.calls >= JUDGED_CALLS && g->before.calls >= JUDGED_CALLS;
	bool is_slower = is_judged && is_known(now) && is_known(before) && before > 0 && (double)now > 1.3 * (double)before;
	bool has_cost = g->before.cost_nano > 0;
	char change[FORMAT_SIZE];

	if (is_slower) {
		format_change((double)now, (double)before, change);
		(void)snprintf(out, FORMAT_SIZE, "p95 %.10s \u25b2", change);
		return ST_WARN;
	}
	format_change(has_cost ? (double)g->now.cost_nano : (double)g->now.calls, has_cost ? (double)g->before.cost_nano : (double)g->before.calls, change);
	(void)snprintf(out, FORMAT_SIZE, "%s %.10s", has_cost ? "cost" : "calls", change);
	return ST_TEXT;
}

static int name_w(const struct metrics_screen *s)
{
	int spare = s->groups_area.w - 1 - NAME_W - 2 - CHANGE_W - SPARK_W;

	for (size_t k = 0; k < COUNT_OF(columns); k++) {
		spare -= s->groups_area.w >= columns[k].min_w ? columns[k].w : 0;
	}
	return NAME_W + (spare < 0 ? 0 : spare < NAME_MORE ? spare : NAME_MORE);
}

static void draw_heads(const struct metrics_screen *s, struct cells *cells, int y)
{
	int x = s->groups_area.x + 1 + name_w(s);

	(void)cells_put(cells, s->groups_area.x + 1, y, ST_DIM, metrics_by_name(s->board->question.by));
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		if (s->groups_area.w >= columns[i].min_w) {
			x += columns[i].w;
			(void)cells_right(cells, x, y, ST_DIM, columns[i].title);
		}
	}
	int left = s->groups_area.x + s->groups_area.w - x - 2;

	if (s->sort == SORT_ERRORS && left >= 6) {
		(void)cells_fit(cells, x + 2, y, left, ST_DIM, left < 15 ? "errors" : "errors by class");
	} else if (left >= CHANGE_W + SPARK_W) {
		const char *against = compares[s->board->question.compare].against;

		(void)cells_fit(cells, x + 2, y, left - CHANGE_W - 1, ST_DIM,
		    left - CHANGE_W - 1 < 18 ? "cost" : "cost over the span");
		(void)cells_putf(cells, x + 2 + left - CHANGE_W, y, ST_DIM, against[0] != '\0' ? "\u0394 %s" : "%s", against);
	}
}

/* The spark line, and what changed. */
static void draw_course(const struct metrics_screen *s, struct cells *cells, int x, int y, int room, const struct metrics_group *g)
{
	bool has_change = room >= CHANGE_W + SPARK_W;
	int spark_w = has_change ? room - CHANGE_W - 1 : room;
	char text[FORMAT_SIZE];

	if (spark_w >= 6 && g->spark != NULL && (!has_change || g->now.cost_nano > 0)) { /* else it is of the calls, below a head that says cost */
		(void)graph_spark(cells, x, y, spark_w, ST_GRAPH, g->spark, s->board->answer.table->n_buckets);
	}
	if (has_change && compares[s->board->question.compare].before_us >= 0) {
		enum style st = change_text(g, text);

		(void)cells_put(cells, x + room - CHANGE_W, y, st, text);
	}
}

static void draw_values(const struct metrics_screen *s, struct cells *cells, int y, const struct metrics_group *g, enum style st)
{
	int w = name_w(s), x = s->groups_area.x + 1 + w;
	char *name = clean_line(metrics_group_name(g), strlen(metrics_group_name(g)), (size_t)w - 1);
	char text[FORMAT_SIZE];

	(void)cells_fit(cells, s->groups_area.x + 1, y, w - 1, st, name);
	free(name);
	for (size_t k = 0; k < COUNT_OF(columns); k++) {
		if (s->groups_area.w >= columns[k].min_w) {
			bool is_bad = columns[k].text == errors_text && g->now.errors * 50 > g->now.calls;

			columns[k].text(g, text);
			x += columns[k].w;
			(void)cells_right(cells, x, y, is_bad ? ST_BAD : ST_TEXT, text);
		}
	}
	int left = s->groups_area.x + s->groups_area.w - x - 2;

	if (s->sort == SORT_ERRORS && left >= 6) {
		char classes[128];

		metrics_classes_text(&g->now, (size_t)left, classes, sizeof(classes));
		(void)cells_fit(cells, x + 2, y, left, ST_TEXT, classes);
	} else {
		draw_course(s, cells, x + 2, y, left, g);
	}
}

/* "gpt-5.4-mini, calls 491, cost $0.8581, ..., cost +5% vs before": the columns that a table of `shown_w` cells has. */
static void say_columns(const struct metrics_screen *s, const struct metrics_group *g, int shown_w, struct buf *line)
{
	const char *against = compares[s->board->question.compare].against;
	char *name = clean_line(metrics_group_name(g), strlen(metrics_group_name(g)), (size_t)s->groups_area.w / 4);
	char text[128];

	(void)buf_add_str(line, name);
	for (size_t k = 0; k < COUNT_OF(columns); k++) {
		if (shown_w >= columns[k].min_w) {
			columns[k].text(g, text);
			metrics_say(line, columns[k].title, text);
		}
	}
	if (s->sort == SORT_ERRORS) {
		metrics_classes_text(&g->now, sizeof(text), text, sizeof(text));
		metrics_say(line, "errors", text);
	} else if (against[0] != '\0' && shown_w >= CHANGE_SAY_W) {
		(void)change_text(g, text);
		(void)buf_addf(line, ", %s %s", text, against);
	}
	free(name);
}

static void say_group(const struct metrics_screen *s, struct cells *cells, int y, const struct metrics_group *g, enum style st)
{
	struct buf line = { 0 };
	int room = s->groups_area.w - 1;

	for (int shown_w = s->groups_area.w; shown_w > -METRICS_SAY_STEP; shown_w -= METRICS_SAY_STEP) {
		buf_clear(&line);
		say_columns(s, g, shown_w > 0 ? shown_w : 0, &line);
		if (cells_width(buf_str(&line), line.len) <= room) {
			break;
		}
	}
	(void)cells_fit(cells, s->groups_area.x + 1, y, room, st, buf_str(&line));
	buf_free(&line);
}

static void draw_group(const struct metrics_screen *s, struct cells *cells, int y, int i)
{
	const struct metrics_group *g = &s->board->answer.table->groups[s->order[i]];
	bool is_selected = i == s->groups.selected && s->focus == FOCUS_GROUPS;
	bool is_key = s->board->question.key != NULL && strcmp(s->board->question.key, g->key) == 0;
	enum style st = is_key ? ST_HIT : is_selected ? ST_BOLD : ST_TEXT;

	if (cells->glyphs == GLYPHS_PLAIN) {
		say_group(s, cells, y, g, st);
	} else {
		draw_values(s, cells, y, g, st);
	}
	if (is_selected) {
		cells_selected(cells, s->groups_area.x, y);
		cells_cursor(cells, s->groups_area.x, y, false);
	}
}

void metrics_groups_draw(const struct metrics_screen *s, struct cells *cells)
{
	static const char *const titles[] = { [BY_NONE] = "Groups", [BY_PROVIDER] = "Providers", [BY_MODEL] = "Models", [BY_OPERATION] = "Operations",
		[BY_PROMPT] = "Prompts" };
	struct rect r = s->groups_area;
	char right[64];
	int head = metrics_head_h(s), rows = r.h - head;

	if (s->groups.n > rows) {
		(void)snprintf(right, sizeof(right), "%d\u2013%d of %d \u00b7 s sort: %s \u25bc", s->groups.top + 1, s->groups.top + rows, s->groups.n,
		    metrics_sort_name(s->sort));
	} else {
		(void)snprintf(right, sizeof(right), "s sort: %s \u25bc", metrics_sort_name(s->sort));
	}
	cells_rule(cells, r.x, r.y, r.w, s->focus == FOCUS_GROUPS, titles[s->board->question.by], right);
	if (head > 1) {
		draw_heads(s, cells, r.y + 1);
	}
	if (s->n_order == 0) {
		size_t from, to;
		bool has_brush = metrics_brush_buckets(s, &from, &to);

		(void)cells_fit(cells, r.x + 2, r.y + head, r.w - 4, ST_DIM,
		    s->board->answer.table == NULL ? "" : has_brush ? "No call in the brushed stretch: Esc lifts it." :
		    s->board->question.filter != NULL ? "No call meets the filter: Esc clears it." :
		    "No calls in this span: t widens it; Play and sonde import bring some.");
	}
	for (int i = s->groups.top; i < s->groups.n && i < s->groups.top + rows; i++) {
		draw_group(s, cells, r.y + head + i - s->groups.top, i);
	}
}
