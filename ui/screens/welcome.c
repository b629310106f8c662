/* welcome - the first-start card: what sonde found to talk to, each with what Enter does. The model is app/welcome.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/play.h"
#include "app/welcome.h"
#include "base/mem.h"
#include "ui/console.h"
#include "ui/screens/screens.h"
#include "ui/widgets/list.h"
#include "ui/widgets/styled.h"

#define NAME_X 2    /* in a row */
#define FOUND_X 25
#define ACTION_X 63 /* or as near the end of the row as ACTION_W allows */
#define ACTION_W 10
#define FOOT_ROWS 7 /* most lines of "how to set" */

struct welcome_screen {
	struct app *app;
	struct welcome *welcome;
	struct list list;
	bool has_moved; /* the selection is the person's, not ours */
	bool tells_how; /* of the selected row */
	struct rect area, rows;
};

static void *init(struct app *app)
{
	struct welcome_screen *s = x_calloc(1, sizeof(*s));

	s->app = app;
	s->welcome = app->welcome;
	return s;
}

static void free_screen(void *self)
{
	free(self);
}

static void enter(void *self)
{
	struct welcome_screen *s = self;

	welcome_look(s->welcome);
	s->has_moved = s->tells_how = false;
}

static const struct welcome_row *selected(const struct welcome_screen *s)
{
	return &s->welcome->rows[s->list.selected];
}

static void layout(void *self, struct rect r)
{
	struct welcome_screen *s = self;
	int spare = (r.w - ACTION_X - ACTION_W) / 2, indent = spare > 1 ? spare : 1, top = r.h >= 24 ? 3 : r.h >= 16 ? 1 : 0;
	int gap = r.h >= 16 ? 1 : 0, most = r.h - top - 1 - gap - 1 - FOOT_ROWS; /* the title before, a blank and the foot after */

	s->area = (struct rect){ r.x + indent, r.y + top, r.w - indent - 1, r.h - top };
	list_set_n(&s->list, (int)s->welcome->n_rows);
	s->rows = (struct rect){ s->area.x, s->area.y + 1 + gap, s->area.w, s->list.n < most ? s->list.n : most };
	list_layout(&s->list, s->rows.h);
	if (!s->has_moved) {
		list_select(&s->list, (int)welcome_best_row(s->welcome));
	}
}

static void draw_row(const struct welcome_screen *s, struct cells *cells, int i, int y)
{
	const struct welcome_row *r = &s->welcome->rows[i];
	const char *action = welcome_row_action(r);
	bool is_selected = i == s->list.selected;
	struct buf name = { 0 }, found = { 0 };
	int x = s->rows.x, action_x = ACTION_X + ACTION_W < s->rows.w ? x + ACTION_X : x + s->rows.w - ACTION_W;
	int found_w = action_x - x - FOUND_X - 1;

	welcome_row_name(r, &name);
	welcome_row_found(r, &found);
	if (is_selected) {
		cells_selected(cells, x, y);
		cells_cursor(cells, x, y, false);
	}
	(void)cells_fit(cells, x + NAME_X, y, FOUND_X - NAME_X - 1, is_selected ? ST_BOLD : ST_TEXT, buf_str(&name));
	int used = cells_fit(cells, x + FOUND_X, y, found_w, r->kind == WELCOME_MISSING ? ST_DIM : ST_TEXT, buf_str(&found));
	if (is_selected && action[0] != '\0' && used + 6 <= found_w) {
		(void)cells_put(cells, action_x - 6, y, ST_KEY, "Enter");
	}
	(void)cells_put(cells, action_x, y, is_selected ? ST_BOLD : ST_DIM, action);
	buf_free(&name);
	buf_free(&found);
}

static void draw_foot(const struct welcome_screen *s, struct cells *cells, int y)
{
	struct buf text = { 0 };

	if (s->tells_how) {
		welcome_row_how(s->welcome, selected(s), &text);
	}
	if (text.len == 0) {
		(void)buf_add_str(&text, "Nothing is sent until you press F5 in Play.");
	}
	struct styled_text *lines = styled_new();

	styled_add(lines, ST_TEXT, buf_str(&text), text.len);
	(void)styled_layout(lines, s->rows.w - NAME_X);
	styled_draw(lines, cells, (struct rect){ s->rows.x + NAME_X, y, s->rows.w - NAME_X, s->area.y + s->area.h - y }, 0);
	styled_free(lines);
	buf_free(&text);
}

static bool has_provider(const struct welcome *w)
{
	return w->n_rows > 0 && w->rows[0].kind == WELCOME_PROVIDER;
}

static void draw(const void *self, struct cells *cells, const struct env *env)
{
	const struct welcome_screen *s = self;

	(void)env;
	(void)cells_put(cells, s->area.x + 2, s->area.y, ST_TITLE,
	    has_provider(s->welcome) ? "sonde found:" : "No provider yet. sonde found:");
	for (int i = 0; i < s->rows.h; i++) {
		draw_row(s, cells, s->list.top + i, s->rows.y + i);
	}
	draw_foot(s, cells, s->rows.y + s->rows.h + 1);
}

