#include "ui/console.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/clean.h"
#include "ui/console_state.h"

static void *state_of(struct console *c, size_t i)
{
	if (c->states[i] == NULL) {
		c->states[i] = c->screens[i]->init(c->app);
		console_restore_screen(c, i);
	}
	return c->states[i];
}

void console_show_at(struct console *c, size_t i)
{
	if (console_shown_state(c) != NULL && i != c->shown && console_shown(c)->leave != NULL) {
		console_shown(c)->leave(console_shown_state(c));
	}
	bool is_new = i != c->shown || console_shown_state(c) == NULL;
	c->shown = i;
	state_of(c, i);
	if (is_new && console_shown(c)->enter != NULL) {
		console_shown(c)->enter(console_shown_state(c));
	}
}

void console_open_palette(struct console *c, enum palette_kind kind, const char *line)
{
	struct command_set sets[] = {console_screen_set(c), console_global_set(c)};

	palette_free(c->palette);
	c->palette = palette_new(kind, sets, COUNT_OF(sets), &c->recall, console_shown(c)->title, line);
}

struct console *console_new(struct app *app, const struct screen *const *screens, size_t n, console_summary *summary)
{
	struct console *c = x_calloc(1, sizeof(*c));

	c->app = c->home = app;
	for (size_t i = 0; i < n && c->n < MOST_SCREENS; i++) {
		if (screens[i]->number > 0 || !app->is_demo) { /* the demo alone knows nothing of what the person has */
			c->screens[c->n++] = screens[i];
		}
	}
	c->summary = summary;
	c->can_copy = true;
	c->w = 80;
	c->h = 24;
	c->globals = console_commands(c->screens, c->n, &c->n_globals);
	size_t first = 0;

	for (size_t i = 0; i < c->n; i++) {
		first = c->screens[i]->is_first ? i : first;
	}
	console_show_at(c, first);
	return c;
}

static void free_states(struct console *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->states[i] != NULL) {
			c->screens[i]->free(c->states[i]);
		}
		c->states[i] = NULL;
	}
}

void console_take_options(struct console *c)
{
	c->app->config->options = c->home->config->options;
	app_take_options(c->app);
	app_take_options(c->home);
}

void console_switch(struct console *c, struct app *app)
{
	if (app == c->app) {
		return;
	}
	if (console_shown(c)->leave != NULL) {
		console_shown(c)->leave(console_shown_state(c));
	}
	console_keep(c);
	free_states(c);
	app->on_change = c->app->on_change;
	app->on_change_ctx = c->app->on_change_ctx;
	c->app->on_change = NULL;
	c->app = app;
	console_take_options(c);
	c->n_news = app->news.n; /* what was news until now is none */
	console_show_at(c, c->shown);
}

void console_free(struct console *c)
{
	if (c == NULL) {
		return;
	}
	palette_free(c->palette);
	manual_view_free(c->manual);
	recall_free(&c->recall);
	buf_free(&c->copied);
	buf_free(&c->edited);
	free_states(c);
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
	console_show_at(c, i);
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

bool console_take_news(struct console *c)
{
	static const enum style styles[] = {[NEWS_GOOD] = ST_OK, [NEWS_BAD] = ST_BAD, [NEWS_ALERT] = ST_BAD};
	const struct app_news *news = &c->app->news;
	bool is_new = news->n != c->n_news;

	if (is_new) {
		c->n_news = news->n;
		console_say(c, styles[news->kind], "%s", news->text);
	}
	return is_new && news->kind == NEWS_ALERT;
}

unsigned console_arrived(struct console *c)
{
	return console_shown(c)->arrived != NULL ? console_shown(c)->arrived(console_shown_state(c), c) : 0;
}

void console_ask(struct console *c, const char *line)
{
	console_open_palette(c, PALETTE_COMMAND, line);
}

void console_resize(struct console *c, int w, int h)
{
	c->w = w;
	c->h = h;
}

unsigned console_edit(struct console *c, const char *text, size_t len, console_take *take, void *ctx)
{
	buf_clear(&c->edited);
	buf_add(&c->edited, text, len);
	c->take = take;
	c->take_ctx = ctx;
	return INPUT_HANDLED | INPUT_REDRAW | CONSOLE_EDIT;
}

const struct buf *console_edited(const struct console *c)
{
	return &c->edited;
}

void console_edit_end(struct console *c, const struct buf *text, const struct err *e)
{
	if (text == NULL) {
		console_say(c, ST_BAD, "The text is as it was: %s%s%s", e->text, e->hint[0] != '\0' ? "; " : "", e->hint);
	} else if (text->len == c->edited.len && memcmp(buf_str(text), buf_str(&c->edited), text->len) == 0) {
		console_say(c, ST_DIM, "The editor changed nothing");
	} else {
		console_say(c, ST_TEXT, "Taken from the editor: %zu bytes", text->len);
		c->take(c->take_ctx, c, buf_str(text), text->len); /* which may say otherwise */
	}
}

void console_set_terminal(struct console *c, bool can_copy)
{
	c->can_copy = can_copy;
}

/* Input. */

static void close_palette(struct console *c)
{
	palette_free(c->palette);
	c->palette = NULL;
}

static void say_unknown(struct console *c, const char *line)
{
	char *clean = clean_line(line, strlen(line), 60);

	console_say(c, ST_BAD, "There is no command \"%s\"; ? lists what there is", clean);
	free(clean);
}

static unsigned overlay_input(struct console *c, const struct input *in)
{
	struct palette_choice choice;
	unsigned bits = palette_input(c->palette, in, &choice);

	if (choice.typed != NULL) {
		bits |= console_typed(c, choice.typed);
	}
	if (choice.line != NULL) {
		recall_add(&c->recall, choice.line);
	}
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
		say_unknown(c, choice.text);
		break;
	case PALETTE_RUN:
		/* The table row outlives the overlay; what runs may open one of its own. */
		close_palette(c);
		bits |= choice.command->run(choice.state, c, choice.text);
		break;
	}
	palette_choice_free(&choice);
	return bits;
}

