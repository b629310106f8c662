/* The commands that work everywhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/manual.h"
#include "base/mem.h"
#include "ui/console_state.h"

static unsigned show_number(struct console *c, int number)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->screens[i]->number == number) {
			console_show_at(c, i);
		}
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

/* The card is about what the person has, not about the demo. */
static unsigned show_0(void *screen, struct console *c, const char *arg)
{
	(void)screen;
	(void)arg;
	console_switch(c, c->home);
	return show_number(c, 0);
}

static unsigned show_1(void *screen, struct console *c, const char *arg) { (void)screen; (void)arg; return show_number(c, 1); }
static unsigned show_2(void *screen, struct console *c, const char *arg) { (void)screen; (void)arg; return show_number(c, 2); }
static unsigned show_3(void *screen, struct console *c, const char *arg) { (void)screen; (void)arg; return show_number(c, 3); }
static unsigned show_4(void *screen, struct console *c, const char *arg) { (void)screen; (void)arg; return show_number(c, 4); }
static unsigned show_5(void *screen, struct console *c, const char *arg) { (void)screen; (void)arg; return show_number(c, 5); }

static const struct {
	const char *keys;
	unsigned (*run)(void *screen, struct console *c, const char *arg);
} show_rows[] = { /* by number */
	{NULL, show_0}, {"1 Alt-1", show_1}, {"2 Alt-2", show_2}, {"3 Alt-3", show_3}, {"4 Alt-4", show_4}, {"5 Alt-5", show_5},
};

static const char *what_is_lost(const struct console *c)
{
	const char *lost = NULL;

	for (size_t i = 0; i < c->n && lost == NULL; i++) {
		lost = c->states[i] != NULL && c->screens[i]->loses != NULL ? c->screens[i]->loses(c->states[i]) : NULL;
	}
	return lost;
}

