#include "ui/widgets/list.h"

#include "base/mem.h"
#include "ui/screen.h"

enum move { BY_ROWS, BY_PAGES, BY_HALF_PAGES, TO_START, TO_END };

static const struct {
	uint32_t key;
	enum move move;
	int by;
} keys[] = {
	{K_UP, BY_ROWS, -1}, {'k', BY_ROWS, -1}, {'p' | K_CTRL, BY_ROWS, -1}, {K_DOWN, BY_ROWS, 1}, {'j', BY_ROWS, 1}, {'n' | K_CTRL, BY_ROWS, 1},
	{K_PAGE_UP, BY_PAGES, -1}, {K_PAGE_DOWN, BY_PAGES, 1}, {'u' | K_CTRL, BY_HALF_PAGES, -1}, {'d' | K_CTRL, BY_HALF_PAGES, 1},
	{'g', TO_START, 0}, {K_HOME, TO_START, 0}, {'<' | K_ALT, TO_START, 0}, {'G', TO_END, 0}, {K_END, TO_END, 0}, {'>' | K_ALT, TO_END, 0},
};

static void show_selected(struct list *l)
{
	int rows = l->rows > 0 ? l->rows : 1;

	if (l->top > l->n - rows) {
		l->top = l->n > rows ? l->n - rows : 0;
	}
	if (l->selected < l->top) {
		l->top = l->selected;
	} else if (l->selected >= l->top + rows) {
		l->top = l->selected - rows + 1;
	}
}

void list_select(struct list *l, int row)
{
	l->selected = row >= l->n ? l->n - 1 : row;
	if (l->selected < 0) {
		l->selected = 0;
	}
	show_selected(l);
}

void list_set_n(struct list *l, int n)
{
	l->n = n > 0 ? n : 0;
	list_select(l, l->selected);
}

void list_layout(struct list *l, int rows)
{
	l->rows = rows;
	show_selected(l);
}

static int target(const struct list *l, enum move move, int by)
{
	int page = l->rows > 2 ? l->rows - 1 : 1;
	int half = l->rows > 3 ? l->rows / 2 : 1;

	switch (move) {
	case BY_ROWS:
		return l->selected + by;
	case BY_PAGES:
		return l->selected + by * page;
	case BY_HALF_PAGES:
		return l->selected + by * half;
	case TO_START:
		return 0;
	case TO_END:
		break;
	}
	return l->n - 1;
}

unsigned list_input(struct list *l, const struct input *in)
{
	if (in->type == INPUT_MOUSE && (in->mouse == MOUSE_WHEEL_UP || in->mouse == MOUSE_WHEEL_DOWN)) {
		list_select(l, l->selected + (in->mouse == MOUSE_WHEEL_UP ? -3 : 3));
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	if (in->type != INPUT_KEY) {
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		if (keys[i].key == in->key) {
			list_select(l, target(l, keys[i].move, keys[i].by));
			return INPUT_HANDLED | INPUT_REDRAW;
		}
	}
	return 0;
}

bool list_click(struct list *l, int y)
{
	if (y < 0 || y >= l->rows || l->top + y >= l->n) {
		return false;
	}
	list_select(l, l->top + y);
	return true;
}