static unsigned manual_input(struct console *c, const struct input *in)
{
	bool is_over = false;
	unsigned bits = manual_view_input(c->manual, in, &is_over);

	if (is_over) {
		manual_view_free(c->manual);
		c->manual = NULL;
	}
	return bits;
}

/* Shows the second keys that there are, after a while, and waits for one. */
static unsigned begin_two(struct console *c, uint32_t first)
{
	c->prefix = first;
	c->prefix_us = 0;
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned key_command(struct console *c, struct command_key key)
{
	struct command_set sets[] = {console_global_set(c), console_screen_set(c)};
	bool is_editing = console_is_editing(c);

	for (size_t i = 0; i < COUNT_OF(sets); i++) {
		const struct command *cmd = command_by_key(&sets[i], key, is_editing);
		unsigned bits = cmd != NULL ? cmd->run(sets[i].state, c, "") : 0;

		if (bits != 0) {
			return bits;
		}
	}
	for (size_t i = 0; i < COUNT_OF(sets) && key.second == 0; i++) {
		if (command_is_first(&sets[i], key.first, is_editing)) {
			return begin_two(c, key.first);
		}
	}
	return 0;
}

/* After the first of two keys. Any other input breaks the two off and is dealt with as always. */
static unsigned second_key(struct console *c, const struct input *in)
{
	struct command_key key = {c->prefix, in->key};
	char label[64];

	c->prefix = 0;
	if (in->type != INPUT_KEY) {
		return 0;
	}
	unsigned bits = in->key != K_ESC && in->key != ('g' | K_CTRL) ? key_command(c, key) : INPUT_HANDLED;
	if (bits == 0) {
		command_keys_label(key, label);
		console_say(c, ST_DIM, "There is no command on %s", label);
	}
	return bits | INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned click_tab(struct console *c, int x)
{
	size_t i = console_tab_at(c, x);

	if (i < c->n) {
		console_show_at(c, i);
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned click_hint(struct console *c, int x)
{
	struct command_key key;
	void *state;
	const struct command *cmd = console_hint_at(c, x, &state, &key);

	if (cmd == NULL) {
		return INPUT_HANDLED;
	}
	return key.second != 0 ? begin_two(c, key.first) : cmd->run(state, c, "") | INPUT_HANDLED;
}

/* The global command of a key, when it is one of these; 0: it is not. */
static unsigned run_one_of(struct console *c, const struct input *in, const char *const *names, size_t n)
{
	struct command_set set = console_global_set(c);
	const struct command *cmd = in->type == INPUT_KEY ? command_by_key(&set, (struct command_key){in->key, 0}, false) : NULL;

	for (size_t i = 0; cmd != NULL && i < n; i++) {
		if (strcmp(cmd->name, names[i]) == 0) {
			return cmd->run(NULL, c, "") | INPUT_REDRAW;
		}
	}
	return 0;
}

/* What still works when only the card is shown: nothing that could change what cannot be seen. */
static unsigned card_input(struct console *c, const struct input *in)
{
	static const char *const names[] = {"quit", "redraw", "suspend", "interrupt"};

	return run_one_of(c, in, names, COUNT_OF(names)) | INPUT_HANDLED;
}

/* What is about the terminal works whatever lies over the screen. */
static unsigned terminal_input(struct console *c, const struct input *in)
{
	static const char *const names[] = {"redraw", "suspend"};

	return run_one_of(c, in, names, COUNT_OF(names));
}

static unsigned dispatch(struct console *c, const struct input *in)
{
	if (console_is_too_small(c)) {
		return card_input(c, in);
	}
	bool is_covered = c->palette != NULL || c->shows_alerts || c->manual != NULL;
	unsigned bits = is_covered ? terminal_input(c, in) : 0;

	if (bits != 0) {
		return bits;
	}
	if (c->palette != NULL) {
		return overlay_input(c, in);
	}
	if (c->shows_alerts) {
		return console_alerts_input(c, in);
	}
	if (c->manual != NULL) {
		return manual_input(c, in);
	}
	bits = c->prefix != 0 ? second_key(c, in) : 0;
	if (bits != 0) {
		return bits;
	}
	bool goes_on = in->mouse == MOUSE_DRAG || in->mouse == MOUSE_RELEASE; /* what was pressed in a pane */

	if (in->type == INPUT_MOUSE && !goes_on && (in->y == 0 || in->y == c->h - 1)) {
		return in->mouse != MOUSE_PRESS ? INPUT_HANDLED : in->y == 0 ? click_tab(c, in->x) : click_hint(c, in->x);
	}
	bits = in->type == INPUT_KEY ? key_command(c, (struct command_key){in->key, 0}) : 0;
	if (bits == 0 && console_shown(c)->input != NULL) {
		bits = console_shown(c)->input(console_shown_state(c), c, in);
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