static unsigned quit(void *screen, struct console *c, const char *arg)
{
	(void)screen;
	(void)arg;
	const char *lost = what_is_lost(c);

	if (lost != NULL && !c->is_quit_asked) {
		console_say(c, ST_WARN, "%s", lost);
		c->is_quit_asked = true;
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	return INPUT_HANDLED | INPUT_QUIT;
}

static unsigned open_command(void *screen, struct console *c, const char *arg)
{
	(void)screen;
	console_open_palette(c, PALETTE_COMMAND, arg);
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned open_help(void *screen, struct console *c, const char *arg)
{
	(void)screen;
	console_open_palette(c, PALETTE_HELP, arg);
	return INPUT_HANDLED | INPUT_REDRAW;
}

static unsigned open_manual(void *screen, struct console *c, const char *arg)
{
	struct manual_view *view = arg[0] != '\0' ? manual_view_new(arg) : NULL;

	(void)screen;
	if (arg[0] == '\0') {
		console_ask(c, "manual ");
	} else if (view == NULL) {
		console_say(c, ST_BAD, "The manual has no heading \"%s\"", arg);
	} else {
		manual_view_free(c->manual);
		c->manual = view;
	}
	return INPUT_HANDLED | INPUT_REDRAW;
}

static const char *complete_manual(void *screen, size_t i)
{
	struct console *c = screen;
	char heading[MANUAL_HEADING_SIZE];

	if (!manual_heading(i, heading)) {
		return NULL;
	}
	(void)snprintf(c->candidate, sizeof(c->candidate), "%s\treading about it", heading);
	return c->candidate;
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

static unsigned changed_option(struct console *c, enum option_id id)
{
	const struct option_value *v = &c->home->config->options.now[id];
	char origin[96];

	console_take_options(c);
	console_say(c, ST_TEXT, "%s = %s (%s)", option_rows[id].name, v->text, option_origin_text(v, origin));
	return INPUT_HANDLED | INPUT_REDRAW | CONSOLE_OPTIONS;
}

static unsigned mouse(void *screen, struct console *c, const char *arg)
{
	struct option_values *o = &c->home->config->options;
	bool is_on = !option_is_on(o, OPTION_MOUSE);
	struct err e;

	(void)screen;
	(void)arg;
	(void)!option_set(o, OPTION_MOUSE, is_on ? "on" : "off", ORIGIN_SESSION, NULL, &e);
	console_take_options(c);
	console_say(c, ST_TEXT, is_on ? "The mouse is sonde's: a click chooses, the wheel scrolls" :
		    "The mouse is the terminal's: select and copy as in the shell; M takes it back");
	return INPUT_HANDLED | INPUT_REDRAW | CONSOLE_OPTIONS;
}

#define RESET "reset" /* a value that every option has: as it was without `:set` */

/* "NAME VALUE"; without a value the line goes on with what it may be, without a name with all there is. */
static unsigned set(void *screen, struct console *c, const char *arg)
{
	size_t len = strcspn(arg, " ");
	char *name = x_strndup(arg, len);
	const char *value = arg + len + strspn(arg + len, " ");
	enum option_id id = option_find(name);
	struct err e;

	(void)screen;
	if (len > 0 && id == OPTION_COUNT) {
		console_say(c, ST_BAD, "There is no option \"%s\"; :set lists what there is", name);
	} else if (value[0] == '\0') {
		char *line = x_asprintf("set %s%s", name, len > 0 ? " " : "");

		console_ask(c, line);
		free(line);
	}
	free(name);
	if (id == OPTION_COUNT || value[0] == '\0') {
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	if (strcmp(value, RESET) == 0) {
		option_reset(&c->home->config->options, id);
	} else if (!option_set(&c->home->config->options, id, value, ORIGIN_SESSION, NULL, &e)) {
		console_say(c, ST_BAD, "%s %s", option_rows[id].name, e.text);
		return INPUT_HANDLED | INPUT_REDRAW;
	}
	return changed_option(c, id);
}

/* The names with what they are now, then all values of all of them. */
static const char *complete_set(void *screen, size_t i)
{
	struct console *c = screen;
	char word[OPTION_TEXT_SIZE], origin[96];

	if (i < OPTION_COUNT) {
		const struct option_value *v = &c->home->config->options.now[i];

		(void)snprintf(c->candidate, sizeof(c->candidate), "%s \t[%s] %s \u00b7 %s", option_rows[i].name, v->text,
		    option_origin_text(v, origin), option_rows[i].help);
		return c->candidate;
	}
	i -= OPTION_COUNT;
	for (size_t k = 0; k < OPTION_COUNT; k++) {
		size_t n = 0;

		while (option_word(&option_rows[k], n, word)) {
			if (n++ == i) {
				(void)snprintf(c->candidate, sizeof(c->candidate), "%s %s", option_rows[k].name, word);
				return c->candidate;
			}
		}
		if (i == n) {
			const struct option_value *before = &c->home->config->options.before[k];

			(void)snprintf(c->candidate, sizeof(c->candidate), "%s %s\t%s, %s", option_rows[k].name, RESET, before->text,
			    option_origin_text(before, origin));
			return c->candidate;
		}
		i -= n + 1;
	}
	return NULL;
}

static unsigned interrupt(void *screen, struct console *c, const char *arg)
{
	struct command_set set = console_screen_set(c);
	const struct command *stop = command_by_name(&set, "stop");

	(void)screen;
	(void)arg;
	if (stop != NULL && (stop->is_shown == NULL || stop->is_shown(set.state))) {
		return stop->run(set.state, c, "") | INPUT_HANDLED;
	}
	console_say(c, ST_TEXT, console_is_editing(c) ? "Nothing to stop here. Esc, then q, quits" : "Nothing to stop here. q quits");
	return INPUT_HANDLED | INPUT_REDRAW;
}

static const struct command fixed_globals[] = {
	{.name = "command", .keys = ": Alt-x", .hint = "command", .args = "[LINE]", .help = "run a command by its name", .flags = COMMAND_IN_TEXT,
	 .run = open_command},
	{.name = "help", .keys = "? F1", .hint = "help", .args = "[WORD]", .help = "keys and commands of this screen", .flags = COMMAND_IN_TEXT,
	 .run = open_help},
	{.name = "manual", .args = "[HEADING]", .help = "read about something in the manual", .run = open_manual, .complete = complete_manual},
	{.name = "set", .args = "[NAME [VALUE]]", .help = "options: what they are and where from, or another value",
	 .flags = COMMAND_WORDS | COMMAND_IN_HELP, .run = set, .complete = complete_set},
	{.name = "alerts", .help = "the alerts: which are on, since when, and their figures", .run = console_alerts_open},
	{.name = "mouse", .keys = "M Alt-m", .help = "give the mouse to the terminal, or take it back", .run = mouse},
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

		if (number >= 0 && number < (int)COUNT_OF(show_rows)) {
			rows[filled++] = (struct command){
				.name = screens[i]->id, .keys = show_rows[number].keys, .flags = COMMAND_IN_TEXT, .run = show_rows[number].run,
				.help = number > 0 ? "show this screen" : "what sonde found to talk to, and how to set more"};
		}
	}
	memcpy(rows + filled, fixed_globals, sizeof(fixed_globals));
	*n_commands = filled + COUNT_OF(fixed_globals);
	return rows;
}
