/* The table of the race: a row a target, sorted, in one of two units, with a timeline or what is to be said in its place. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/play_spread.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ui/format.h"
#include "ui/screens/play_state.h"

/* In milliseconds where they are to be compared exactly: the head of the column has the unit. */
static void duration_text(int64_t us, bool is_exact, char out[FORMAT_SIZE])
{
	if (is_exact && is_known(us)) {
		(void)snprintf(out, FORMAT_SIZE, "%lld", (long long)((us + 500) / 1000));
	} else {
		figure_duration(us, out);
	}
}

static int64_t longest_us(const struct play_screen *s, const struct env *env)
{
	int64_t longest = 1;

	for (size_t i = 0; i < s->play->n_columns; i++) {
		struct play_figures f;

		play_answer_figures(s->play->columns[i]->answer, env->mono_us, &f);
		if (is_known(f.wait_us) && f.wait_us + known_or(f.gen_us, 0) > longest) {
			longest = f.wait_us + known_or(f.gen_us, 0);
		}
	}
	return longest;
}

/* ░ waiting for the first token, █ streaming; one scale for all rows. */
static void draw_timeline(struct cells *cells, int x, int y, int w, const struct play_column *c, const struct play_figures *f, int64_t scale_us)
{
	enum style st = c->answer->state == CALL_FAILED ? ST_BAD : ST_GRAPH;

	if (!is_known(f->wait_us) || w < 4) {
		return;
	}
	int wait = (int)(f->wait_us * w / scale_us), gen = (int)(known_or(f->gen_us, 0) * w / scale_us);

	wait = wait < 1 ? 1 : wait > w ? w : wait;
	gen = is_known(f->ttft_us) && gen < 1 ? 1 : gen;
	gen = wait + gen > w ? w - wait : gen;
	cells_fill(cells, (struct rect){ x, y, wait, 1 }, ST_DIM, 0x2591);
	if (is_known(f->ttft_us)) {
		cells_fill(cells, (struct rect){ x + wait, y, gen, 1 }, st, 0x2588);
	}
}

static void ttft_text(const struct play_figures *f, bool is_exact, char out[FORMAT_SIZE])
{
	duration_text(f->ttft_us, is_exact, out);
}

static void total_text(const struct play_figures *f, bool is_exact, char out[FORMAT_SIZE])
{
	duration_text(f->total_us, is_exact, out);
}

static void speed_text(const struct play_figures *f, bool is_exact, char out[FORMAT_SIZE])
{
	if (is_exact && f->tokens_per_s > 0) {
		(void)snprintf(out, FORMAT_SIZE, "%.1f", 1000. / f->tokens_per_s);
	} else {
		format_rate(f->tokens_per_s, out);
	}
}

static void in_text(const struct play_figures *f, bool is_exact, char out[FORMAT_SIZE])
{
	(void)is_exact;
	figure_count(f->in_tok, out);
}

static void out_text(const struct play_figures *f, bool is_exact, char out[FORMAT_SIZE])
{
	(void)is_exact;
	play_out_text(f, out);
}

static void cost_text(const struct play_figures *f, bool is_exact, char out[FORMAT_SIZE])
{
	bool has_thousand = is_exact && is_known(f->cost_nano) && f->cost_nano < INT64_MAX / 1000;

	price_format(has_thousand ? f->cost_nano * 1000 : f->cost_nano, out, FORMAT_SIZE);
}

/* Smaller is better; what is not known comes last. */
static double by_known(int64_t v)
{
	return is_known(v) ? (double)v : (double)INFINITY;
}

static double ttft_key(const struct play_figures *f)
{
	return by_known(f->ttft_us);
}

static double total_key(const struct play_figures *f)
{
	return by_known(f->total_us);
}

static double speed_key(const struct play_figures *f)
{
	return f->tokens_per_s > 0 ? -f->tokens_per_s : (double)INFINITY;
}

static double cost_key(const struct play_figures *f)
{
	return by_known(f->cost_nano);
}

static const struct {
	int end; /* cell after its last */
	const char *title, *exact_title; /* in the two units that t changes between */
	void (*text)(const struct play_figures *f, bool is_exact, char out[FORMAT_SIZE]);
	double (*key)(const struct play_figures *f); /* NULL: the table is not sorted by it */
} race_columns[] = {
	{ 43, "ttft", "ttft ms", ttft_text, ttft_key }, { 51, "total", "ms", total_text, total_key }, { 58, "tok/s", "ms/tok", speed_text, speed_key },
	{ 64, "in", "in", in_text, NULL }, { 70, "out", "out", out_text, NULL }, { 82, "cost", "$/1000", cost_text, cost_key },
};
#define REST_X 84 /* of the timeline or what is said instead */

void play_race_figures(const struct play_column *c, const struct env *env, struct play_figures *f)
{
	struct play_spread spread;

	play_answer_figures(c->answer, env->mono_us, f);
	if (c->n_answers > 1) {
		play_spread(c, &spread);
		f->cost_nano = spread.cost_nano;
	}
}

