#include "ui/console.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/mem.h"
#include "ui/command.h"
#include "ui/palette.h"

#define MOST_SCREENS 9
#define SIMULATED " SIMULATED "

struct console {
	struct app *app;
	const struct screen *screens[MOST_SCREENS];
	void *states[MOST_SCREENS]; /* NULL: not made yet */
	size_t n, shown;
	struct command *globals;    /* a row for each screen, then the fixed ones */
	size_t n_globals;
	console_summary *summary;
	struct palette *palette;    /* NULL: no overlay */
	struct recall recall;
	char message[400];
	enum style message_style;
	bool is_quit_asked;         /* q was pressed while something runs */
	int w, h;
};

/* State of a screen and the tables. */

static void *state_of(struct console *c, size_t i)
{
	if (c->states[i] == NULL) {
		c->states[i] = c->screens[i]->init(c->app);
	}
	return c->states[i];
}

static const struct screen *shown(const struct console *c)
{
	return c->screens[c->shown];
}

static void *shown_state(const struct console *c)
{
	return c->states[c->shown];
}

static bool is_editing(const struct console *c)
{
	return shown(c)->is_editing != NULL && shown(c)->is_editing(shown_state(c));
}

static struct command_set screen_set(const struct console *c)
{
	return (struct command_set){shown(c)->commands, shown(c)->n_commands, shown_state(c), shown(c)->title};
}

static struct command_set global_set(const struct console *c)
{
	return (struct command_set){c->globals, c->n_globals, NULL, "Everywhere"};
}

static void show(struct console *c, size_t i)
{
	if (shown_state(c) != NULL && i != c->shown && shown(c)->leave != NULL) {
		shown(c)->leave(shown_state(c));
	}
	bool is_new = i != c->shown || shown_state(c) == NULL;
	c->shown = i;
	state_of(c, i);
	if (is_new && shown(c)->enter != NULL) {
		shown(c)->enter(shown_state(c));
	}
}

static void open_palette(struct console *c, enum palette_kind kind, const char *line)
{
	struct command_set sets[] = {screen_set(c), global_set(c)};

	palette_free(c->palette);
	c->palette = palette_new(kind, sets, COUNT_OF(sets), &c->recall, shown(c)->title, line);
}

/* The global commands. */

static unsigned show_number(struct console *c, int number)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->screens[i]->number == number) {
			show(c, i);
		}
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned show_1(void *screen, struct console *c, const char *arg) { (void)screen; (void)arg; return show_number(c, 1); }
static unsigned show_2(void *screen, struct console *c, const char *arg) { (void)screen; (void)arg; return show_number(c, 2); }
static unsigned show_3(void *screen, struct console *c, const char *arg) { (void)screen; (void)arg; return show_number(c, 3); }
static unsigned show_4(void *screen, struct console *c, const char *arg) { (void)screen; (void)arg; return show_number(c, 4); }
static unsigned show_5(void *screen, struct console *c, const char *arg) { (void)screen; (void)arg; return show_number(c, 5); }

static const struct {
	const char *keys;
	unsigned (*run)(void *screen, struct console *c, const char *arg);
} show_rows[] = {
	{"1 Alt-1", show_1}, {"2 Alt-2", show_2}, {"3 Alt-3", show_3}, {"4 Alt-4", show_4}, {"5 Alt-5", show_5},
};

static bool is_busy(const struct console *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->states[i] != NULL && c->screens[i]->is_busy != NULL && c->screens[i]->is_busy(c->states[i])) {
			return true;
		}
	}
	return false;
}

