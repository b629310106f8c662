/* Keys and mouse of the Play screen that are no commands: what has the focus takes them. */
#include "ui/console.h"
#include "ui/screens/play_state.h"

static unsigned input_history(struct play_screen *s, const struct input *in)
{
	if (in->type == INPUT_MOUSE && in->mouse == MOUSE_PRESS) {
		return list_click(&s->history, in->y - s->columns.y - 1) ? play_changed() : 0;
	}
	return list_input(&s->history, in);
}

/* Tied columns go together, by as many lines. */
static unsigned scroll(struct play_screen *s, int by)
{
	struct answer_view *v = play_focused_answer(s);

	if (v == NULL) {
		return 0;
	}
	for (size_t i = 0; i < s->n_answers; i++) {
		if (s->are_tied || &s->answers[i] == v) {
			play_text_scroll(&s->answers[i], by);
		}
	}
	return play_changed();
}

static unsigned select_column(struct play_screen *s, long i)
{
	long n = (long)s->play->n_columns;

	if (n > 0) {
		s->column = (size_t)(i < 0 ? 0 : i >= n ? n - 1 : i);
	}
	return play_changed();
}

/* Left and right: the next column. */
static unsigned input_choice(struct play_screen *s, const struct input *in)
{
	switch (in->type == INPUT_KEY ? in->key : 0) {
	case K_LEFT:
	case 'h':
	case K_BACKTAB:
		return select_column(s, (long)s->column - 1);
	case K_RIGHT:
	case 'l':
		return select_column(s, (long)s->column + 1);
	case K_TAB:
		return select_column(s, s->column + 1 < s->play->n_columns ? (long)s->column + 1 : 0);
	default:
		return 0;
	}
}

/* A text or list about the focused column. */
static unsigned input_beside(struct play_screen *s, struct list *list, const struct input *in)
{
	unsigned bits = input_choice(s, in);

	return bits != 0 ? bits : list_input(list, in);
}

static unsigned input_events(struct play_screen *s, const struct input *in)
{
	if (in->type == INPUT_MOUSE && in->mouse == MOUSE_PRESS) {
		return list_click(&s->events_list, in->y - s->columns.y - 1) ? play_changed() : 0;
	}
	return input_beside(s, &s->events_list, in);
}

static unsigned input_columns(struct play_screen *s, const struct input *in)
{
	const struct answer_view *v = play_focused_answer(s);
	int page = v != NULL && v->rows > 2 ? v->rows - 1 : 1;

	switch (in->key) {
	case K_UP:
	case 'k':
		return scroll(s, -1);
	case K_DOWN:
	case 'j':
		return scroll(s, 1);
	case K_PAGE_UP:
	case K_CTRL | 'u':
		return scroll(s, -page);
	case K_PAGE_DOWN:
	case K_CTRL | 'd':
		return scroll(s, page);
	case K_HOME:
	case 'g':
		return scroll(s, -(1 << 30));
	case K_END:
	case 'G':
		return scroll(s, 1 << 30);
	default:
		return input_choice(s, in);
	}
}

static bool contains(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static unsigned input_mouse(struct play_screen *s, struct console *c, const struct input *in)
{
	if (in->mouse == MOUSE_DRAG || in->mouse == MOUSE_RELEASE) { /* what was pressed in the text selects there */
		return play_is_editing(s) ? play_prompt_input(s, c, in) : 0;
	}
	bool is_in_prompt = contains(s->system_area, in->x, in->y) || contains(s->user_area, in->x, in->y);
	if (is_in_prompt && in->mouse != MOUSE_PRESS && !play_is_editing(s)) {
		return 0; /* the wheel begins no editing: the next key would be text */
	}
	if (is_in_prompt) {
		s->focus = contains(s->system_area, in->x, in->y) ? FOCUS_SYSTEM : FOCUS_USER;
		return play_prompt_input(s, c, in) | play_changed();
	}
	if (s->diff != NULL && contains(s->diff_area, in->x, in->y)) {
		return list_input(&s->diff_scroll, in);
	}
	if (contains(s->race, in->x, in->y) && in->mouse == MOUSE_PRESS) {
		return play_race_click(s, in->y) ? play_changed() : 0;
	}
	for (size_t i = 0; i < s->n_shown; i++) {
		if (contains(play_column_rect(s, i), in->x, in->y)) {
			s->focus = FOCUS_COLUMNS;
			s->column = s->first + i;
			return in->mouse == MOUSE_WHEEL_UP ? scroll(s, -3) : in->mouse == MOUSE_WHEEL_DOWN ? scroll(s, 3) : play_changed();
		}
	}
	return 0;
}

unsigned play_input(void *self, struct console *c, const struct input *in)
{
	struct play_screen *s = self;

	unsigned bits = divider_input(&s->split, in);

	if (bits != 0) {
		return bits;
	}
	if (s->view == VIEW_HISTORY && !play_is_editing(s)) {
		return input_history(s, in);
	}
	if (s->view == VIEW_DIFF && !play_is_editing(s)) {
		return list_input(&s->diff_scroll, in);
	}
	if (s->view == VIEW_EVENTS && !play_is_editing(s)) {
		return input_events(s, in);
	}
	if (s->view == VIEW_REQUEST && !play_is_editing(s)) {
		return input_beside(s, &s->request_scroll, in);
	}
	if (s->view == VIEW_INSPECTOR && !play_is_editing(s)) {
		return input_beside(s, &s->facts_scroll, in);
	}
	if (in->type == INPUT_MOUSE) {
		return input_mouse(s, c, in);
	}
	if (!play_is_editing(s) && in->type == INPUT_PASTE) { /* what is pasted is a prompt */
		s->focus = FOCUS_USER;
	}
	if (play_is_editing(s)) {
		return play_prompt_input(s, c, in);
	}
	return in->type == INPUT_KEY ? input_columns(s, in) : 0;
}

struct answer_view *play_focused_answer(const struct play_screen *s)
{
	return s->column < s->play->n_columns ? play_answer_view(s, s->play->columns[s->column]) : NULL;
}
