/* graph - values over time as filled columns with axes, as one row of bars, and as one horizontal bar.
 * Pure drawing; values are borrowed. NaN is a gap, which is not the same as 0. */
#ifndef SONDE_UI_WIDGETS_GRAPH_H
#define SONDE_UI_WIDGETS_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/cells.h"

/* Cells of the y axis: five for the number and one for the line. */
#define GRAPH_AXIS_W 6
#define GRAPH_NUMBER_SIZE 16

struct graph_label {
	int column;       /* of the plot, from 0 */
	const char *text; /* moved left when it would pass the edge; dropped when it would touch the one before */
};

struct graph {
	const double *values; /* oldest first */
	const double *before; /* n values of another time to compare with, drawn as a dim line; NULL: none */
	size_t n;
	size_t brush_from, brush_to; /* values [from, to) that are chosen: marked on the x axis, the others dim; both 0: none */
	double top;           /* value of the highest row; 0: graph_top of both */
	/* The number beside a tick, at most 5 cells; is_top: with its unit. */
	void (*format)(double value, bool is_top, char out[GRAPH_NUMBER_SIZE]);
	/* The number in words, whose cells nothing limits; NULL: as beside the top tick. */
	void (*say)(double value, char out[GRAPH_NUMBER_SIZE]);
	const struct graph_label *labels; /* in order of column; the last one, if any, wins over the one before */
	size_t n_labels;
	enum style style;     /* ST_GRAPH or ST_GRAPH_BAD */
	const char *empty;    /* shown when there is no value at all; may be NULL */
};

/* The smallest round number (1 2 4 6 8 times a power of ten) that is not below any of the values; 1 when none is above 0. */
double graph_top(const double *values, size_t n);
/* Plot, y axis at the left, x axis in the last row. Nothing below 8 x 3 cells. In plain: graph_say in the first row. */
void graph_draw(const struct graph *g, struct cells *c, struct rect r);
/* The value at a column of the plot of a graph w cells wide with its axis: for clicks. False beside the plot. */
bool graph_value_at(size_t n, int w, int column, size_t *value);
/* The graph in words, in one row of w cells: "now $0.98, min 0, max $1.2, change +12%", from the first to the last value that there is.
 * Returns the cells used. */
int graph_say(const struct graph *g, struct cells *c, int x, int y, int w);
/* ▁▂▃▄▅▆▇█ scaled from 0 to the maximum, at most w cells. A gap is blank. Returns the cells used; nothing in plain. */
int graph_spark(struct cells *c, int x, int y, int w, enum style st, const double *values, size_t n);

#endif