static unsigned quit(void *screen, struct console *c, const char *arg)
{
	(void)screen;
	(void)arg;
	if (is_busy(c) && !c->is_quit_asked) {
		console_say(c, ST_WARN, "Something is still running; q again breaks it off and quits");
		c->is_quit_asked = true;
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	return INPUT_HANDLED | INPUT_QUIT;
}

static unsigned open_command(void *screen, struct console *c, const char *arg)
{
	(void)screen;
	open_palette(c, PALETTE_COMMAND, arg);
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned open_help(void *screen, struct console *c, const char *arg)
{
	(void)screen;
	open_palette(c, PALETTE_HELP, arg);
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned repaint(void *screen, struct console *c, const char *arg)
{
	(void)screen;
	(void)c;
	(void)arg;
	return INPUT_HANDLED | INPUT_REDRAW | CONSOLE_REPAINT;
}

static unsigned suspend(void *screen, struct console *c, const char *arg)
{
	(void)screen;
	(void)c;
	(void)arg;
	return INPUT_HANDLED | CONSOLE_SUSPEND;
}

static unsigned interrupt(void *screen, struct console *c, const char *arg)
{
	struct command_set set = screen_set(c);
	const struct command *stop = command_by_name(&set, "stop");

	(void)screen;
	(void)arg;
	if (stop != NULL && (stop->is_shown == NULL || stop->is_shown(set.state))) {
		return stop->run(set.state, c, "") | INPUT_HANDLED;
	}
	console_say(c, ST_TEXT, is_editing(c) ? "Nothing to stop here. Esc, then q, quits" : "Nothing to stop here. q quits");
	return INPUT_HANDLED | INPUT_REDRAW;
}

static const struct command fixed_globals[] = {
	{.name = "command", .keys = ": Alt-x", .hint = "command", .args = "[LINE]", .help = "run a command by its name", .flags = COMMAND_IN_TEXT,
	 .run = open_command},
	{.name = "help", .keys = "? F1", .hint = "help", .args = "[WORD]", .help = "keys and commands of this screen", .flags = COMMAND_IN_TEXT,
	 .run = open_help},
	{.name = "quit", .keys = "q", .help = "leave sonde", .run = quit},
	{.name = "interrupt", .keys = "Ctrl-c", .help = "stop what runs here", .flags = COMMAND_IN_TEXT, .run = interrupt},
	{.name = "redraw", .keys = "Ctrl-l", .help = "paint the whole screen again", .flags = COMMAND_IN_TEXT, .run = repaint},
	{.name = "suspend", .keys = "Ctrl-z", .help = "back to the shell; fg returns", .flags = COMMAND_IN_TEXT, .run = suspend},
};

struct command *console_commands(const struct screen *const *screens, size_t n, size_t *n_commands)
{
	struct command *rows = x_calloc(n + COUNT_OF(fixed_globals), sizeof(*rows));
	size_t filled = 0;

	for (size_t i = 0; i < n; i++) {
		int number = screens[i]->number;

		if (number >= 1 && number <= (int)COUNT_OF(show_rows)) {
			rows[filled++] = (struct command){
				.name = screens[i]->id, .keys = show_rows[number - 1].keys, .help = "show this screen",
				.flags = COMMAND_IN_TEXT, .run = show_rows[number - 1].run};
		}
	}
	memcpy(rows + filled, fixed_globals, sizeof(fixed_globals));
	*n_commands = filled + COUNT_OF(fixed_globals);
	return rows;
}

struct console *console_new(struct app *app, const struct screen *const *screens, size_t n, console_summary *summary)
{
	struct console *c = x_calloc(1, sizeof(*c));

	c->app = app;
	c->n = n < MOST_SCREENS ? n : MOST_SCREENS;
	memcpy(c->screens, screens, c->n * sizeof(*screens));
	c->summary = summary;
	c->w = 80;
	c->h = 24;
	c->globals = console_commands(c->screens, c->n, &c->n_globals);
	show(c, 0);
	return c;
}

void console_free(struct console *c)
{
	if (c == NULL) {
		return;
	}
	palette_free(c->palette);
	recall_free(&c->recall);
	for (size_t i = 0; i < c->n; i++) {
		if (c->states[i] != NULL) {
			c->screens[i]->free(c->states[i]);
		}
	}
	free(c->globals);
	free(c);
}

static bool find_screen(const struct console *c, const char *id, size_t *at)
{
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->screens[i]->id, id) == 0) {
			*at = i;
			return true;
		}
	}
	return false;
}

bool console_show(struct console *c, const char *id)
{
	size_t i;

	if (!find_screen(c, id, &i)) {
		return false;
	}
	show(c, i);
	return true;
}

void *console_screen_state(struct console *c, const char *id)
{
	size_t i;

	return find_screen(c, id, &i) ? state_of(c, i) : NULL;
}

void console_say(struct console *c, enum style st, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->message, sizeof(c->message), fmt, ap);
	va_end(ap);
	c->message_style = st;
}

void console_ask(struct console *c, const char *line)
{
	open_palette(c, PALETTE_COMMAND, line);
}

void console_resize(struct console *c, int w, int h)
{
	c->w = w;
	c->h = h;
}

static bool is_too_small(const struct console *c)
{
	return c->w < CONSOLE_MIN_W || c->h < CONSOLE_MIN_H;
}

/* Input. */

static void close_palette(struct console *c)
{
	palette_free(c->palette);
	c->palette = NULL;
}

