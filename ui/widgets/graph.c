#include "ui/widgets/graph.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/format.h"

/* Steps a cell has in height, by enum glyphs. */
static const int steps_of[] = {[GLYPHS_BRAILLE] = 4, [GLYPHS_BLOCK] = 8, [GLYPHS_ASCII] = 3};

static const uint32_t ascii_steps[] = {' ', '.', ':', '#'};
static const char ascii_spark[] = "_.-=+*%#";

/* Dots of the left and right half of a braille cell, filled from below. */
static const uint32_t braille_left[] = {0x00, 0x40, 0x44, 0x46, 0x47};
static const uint32_t braille_right[] = {0x00, 0x80, 0xa0, 0xb0, 0xb8};

static void put(struct cells *c, int x, int y, enum style st, uint32_t cp)
{
	cells_fill(c, (struct rect){x, y, 1, 1}, st, cp);
}

/* Values shown one by one: more are joined, by their maximum; fewer are stretched. */
static size_t slots_of(enum glyphs glyphs, int columns)
{
	return columns > 0 ? (size_t)columns * (glyphs == GLYPHS_BRAILLE ? 2 : 1) : 0;
}

static double highest(const double *values, size_t n)
{
	double max = NAN;

	for (size_t i = 0; i < n; i++) {
		if (isfinite(values[i]) && !(values[i] <= max)) {
			max = values[i];
		}
	}
	return max;
}

double graph_top(const double *values, size_t n)
{
	static const double round[] = {1, 2, 4, 6, 8, 10};
	double max = highest(values, n);

	if (!(max > 0)) {
		return 1;
	}
	double unit = pow(10, floor(log10(max)));
	for (size_t i = 0; i < COUNT_OF(round); i++) {
		/* The slack forgives 0.3 / 0.1 being a little more than 3. */
		if (max <= round[i] * unit * (1 + 1e-9)) {
			return round[i] * unit;
		}
	}
	return 10 * unit;
}

/* The value of slot i of `slots`: the maximum of what falls into it. */
static double slot_value(const double *values, size_t n, size_t i, size_t slots)
{
	size_t first = i * n / slots;
	size_t end = (i + 1) * n / slots;

	return highest(values + first, end > first ? end - first : 1);
}

/* Height in steps; what is above 0 is seen. */
static int level(double value, double top, int most)
{
	if (!(value > 0)) {
		return 0;
	}
	double steps = value / top * most;
	if (steps >= most) {
		return most;
	}
	return steps < 1 ? 1 : (int)lround(steps);
}

static int in_row(int lev, int row_from_below, int steps)
{
	int k = lev - row_from_below * steps;

	return k < 0 ? 0 : k > steps ? steps : k;
}

static uint32_t step_glyph(enum glyphs glyphs, int left, int right)
{
	if (glyphs == GLYPHS_BRAILLE) {
		uint32_t dots = braille_left[left] | braille_right[right];

		return dots != 0 ? 0x2800 + dots : ' ';
	}
	if (glyphs == GLYPHS_BLOCK) {
		return left > 0 ? 0x2580 + (uint32_t)left : ' ';
	}
	return ascii_steps[left];
}

/* Only the uppermost step of a level in a row of cells; 0: it is in another row. */
static int top_in_row(int lev, int row_from_below, int steps)
{
	int k = lev - row_from_below * steps;

	return lev > 0 && k >= 1 && k <= steps ? k : 0;
}

/* A line at the levels, for cells that the columns leave blank. */
static uint32_t line_glyph(enum glyphs glyphs, int left, int right)
{
	static const uint32_t left_dot[] = {0x00, 0x40, 0x04, 0x02, 0x01};
	static const uint32_t right_dot[] = {0x00, 0x80, 0x20, 0x10, 0x08};

	if (glyphs == GLYPHS_BRAILLE) {
		uint32_t dots = left_dot[left] | right_dot[right];

		return dots != 0 ? 0x2800 + dots : ' ';
	}
	return left == 0 ? ' ' : glyphs == GLYPHS_BLOCK ? 0x2500 : '-';
}

/* Levels of the two halves of a cell of the plot; where a cell has one value, twice the same. */
struct pair {
	int left, right;
};

