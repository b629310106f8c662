#include "ui/widgets/lanes.h"

#include <string.h>

/* waiting[i]: the number whose row the line of lane i leads down to; 0: the lane is free. */
static uint8_t used(const int waiting[LANES_MOST])
{
	uint8_t bits = 0;

	for (int i = 0; i < LANES_MOST; i++) {
		bits |= (uint8_t)((waiting[i] != 0) << i);
	}
	return bits;
}

static void make_row(int waiting[LANES_MOST], struct lanes_item item, struct lanes_row *row)
{
	int lane = -1;

	*row = (struct lanes_row){ 0 };
	for (int i = 0; i < LANES_MOST; i++) {
		if (waiting[i] == item.number) {
			waiting[i] = 0;
			row->ends |= lane >= 0 ? (uint8_t)(1 << i) : 0;
			lane = lane >= 0 ? lane : i;
		}
	}
	row->passes = used(waiting);
	for (int i = 0; i < LANES_MOST && lane < 0; i++) { /* nothing newer comes from it: a lane of its own */
		lane = waiting[i] == 0 ? i : -1;
	}
	row->lane = (int8_t)lane;
	if (lane >= 0) {
		waiting[lane] = item.from;
	}
	row->below = used(waiting);
}

int lanes_make(const struct lanes_item *items, size_t n, struct lanes_row *rows)
{
	int waiting[LANES_MOST] = { 0 }, w = 0;

	for (size_t i = 0; i < n; i++) {
		make_row(waiting, items[i], &rows[i]);
		for (int k = w; k < LANES_MOST; k++) {
			w = k == rows[i].lane || (rows[i].passes >> k & 1) != 0 ? k + 1 : w;
		}
	}
	return w;
}

static bool has(uint8_t bits, int i)
{
	return (bits >> i & 1) != 0;
}

void lanes_draw(struct cells *c, int x, int y, int w, const struct lanes_row *row, bool is_current)
{
	for (int i = 0; i < w && i < LANES_MOST; i++) {
		bool is_joining = i > row->lane && row->ends >> i > (has(row->ends, i) ? 1 : 0); /* a line further right comes here */

		if (i == row->lane) {
			(void)cells_put(c, x + i, y, is_current ? ST_OK : ST_TEXT, is_current ? "\u25cf" : "\u25cb");
		} else if (has(row->ends, i)) {
			(void)cells_put(c, x + i, y, ST_DIM, is_joining ? "\u2534" : "\u2518");
		} else if (has(row->passes, i)) {
			(void)cells_put(c, x + i, y, ST_DIM, is_joining ? "\u253c" : "\u2502");
		} else if (is_joining) {
			(void)cells_put(c, x + i, y, ST_DIM, "\u2500");
		}
	}
}

void lanes_draw_below(struct cells *c, int x, int y, int w, const struct lanes_row *row)
{
	for (int i = 0; i < w && i < LANES_MOST; i++) {
		if (has(row->below, i)) {
			(void)cells_put(c, x + i, y, ST_DIM, "\u2502");
		}
	}
}
