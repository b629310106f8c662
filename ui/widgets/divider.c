#include "ui/widgets/divider.h"

#include "ui/screen.h"

int divider_layout(struct divider *d, struct rect area, int usual, int least, int most)
{
	int rows = d->share > 0 ? (area.h * d->share + 500) / 1000 : usual;

	if (d->share > 0) {
		rows = rows > most ? most : rows;
		rows = rows < least ? least : rows;
	}
	d->area = area;
	d->rows = rows;
	return rows;
}

unsigned divider_input(struct divider *d, const struct input *in)
{
	bool was_held = d->is_held;

	if (in->type != INPUT_MOUSE) {
		return 0;
	}
	if (in->mouse == MOUSE_PRESS) {
		d->is_held = d->rows < d->area.h && in->y == d->area.y + d->rows && in->x >= d->area.x && in->x < d->area.x + d->area.w;
		return d->is_held ? INPUT_HANDLED | INPUT_REDRAW : 0;
	}
	if (in->mouse == MOUSE_DRAG && was_held && d->area.h > 0) {
		int rows = in->y - d->area.y;

		rows = rows < 1 ? 1 : rows > d->area.h - 1 ? d->area.h - 1 : rows;
		d->share = rows * 1000 / d->area.h;
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	d->is_held = d->is_held && in->mouse != MOUSE_RELEASE;
	return was_held ? INPUT_HANDLED | INPUT_REDRAW : 0;
}
