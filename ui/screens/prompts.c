#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/console.h"
#include "ui/screens/prompts_state.h"
#include "ui/screens/screens.h"

#define LIBRARY_W 25
#define RIGHT_W 34
#define RIGHT_WIDE 40
#define TALL 30  /* rows of the terminal's area from which on lists stand above each other */
#define LOW 16   /* below it one pane alone */

/* -- life ----------------------------------------------------------------------------------------------------------------------------- */

static void *init(struct app *app)
{
	struct prompts_screen *s = x_calloc(1, sizeof(*s));

	s->app = app;
	s->p = app->prompts;
	s->text = editor_new(false, "write the prompt here: SYSTEM and USER alone in a line begin its messages, {{name}} is a variable");
	editor_show_numbers(s->text, true);
	s->beside = PANE_DIFF;
	return s;
}

static void free_screen(void *self)
{
	struct prompts_screen *s = self;

	editor_free(s->text);
	prompts_library_free(s);
	styled_free(s->diff);
	styled_free(s->rendered);
	free(s->lanes);
	free(s->shown_name);
	free(s->query);
	for (size_t i = 0; i < s->n_proposals; i++) {
		free(s->proposals[i]);
	}
	free(s);
}

static void enter(void *self)
{
	struct prompts_screen *s = self;

	prompts_load(s->p);
	prompts_results_show(s->p->results, true);
}

static void leave(void *self)
{
	struct prompts_screen *s = self;

	prompts_keep_text(s);
	prompts_keep(s->p);
	prompts_results_show(s->p->results, false);
}

static bool is_editing(const void *self)
{
	return ((const struct prompts_screen *)self)->is_editing;
}

/* -- layout --------------------------------------------------------------------------------------------------------------------------- */

static const struct {
	void (*layout)(struct prompts_screen *s);
	void (*draw)(const struct prompts_screen *s, struct cells *cells, struct rect r, const struct env *env);
} panes[PANE_COUNT] = {
	[PANE_LIBRARY] = { prompts_library_layout, prompts_library_draw }, [PANE_EDITOR] = { prompts_editor_layout, prompts_editor_draw },
	[PANE_DIFF] = { prompts_diff_layout, prompts_diff_draw }, [PANE_HISTORY] = { prompts_history_layout, prompts_history_draw },
	[PANE_LABELS] = { prompts_labels_layout, prompts_labels_draw }, [PANE_VARS] = { prompts_vars_layout, prompts_vars_draw },
	[PANE_RENDERED] = { prompts_rendered_layout, prompts_rendered_draw }, [PANE_RUNS] = { prompts_runs_layout, prompts_runs_draw },
};

/* Two panes above each other; the lower one has so many rows. */
static void stack(struct prompts_screen *s, struct rect r, enum pane upper, enum pane lower, int lower_h)
{
	s->panes[upper] = (struct rect){ r.x, r.y, r.w, r.h - lower_h };
	s->panes[lower] = (struct rect){ r.x, r.y + r.h - lower_h, r.w, lower_h };
}

/* The text above, history and one more below. */
static void arrange_small(struct prompts_screen *s, struct rect r)
{
	int lower_h = r.h * 2 / 5, half = r.w / 2 - 2;
	struct rect lower = { r.x, r.y + r.h - lower_h, r.w, lower_h };

	s->panes[s->focus == PANE_LIBRARY ? PANE_LIBRARY : PANE_EDITOR] = (struct rect){ r.x, r.y, r.w, r.h - lower_h };
	s->panes[PANE_HISTORY] = (struct rect){ lower.x, lower.y, half, lower_h };
	s->panes[s->beside] = (struct rect){ lower.x + half + 1, lower.y, lower.w - half - 1, lower_h };
}

static void arrange(struct prompts_screen *s, struct rect r)
{
	bool is_wide = r.w >= PROMPTS_WIDE;
	int right_w = is_wide ? RIGHT_WIDE : RIGHT_W, lower_h = r.h * 2 / 5;
	struct rect left = { r.x, r.y, LIBRARY_W, r.h }, right = { r.x + r.w - right_w, r.y, right_w, r.h };
	struct rect middle = { left.x + left.w + 1, r.y, r.w - left.w - right.w - 2, r.h };

	if (is_wide) {
		int rendered_w = middle.w * 2 / 5;

		stack(s, (struct rect){ middle.x + middle.w - rendered_w, r.y, rendered_w, r.h }, PANE_RENDERED, PANE_RUNS, r.h / 4);
		middle.w -= rendered_w + 1;
	}
	stack(s, middle, PANE_EDITOR, !is_wide && (s->beside == PANE_RENDERED || s->beside == PANE_RUNS) ? s->beside : PANE_DIFF, lower_h);
	stack(s, left, PANE_LIBRARY, PANE_VARS, r.h >= TALL ? r.h / 3 : r.h / 2);
	stack(s, right, PANE_HISTORY, PANE_LABELS, r.h / 3);
}

static bool is_alone(const struct prompts_screen *s)
{
	return s->is_zoomed || app_is_plain(s->app) || s->area.h < LOW;
}

/* What stands beside the library is of the newest prompt until one is chosen. */
static void open_newest(struct prompts_screen *s)
{
	const struct prompt_row *newest = prompts_newest(s->p);

	if (s->p->name == NULL && newest != NULL && !is_alone(s)) {
		prompts_open(s->p, newest->name, 0);
		prompts_keep_text(s);
		s->focus = PANE_LIBRARY;
	}
}