/* In exact units the cost is that of a thousand calls, so it is that of the answer shown, as the other figures are. */
static void row_figures(const struct play_screen *s, const struct play_column *c, const struct env *env, struct play_figures *f)
{
	if (s->race_is_exact) {
		play_answer_figures(c->answer, env->mono_us, f);
	} else {
		play_race_figures(c, env, f);
	}
}

static void draw_state(const struct play_column *c, struct cells *cells, int x, int y)
{
	static const char *const words[] = { "queued", "sent", "live", "retry", "done", "failed", "stopped" };
	enum style st;
	const char *glyph = play_state_glyph(c, &st);
	size_t running = play_column_running(c);

	(void)cells_put(cells, x, y, st, glyph);
	if (c->n_answers > 1 && running > 0) {
		(void)cells_putf(cells, x + 2, y, st, "%zu/%zu", c->n_answers - running, c->n_answers);
	} else {
		(void)cells_put(cells, x + 2, y, st, c->answer->has_run ? words[c->answer->state] : c->own.ticket != 0 ? "filling" : !play_column_is_usable(c) ? "unusable" : "ready");
	}
}

/* "2 distinct  0.50s 1.00s 2.00s  1=3 · 2": as short as may be, the head of the table says what is what. No half a figure, where there is less
 * room. */
static void add_spread(const struct play_column *c, int room, struct buf *out)
{
	struct play_spread spread;
	char t[3][FORMAT_SIZE], item[3 * FORMAT_SIZE + 4];
	struct buf groups = { 0 };

	play_spread(c, &spread);
	if (spread.n_done > 0) {
		figure_duration(spread.min_us, t[0]);
		figure_duration(spread.median_us, t[1]);
		figure_duration(spread.max_us, t[2]);
		(void)buf_addf(out, "%zu distinct", spread.n_distinct);
		(void)snprintf(item, sizeof(item), "%s %s %s", t[0], t[1], t[2]);
		bool has_times = format_item(out, room, "  ", item);

		if (spread.n_distinct == 1 && (size_t)spread.n_done == c->n_answers) {
			(void)buf_add_str(&groups, "all");
		} else {
			play_spread_groups(c, &spread, &groups);
		}
		(void)format_item(out, has_times ? room : 0, "  ", buf_str(&groups)); /* else it would stand below their head */
		buf_free(&groups);
	} else {
		(void)buf_add_str(out, "none is done yet");
	}
	if (spread.n_failed > 0) {
		(void)snprintf(item, sizeof(item), "%zu failed", spread.n_failed);
		(void)format_item(out, room, "  ", item);
	}
}

static bool is_repeated(const struct play *p)
{
	for (size_t i = 0; i < p->n_columns; i++) {
		if (p->columns[i]->n_answers > 1) {
			return true;
		}
	}
	return false;
}

/* What stands where the timeline would: an error, an estimate, how repeated answers differ. False: the timeline does. */
static bool rest_text(const struct play_screen *s, const struct play_column *c, const struct play_figures *f, int room, struct buf *out, enum style *st)
{
	const struct play_answer *a = c->answer;

	*st = ST_DIM;
	if (c->n_answers > 1) {
		add_spread(c, room, out);
		*st = ST_TEXT;
	} else if (play_column_is_usable(c) && !a->has_run) {
		struct estimate e;
		struct err refused;
		char cost[PLAY_ESTIMATE_SIZE], past[FORMAT_SIZE + 16];

		if (!play_check_files(s->play, c, &refused)) {
			*st = ST_BAD;
			(void)buf_add_str(out, refused.text);
			return true;
		}
		play_estimate_column(s->play, c, &e);
		play_estimate_text(&e, cost);
		(void)buf_addf(out, "est. %s", cost);
		if (e.n_past > 0) {
			(void)snprintf(past, sizeof(past), "by %zu answer%s", e.n_past, e.n_past == 1 ? "" : "s");
			(void)format_item(out, room, " ", past);
		}
	} else if (!a->has_run || a->state == CALL_FAILED || a->state == CALL_RETRYING || !is_known(f->wait_us)) {
		(void)play_state_glyph(c, st);
		(void)buf_add_str(out, play_column_err(c)->text);
	}
	return out->len > 0;
}

