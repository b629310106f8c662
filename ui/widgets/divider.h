/* divider - the border between two panes, one above the other, that the mouse drags: which share of the rows the upper one has.
 * A plain value; a zeroed one leaves the share to the screen. */
#ifndef SONDE_UI_WIDGETS_DIVIDER_H
#define SONDE_UI_WIDGETS_DIVIDER_H

#include <stdbool.h>

#include "ui/cells.h"
#include "ui/input.h"

struct divider {
	int share;       /* of the upper pane, in thousandths; 0: as the screen sees fit */
	bool is_held;    /* by the mouse */
	struct rect area; /* of both panes, in the last layout */
	int rows;        /* of the upper one; the first row of the lower one is its rule, which is dragged */
};

/* Rows of the upper pane: `usual` until the divider was dragged, then the share, but from least to most. */
int divider_layout(struct divider *d, struct rect area, int usual, int least, int most);
/* Press on the rule, drag and release. Returns INPUT_* bits of ui/screen.h; 0: not for it. */
unsigned divider_input(struct divider *d, const struct input *in);

#endif