static enum style status(const void *self, const struct env *env, struct buf *left, struct buf *right)
{
	const struct welcome_screen *s = self;

	(void)env;
	if (!s->welcome->is_settled) {
		(void)buf_add_str(left, "looking for an Ollama on this machine\u2026");
	} else {
		(void)buf_add_str(left, "choose what Play shall ask; nothing is sent before F5");
	}
	if (s->list.n > s->rows.h) {
		(void)buf_addf(right, "%d of %d", s->list.selected + 1, s->list.n);
	}
	return ST_TEXT;
}

static void card(const void *self, const struct env *env, struct buf *out)
{
	const struct welcome_screen *s = self;

	(void)env;
	(void)buf_add_str(out, has_provider(s->welcome) ? "what sonde found\n" : "no provider yet\n");
}

/* -- commands ------------------------------------------------------------------------------------------------------------------------- */

static unsigned changed(void)
{
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned use(struct welcome_screen *s, struct console *c, const char *target)
{
	struct play *p = s->app->play;
	const struct play_column *column = NULL;

	for (size_t i = 0; i < p->n_columns; i++) {
		column = strcmp(p->columns[i]->name, target) == 0 ? p->columns[i] : column;
	}
	column = column != NULL ? column : play_add(p, target);
	(void)console_show(c, "play");
	if (column->target == NULL) {
		console_say(c, ST_BAD, "%s%s%s", column->err.text, column->err.hint[0] != '\0' ? ": " : "", column->err.hint);
	} else {
		console_say(c, ST_TEXT, "%s is a target now: e writes the prompt, F5 sends it", column->name);
	}
	return changed();
}

/* The console changes to the demo's app: s is gone then. */
static unsigned try_demo(struct welcome_screen *s, struct console *c)
{
	struct err e = { 0 };

	if (play_running(s->app->play) > 0) {
		console_say(c, ST_WARN, "Play still waits for answers: let them end, or stop them there with X");
		return changed();
	}
	struct app *demo = welcome_demo(s->welcome, &e);

	if (demo == NULL) {
		console_say(c, ST_BAD, "%s%s%s", e.text, e.hint[0] != '\0' ? ": " : "", e.hint);
		return changed();
	}
	console_switch(c, demo);
	(void)console_show(c, "play");
	console_say(c, ST_TEXT, "SIMULATED: F5 sends, 4 shows Metrics, :welcome leaves");
	return changed();
}

static unsigned cmd_choose(void *self, struct console *c, const char *arg)
{
	struct welcome_screen *s = self;
	char *target = welcome_row_target(selected(s));
	unsigned bits = changed();

	(void)arg;
	if (target != NULL) {
		bits = use(s, c, target);
	} else if (selected(s)->kind == WELCOME_DEMO) {
		bits = try_demo(s, c);
	} else {
		s->tells_how = true;
	}
	free(target);
	return bits;
}

static unsigned cmd_look(void *self, struct console *c, const char *arg)
{
	struct welcome_screen *s = self;

	(void)c;
	(void)arg;
	s->tells_how = false;
	welcome_look(s->welcome);
	return changed();
}

static unsigned cmd_add(void *self, struct console *c, const char *arg)
{
	struct welcome_screen *s = self;

	if (arg[0] != '\0') {
		return use(s, c, arg);
	}
	(void)console_show(c, "play");
	console_ask(c, "add ");
	return changed();
}

static unsigned cmd_close(void *self, struct console *c, const char *arg)
{
	struct welcome_screen *s = self;

	(void)arg;
	if (s->tells_how) {
		s->tells_how = false;
	} else {
		(void)console_show(c, "play");
	}
	return changed();
}

static const struct command commands[] = {
	{ "choose", "Enter", "choose", NULL, "use what is selected as a target, try the demo, or say how to set it", 0, cmd_choose, NULL, NULL },
	{ "add", "a", "add by hand", "[TARGET]", "name a target yourself: provider/model or an alias", 0, cmd_add, NULL, NULL },
	{ "look", "r", "look again", NULL, "look for a local Ollama again", 0, cmd_look, NULL, NULL },
	{ "close", "Esc", "to Play", NULL, "leave the card for Play; :welcome brings it back", 0, cmd_close, NULL, NULL },
};

static unsigned input(void *self, struct console *c, const struct input *in)
{
	struct welcome_screen *s = self;
	unsigned bits;

	(void)c;
	if (in->type == INPUT_MOUSE && in->mouse == MOUSE_PRESS) {
		bits = list_click(&s->list, in->y - s->rows.y) ? changed() : 0;
	} else {
		bits = list_input(&s->list, in);
	}
	if (bits != 0) {
		s->has_moved = true;
		s->tells_how = false;
	}
	return bits;
}

const struct screen screen_welcome = {
	.id = "welcome", .title = "Welcome", .commands = commands, .n_commands = COUNT_OF(commands), .init = init, .free = free_screen, .enter = enter,
	.input = input, .layout = layout, .draw = draw, .status = status, .card = card,
};
