/* lanes - a graph of things that each come from one other at most, newest first, one row each: columns of lines that part where several come from
 * the same one. Pure; what does not fit into LANES_MOST columns has no line. */
#ifndef SONDE_UI_WIDGETS_LANES_H
#define SONDE_UI_WIDGETS_LANES_H

#include <stddef.h>
#include <stdint.h>

#include "ui/cells.h"

#define LANES_MOST 8

struct lanes_row {
	int8_t lane;    /* of the thing; -1: it does not fit */
	uint8_t passes; /* bit i: the line of lane i goes by */
	uint8_t ends;   /* the line of lane i comes from this thing, too, and joins its own */
	uint8_t below;  /* the line of lane i goes on below the row */
};

/* number: names the thing, unlike all others and not 0; from: the number of that one which it comes from, further down; 0: none. */
struct lanes_item {
	int number, from;
};
/* Returns how many lanes there are. */
int lanes_make(const struct lanes_item *items, size_t n, struct lanes_row *rows);
/* In w cells: ● for the thing when is_current, else ○. */
void lanes_draw(struct cells *c, int x, int y, int w, const struct lanes_row *row, bool is_current);
/* A row below it that belongs to the same thing: the lines alone. */
void lanes_draw_below(struct cells *c, int x, int y, int w, const struct lanes_row *row);

#endif