static void draw_row(const struct play_screen *s, struct cells *cells, int y, size_t i, int64_t scale_us, const struct env *env)
{
	const struct play_column *c = s->play->columns[i];
	struct play_figures f;
	struct buf rest = { 0 };
	enum style st;
	char label[PLAY_LABEL_SIZE], next[PLAY_LABEL_SIZE];
	int x = s->race.x, end = x + s->race.w - 1;
	bool is_selected = i == s->column && s->focus == FOCUS_COLUMNS;

	row_figures(s, c, env, &f);
	if (is_selected) {
		cells_selected(cells, x, y);
	}
	(void)cells_putf(cells, x + 1, y, ST_DIM, "%2zu", i + 1);
	(void)cells_fit(cells, x + 4, y, 21, is_selected ? ST_BOLD : ST_TEXT, play_label(s, c, label));
	draw_state(c, cells, x + 26, y);
	for (size_t k = 0; k < COUNT_OF(race_columns); k++) {
		char text[FORMAT_SIZE];

		race_columns[k].text(&f, s->race_is_exact, text);
		(void)cells_right(cells, x + race_columns[k].end, y, ST_TEXT, text);
	}
	if (play_next(s, c, false, next)) { /* goes before how it went */
		int left = x + REST_X, w = cells_width(next, strlen(next)), at = end - w > left ? end - w : left;

		(void)cells_fit(cells, at, y, end - at, ST_WARN, next);
		end = at - 1;
	}
	if (rest_text(s, c, &f, end - x - REST_X, &rest, &st)) {
		(void)cells_fit(cells, x + REST_X, y, end - x - REST_X, st, buf_str(&rest));
	} else {
		draw_timeline(cells, x + REST_X, y, end - x - REST_X, c, &f, scale_us);
	}
	buf_free(&rest);
}

/* The columns of the play in the order of the table; equal ones as they stand. */
static void sort_rows(const struct play_screen *s, const struct env *env, size_t *order)
{
	for (size_t i = 0; i < s->play->n_columns; i++) {
		struct play_figures f, g;
		size_t at = i;

		order[i] = i;
		if (s->race_sort == 0) {
			continue;
		}
		row_figures(s, s->play->columns[i], env, &f);
		double key = race_columns[s->race_sort - 1].key(&f);
		for (; at > 0; at--) {
			row_figures(s, s->play->columns[order[at - 1]], env, &g);
			if (race_columns[s->race_sort - 1].key(&g) <= key) {
				break;
			}
			order[at] = order[at - 1];
		}
		order[at] = i;
	}
}

void play_race_next_sort(struct play_screen *s)
{
	do {
		s->race_sort = (s->race_sort + 1) % (COUNT_OF(race_columns) + 1);
	} while (s->race_sort > 0 && race_columns[s->race_sort - 1].key == NULL);
}

const char *play_race_sort_name(const struct play_screen *s)
{
	return s->race_sort == 0 ? "as the columns stand" : race_columns[s->race_sort - 1].title;
}

/* So that the focused one is always among those shown. */
static size_t first_row(const struct play_screen *s, const size_t *order)
{
	size_t rows = (size_t)(s->race.h - 2);

	for (size_t i = rows; i < s->play->n_columns; i++) {
		if (order[i] == s->column) {
			return i + 1 - rows;
		}
	}
	return 0;
}

size_t play_race_first(const struct play_screen *s, const struct env *env)
{
	size_t *order = x_calloc(s->play->n_columns, sizeof(*order));

	sort_rows(s, env, order);
	size_t first = first_row(s, order);
	free(order);
	return first;
}

bool play_race_click(struct play_screen *s, int y)
{
	struct env env = { .mono_us = clock_mono_us() };
	size_t n = s->play->n_columns, *order = x_calloc(n, sizeof(*order)), row;
	bool is_row = play_race_is_table(s->area) && s->race.h > 2 && y > s->race.y + 1;

	sort_rows(s, &env, order);
	row = is_row ? first_row(s, order) + (size_t)(y - s->race.y - 2) : n;
	if (row < n) {
		s->column = order[row];
	}
	free(order);
	return row < n;
}

void play_race_table_draw(const struct play_screen *s, struct cells *cells, const struct env *env)
{
	int x = s->race.x, y = s->race.y + 1;
	int64_t scale_us = longest_us(s, env);
	size_t *order = x_calloc(s->play->n_columns, sizeof(*order));

	(void)cells_put(cells, x + 2, y, ST_DIM, "#");
	(void)cells_put(cells, x + 4, y, ST_DIM, "model");
	(void)cells_put(cells, x + 26, y, ST_DIM, "state");
	for (size_t i = 0; i < COUNT_OF(race_columns); i++) {
		const char *title = s->race_is_exact ? race_columns[i].exact_title : race_columns[i].title;

		(void)cells_right(cells, x + race_columns[i].end, y, s->race_sort == i + 1 ? ST_BOLD : ST_DIM, title);
	}
	(void)cells_fit(cells, x + REST_X, y, s->race.w - REST_X - 1, ST_DIM,
	    is_repeated(s->play) ? "texts  total: min med max  the same" : "\u2591 time to first token  \u2588 streaming");
	sort_rows(s, env, order);
	size_t rows = (size_t)(s->race.h - 2), first = first_row(s, order);
	for (size_t i = 0; i < rows && first + i < s->play->n_columns; i++) {
		draw_row(s, cells, y + 1 + (int)i, order[first + i], scale_us, env);
	}
	free(order);
}