static unsigned overlay_input(struct console *c, const struct input *in)
{
	struct palette_choice choice;
	unsigned bits = palette_input(c->palette, in, &choice);

	recall_add(&c->recall, choice.line);
	switch (choice.end) {
	case PALETTE_OPEN:
		break;
	case PALETTE_CLOSED:
		close_palette(c);
		break;
	case PALETTE_ASK:
		console_ask(c, choice.text);
		break;
	case PALETTE_UNKNOWN:
		close_palette(c);
		console_say(c, ST_BAD, "There is no command \"%s\"; ? lists what there is", choice.text);
		break;
	case PALETTE_RUN:
		/* The table row outlives the overlay; what runs may open one of its own. */
		close_palette(c);
		bits |= choice.command->run(choice.state, c, choice.text);
		break;
	}
	return bits;
}

/* Cells between two tabs: they move together when the row is short. */
static int tab_gap(const struct console *c)
{
	int w = 1;

	for (size_t i = 0; i < c->n; i++) {
		w += cells_width(c->screens[i]->title, strlen(c->screens[i]->title)) + 4 + 2;
	}
	return w <= c->w ? 2 : 0;
}

static unsigned click_tab(struct console *c, int x)
{
	int at = 1;
	int gap = tab_gap(c);

	for (size_t i = 0; i < c->n; i++) {
		int w = cells_width(c->screens[i]->title, strlen(c->screens[i]->title)) + 4;

		if (x >= at && x < at + w) {
			show(c, i);
			break;
		}
		at += w + gap;
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned key_command(struct console *c, uint32_t key)
{
	struct command_set sets[] = {global_set(c), screen_set(c)};

	for (size_t i = 0; i < COUNT_OF(sets); i++) {
		const struct command *cmd = command_by_key(&sets[i], key, is_editing(c));
		unsigned bits = cmd != NULL ? cmd->run(sets[i].state, c, "") : 0;

		if (bits != 0) {
			return bits;
		}
	}
	return 0;
}

/* What still works when only the card is shown: nothing that could change what cannot be seen. */
static unsigned card_input(struct console *c, const struct input *in)
{
	static const char *const names[] = {"quit", "redraw", "suspend", "interrupt"};
	struct command_set set = global_set(c);
	const struct command *cmd = in->type == INPUT_KEY ? command_by_key(&set, in->key, false) : NULL;

	for (size_t i = 0; cmd != NULL && i < COUNT_OF(names); i++) {
		if (strcmp(cmd->name, names[i]) == 0) {
			return cmd->run(NULL, c, "") | INPUT_REDRAW;
		}
	}
	return INPUT_HANDLED;
}

static unsigned dispatch(struct console *c, const struct input *in)
{
	if (is_too_small(c)) {
		return card_input(c, in);
	}
	if (c->palette != NULL) {
		return overlay_input(c, in);
	}
	if (in->type == INPUT_MOUSE && in->y == 0) {
		return in->mouse == MOUSE_PRESS ? click_tab(c, in->x) : INPUT_HANDLED;
	}
	unsigned bits = in->type == INPUT_KEY ? key_command(c, in->key) : 0;
	if (bits == 0 && shown(c)->input != NULL) {
		bits = shown(c)->input(shown_state(c), c, in);
	}
	return bits;
}

unsigned console_input(struct console *c, const struct input *in)
{
	bool had_message = c->message[0] != '\0';
	bool was_quit_asked = c->is_quit_asked;

	if (in->type == INPUT_FOCUS) {
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	c->message[0] = '\0';
	unsigned bits = dispatch(c, in);
	if (was_quit_asked) {
		c->is_quit_asked = false; /* only the very next key is the second q */
	}
	return bits | (had_message ? (unsigned)INPUT_REDRAW : 0);
}

/* Drawing. */

static void draw_tabs(const struct console *c, struct cells *cells, const struct env *env)
{
	struct buf figures = {0};
	int end = cells->w;
	int x = 1;
	int gap = tab_gap(c);

	for (size_t i = 0; i < c->n; i++) {
		bool is_on = i == c->shown;

		x += cells_putf(cells, x, 0, is_on ? ST_TAB_ON : ST_TAB, is_on ? "[%d %s]" : " %d %s ", c->screens[i]->number, c->screens[i]->title);
		x += gap;
	}
	if (c->app->is_demo) { /* over a tab, when there is no room: nobody may take these figures for real ones */
		end = cells_right(cells, end, 0, ST_SIMULATED, SIMULATED) - 1;
	}
	int room = end - x - 1;
	if (c->summary != NULL && room > 0) {
		c->summary(c->app, env, room, &figures);
		if (cells_width(buf_str(&figures), figures.len) <= room) {
			cells_right(cells, end, 0, ST_TEXT, buf_str(&figures));
		}
	}
	buf_free(&figures);
}

static void draw_status(const struct console *c, struct cells *cells, const struct env *env)
{
	struct buf left = {0};
	struct buf right = {0};
	int y = cells->h - 2;
	int x = 1;
	int end = cells->w;

	if (shown(c)->status != NULL) {
		shown(c)->status(shown_state(c), env, &left, &right);
	}
	int right_w = cells_width(buf_str(&right), right.len);
	if (right_w > 0 && right_w + 2 <= cells->w / 2) {
		end = cells_right(cells, end, y, ST_TEXT, buf_str(&right)) - 2;
	}
	if (is_editing(c)) {
		x += cells_put(cells, x, y, ST_KEY, "EDIT") + 2;
	}
	if (c->message[0] != '\0') {
		cells_fit(cells, x, y, end - x, c->message_style, c->message);
	} else {
		cells_fit(cells, x, y, end - x, ST_TEXT, buf_str(&left));
	}
	buf_free(&left);
	buf_free(&right);
}

/* Draws the hints of a table from x while they end before `end`; with cells NULL it only measures. Returns the next free cell. */
static int hints(const struct command_set *set, bool editing, struct cells *cells, int w, int x, int end)
{
	int gap = w >= 100 ? 3 : 2;

	for (size_t i = 0; i < set->n; i++) {
		const struct command *cmd = &set->rows[i];
		char key[32];

		if (cmd->hint == NULL || (cmd->is_shown != NULL && !cmd->is_shown(set->state)) || !command_hint_key(cmd, editing, key)) {
			continue;
		}
		int key_w = cells_width(key, strlen(key));
		int next = x + key_w + 1 + cells_width(cmd->hint, strlen(cmd->hint));
		if (next > end) {
			break;
		}
		if (cells != NULL) {
			cells_put(cells, x, cells->h - 1, ST_KEY, key);
			cells_put(cells, x + key_w + 1, cells->h - 1, ST_TEXT, cmd->hint);
		}
		x = next + gap;
	}
	return x;
}

static void draw_hints(const struct console *c, struct cells *cells)
{
	struct command_set own = screen_set(c);
	struct command_set global = global_set(c);
	bool editing = is_editing(c);
	int global_w = hints(&global, editing, NULL, cells->w, 0, cells->w);
	int x = hints(&own, editing, cells, cells->w, 1, cells->w - global_w);

	hints(&global, editing, cells, cells->w, x, cells->w);
}

static void draw_card(const struct console *c, struct cells *cells, const struct env *env)
{
	struct buf text = {0};
	int y = 0;

	int x = 2 + cells_put(cells, 1, y++, ST_TITLE, "sonde");
	if (c->app->is_demo) {
		cells_put(cells, x, 0, ST_SIMULATED, SIMULATED);
	}
	if (shown(c)->card != NULL) {
		shown(c)->card(shown_state(c), env, &text);
	}
	for (const char *s = buf_str(&text); *s != '\0' && y < cells->h - 2;) {
		size_t len = strcspn(s, "\n");

		cells_text(cells, 1, y++, cells->w - 1, ST_TEXT, s, len);
		s += len + (s[len] == '\n' ? 1 : 0);
	}
	cells_putf(cells, 1, y, ST_WARN, "needs %d×%d (now %d×%d)", CONSOLE_MIN_W, CONSOLE_MIN_H, cells->w, cells->h);
	cells_put(cells, 1, y + 1, c->message[0] != '\0' ? c->message_style : ST_TEXT, c->message[0] != '\0' ? c->message : "q quit");
	buf_free(&text);
}

void console_draw(struct console *c, struct cells *cells, const struct env *env)
{
	struct rect area = {0, 1, c->w, c->h - 3};

	cells_clear(cells);
	if (is_too_small(c)) {
		draw_card(c, cells, env);
		return;
	}
	draw_tabs(c, cells, env);
	if (shown(c)->layout != NULL) {
		shown(c)->layout(shown_state(c), area);
	}
	struct rect former = cells_clip(cells, area);
	shown(c)->draw(shown_state(c), cells, env);
	cells_unclip(cells, former);
	draw_status(c, cells, env);
	draw_hints(c, cells);
	if (c->palette != NULL) {
		cells->cursor_x = -1;
		palette_layout(c->palette, c->w, c->h);
		palette_draw(c->palette, cells);
	}
}

int console_tick_ms(const struct console *c)
{
	return shown(c)->tick_ms != NULL ? shown(c)->tick_ms(shown_state(c)) : 0;
}