static struct pair levels_at(const struct graph *g, const double *values, struct rect r, enum glyphs glyphs, int x, double top)
{
	size_t slots = slots_of(glyphs, r.w);
	size_t per_cell = slots / (size_t)r.w;
	int most = r.h * steps_of[glyphs];
	struct pair p;

	p.left = level(slot_value(values, g->n, (size_t)x * per_cell, slots), top, most);
	p.right = per_cell > 1 ? level(slot_value(values, g->n, (size_t)x * per_cell + 1, slots), top, most) : p.left;
	return p;
}

static void draw_plot(const struct graph *g, struct cells *c, struct rect r, double top)
{
	int steps = steps_of[c->glyphs];

	for (int x = 0; x < r.w; x++) {
		struct pair now = levels_at(g, g->values, r, c->glyphs, x, top);
		struct pair before = {0, 0};

		if (g->before != NULL) {
			before = levels_at(g, g->before, r, c->glyphs, x, top);
		}
		for (int row = 0; row < r.h; row++) {
			uint32_t cp = step_glyph(c->glyphs, in_row(now.left, row, steps), in_row(now.right, row, steps));
			enum style st = g->style;

			if (cp == ' ') {
				cp = line_glyph(c->glyphs, top_in_row(before.left, row, steps), top_in_row(before.right, row, steps));
				st = ST_DIM;
			}
			if (cp != ' ') {
				put(c, r.x + x, r.y + r.h - 1 - row, st, cp);
			}
		}
	}
}

bool graph_value_at(size_t n, int w, int column, size_t *value)
{
	int plot_w = w - GRAPH_AXIS_W;

	if (n == 0 || column < 0 || column >= plot_w) {
		return false;
	}
	*value = (size_t)column * n / (size_t)plot_w;
	return true;
}

/* The columns of the chosen stretch; false when there is none. */
static bool brush_columns(const struct graph *g, int plot_w, int *from, int *to)
{
	if (g->brush_to <= g->brush_from || g->n == 0) {
		return false;
	}
	*from = (int)(g->brush_from * (size_t)plot_w / g->n);
	*to = (int)((g->brush_to * (size_t)plot_w + g->n - 1) / g->n);
	*to = *to < plot_w ? *to : plot_w;
	return true;
}

/* The chosen stretch: a heavy line on the x axis, all else dim. */
static void draw_brush(const struct graph *g, struct cells *c, struct rect plot)
{
	int from, to;

	if (!brush_columns(g, plot.w, &from, &to)) {
		return;
	}
	cells_restyle(c, (struct rect){plot.x, plot.y, from, plot.h}, ST_DIM);
	cells_restyle(c, (struct rect){plot.x + to, plot.y, plot.w - to, plot.h}, ST_DIM);
	cells_fill(c, (struct rect){plot.x + from, plot.y + plot.h, to - from, 1}, ST_HIT, c->glyphs == GLYPHS_ASCII ? '=' : 0x2501);
}

static void draw_tick(const struct graph *g, struct cells *c, int x, int y, double value, bool is_top)
{
	char number[GRAPH_NUMBER_SIZE] = "";

	g->format(value, is_top, number);
	int w = cells_width(number, strlen(number));
	if (w > GRAPH_AXIS_W - 1) {
		w = GRAPH_AXIS_W - 1;
	}
	cells_fit(c, x + GRAPH_AXIS_W - 1 - w, y, w, ST_AXIS, number);
}

static void draw_labels(const struct graph *g, struct cells *c, struct rect r)
{
	int free_from = r.x;
	int free_to = r.x + r.w;
	int from = 0, to = 0; /* the line of the brush, which leaves no half of a label */

	(void)brush_columns(g, r.w, &from, &to);
	/* The last label first: "now" is worth more than the time just before it. */
	for (size_t k = 0; k < g->n_labels; k++) {
		const struct graph_label *label = &g->labels[k == 0 ? g->n_labels - 1 : k - 1];
		int w = cells_width(label->text, strlen(label->text));
		int x = r.x + label->column;

		if (x + w > r.x + r.w) {
			x = r.x + r.w - w;
		}
		if (x < free_from || x + w > free_to || (x < r.x + to && x + w > r.x + from)) {
			continue;
		}
		cells_put(c, x, r.y, ST_AXIS, label->text);
		if (k == 0) {
			free_to = x - 1;
		} else {
			free_from = x + w + 1;
		}
	}
}

