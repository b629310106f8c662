/* What of the console is kept for the next start. */
#include <stdio.h>

#include "ui/console_state.h"

#define OPTION "option."

void session_take_options(const struct session *s, struct option_values *o)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char name[64];
		struct err e;

		(void)snprintf(name, sizeof(name), OPTION "%s", option_rows[i].name);
		const char *value = session_get(s, name);
		/* One that is no value any more is left out. */
		(void)(value == NULL || option_set(o, (enum option_id)i, value, ORIGIN_SESSION, NULL, &e));
	}
}

static void keep_options(const struct option_values *o, struct session *s)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), OPTION "%s", option_rows[i].name);
		if (o->now[i].origin != ORIGIN_COMMAND_LINE) { /* that is for this run: what was kept before stays */
			session_set(s, name, o->now[i].origin == ORIGIN_SESSION ? o->now[i].text : NULL);
		}
	}
}

void console_restore_screen(struct console *c, size_t i)
{
	if (c->session != NULL && c->app == c->home && !c->is_restored[i] && c->screens[i]->restore != NULL) {
		c->is_restored[i] = true;
		c->screens[i]->restore(c->states[i], c->session);
	}
}

void console_take_up(struct console *c, struct session *s)
{
	const char *line, *shown = session_get(s, "console.screen");

	c->session = s;
	for (size_t i = 0; (line = session_item(s, "console.line", i)) != NULL; i++) {
		recall_add(&c->recall, line);
	}
	for (size_t i = 0; i < c->n; i++) {
		if (c->states[i] != NULL) {
			console_restore_screen(c, i);
		}
	}
	(void)(shown != NULL && console_show(c, shown));
}

static void keep_screens(const struct console *c, struct session *s)
{
	if (console_shown(c)->number > 0) { /* not a card, which is shown when there is reason to */
		session_set(s, "console.screen", console_shown(c)->id);
	}
	for (size_t i = 0; i < c->n; i++) {
		if (c->states[i] != NULL && c->screens[i]->save != NULL) {
			c->screens[i]->save(c->states[i], s);
		}
	}
}

void console_keep(struct console *c)
{
	struct session *s = c->session;

	if (s == NULL) {
		return;
	}
	if (c->app == c->home) {
		keep_screens(c, s);
	}
	session_forget(s, "console.line.");
	for (size_t i = 0; i < c->recall.n; i++) {
		session_set_item(s, "console.line", i, c->recall.lines[i]);
	}
	keep_options(&c->home->config->options, s);
	for (size_t i = 0; i < c->home->config->n_providers; i++) {
		session_hide(s, c->home->config->providers[i]->key);
	}
	session_redact(s, c->home->config->store.redact);
}
