#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/console.h"
#include "ui/screens/metrics_state.h"
#include "ui/screens/screens.h"

#define DETAIL_W 60
#define LOW 30 /* below this height an opened request takes the place of the graphs too */

static void *init(struct app *app)
{
	struct metrics_screen *s = x_calloc(1, sizeof(*s));

	s->app = app;
	s->board = app->board;
	return s;
}

static void free_screen(void *self)
{
	struct metrics_screen *s = self;

	metrics_filter_free(s);
	metrics_stop_waiting(s);
	styled_free(s->text);
	free(s->selected_group);
	free(s->order);
	free(s);
}

static void enter(void *self)
{
	board_show(((struct metrics_screen *)self)->board);
}

static void leave(void *self)
{
	struct metrics_screen *s = self;

	metrics_stop_waiting(s);
	board_hide(s->board);
}

static bool is_editing(const void *self)
{
	return ((const struct metrics_screen *)self)->filter.field != NULL;
}

/* -- layout --------------------------------------------------------------------------------------------------------------------------- */

/* On wide terminals the selected request stands beside the rest without being asked for. */
static void inspect(struct metrics_screen *s)
{
	struct board *b = s->board;

	if ((size_t)s->log.selected >= b->answer.n_log || s->focus == FOCUS_DETAIL) {
		return;
	}
	struct call_id id = b->answer.log[s->log.selected].id;

	if (!call_id_is_same(id, s->wanted) || (!b->has_call && !b->is_opening && b->call_err.code == ERR_NONE)) {
		s->wanted = id;
		board_open_call(b, id);
	}
}

static void layout(void *self, struct rect r)
{
	struct metrics_screen *s = self;
	struct board *b = s->board;
	bool is_plain = app_is_plain(s->app), is_beside = r.w >= METRICS_WIDE && !s->hides_inspector && !is_plain;
	int main_w = is_beside ? r.w - DETAIL_W - 1 : r.w;
	int wanted = metrics_graphs_columns(s, r), y = r.y + 1;

	s->area = r;
	if (s->focus == FOCUS_DETAIL && !b->has_call && !b->is_opening) {
		s->focus = FOCUS_LOG;
	}
	s->graphs = (struct rect){ r.x, y, r.w, metrics_graphs_height(s, r) };
	y += s->graphs.h;
	int left = r.y + r.h - y;
	int n = b->answer.table != NULL ? (int)b->answer.table->n_groups : 0;
	int groups_h = metrics_head_h(s) + (n < 1 ? 1 : n), most = left / 2 > 4 ? left / 2 : 4;

	groups_h = groups_h < most ? groups_h : most;
	groups_h = divider_layout(&s->split, (struct rect){ r.x, y, main_w, left }, groups_h, 3, left - 3);
	s->groups_area = (struct rect){ r.x, y, main_w, groups_h };
	s->log_area = (struct rect){ r.x, y + groups_h, main_w, left - groups_h };
	s->detail_area = is_beside ? (struct rect){ r.x + main_w + 1, y, DETAIL_W, left } : (struct rect){ r.x, y, r.w, left };
	if (!is_beside && (r.h < LOW || is_plain)) {
		s->detail_area = (struct rect){ r.x, r.y + 1, r.w, r.h - 1 };
	}
	if (wanted > 8) {
		board_set_columns(b, wanted);
	}
	metrics_groups_layout(s);
	metrics_log_layout(s);
	if (is_beside) {
		inspect(s);
	}
	metrics_detail_layout(s);
	metrics_filter_layout(s);
}

/* -- drawing -------------------------------------------------------------------------------------------------------------------------- */

static void draw(const void *self, struct cells *cells, const struct env *env)
{
	const struct metrics_screen *s = self;
	bool is_beside = metrics_is_beside(s), shows_call = s->board->has_call && (is_beside || s->focus == FOCUS_DETAIL);

	if (!shows_call || s->detail_area.y > s->graphs.y) {
		metrics_graphs_draw(s, cells, env);
	}
	if (!shows_call || is_beside) {
		metrics_groups_draw(s, cells);
		metrics_log_draw(s, cells, env);
	}
	if (shows_call || is_beside) {
		metrics_detail_draw(s, cells, env);
	}
	if (is_beside) {
		cells_vline(cells, s->detail_area.x - 1, s->detail_area.y, s->detail_area.h);
	}
	if (s->filter.field != NULL) {
		metrics_filter_draw(s, cells);
	} else {
		metrics_question_draw(s, cells, env);
	}
}

static int tick_ms(const void *self)
{
	(void)self;
	return 0; /* the store's watch brings what is new */
}

/* -- input ---------------------------------------------------------------------------------------------------------------------------- */

static bool contains(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static struct list *focused_list(struct metrics_screen *s)
{
	return s->focus == FOCUS_GROUPS ? &s->groups : s->focus == FOCUS_LOG ? &s->log : &s->detail;
}

static void moved(struct metrics_screen *s)
{
	if (s->focus == FOCUS_LOG) {
		metrics_log_moved(s);
	} else if (s->focus == FOCUS_GROUPS) {
		metrics_groups_moved(s);
	}
}

static unsigned press(struct metrics_screen *s, const struct input *in)
{
	const struct rect *r = s->focus == FOCUS_LOG ? &s->log_area : &s->groups_area;

	(void)list_click(focused_list(s), in->y - r->y - metrics_head_h(s));
	moved(s);
	return metrics_changed();
}

static unsigned input(void *self, struct console *c, const struct input *in)
{
	struct metrics_screen *s = self;
	bool shows_call = s->board->has_call && (metrics_is_beside(s) || s->focus == FOCUS_DETAIL);
	unsigned bits;

	(void)c;
	if (s->filter.field != NULL) {
		return metrics_filter_input(s, c, in);
	}
	bits = metrics_brush_input(s, in);
	if (bits != 0) {
		return bits;
	}
	if (in->type == INPUT_MOUSE) {
		if ((bits = divider_input(&s->split, in)) != 0 || in->mouse == MOUSE_DRAG || in->mouse == MOUSE_RELEASE) {
			return bits;
		}
		bool is_detail = shows_call && contains(s->detail_area, in->x, in->y);

		s->focus = is_detail ? FOCUS_DETAIL : contains(s->log_area, in->x, in->y) ? FOCUS_LOG :
		    contains(s->groups_area, in->x, in->y) ? FOCUS_GROUPS : s->focus;
		if (in->mouse == MOUSE_PRESS && !is_detail) {
			return press(s, in);
		}
	}
	bits = list_input(focused_list(s), in);
	if (bits != 0) {
		moved(s);
	}
	return bits;
}

const struct screen screen_metrics = {
	.id = "metrics", .title = "Metrics", .number = 4, .commands = metrics_commands, .n_commands = METRICS_COMMANDS,
	.init = init, .free = free_screen, .enter = enter, .leave = leave, .input = input, .is_editing = is_editing, .layout = layout, .draw = draw,
	.arrived = metrics_arrived, .save = metrics_save, .restore = metrics_restore,
	.status = metrics_status, .tick_ms = tick_ms, .card = metrics_card,
};
