/* Commands on what is asked besides the prompt, and whom: targets, their order, parameters, repeats, files. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gateway/route.h"
#include "ui/console.h"
#include "ui/screens/play_state.h"

unsigned play_cmd_add(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	if (arg[0] == '\0' && s->view == VIEW_HISTORY) {
		play_open_run(s->play, (size_t)s->history.selected, OPEN_BESIDE);
		s->view = VIEW_COLUMNS;
		return play_changed();
	}
	if (arg[0] == '\0') {
		console_ask(c, "add ");
		return play_changed();
	}
	play_add(s->play, arg);
	s->column = s->play->n_columns - 1;
	const struct play_column *added = s->play->columns[s->column];

	return added->target == NULL ? play_said(c, &added->err) : play_changed();
}

/* Aliases, auto where it is set up, then every priced model of a provider that is set up. */
static void collect_targets(struct play_screen *s)
{
	const struct config *config = s->app->config;

	for (size_t i = 0; i < config->n_aliases; i++) {
		*array_push(s->targets, s->n_targets, s->cap_targets) = x_strdup(config->aliases[i]->name);
	}
	for (size_t i = 0; i < ROUTE_LEVELS; i++) {
		if (config->route[i] != NULL) {
			*array_push(s->targets, s->n_targets, s->cap_targets) = x_strdup(ROUTE_AUTO);
			break;
		}
	}
	for (size_t i = 0; i < config->n_providers; i++) {
		const struct provider_entry *p = config->providers[i];

		for (size_t k = 0; k < price_count(config->prices); k++) {
			const struct price *price = price_at(config->prices, k);

			/* A compatible server under another name has models of its own. */
			if (p->kind->price_name != NULL && strcmp(price->provider, p->kind->price_name) == 0 && strcmp(p->name, p->kind->kind) == 0) {
				*array_push(s->targets, s->n_targets, s->cap_targets) = x_asprintf("%s/%s", p->name, price->model);
			}
		}
	}
}

const char *play_complete_target(void *self, size_t i)
{
	struct play_screen *s = self;

	if (s->n_targets == 0) {
		collect_targets(s);
	}
	return i < s->n_targets ? s->targets[i] : NULL;
}

unsigned play_cmd_drop(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	if (play_wants_column(s, c)) {
		const struct play_column *here = s->play->columns[s->column];

		console_say(c, ST_DIM, "dropped %s", here->name);
		s->marked = s->marked == here ? NULL : s->marked;
		play_drop(s->play, s->column);
		s->column -= s->column > 0 && s->column == s->play->n_columns;
	}
	return play_changed();
}

static unsigned move(struct play_screen *s, struct console *c, int by)
{
	if (play_wants_column(s, c) && play_move(s->play, s->column, by)) {
		s->column += (size_t)by;
	}
	return play_changed();
}

unsigned play_cmd_left(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return move(self, c, -1);
}

unsigned play_cmd_right(void *self, struct console *c, const char *arg)
{
	(void)arg;
	return move(self, c, 1);
}

/* "name=value" into params. False: said why. */
static bool set_param(struct console *c, struct chat_params *params, const char *arg)
{
	const char *eq = strchr(arg, '=');
	struct err e = { 0 };

	if (eq == NULL) {
		console_say(c, ST_BAD, "give it as name=value, for example temperature=0.2; name= alone unsets it");
		return false;
	}
	char *name = x_strndup(arg, (size_t)(eq - arg));
	bool ok = chat_params_set(params, name, eq + 1, &e);

	free(name);
	if (!ok) {
		(void)play_said(c, &e);
	}
	return ok;
}

unsigned play_cmd_param(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	if (arg[0] == '\0') {
		console_ask(c, "param ");
	} else {
		(void)set_param(c, &s->play->params, arg);
	}
	return play_changed();
}

unsigned play_cmd_own_param(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	if (!play_wants_column(s, c)) {
		return play_changed();
	}
	if (arg[0] == '\0') {
		console_ask(c, "param here ");
	} else {
		(void)set_param(c, &s->play->columns[s->column]->params, arg);
	}
	return play_changed();
}

/* The same target once more beside it, to be asked with other parameters. */
unsigned play_cmd_twin(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;

	(void)arg;
	if (!play_wants_column(s, c)) {
		return play_changed();
	}
	(void)play_twin(s);
	console_ask(c, "param here ");
	return play_changed();
}

unsigned play_cmd_repeat(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	char *end;
	long n = strtol(arg, &end, 10);

	if (arg[0] == '\0') {
		console_ask(c, "repeat ");
	} else if (*end != '\0' || n < 1 || n > RUN_REPEAT_MAX) {
		console_say(c, ST_BAD, "repeat: a number from 1 to %d", RUN_REPEAT_MAX);
	} else {
		s->play->repeat = (int)n;
		if (n == 1) {
			console_say(c, ST_DIM, "each target is asked once");
		} else {
			console_say(c, ST_DIM, "F5 asks each target %ld times", n);
		}
	}
	return play_changed();
}

const char *play_complete_param(void *self, size_t i)
{
	static const char *const names[] = { "temperature=", "top_p=", "max_tokens=", "seed=", "stop=" };

	(void)self;
	return i < COUNT_OF(names) ? names[i] : NULL;
}


unsigned play_cmd_attach(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct err e = { 0 };

	if (arg[0] == '\0') {
		console_ask(c, "attach ");
	} else if (!play_attach(s->play, arg, &e)) {
		return play_said(c, &e);
	}
	return play_changed();
}

unsigned play_cmd_detach(void *self, struct console *c, const char *arg)
{
	struct play_screen *s = self;
	struct err e = { 0 };

	return play_detach(s->play, arg, &e) ? play_changed() : play_said(c, &e);
}

const char *play_complete_file(void *self, size_t i)
{
	const struct attachments *list = ((const struct play_screen *)self)->play->attachments;

	return list != NULL && i < list->n ? list->list[i].name : NULL;
}
