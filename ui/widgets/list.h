/* list - selection and scrolling of a list of rows. Owns nothing; knows row numbers only. */
#ifndef SONDE_UI_WIDGETS_LIST_H
#define SONDE_UI_WIDGETS_LIST_H

#include <stdbool.h>

#include "ui/input.h"

struct list {
	int n;        /* rows there are */
	int selected; /* 0 to n - 1; 0 when n is 0 */
	int top;      /* first row shown */
	int rows;     /* rows that fit */
};

/* New number of rows; the selection stays where it can. */
void list_set_n(struct list *l, int n);
/* Rows that fit; scrolls so that the selection is shown and no row is left empty without need. */
void list_layout(struct list *l, int rows);
void list_select(struct list *l, int row);
/* The keys of a list: arrows, j k, PgUp PgDn, Ctrl-d Ctrl-u, g G Home End; wheel. Returns INPUT_* bits of ui/screen.h; 0: not for it. */
unsigned list_input(struct list *l, const struct input *in);
/* A click on row y below the top of the list: selects it. False when there is no row. */
bool list_click(struct list *l, int y);

#endif