static double first_finite(const double *values, size_t n, int by)
{
	for (size_t i = 0; i < n; i++) {
		double v = values[by > 0 ? i : n - 1 - i];

		if (isfinite(v)) {
			return v;
		}
	}
	return NAN;
}

static double lowest(const double *values, size_t n)
{
	double min = NAN;

	for (size_t i = 0; i < n; i++) {
		if (isfinite(values[i]) && !(values[i] >= min)) {
			min = values[i];
		}
	}
	return min;
}

static void say(const struct graph *g, double value, char out[FORMAT_SIZE])
{
	if (g->say != NULL) {
		g->say(value, out);
	} else {
		g->format(value, true, out);
	}
}

int graph_say(const struct graph *g, struct cells *c, int x, int y, int w)
{
	double first = first_finite(g->values, g->n, 1), now = first_finite(g->values, g->n, -1);
	double said[] = {now, lowest(g->values, g->n), highest(g->values, g->n)};
	static const char *const names[] = {"now", "min", "max"};
	char text[FORMAT_SIZE], item[FORMAT_SIZE + 8];
	struct buf line = {0};

	if (isnan(now)) {
		return cells_fit(c, x, y, w, ST_DIM, g->empty != NULL ? g->empty : "");
	}
	for (size_t i = 0; i < COUNT_OF(said); i++) {
		say(g, said[i], text);
		(void)snprintf(item, sizeof(item), "%s %s", names[i], text);
		(void)format_item(&line, w, ", ", item);
	}
	format_change(now, first, text);
	(void)snprintf(item, sizeof(item), "change %s", text);
	(void)format_item(&line, text[0] != '\0' ? w : 0, ", ", item);
	int used = cells_fit(c, x, y, w, ST_TEXT, buf_str(&line));
	buf_free(&line);
	return used;
}

void graph_draw(const struct graph *g, struct cells *c, struct rect r)
{
	struct rect plot = {r.x + GRAPH_AXIS_W, r.y, r.w - GRAPH_AXIS_W, r.h - 1};

	if (c->glyphs == GLYPHS_PLAIN) {
		(void)graph_say(g, c, r.x, r.y, r.w);
		return;
	}
	if (r.w < GRAPH_AXIS_W + 2 || r.h < 3) {
		return;
	}
	double before = g->before != NULL && !isnan(highest(g->before, g->n)) ? graph_top(g->before, g->n) : 0;
	double top = g->top > 0 ? g->top : graph_top(g->values, g->n);

	if (g->top <= 0 && before > top) {
		top = before;
	}
	for (int y = 0; y < plot.h; y++) {
		cells_put(c, plot.x - 1, plot.y + y, ST_AXIS, "┤");
	}
	cells_put(c, plot.x - 1, plot.y + plot.h, ST_AXIS, "└");
	draw_labels(g, c, (struct rect){plot.x, plot.y + plot.h, plot.w, 1});
	if (isnan(highest(g->values, g->n))) {
		if (g->empty != NULL) {
			int w = cells_width(g->empty, strlen(g->empty));

			cells_fit(c, plot.x + (w < plot.w ? (plot.w - w) / 2 : 0), plot.y + plot.h / 2, plot.w, ST_DIM, g->empty);
		}
		return;
	}
	draw_tick(g, c, r.x, plot.y, top, true);
	draw_tick(g, c, r.x, plot.y + plot.h - 1, 0, false);
	if (plot.h >= 4) {
		draw_tick(g, c, r.x, plot.y + plot.h / 2, top / 2, false);
	}
	draw_plot(g, c, plot, top);
	draw_brush(g, c, plot);
}

int graph_spark(struct cells *c, int x, int y, int w, enum style st, const double *values, size_t n)
{
	double max = highest(values, n);
	size_t slots = w > 0 ? (size_t)w : 0;

	if (c->glyphs == GLYPHS_PLAIN) {
		return 0;
	}
	if (slots > n) {
		slots = n;
	}
	for (size_t i = 0; i < slots; i++) {
		double v = slot_value(values, n, i, slots);
		int lev = max > 0 ? level(v, max, 8) : 0;
		int step = lev > 0 ? lev - 1 : 0;

		if (!isnan(v)) {
			put(c, x + (int)i, y, st, c->glyphs == GLYPHS_ASCII ? (uint32_t)ascii_spark[step] : 0x2581 + (uint32_t)step);
		}
	}
	return (int)slots;
}