static void layout(void *self, struct rect r)
{
	struct prompts_screen *s = self;

	s->area = r;
	s->width = r.w;
	memset(s->panes, 0, sizeof(s->panes));
	open_newest(s);
	if (s->p->name == NULL) {
		s->focus = PANE_LIBRARY;
		s->is_editing = false;
	}
	if (s->focus != PANE_LIBRARY && s->focus != PANE_EDITOR && s->focus != PANE_HISTORY) {
		s->beside = s->focus;
	}
	if (is_alone(s) || s->p->name == NULL) {
		s->panes[s->focus] = r;
	} else if (r.w < PROMPTS_MIDDLE) {
		arrange_small(s, r);
	} else {
		arrange(s, r);
	}
	/* The text first: the others tell of what is in it. */
	prompts_editor_layout(s);
	for (size_t i = 0; i < PANE_COUNT; i++) {
		if (i != PANE_EDITOR) {
			panes[i].layout(s);
		}
	}
}

/* -- drawing -------------------------------------------------------------------------------------------------------------------------- */

static void draw(const void *self, struct cells *cells, const struct env *env)
{
	const struct prompts_screen *s = self;

	for (size_t i = 0; i < PANE_COUNT; i++) {
		struct rect r = s->panes[i];

		if (r.w > 0 && r.x > s->area.x) {
			cells_vline(cells, r.x - 1, r.y, r.h);
		}
		if (r.w > 0 && i != s->focus) {
			panes[i].draw(s, cells, r, env);
		}
	}
	panes[s->focus].draw(s, cells, s->panes[s->focus], env); /* last: the cursor is its own */
}

/* -- input ---------------------------------------------------------------------------------------------------------------------------- */

static bool contains(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static struct list *list_of(struct prompts_screen *s, enum pane pane)
{
	struct list *lists[PANE_COUNT] = {
		[PANE_LIBRARY] = &s->library, [PANE_DIFF] = &s->diff_scroll, [PANE_HISTORY] = &s->history, [PANE_LABELS] = &s->labels,
		[PANE_VARS] = &s->vars, [PANE_RENDERED] = &s->rendered_scroll, [PANE_RUNS] = &s->runs,
	};

	return lists[pane];
}

static unsigned input_mouse(struct prompts_screen *s, struct console *c, const struct input *in)
{
	for (size_t i = 0; i < PANE_COUNT; i++) {
		if (!contains(s->panes[i], in->x, in->y)) {
			continue;
		}
		if (in->mouse == MOUSE_PRESS) {
			s->focus = (enum pane)i;
			s->is_editing = i == PANE_EDITOR;
		}
		if (i == PANE_EDITOR) {
			return prompts_editor_input(s, c, in) | (in->mouse == MOUSE_PRESS ? prompts_changed() : 0u);
		}
		if (in->mouse == MOUSE_PRESS) {
			int y = in->y - s->panes[i].y - 1; /* below the rule */

			(void)list_click(list_of(s, (enum pane)i), i == PANE_HISTORY && y > 0 ? y / s->version_h : y);
			return prompts_changed();
		}
		return list_input(list_of(s, (enum pane)i), in);
	}
	return 0;
}

static unsigned input(void *self, struct console *c, const struct input *in)
{
	struct prompts_screen *s = self;

	if (s->focus == PANE_LIBRARY) { /* keys may come before the picture of what has been read */
		open_newest(s);
		prompts_library_layout(s);
	}
	if (in->type == INPUT_MOUSE) {
		return input_mouse(s, c, in);
	}
	if (s->is_editing) {
		return prompts_editor_input(s, c, in);
	}
	if (in->type == INPUT_PASTE && s->p->name != NULL) { /* what is pasted is text of the prompt */
		s->focus = PANE_EDITOR;
		s->is_editing = true;
		return prompts_editor_input(s, c, in) | prompts_changed();
	}
	if (s->focus == PANE_VARS && in->type == INPUT_KEY && (in->key == K_LEFT || in->key == K_RIGHT)) {
		prompts_next_row(s->p, in->key == K_RIGHT ? 1 : -1);
		return prompts_changed();
	}
	if (s->focus == PANE_EDITOR) { /* it is read: the keys of a list move through it */
		struct list lines = { .n = 1 << 20, .selected = 1 << 19, .rows = s->panes[PANE_EDITOR].h };
		unsigned bits = list_input(&lines, in);
		int by = lines.selected - (1 << 19);
		struct input move = { .type = INPUT_KEY, .key = by < 0 ? K_UP : K_DOWN };

		if (lines.selected == 0 || lines.selected == lines.n - 1) {
			move.key = (lines.selected == 0 ? K_HOME : K_END) | K_CTRL;
			by = 1;
		}
		for (int i = 0; bits != 0 && i < (by < 0 ? -by : by); i++) {
			(void)editor_input(s->text, &move);
		}
		return bits;
	}
	return list_input(list_of(s, s->focus), in);
}

static const char *loses(const void *self)
{
	struct err e = { 0 };

	return prompts_can_leave(((const struct prompts_screen *)self)->p, &e) ? NULL : "The draft could not be kept; q again loses it and quits";
}

const struct screen screen_prompts = {
	.id = "prompts", .title = "Prompts", .number = 1, .commands = prompts_commands, .n_commands = PROMPTS_COMMANDS,
	.init = init, .free = free_screen, .enter = enter, .leave = leave, .input = input, .is_editing = is_editing, .layout = layout, .draw = draw,
	.status = prompts_status, .card = prompts_card, .loses = loses, .save = prompts_save_session, .restore = prompts_restore_session,
};
